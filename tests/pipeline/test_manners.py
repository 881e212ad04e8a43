"""Feeds that flap, lie, move, vanish, overflow: what is asked of them, what is logged, and what operators hear."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from bot.edge.store import feeds, gaps
from bot.model import Fetched, FetchFailure, Gap

from .conftest import CONFIG, START, World, item, rss

A = "https://a.example.org/rss"
NEW = "https://new.example.org/rss"
DOWN = FetchFailure(why="its network cannot be reached", temporary=True)
SLOW = CONFIG.replace('"10m"', '"2h"', 1)  # for what takes days
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def answer(body: bytes = b"", *, status: int = 200, **changes: object) -> Fetched:
    fetched = Fetched(url=A, status=status, headers={"content-type": "application/rss+xml"}, body=body)
    return replace(fetched, **changes)  # type: ignore[arg-type]


def days(world: World, count: float) -> None:
    """The daemon's life: each feed is polled when it is due."""
    end = world.now + count * DAY
    while True:
        with world.store.read() as connection:
            due = min(filter(None, (state.next_due for state in feeds.states(connection).values())), default=end)
        if due >= end:
            break
        world.now = max(world.now, due)
        world.poll()
    world.now = end
    world.deliver()


def asked_at(world: World) -> list[timedelta]:
    """Have the times noted at which A is asked, as distances from now."""
    began, times = world.now, []
    served = world.web.answers[A]

    def note(headers: Mapping[str, str]) -> Fetched | FetchFailure:
        times.append(world.now - began)
        return served(headers) if callable(served) else served

    world.web.answers[A] = note
    return times


def found_gaps(world: World) -> list[Gap]:
    with world.store.read() as connection:
        return gaps.rows(connection)


def titles(world: World) -> list[str]:
    return [row.item.title for row in world.log()]


# ---------------------------------------------------------------- conditional requests


def test_a_server_that_says_304_for_ever_is_found_out_with_the_seventh_poll(world: World) -> None:
    entries = ["one"]

    def lies(headers: Mapping[str, str]) -> Fetched:
        if headers:
            return answer(status=304)
        return answer(rss(*map(item, entries)), headers={"etag": 'W/"for ever"'})

    world.web.answers[A] = lies
    world.once()
    entries.insert(0, "two")
    for _ in range(14):
        world.once()
    assert titles(world) == ["one", "two"]
    conditional = [headers == {"If-None-Match": 'W/"for ever"'} for url, headers in world.web.asked if url == A][1:]
    assert conditional == [True] * 6 + [False] + [True] * 6 + [False]


def test_a_304_with_another_tag_is_asked_with_that_tag_next_time(world: World) -> None:
    world.web.feed("A", item("x"), etag='"first"', last_modified="Tue, 03 Mar 2026 08:00:00 GMT")
    world.once()
    world.web.answers[A] = answer(status=304, headers={"etag": 'W/"second"'})
    world.once()
    world.once()
    sent = [headers for url, headers in world.web.asked if url == A]
    since = {"If-Modified-Since": "Tue, 03 Mar 2026 08:00:00 GMT"}
    assert sent == [{}, {"If-None-Match": '"first"', **since}, {"If-None-Match": 'W/"second"', **since}]


# ---------------------------------------------------------------- when


@pytest.mark.parametrize(
    ("headers", "status", "wait"),
    [
        ({"cache-control": "max-age=1800"}, 200, timedelta(minutes=30)),
        ({"retry-after": "7200"}, 503, 2 * HOUR),
        ({"retry-after": "99999999"}, 429, DAY),
        ({"retry-after": "-5"}, 429, timedelta(minutes=10)),
        ({"retry-after": "later"}, 503, timedelta(minutes=10)),
    ],
    ids=["max-age", "Retry-After", "a huge Retry-After", "a negative one", "garbage"],
)
def test_the_next_request_is_not_sent_before(world: World, headers: dict[str, str], status: int, wait: timedelta) -> None:
    world.web.answers[A] = answer(rss(item("x")), status=status, headers={"content-type": "application/rss+xml", **headers})
    world.poll()
    assert world.state_of("A").next_due == world.now + wait


def test_a_documents_ttl_is_heeded_also_when_only_its_head_changed(world: World) -> None:
    entry = item("x")
    world.web.answers[A] = answer(rss(entry))
    world.once()
    world.web.answers[A] = answer(rss(entry).replace(b"<title>T</title>", b"<title>T</title><ttl>25</ttl>"))
    world.poll()
    assert world.state_of("A").next_due == world.now + timedelta(minutes=25)


# ---------------------------------------------------------------- moved, gone


def moved(world: World) -> None:
    """A answers through a permanent redirect to NEW, which answers itself."""
    world.configure(SLOW)
    world.web.answers[A] = answer(rss(item("x")), moved=NEW)
    world.web.answers[NEW] = answer(rss(item("x")))


def test_an_address_that_moved_for_good_is_asked_there_after_a_day(world: World) -> None:
    moved(world)
    days(world, 2)
    assert world.state_of("A").adopted == NEW
    assert (world.asked_for(A), world.asked_for(NEW)) == (13, 11)


def test_at_the_new_address_neither_the_headers_nor_the_way_inside_are_given_away(world: World) -> None:
    moved(world)
    world.configure(SLOW.replace(f'"{A}"', f'"{A}"\nheaders = {{ Authorization = "Basic abc" }}'))
    days(world, 1.2)
    allowed = {url: allowed for (url, _), allowed in zip(world.web.asked, world.web.allowed, strict=True)}
    assert allowed[A] == (True, ["Authorization"])
    assert allowed[NEW] == (False, [])


def test_a_changed_address_in_the_configuration_wins(world: World) -> None:
    moved(world)
    days(world, 1.2)
    world.configure(SLOW.replace(A, "https://b.example.org/rss?2"))
    assert (world.state_of("A").adopted, world.state_of("A").url) == (None, "https://b.example.org/rss?2")


def test_a_new_address_that_breaks_is_given_up_for_the_configured_one(world: World) -> None:
    moved(world)
    days(world, 1.2)
    world.web.answers[NEW] = answer(status=404)
    world.web.answers[A] = answer(rss(item("x"), item("y")))
    days(world, 1)
    assert world.state_of("A").adopted is None
    assert titles(world) == ["x", "y"]


def test_a_feed_that_is_gone_is_asked_three_times_and_told_of_once(world: World) -> None:
    world.configure(SLOW)
    world.web.answers[A] = answer(status=410)
    times = asked_at(world)
    days(world, 7)
    assert times == [timedelta(0), 12 * HOUR, 24 * HOUR]
    assert len(world.told("ops")) == 1
    state = world.state_of("A")
    assert (state.stopped, state.lasting, state.next_due) == (True, True, None)
    world.configure(SLOW)
    days(world, 1)
    assert len(times) == 3, "a restart does not ask it again"
    world.configure(SLOW.replace(A, NEW))
    world.web.answers[NEW] = answer(rss(item("x")))
    world.poll()
    assert world.asked_for(NEW) == 1, "another address does"


# ---------------------------------------------------------------- complete?


def polls(world: World, *documents: bytes) -> None:
    for document in documents:
        world.web.answers[A] = answer(document)
        world.once()


@pytest.mark.parametrize(
    ("documents", "found"),
    [
        ([rss(item("a"), item("b")), rss(item("c"), item("b"))], 0),
        ([rss(item("a"), item("b")), rss(item("c"), item("d"))], 1),
        ([rss(item("a"), item("b")), rss(), rss(item("c"), item("d"))], 0),
        ([rss(item("a"), item("b")), rss(), rss(item("a"), item("b"))], 0),
        ([rss(), rss(item("a"))], 0),
        ([rss(item("a")), rss(item("b"), end="")], 0),
        ([rss(item("a", "The same long title of an item")), rss(item("a", "The same long title of an item", guid="other"))], 0),
        ([rss(item("a", "Old words")), rss(item("a", "New words"))], 0),
        ([b'{"version":"https://jsonfeed.org/version/1","title":"T","items":[{"id":"%s","title":"x%s"}]}' % (n, n)
          for n in (b"one", b"two")], 1),
    ],
    ids=["an item stands in both", "all are new", "emptied, and refilled with new ones", "emptied, and refilled with the same",
         "the first items of an empty feed", "a document cut off", "all renamed", "edited", "a JSON feed"],
)  # fmt: skip
def test_polls_that_do_not_overlap_leave_a_gap(world: World, documents: list[bytes], found: int) -> None:
    polls(world, *documents)
    assert len(found_gaps(world)) == found


def test_a_gap_says_between_which_polls_and_has_the_next_one_made_sooner(world: World) -> None:
    polls(world, rss(item("a")), rss(*(item(f"n{n}") for n in range(30))))
    second = START + timedelta(minutes=20)
    assert found_gaps(world) == [Gap(feed="A", since=START, until=second, entries=30)]
    assert world.state_of("A").next_due == second + timedelta(minutes=5)


def test_a_feed_that_renames_all_its_items_is_not_asked_sooner(world: World) -> None:
    """Guids that change are no news; taken for some, the document seemed to turn over with every poll."""
    titles_ = [f"The same long headline number {n} of this feed" for n in range(30)]
    documents = [rss(*(item(f"k{n}", title, guid=f"{poll}-{n}") for n, title in enumerate(titles_))) for poll in range(3)]
    polls(world, *documents)
    assert world.state_of("A").turnover is None


def test_a_feed_refilled_alerts_nothing_twice(world: World) -> None:
    full = rss(item("x", "OpenAI and NATO sign"))
    polls(world, rss(item("o")), full, rss(), full)
    assert world.told() == ["OpenAI and NATO sign"]


# ---------------------------------------------------------------- operators hear once


def by_turns(*answers: Fetched | FetchFailure) -> Callable[[Mapping[str, str]], Fetched | FetchFailure]:
    count = iter(range(10**6))
    return lambda headers: answers[next(count) % len(answers)]


@pytest.mark.parametrize(
    "failure",
    [answer(status=503), answer(status=403), answer(b"<html><title>Login</title></html>"), DOWN],
    ids=["503", "403", "a web page", "no network"],
)
def test_a_feed_that_fails_every_other_poll_is_told_of_once(world: World, failure: Fetched | FetchFailure) -> None:
    world.configure(SLOW)
    world.web.answers[A] = by_turns(answer(rss(item("x"))), failure)
    days(world, 2)
    assert len(world.told("ops")) == 1


def test_a_feed_that_breaks_and_recovers_is_told_of_twice(world: World) -> None:
    world.configure(SLOW)
    world.once()
    world.web.serve(A, b"<html><title>Just a moment...</title><script src='/cdn-cgi/x'></script></html>", status=403)
    days(world, 1)
    world.web.feed("A", item("x"))
    days(world, 1)
    named = "a page of Cloudflare that turns robots away, not a feed (HTTP 403)"
    assert world.told("ops") == [named, "works again"]


def test_a_feed_that_falls_silent_is_told_of_once(world: World) -> None:
    world.configure(SLOW)
    listed: list[str] = []
    for number in range(30):
        listed.insert(0, item(f"n{number}"))
        world.web.feed("A", *listed)
        days(world, 0.125)
    days(world, 9)
    assert world.told("ops") == ["answers, but lists nothing new for 4 days; usually something comes within 3 hours"]


def test_many_feeds_that_break_at_once_share_one_message(world: World) -> None:
    names = [f"F{n}" for n in range(9)]
    world.configure(CONFIG + "".join(f'[[feeds]]\nname = "{n}"\nurl = "https://f.example.org/{n}"\n' for n in names))
    for name in names:
        world.web.serve(f"https://f.example.org/{name}", b"", status=403)
    world.once()
    [words] = world.told("ops")
    assert all(f"{name}: the server answered 403 Forbidden" in words for name in names)


# ---------------------------------------------------------------- our own outage


def many(world: World, count: int = 6) -> list[str]:
    urls = [f"https://h{n}.example.org/rss" for n in range(count)]
    world.configure(CONFIG + "".join(f'[[feeds]]\nname = "F{n}"\nurl = "{url}"\n' for n, url in enumerate(urls)))
    for url in (A, "https://b.example.org/rss", *urls):
        world.web.serve(url, rss(item("x")), content_type="application/rss+xml")
    return [A, "https://b.example.org/rss", *urls]


def test_when_all_feeds_fail_none_is_blamed_and_they_come_back_one_after_the_other(world: World) -> None:
    urls = many(world)
    ticks = world.ticks()

    def live(minutes: int) -> None:
        for _ in range(minutes):
            ticks.rounds.poll_due()
            ticks.hand.run()
            ticks.rounds.flush(every=1e-9)
            ticks.rounds.tend()
            world.now += timedelta(minutes=1)

    live(30)
    well = dict(world.web.answers)
    world.web.answers.update(dict.fromkeys(urls, DOWN))
    live(180)
    with world.store.read() as connection:
        states = feeds.states(connection).values()
    assert {(state.score, state.failures, state.problem) for state in states} == {(0.0, 0, None)}
    world.deliver()
    [words] = world.told("ops")
    assert "our own network seems to be down" in words
    world.web.answers.update(well)
    world.web.asked.clear()
    live(1)
    assert len(world.web.asked) <= 3, "not all at once"
    live(10)
    assert {url for url, _ in world.web.asked} == set(urls), "but all within an interval"
    world.deliver()
    assert len(world.told("ops")) == 1


def test_an_outage_that_a_run_before_saw_ends_with_the_first_answer_of_this_one(world: World) -> None:
    """As when `storywatch once` is run by cron: the next outage is told of again."""
    urls = many(world)
    well = dict(world.web.answers)
    for answers in (dict.fromkeys(urls, DOWN), well, dict.fromkeys(urls, DOWN)):
        world.web.answers.update(answers)
        world.now += HOUR
        ticks = world.ticks()
        ticks.poll()
        ticks.rounds.tend(always=True)
    world.deliver()
    assert len(world.told("ops")) == 2


def test_one_dead_feed_among_others_is_blamed(world: World) -> None:
    many(world)
    world.web.answers[A] = DOWN
    ticks = world.ticks()
    for _ in range(4):
        ticks.poll()
        ticks.rounds.tend(always=True)
        world.now += HOUR
    assert world.state_of("A").lasting
    world.deliver()
    assert world.told("ops") == [DOWN.why]


# ---------------------------------------------------------------- signs of life

PING = "https://hc.example.org/secret-ping"
ALIVE = CONFIG.replace("[bot]", f'[bot]\nheartbeat = "09:00"\nhealthcheck_url = "{PING}"')


def test_the_daily_word_comes_once_a_day_and_not_at_the_start(world: World) -> None:
    world.configure(ALIVE)
    for _ in range(3 * 24):
        world.poll()
        world.pipeline.heartbeat(world.now)
        world.now += HOUR
    world.deliver()
    said = world.told("ops")
    assert len(said) == 3
    assert set(said) == {"2 of 2 feeds fresh, no new coverage, for no feed listed anything new"}


@pytest.mark.parametrize(("zone", "hour"), [("", 9), ('timezone = "Asia/Tokyo"', 0), ('timezone = "America/New_York"', 14)])
def test_the_daily_word_comes_by_the_clock_of_the_configuration(world: World, zone: str, hour: int) -> None:
    """Not by the machine's: a server's clock is mostly UTC, its reader's is not."""
    world.configure(ALIVE.replace("[bot]", f"[bot]\n{zone}"))
    world.pipeline.heartbeat(world.now)
    said = []
    for _ in range(24):
        world.now += HOUR
        if world.pipeline.heartbeat(world.now):
            said.append(world.now.astimezone(UTC).hour)
    assert said == [hour]


def test_a_dead_man_service_hears_after_polls_that_we_live_or_need_a_person(world: World) -> None:
    world.configure(ALIVE)
    world.web.serve(PING, b"OK")
    world.web.serve(PING + "/fail", b"OK")
    ticks = world.ticks()
    ticks.rounds.report()
    ticks.poll()
    ticks.rounds.report()
    ticks.rounds.report()
    assert (world.asked_for(PING), world.asked_for(PING + "/fail")) == (1, 0)
    world.web.serve(A, b"", status=403)
    world.now += HOUR
    ticks.poll()
    ticks.rounds.report()
    assert (world.asked_for(PING), world.asked_for(PING + "/fail")) == (1, 1)


def test_a_ping_that_fails_is_a_line_in_the_log_without_the_address(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.configure(ALIVE)
    world.web.serve(PING, b"", status=500)
    ticks = world.ticks()
    ticks.poll()
    ticks.rounds.report()
    assert "the healthcheck_url could not be reached: the server answered 500" in caplog.text
    assert "secret-ping" not in caplog.text
    assert "secret-ping" in {secret.reveal().rpartition("/")[2] for secret in world.config.secrets}
