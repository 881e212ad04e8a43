"""The daily word: when it is said, and which kind of silence it names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from bot.core import heartbeat
from bot.model import Feed, FeedState

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEEDS = [Feed(name=name, url=f"https://{name}.example.org/", interval=timedelta(minutes=10)) for name in "ab"]
WELL = {feed.name: FeedState(name=feed.name, url=feed.url, last_ok=NOW - timedelta(minutes=40)) for feed in FEEDS}


@pytest.mark.parametrize(
    ("last", "local", "due"),
    [
        (NOW - 24 * HOUR, NOW, True),
        (NOW - 24 * HOUR, NOW - HOUR, False),
        (NOW, NOW + HOUR, False),
        (NOW - 48 * HOUR, NOW - HOUR, True),
        (NOW - HOUR, NOW + 5 * HOUR, True),
        (NOW - 2 * HOUR, (NOW - HOUR).astimezone(timezone(HOUR)), True),
        (NOW - 2 * HOUR, (NOW - HOUR - timedelta(minutes=1)).astimezone(timezone(HOUR)), False),
    ],
    ids=[
        "a day later",
        "not yet",
        "said just now",
        "missed yesterday",
        "asleep at the time",
        "nine in Paris",
        "a minute before that",
    ],
)
def test_when_the_word_is_due(last: datetime, local: datetime, due: bool) -> None:
    assert heartbeat.due(time(9, 0), last, local) == due


OUTAGE = (
    "1 of 2 feeds fresh, our own network seems to be down since 2026-03-04T08:00:00Z, "
    "no new coverage, for no feed listed anything new"
)


@pytest.mark.parametrize(
    ("changes", "counts", "outage", "words"),
    [
        ({}, (0, 0), None, "2 of 2 feeds fresh, no new coverage, for no feed listed anything new"),
        ({}, (212, 0), None, "2 of 2 feeds fresh, no new coverage among 212 new items"),
        ({}, (212, 1), None, "2 of 2 feeds fresh, 1 item of new coverage among 212 new items"),
        ({"last_ok": NOW - 2 * HOUR}, (3, 0), None, "1 of 2 feeds fresh, not fresh: a, no new coverage among 3 new items"),
        ({"problem": "404"}, (3, 0), None, "1 of 2 feeds fresh, not fresh: a, no new coverage among 3 new items"),
        ({"problem": "x"}, (0, 0), NOW - HOUR, OUTAGE),
    ],
    ids=["dead silence", "news, but none of the story", "coverage", "a feed not heard of", "a feed that fails", "an outage"],
)  # fmt: skip
def test_which_kind_of_silence_it_is(
    changes: dict[str, object], counts: tuple[int, int], outage: datetime | None, words: str
) -> None:
    states = {**WELL, "a": replace(WELL["a"], **changes)}  # type: ignore[arg-type]
    assert heartbeat.words(FEEDS, states, NOW, listed=counts[0], matched=counts[1], outage=outage) == words


@pytest.mark.parametrize(
    ("url", "failing"),
    [
        ("https://hc-ping.com/abc", "https://hc-ping.com/abc/fail"),
        ("https://hc.example.org/p/?key=1", "https://hc.example.org/p/fail?key=1"),
    ],
)
def test_where_a_failure_is_told(url: str, failing: str) -> None:
    assert heartbeat.failing(url) == failing
