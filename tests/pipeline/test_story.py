"""The story of an item, told once from end to end, and then with everything that may happen on the way."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import report
from bot.core.render import payloads
from bot.edge.store import outbox, retention
from bot.errors import Stopping
from bot.model import Answer, Fetched, FetchFailure

from .conftest import ABOUT, CONFIG, OTHER, START, KilledError, World, item, page, rss

BUSY = Answer(state="retry", why="503", status=503)


def test_from_a_feed_to_an_alert_to_the_log(world: World) -> None:
    world.web.feed("A", item("old", "OpenAI and NATO, as it was"))
    world.once()
    world.web.feed(
        "A", item("new", "A contract", summary="Altman misspoke"), item("cheese"), item("old", "OpenAI and NATO, as it was")
    )
    world.web.article("new", *ABOUT)
    world.web.article("cheese", *OTHER)
    world.once()
    assert world.verdicts() == {"OpenAI and NATO, as it was": "baseline", "cheese": "no-match", "A contract": "match"}
    assert world.told() == ["OpenAI and NATO, as it was", "A contract"]
    [row] = world.log(verdict="match")
    [verdict] = row.verdicts
    assert (row.note, verdict.receipt.where, verdict.alerted) == ("read", "article", True)
    assert "considering a contract" in verdict.receipt.sentence


# ---------------------------------------------------------------- polling


def test_validators_are_replaced_with_every_200_and_forgotten_when_absent(world: World) -> None:
    world.web.feed("A", etag='"one"', last_modified="Tue, 03 Mar 2026 08:00:00 GMT")
    world.once()
    world.once()
    world.web.feed("A", item("x"), etag='W/"two"')
    world.once()
    world.web.feed("A", item("x"), item("y"))
    world.once()
    world.once()
    asked = [headers for url, headers in world.web.asked if url == "https://a.example.org/rss"]
    both = {"If-None-Match": '"one"', "If-Modified-Since": "Tue, 03 Mar 2026 08:00:00 GMT"}
    assert asked == [{}, both, both, {"If-None-Match": 'W/"two"'}, {}]


def test_a_304_changes_only_when_the_feed_is_due(world: World) -> None:
    world.web.feed("A", item("x"), etag='"one"')
    world.once()
    before = world.state_of("A")
    world.web.serve("https://a.example.org/rss", b"", status=304)
    world.poll()
    after = world.state_of("A")
    assert (after.etag, after.body_hash, len(world.log())) == (before.etag, before.body_hash, 1)
    assert after.next_due == world.now + timedelta(minutes=10)


def test_the_same_bytes_again_are_not_parsed(world: World) -> None:
    world.web.feed("A", item("x"))
    world.once()
    world.pool.fails = {"feed"}
    world.poll()
    assert world.state_of("A").problem is None


def test_only_what_a_document_brought_anew_is_parsed(world: World) -> None:
    world.web.feed("A", item("x"))
    world.once()
    parsed: list[bytes] = []
    run = world.pool.run

    def spy(fn: object, body: bytes, **kwargs: object) -> object:
        parsed.append(body)
        return run(fn, body, **kwargs)  # type: ignore[arg-type]

    world.pool.run = spy  # type: ignore[method-assign, assignment]
    world.web.feed("A", item("y"), item("x"))
    world.poll()
    assert b"y-guid" in parsed[0]
    assert b"x-guid" not in parsed[0]
    assert [row.item.title for row in world.log()] == ["x", "y"]


def test_one_feeds_failure_stops_no_other_and_touches_nothing_seen(world: World) -> None:
    world.web.feed("A", item("x"))
    world.once()
    world.web.serve("https://a.example.org/rss", b"<html><title>Login</title></html>")
    world.web.feed("B", item("z", link="https://b.example.org/z"))
    world.once()
    broken = world.state_of("A")
    assert "web page" in broken.problem
    assert broken.lasting
    assert world.state_of("B").problem is None
    world.web.feed("A", item("x"))
    world.once(after=timedelta(hours=2))
    world.once()
    assert world.state_of("A").problem is None
    assert [row.item.title for row in world.log()] == ["x", "z"]


def test_operators_hear_once_that_a_feed_needs_them(world: World) -> None:
    world.web.serve("https://a.example.org/rss", b"gone", status=410)
    for _ in range(3):
        world.once(after=timedelta(hours=2))
    assert world.told("ops") == ["the server answered 410 Gone; it is asked twice more within a day, and then no more"]


@pytest.mark.parametrize("failure", [FetchFailure(why="time-out", temporary=True), FetchFailure(why="refused", temporary=True)])
def test_a_failure_that_may_pass_is_told_only_when_it_stays(world: World, failure: FetchFailure) -> None:
    world.web.answers["https://a.example.org/rss"] = failure
    told = []
    for _ in range(3):
        world.once(after=timedelta(hours=2))
        told.append(len(world.told("ops")))
    assert told == [0, 0, 1]


def test_a_first_document_cut_short_is_no_baseline_yet(world: World) -> None:
    whole = rss(item("one", "OpenAI and NATO one"), item("two", "OpenAI and NATO two"))
    world.web.serve(
        "https://a.example.org/rss", whole[: whole.index(b"two-guid")], content_type="application/rss+xml", etag='"e"'
    )
    world.once()
    assert world.verdicts() == {"OpenAI and NATO one": "baseline"}
    assert (world.state_of("A").first_polled, world.state_of("A").etag) == (None, None)
    world.web.serve("https://a.example.org/rss", whole, content_type="application/rss+xml")
    world.once()
    assert world.verdicts() == {"OpenAI and NATO one": "baseline", "OpenAI and NATO two": "baseline"}
    assert world.state_of("A").first_polled is not None


def test_a_backlog_asked_for_alerts_its_newest(world: World) -> None:
    world.configure(CONFIG.replace('"https://a.example.org/rss"', '"https://a.example.org/rss"\nalert_backlog = 2'))
    entries = [item(f"n{n}", f"OpenAI and NATO {n}", date=START - timedelta(days=n), summary=f"Event {n} " * 9) for n in range(4)]
    world.web.feed("A", *entries)
    world.once()
    assert world.verdicts() == {
        "OpenAI and NATO 3": "baseline", "OpenAI and NATO 2": "baseline",
        "OpenAI and NATO 1": "match", "OpenAI and NATO 0": "match",
    }  # fmt: skip
    assert [len(row.alert.entries) for row in world.outbox()] == [1, 1, 2]
    assert [row.alert.type for row in world.outbox()] == ["development.new", "development.new", "digest"]


# ---------------------------------------------------------------- identity


SAME = "OpenAI and NATO look at a contract"


@pytest.mark.parametrize(
    "again",
    [
        item("x", SAME, guid="another"),
        item("x", SAME, date=START + timedelta(hours=5)),
        item("x", SAME, guid="another", link="http://www.a.example.org/x?utm_source=rss#top"),
        item("x", SAME, guid="another", link="https://a.example.org/moved/x"),
        item("x", "OpenAI and NATO: an edited headline", link="https://a.example.org/edited"),
    ],
    ids=["another guid", "another date", "http, www, tracking and another guid", "another guid and address, the same title",
         "the same guid, another headline and address"],
)  # fmt: skip
def test_an_item_under_another_identity_alerts_once_and_is_logged_at_most_twice(world: World, again: str) -> None:
    world.once()
    world.web.feed("A", item("x", SAME))
    world.once()
    for _ in range(3):
        world.web.feed("A", again)
        world.once()
        world.web.feed("A")
        world.once()
    assert len(world.told()) == 1
    assert [row.verdicts[0].verdict for row in world.log()] in (["match"], ["match", "duplicate"])


def test_guids_that_change_with_every_poll_do_not_fill_the_log(world: World) -> None:
    world.once()
    for n in range(6):
        world.web.feed(
            "A", item("x", SAME, guid=f"guid{n}"), item("c", "Cheese prices and the weather in the mountains", guid=f"c{n}")
        )
        world.once()
    assert len(world.log()) == 4
    assert len(world.told()) == 1


def test_addresses_that_differ_in_a_telling_parameter_are_different_items(world: World) -> None:
    world.once()
    world.web.feed("A", *(item(f"p{n}", f"OpenAI and NATO part {n}", link=f"https://a.example.org/story?id={n}") for n in (7, 8)))
    world.once()
    assert sorted(world.verdicts().values()) == ["match", "match"]


def test_the_same_article_in_two_feeds_alerts_once(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", SAME))
    world.web.feed("B", item("x", SAME, guid="b", link="https://a.example.org/x?utm_medium=feed"))
    world.once()
    rows = world.log()
    assert sorted(row.verdicts[0].verdict for row in rows) == ["duplicate", "match"]
    assert len({row.verdicts[0].development for row in rows}) == 1
    assert len(world.told()) == 1


def test_a_duplicate_is_judged_anew_for_a_story_that_did_not_look_at_the_first_feed(world: World) -> None:
    other = '[[stories]]\nname = "other"\nquery = "openai"\nchannels = ["ops"]\nfeeds = ["B"]\n\n[[channels]]'
    world.configure(CONFIG.replace("[[channels]]", other, 1))
    world.once()
    world.web.feed("A", item("x", SAME))
    world.once()
    world.web.feed("B", item("x", SAME, guid="b"))
    world.once()
    assert [(v.story, v.verdict) for v in world.log()[1].verdicts] == [("other", "match"), ("story", "duplicate")]
    assert (world.told("room"), world.told("ops")) == ([SAME], [SAME])


def test_a_pruned_item_comes_back_neither_in_its_feed_nor_in_another(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", SAME))
    world.once()
    with world.store.write() as tx:
        retention.prune_items(tx, world.now)
        retention.prune_outbox(tx, world.now)
    world.receiver.accepted.clear()
    world.web.feed("A", item("x", SAME), item("y"))
    world.web.feed("B", item("x", SAME, guid="b"))
    world.once()
    assert world.verdicts() == {"y": "no-match", SAME: "duplicate"}
    assert world.told() == []


def test_a_feed_whose_address_changes_keeps_what_it_saw(world: World) -> None:
    world.web.feed("A", item("x", SAME), etag='"e"')
    world.once()
    world.configure(CONFIG.replace("https://a.example.org/rss", "https://a.example.org/moved"))
    world.web.serve("https://a.example.org/moved", rss(item("x", SAME), item("n", "OpenAI joins NATO")), content_type="text/xml")
    world.once()
    assert world.web.asked[-1] != ("https://a.example.org/moved", {"If-None-Match": '"e"'})
    assert world.verdicts() == {SAME: "baseline", "OpenAI joins NATO": "match"}


# ---------------------------------------------------------------- judging


def test_a_page_that_could_not_be_had_is_read_later_when_the_story_may_stand_there(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", "A contract"))
    world.once(after=timedelta())
    [row] = world.log()
    assert (row.note, row.verdicts[0].verdict) == ("failed: refused the connection", "no-match")
    world.web.article("x", *ABOUT)
    world.now += timedelta(minutes=5)
    world.judge()
    world.deliver()
    [row] = world.log()
    assert (row.note, row.verdicts[0].verdict, world.told()) == ("read", "match", ["A contract"])


def test_a_page_that_is_never_to_be_had_is_given_up_after_three_more_tries(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", "A contract"))
    for _ in range(8):
        world.once(after=timedelta(hours=3))
    assert [url for url, _ in world.web.asked].count("https://a.example.org/x") == 4


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        (Fetched(url="https://a.example.org/x", status=403, headers={}, body=b""), "failed: the server answered 403 Forbidden"),
        (FetchFailure(why="larger than 5 MB", temporary=False), "failed: larger than 5 MB"),
        (Fetched(url="https://a.example.org/x", status=200, headers={"content-type": "application/pdf"}, body=b"%PDF-1.7"),
         "failed: a PDF, not a web page"),
    ],
    ids=["403", "too large", "a PDF"],
)  # fmt: skip
def test_without_its_page_an_item_is_judged_on_title_and_summary(world: World, answer: Fetched | FetchFailure, note: str) -> None:
    world.once()
    world.web.feed("A", item("x", SAME))
    world.web.answers["https://a.example.org/x"] = answer
    world.once()
    [row] = world.log()
    assert (row.note, row.verdicts[0].verdict) == (note, "match")


def test_a_page_that_robots_txt_forbids_is_not_asked_for(world: World) -> None:
    world.once()
    world.robots.forbidden = {"https://a.example.org/x"}
    world.web.feed("A", item("x", SAME))
    world.once()
    assert world.log()[0].note == "failed: robots.txt forbids it"
    assert "https://a.example.org/x" not in [url for url, _ in world.web.asked]


def test_a_page_that_kills_its_child_is_judged_without_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="storywatch")
    world.once()
    world.pool.fails = {"article"}
    world.web.feed("A", item("x", SAME))
    world.web.article("x", *ABOUT)
    world.poll()
    for judged in world.judge():
        report.judged(logging.getLogger("storywatch"), judged)
    world.once()
    assert world.log()[0].note == "failed: reading the page gave no answer within 12 s, twice"
    assert world.pool.deaths == 2  # a second child for it, and never a third
    told = next(record.getMessage() for record in caplog.records if getattr(record, "event", "") == "item.deadly")
    assert "of feed A: failed: reading the page gave no answer within 12 s, twice; judged on title and summary" in told
    assert world.told() == [SAME]


def test_a_verbatim_copy_elsewhere_joins_the_development_silently(world: World) -> None:
    world.once()
    world.web.feed("A", item("x", "OpenAI weighs NATO deal"))
    world.web.article("x", *ABOUT)
    world.once()
    world.web.feed("B", item("y", "Report: NATO next for OpenAI", link="https://a.example.org/y"))
    world.web.article("y", *ABOUT)
    world.once()
    first, second = (row.verdicts[0] for row in world.log())
    assert (second.verdict, second.development, second.alerted) == ("match", first.development, False)
    assert "copy of item" in second.why
    assert len(world.told()) == 1


def test_the_first_passs_digest_waits_for_every_feed_and_names_each_development_once(world: World) -> None:
    world.web.feed("A", item("x", "OpenAI weighs NATO deal", summary=ABOUT[0]), item("c"))
    world.web.feed("B", item("y", "OpenAI weighs NATO deal", summary=ABOUT[0], link="https://b.example.org/y"))
    with world.store.write() as tx:
        tx.exec_driver_sql("UPDATE feeds SET next_due = next_due + 60000 WHERE name = 'B'")
    world.once(after=timedelta(minutes=1))
    assert world.told() == []
    world.once()
    assert world.told() == ["OpenAI weighs NATO deal"]
    assert [v.alerted for row in world.log() for v in row.verdicts] == [False, False, False]


def test_a_first_pass_without_a_match_tells_nobody(world: World) -> None:
    world.web.feed("A", item("c"))
    world.once()
    assert world.outbox() == []


# ---------------------------------------------------------------- delivering


def matches(world: World, count: int) -> None:
    world.once()
    world.web.feed(
        "A", *(item(f"m{n}", f"OpenAI, NATO and event number {n}", summary=f"What happened in {n} " * 5) for n in range(count))
    )
    world.poll()
    world.judge()


def test_above_its_budget_a_channel_gets_one_digest_that_names_all_the_rest(world: World) -> None:
    matches(world, 9)
    world.deliver()
    told = world.told()
    assert [line.count("event number") for line in told] == [1, 1, 1, 6]
    assert all(verdict.alerted for row in world.log() for verdict in row.verdicts)


def test_a_refused_rich_form_is_sent_as_plain_text(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "slack"'))
    matches(world, 1)
    world.receiver.script = [Answer(state="parked", why="invalid_blocks", status=400, plain=True)]
    world.deliver()
    [row] = world.outbox()
    assert (row.state, row.attempts, row.plain) == ("delivered", 2, True)
    assert world.receiver.accepted[0][2] == payloads(row.alert, "slack", plain=True)[0]


def test_nothing_overtakes_an_alert_that_waits(world: World) -> None:
    matches(world, 2)
    world.receiver.script = [BUSY]
    world.deliver()
    assert world.told() == []
    world.now += timedelta(seconds=5)
    world.deliver()
    assert [title[-1] for title in world.told()] == ["1", "0"]


def test_after_75_hours_an_alert_is_parked_and_the_next_one_goes_on(world: World) -> None:
    matches(world, 2)
    world.receiver.script = [BUSY] * 12
    while world.outbox()[0].state != "parked":
        world.deliver()
        world.now += timedelta(hours=25)
    assert "given up after 75 hours" in world.outbox()[0].why


def deliver_all(world: World) -> list[int]:
    """Deliver until nothing waits, from one window of the budget to the next; how many messages each of them had."""
    counts = []
    while any(row.state in {"queued", "retry"} for row in world.outbox()):
        before = len(world.receiver.accepted)
        world.deliver()
        counts.append(len(world.receiver.accepted) - before)
        world.now += timedelta(minutes=10)
        assert len(counts) < 50
    return counts


def test_a_long_digest_is_spread_over_the_windows_of_its_budget(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "discord"'))
    matches(world, 120)
    counts = deliver_all(world)
    digest = world.outbox()[-1]
    assert sum(counts) == 3 + len(payloads(digest.alert, "discord")) > 8
    assert max(counts) == 4, "the budget of three, and the one on top"
    with world.store.read() as connection:
        ledger = [attempt.state for attempt in outbox.ledger(connection, digest.alert.id)]
    assert ledger == ["paused"] * (len(ledger) - 1) + ["delivered"]


def test_a_digest_under_way_does_not_change_when_other_outlets_come(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "discord"'))
    matches(world, 60)
    world.deliver()
    digest = world.outbox()[-1]
    assert digest.parts == 1, "the rest of it waits"
    first = world.receiver.accepted[-1][2]
    with world.store.write() as tx:
        tx.execute(sa.text("UPDATE items SET outlet = 'An outlet with a name that needs much room in a line ' || id"))
    deliver_all(world)
    bodies = [payload.body for _, alert, payload in world.receiver.accepted if alert == digest.alert.id]
    assert bodies[0] == first.body
    told = b"".join(bodies).decode()
    named = re.findall(r"a\.example\.org/m(\d+)\b", told)
    assert len(named) == len(set(named)) == 57, "all but those told singly, each once"


def test_a_long_digest_goes_on_where_a_failure_stopped_it(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "discord"'))
    matches(world, 60)
    deliver_all(world)
    digest = world.outbox()[-1]
    parts = len(payloads(digest.alert, "discord"))
    assert parts > 1
    accepted = [payload for _, alert, payload in world.receiver.accepted if alert == digest.alert.id]
    assert len(accepted) == parts


def test_a_digest_interrupted_in_the_middle_repeats_no_part(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "discord"'))
    matches(world, 60)
    world.receiver.script = [Answer(state="delivered", why="ok")] * 4 + [BUSY]
    world.deliver()
    world.now += timedelta(seconds=6)
    deliver_all(world)
    digest = world.outbox()[-1]
    bodies = [payload.body for _, alert, payload in world.receiver.accepted if alert == digest.alert.id]
    assert digest.state == "delivered"
    assert len(bodies) == len(set(bodies)) == len(payloads(digest.alert, "discord"))


def test_a_digest_under_way_is_told_whole_where_its_channel_becomes_one_of_longer_messages(world: World) -> None:
    world.configure(CONFIG.replace('kind = "webhook"', 'kind = "discord"'))
    matches(world, 60)
    world.deliver()
    digest = world.outbox()[-1]
    assert digest.parts == 1, "the rest of it waits"
    world.configure(CONFIG)
    deliver_all(world)
    *_, (_, alert, payload) = world.receiver.accepted
    assert alert == digest.alert.id
    assert len(set(re.findall(r"a\.example\.org/m(\d+)\b", payload.body.decode()))) == 57


# ---------------------------------------------------------------- crashes


def test_killed_before_any_commit_and_started_again_nothing_is_lost_or_doubled(world: World) -> None:
    """The k-th transaction fails before its commit, for every k: what follows is as if nothing had happened."""
    world.once()
    world.web.feed("A", item("x", "OpenAI weighs NATO deal"), item("c"))
    world.web.article("x", *ABOUT)
    world.web.article("c", *OTHER)
    for k in range(1, 40):
        world.fail_at(k)
        try:
            world.once(after=timedelta())
        except KilledError:
            world.restart()
            continue
        break
    else:
        pytest.fail("the pass never went through")
    world.fail_at(0)
    assert k > 5, "the pass has more transactions than that"
    world.once()
    assert world.verdicts() == {"OpenAI weighs NATO deal": "match", "c": "no-match"}
    assert [row.state for row in world.outbox()] == ["delivered"]
    assert set(world.told()) == {"OpenAI weighs NATO deal"}
    assert len({alert for _, alert, _ in world.receiver.accepted}) == 1, "a repeat keeps its id"


@pytest.mark.parametrize("where", ["feed", "page"])
def test_what_a_stop_cut_off_is_not_recorded_as_anybodys_failure(world: World, where: str) -> None:
    world.once()
    world.web.feed("A", item("x", "A contract"))

    def cut(_: object) -> FetchFailure:
        world.stopping = True
        return FetchFailure(why="cut off", temporary=True)

    if where == "feed":
        world.web.answers["https://a.example.org/rss"] = cut
        world.poll()
        assert world.state_of("A").problem is None
    else:
        world.web.answers["https://a.example.org/x"] = cut
        world.poll()
        with pytest.raises(Stopping):
            world.judge()
        assert world.log()[0].verdicts == ()
    world.stopping = False
    world.web.feed("A", item("x", "A contract"))
    world.web.serve("https://a.example.org/x", page(*ABOUT))
    world.restart()
    world.once()
    assert world.told() == ["A contract"]
