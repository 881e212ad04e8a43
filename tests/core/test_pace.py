"""When a feed is asked next: each table tells what is made of which hint, wish or rhythm."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import pace
from bot.core.pace import fresh, rhythm, wishes
from bot.model import Feed, FeedState

NOW = datetime(2026, 3, 4, 12, 20, tzinfo=UTC)  # a Wednesday
FEED = Feed(name="Example", url="https://example.org/rss", interval=timedelta(minutes=10))
STATE = FeedState(name="Example", url=FEED.url, first_polled=NOW - timedelta(hours=1))
DAY = 86_400


def hours(*skipped: int) -> int:
    return sum(1 << hour for hour in skipped)


def minutes(state: FeedState, seconds: float | None = None, feed: Feed = FEED, chance: float = 0.0) -> float:
    return (pace.due(state, feed, NOW, chance, seconds) - NOW) / timedelta(minutes=1)


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=1200"}, 1200),
        ({"cache-control": "public, Max-Age=1200, must-revalidate"}, 1200),
        ({"cache-control": 'max-age="1200"'}, 1200),
        ({"cache-control": "max-age=1200", "age": "200"}, 1000),
        ({"cache-control": "max-age=1200", "age": "1300"}, None),
        ({"cache-control": "max-age=1200", "age": "long"}, 1200),
        ({"cache-control": "no-store, max-age=1200"}, 1200),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "s-maxage=1200"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=999999999999999999999"}, None),
        ({"cache-control": "max-age=soon"}, None),
        ({"expires": "Wed, 04 Mar 2026 12:50:00 GMT"}, 1800),
        ({"expires": "Wed, 04 Mar 2026 12:50:00 GMT", "date": "Wed, 04 Mar 2026 12:40:00 GMT"}, 600),
        ({"expires": "Wed, 04 Mar 2026 12:50:00 GMT", "cache-control": "max-age=60"}, 60),
        ({"expires": "Wednesday, 04-Mar-26 12:50:00 GMT"}, 1800),
        ({"expires": "Wed Mar  4 12:50:00 2026"}, 1800),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": "Wed, 04 Mar 2020 12:50:00 GMT"}, None),
        ({"expires": "Wed, 99 Foo 2026 12:50:00 GMT"}, None),
        ({"expires": "never, that is what I would say"}, None),
    ],
)
def test_what_headers_hint_at(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh.seconds(headers, NOW) == seconds


# ---------------------------------------------------------------- the document


def rss(channel: str, items: str = "<item><title>x</title></item>") -> bytes:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{channel}{items}</channel></rss>".encode()


def sy(*, period: str = "", frequency: str = "", base: str = "") -> bytes:
    said = (("Period", period), ("Frequency", frequency), ("Base", base))
    return rss("".join(f"<sy:update{name}>{value}</sy:update{name}>" for name, value in said if value))


@pytest.mark.parametrize(
    ("body", "every"),
    [
        (rss(""), None),
        (rss("<ttl>60</ttl>"), 3600),
        (rss("<ttl> 5\n</ttl>"), 300),
        (rss("<ttl>0</ttl>"), None),
        (rss("<ttl>-5</ttl>"), None),
        (rss("<ttl>soon</ttl>"), None),
        (rss("<ttl>999999999</ttl>"), wishes.LONGEST),
        (rss("<!-- <ttl>60</ttl> --><ttl>5</ttl>"), 300),
        (rss("", "<item><ttl>60</ttl></item>"), None),
        (rss("", "<item><title>x</title></item><ttl>60</ttl>"), 3600),
        (sy(period="hourly"), 3600),
        (sy(period=" Hourly ", frequency="2"), 1800),
        (sy(period="daily", frequency="24"), 3600),
        (sy(frequency="2"), DAY // 2),
        (sy(period="weekly"), 7 * DAY),
        (sy(period="yearly"), wishes.LONGEST),
        (sy(period="always"), None),
        (sy(period="hourly", frequency="0"), None),
        (sy(period="hourly", frequency="0.1"), None),
        (sy(period="0"), None),
        (sy(period="hourly", frequency="999999"), None),
        (rss("<ttl>120</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"), 7200),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', None),
        (b"", None),
    ],
)
def test_how_often_a_document_asks_to_be_read(body: bytes, every: int | None) -> None:
    assert wishes.of_document(body).every == every


@pytest.mark.parametrize(
    ("named", "skipped"),
    [("1 2", hours(1, 2)), ("0", hours(0)), ("24", hours(0)), ("25 -1 x", 0), (" ".join(map(str, range(24))), 0)],
    ids=["two", "midnight as 0", "midnight as 24", "no hours", "all of them are none"],
)
def test_which_hours_a_document_skips(named: str, skipped: int) -> None:
    body = rss("<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in named.split()) + "</skipHours>")
    assert wishes.of_document(body).hours == skipped


def test_blanks_around_an_hour_or_a_day_are_none_of_it() -> None:
    found = wishes.of_document(rss("<skipHours><hour> 7\n</hour></skipHours><skipDays><day> Tuesday </day></skipDays>"))
    assert (found.hours, found.days) == (hours(7), 0b10)


@pytest.mark.parametrize(
    ("named", "skipped"),
    [
        ("Saturday Sunday", 0b1100000),
        ("sun", 0b1000000),
        ("Caturday", 0),
        ("MONDAY Sunday", 0b1000001),
        ("Mon Tue Wed Thu Fri Sat Sun", 0),
    ],
)
def test_which_days_a_document_skips(named: str, skipped: int) -> None:
    body = rss("<skipDays>" + "".join(f"<day>{day}</day>" for day in named.split()) + "</skipDays>")
    assert wishes.of_document(body).days == skipped


def test_what_is_asked_is_kept_as_it_is_spelled_beside_what_is_heeded() -> None:
    found = wishes.of_document(
        rss("<ttl>120</ttl><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateBase>2026-03-04</sy:updateBase>")
    )
    assert (found.ttl, found.period, found.every, found.base) == (7200, 3600, 7200, None), "the longer: it has no base"
    found = wishes.of_document(
        rss("<ttl>5</ttl><sy:updatePeriod>monthly</sy:updatePeriod><sy:updateBase>2026-03-04</sy:updateBase>")
    )
    assert (found.ttl, found.period, found.every) == (300, 30 * DAY, wishes.LONGEST)
    assert found.base == datetime(2026, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "base"),
    [("2026-03-04T00:05Z", datetime(2026, 3, 4, 0, 5, tzinfo=UTC)), ("2000-01-01T12:00+00:00", datetime(2000, 1, 1, 12, tzinfo=UTC)),
     ("noon", None), ("0001-01-01T00:00+23:59", None)],
)  # fmt: skip
def test_from_when_on_a_period_is_counted(text: str, base: datetime | None) -> None:
    assert wishes.of_document(sy(period="hourly", base=text)).base == base


def test_a_hostile_head_costs_little() -> None:
    for text in (b"<!--" * 200_000, b"<skipHours>" * 100_000, b"<sy:updatePeriod>" * 50_000, b"<hour>1</hour>" * 90_000):
        assert wishes.of_document(b"<rss><channel>" + text).every is None


@pytest.mark.parametrize(
    "element", [b"<sy:updatePeriod>", b"<sy:updateBase>", b"<ttl>", b"<skipHours><hour>", b"<skipDays><day>"]
)
def test_white_space_without_end_in_an_element_costs_little(element: bytes) -> None:
    """Read in the bot's own process within a transaction: 64 KB of blanks held everything up for minutes."""
    began = time.process_time()
    wishes.of_document(
        b"<rss><channel>" + element + b" " * 60_000 + b"x" * 300 + b"<item><title>a</title></item></channel></rss>"
    )
    assert time.process_time() - began < 1  # 0.001 s when measured


# ---------------------------------------------------------------- max and clamp


@pytest.mark.parametrize(
    ("state", "seconds", "expected"),
    [
        (STATE, None, 10),
        (STATE, 60, 10),
        (STATE, 1200, 20),
        (STATE, 1e12, 40),
        (replace(STATE, asks_every=900), None, 15),
        (replace(STATE, asks_every=900), 1200, 20),
        (replace(STATE, asks_every=7 * DAY), None, 40),
        (replace(STATE, asks_every=3600, asks_base=NOW - timedelta(minutes=35)), None, 25),
        (replace(STATE, asks_every=3600, asks_base=NOW + timedelta(minutes=5)), None, 10),
        (replace(STATE, skip_hours=hours(12)), None, 40),
        (replace(STATE, skip_hours=hours(12, 13, 14)), None, 160),
        (replace(STATE, skip_days=0b100), None, 700),
        (replace(STATE, skip_days=0b11100), None, 24 * 60),
        (replace(STATE, skip_hours=hours(13)), None, 10),
    ],
    ids=["nothing said", "less than the interval", "max-age", "a huge max-age is clamped", "ttl", "the longer of two",
         "a huge ttl is clamped", "the next update by its base", "an update sooner than the interval", "this hour is skipped",
         "three hours are", "today is skipped", "three days are skipped: a day at most", "a later hour is skipped"],
)  # fmt: skip
def test_when_the_next_poll_is_in_minutes(state: FeedState, seconds: float | None, expected: float) -> None:
    assert minutes(state, seconds) == expected
    assert expected <= minutes(state, seconds, chance=0.999) <= expected * 1.1 + 1


def test_a_fixed_rhythm_heeds_the_skipped_hours_and_nothing_else() -> None:
    feed = replace(FEED, rhythm="fixed")
    quiet = replace(STATE, first_polled=NOW - timedelta(days=9), answers=99, asks_every=3600)
    assert minutes(quiet, 1800, feed) == 10
    assert minutes(replace(quiet, skip_hours=hours(12)), None, feed) == 40


# ---------------------------------------------------------------- rhythm

WATCHED = replace(STATE, first_polled=NOW - timedelta(days=9), answers=99)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (replace(WATCHED, gap=600.0, last_new=NOW - timedelta(minutes=9)), 10),
        (replace(WATCHED, gap=8 * 3600.0, last_new=NOW - timedelta(minutes=9)), 20),
        (replace(WATCHED, gap=600.0, last_new=NOW - timedelta(hours=12)), 30),
        (WATCHED, 40),
        (replace(WATCHED, first_polled=NOW - timedelta(hours=23)), 10),
        (replace(WATCHED, answers=23), 10),
        (replace(WATCHED, turnover=1200.0), 5),
        (replace(WATCHED, turnover=60.0), 0.5),
        (replace(WATCHED, turnover=3600.0, last_new=NOW), 10),
    ],
    ids=["every ten minutes", "every eight hours", "silent for half a day", "silent for ever", "watched for less than a day",
         "asked too seldom to tell", "a document that turns over in 20 minutes", "in one", "in an hour"],
)  # fmt: skip
def test_a_rhythm_stretches_or_hurries_the_interval(state: FeedState, expected: float) -> None:
    assert minutes(state) == expected


def test_a_hurried_feed_still_waits_for_what_its_server_hints_at() -> None:
    assert minutes(replace(WATCHED, turnover=60.0), 1200) == 20


def learn(state: FeedState, *polls: tuple[int, int]) -> FeedState:
    """Polls ten minutes apart, with so many new items of so many."""
    moment = NOW
    for new, entries in polls:
        before, moment = moment, moment + timedelta(minutes=10)
        state = replace(state, turnover=rhythm.relaxed(state.turnover, FEED.interval))
        state = rhythm.after_document(state, moment, new=new, entries=entries, since=before)
    return state


@pytest.mark.parametrize(
    ("polls", "turnover"),
    [
        ([(2, 30)], None),
        ([(15, 30)], 1200),
        ([(30, 30)], 600),
        ([(2, 2)], None),
        ([(15, 30), (0, 30)], 1800),
        ([(15, 30), (0, 30), (0, 30)], None),
        ([(5, 30), (15, 30)], 1200),
    ],
    ids=["a few of many", "half of it", "all of it", "too few to tell", "relaxed once", "forgotten", "the faster counts"],
)
def test_in_how_many_seconds_a_document_turns_over(polls: list[tuple[int, int]], turnover: float | None) -> None:
    assert learn(WATCHED, *polls).turnover == turnover


def test_the_time_between_items_is_learned_from_what_comes() -> None:
    state = learn(replace(WATCHED, last_new=NOW), *[(0, 30), (0, 30), (1, 30)])
    assert (state.gap, state.arrivals) == (1800.0, 1)
    state = learn(replace(state, last_new=NOW), (2, 30))
    assert state.gap == 1800 + 0.2 * (300 - 1800)
    assert state.arrivals == 3


def test_a_first_document_teaches_no_rhythm() -> None:
    state = rhythm.after_document(replace(STATE, first_polled=None), NOW, new=30, entries=30, since=None)
    assert (state.gap, state.turnover, state.entries) == (None, None, 30)
