"""What operators hear of a feed, and when they hear nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import health
from bot.core.health import BROKEN, QUIET, Change
from bot.model import FeedState

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WELL = FeedState(
    name="A", url="https://a.example.org/", first_polled=NOW - 30 * DAY, last_ok=NOW, answers=999, good=3, arrivals=50, gap=7200.0,
    last_new=NOW - timedelta(hours=3),
)  # fmt: skip
ILL = replace(WELL, problem="the server answered 403 Forbidden", failures=1, good=0)
SILENT = replace(WELL, last_new=NOW - 5 * DAY)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (WELL, False),
        (ILL, False),
        (replace(ILL, lasting=True), BROKEN),
        (replace(ILL, lasting=True, told=BROKEN), False),
        (replace(ILL, told=BROKEN), False),
        (replace(WELL, told=BROKEN, good=2), False),
        (replace(WELL, told=BROKEN), None),
        (replace(ILL, lasting=True, told=QUIET), BROKEN),
        (SILENT, QUIET),
        (replace(SILENT, told=QUIET), False),
        (replace(SILENT, told=BROKEN), None),
        (replace(WELL, told=QUIET), None),
        (replace(SILENT, gap=86_400.0), False),
        (replace(SILENT, gap=86_400.0, last_new=NOW - 13 * DAY), QUIET),
        (replace(SILENT, arrivals=9), False),
        (replace(SILENT, last_new=NOW - timedelta(days=3, hours=23)), False),
        (replace(SILENT, last_new=None, arrivals=0, gap=None), False),
    ],
    ids=["well", "failed once", "broken", "told before", "between two failures of one that flaps", "well twice", "well thrice",
         "broken after silence", "silent for days", "told before that it is silent", "works again, but silent", "lists items again",
         "silent as ever", "silent beyond its slow rhythm", "too few items to know a rhythm", "a long weekend", "never listed any"],
)  # fmt: skip
def test_what_is_told_of_a_feed_that_is(state: FeedState, told: object) -> None:
    found = health.change(state, NOW)
    assert (found.told if found else False) == told


def test_the_words_name_the_problem_the_recovery_and_the_silence() -> None:
    said = [
        health.change(state, NOW)
        for state in (replace(ILL, lasting=True), replace(WELL, told=BROKEN), SILENT, replace(ILL, lasting=True, stopped=True))
    ]
    assert [change.said for change in said if change] == [
        "the server answered 403 Forbidden",
        "works again",
        "answers, but lists nothing new for 5 days; usually something comes within 2 hours",
        "the server answered 403 Forbidden, time and again: it is not asked any more",
    ]


def broken(count: int) -> list[Change]:
    return [Change(feed=f"F{n}", told=BROKEN, said="404") for n in range(count)]


@pytest.mark.parametrize(
    ("changes", "recent", "said"),
    [
        (0, 0, []),
        (2, 0, [("F0", "404"), ("F1", "404")]),
        (3, 0, [("F0", "404"), ("F1", "404"), ("F2", "404")]),
        (3, 1, [("F0 and 2 other feeds", "F0: 404; F1: 404; F2: 404")]),
        (3, 3, []),
    ],
    ids=["nothing", "two by themselves", "three by themselves", "three when one was sent just now", "none when three were"],
)
def test_few_changes_get_a_message_each_and_many_share_one(changes: int, recent: int, said: list[tuple[str, str]]) -> None:
    assert health.messages(broken(changes), recent) == said


def test_a_message_names_the_first_twenty_feeds_and_counts_the_others() -> None:
    [(feed, words)] = health.messages(broken(31), 0)
    assert feed == "F0 and 30 other feeds"
    assert words.count("404") == 20
    assert words.endswith("; and 11 more, see: storywatch status")
