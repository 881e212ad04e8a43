"""The log counted by day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from bot.cli.days import Day, by_day
from bot.model import Item, LogRow, Receipt, Verdict, VerdictName

RECEIPT = Receipt(holds=True, score=1.0, terms=(), where=None, sentence="", why="", rule="")
NOON = datetime(2026, 2, 27, 12, tzinfo=UTC)


def row(when: datetime, *verdicts: Verdict) -> LogRow:
    item = Item(id=1, feed="A", guid=None, url=None, title="", summary="", published=None, first_seen=when, outlet="A")
    return LogRow(item=item, note="read", verdicts=verdicts)


def verdict(name: VerdictName = "match", development: int | None = None, *, alerted: bool = False, story: str = "s") -> Verdict:
    return Verdict(story=story, verdict=name, receipt=RECEIPT, development=development, alerted=alerted)


def test_an_empty_log_has_no_days() -> None:
    assert by_day([]) == []


def test_a_day_without_anything_is_a_day_too() -> None:
    days = by_day([row(NOON), row(NOON + timedelta(days=2), verdict("no-match"))])
    assert [(day.day.day, day.seen) for day in days] == [(27, 1), (28, 0), (1, 1)]


def test_days_are_those_of_utc() -> None:
    here = datetime(2026, 2, 28, 1, tzinfo=timezone(timedelta(hours=9)))
    assert [day.day.day for day in by_day([row(here)])] == [27]


def test_the_second_item_of_a_development_is_folded() -> None:
    rows = [row(NOON, verdict(development=1, alerted=True)), row(NOON, verdict(development=2)), row(NOON, verdict(development=1))]
    assert by_day(rows) == [Day(day=NOON.date(), seen=3, matched=3, folded=1, alerted=1)]


def test_an_item_that_is_news_for_another_story_is_not_folded() -> None:
    rows = [row(NOON, verdict(development=1)), row(NOON, verdict(development=1), verdict(development=2, story="t"))]
    assert by_day(rows) == [Day(day=NOON.date(), seen=2, matched=2)]


def test_only_a_match_is_one() -> None:
    rows = [row(NOON, verdict("baseline", 1)), row(NOON, verdict("duplicate", 1)), row(NOON, verdict("no-match")), row(NOON)]
    assert by_day(rows) == [Day(day=NOON.date(), seen=4)]
