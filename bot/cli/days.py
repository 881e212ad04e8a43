"""The log counted by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from bot.cli.chart import Bar, Series, write_chart
from bot.cli.output import Column, write_table
from bot.model import LogRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was seen on a day (UTC), and what became of it. ``folded``: matches that an earlier item's alert stands for."""

    day: date
    seen: int = 0
    matched: int = 0
    folded: int = 0
    alerted: int = 0


def by_day(rows: Iterable[LogRow]) -> list[Day]:
    """The days from the first item's to the last one's, empty ones too. ``rows`` come oldest first."""
    counts: dict[date, list[int]] = {}
    known: set[tuple[str, int | None]] = set()
    for row in rows:
        matches = [verdict for verdict in row.verdicts if verdict.verdict == "match"]
        folded = bool(matches) and all((verdict.story, verdict.development) in known for verdict in matches)
        known.update((verdict.story, verdict.development) for verdict in matches)
        alerted = any(verdict.alerted for verdict in matches)
        day = counts.setdefault(row.item.first_seen.astimezone(UTC).date(), [0, 0, 0, 0])
        for n, counted in enumerate((True, bool(matches), folded, alerted)):
            day[n] += counted
    first, last = min(counts, default=date.max), max(counts, default=date.min)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)] if counts else []
    return [_day(day, *counts.get(day, (0, 0, 0, 0))) for day in days]


def _day(day: date, seen: int, matched: int, folded: int, alerted: int) -> Day:
    return Day(day=day, seen=seen, matched=matched, folded=folded, alerted=alerted)


def label(day: date) -> str:
    """``Tue 3 Mar``."""
    return f"{day:%a} {day.day:>2} {day:%b}"


def write_days(days: list[Day]) -> None:
    """A table of the days with their sums."""
    columns = [Column(title="day (UTC)"), *(Column(title=name, right=True) for name in ("seen", "matched", "folded", "alerted"))]
    rows = [(label(day.day), day.seen, day.matched, day.folded, day.alerted) for day in days]
    sums = (sum(day.seen for day in days), sum(day.matched for day in days), sum(day.folded for day in days))
    write_table(columns, [*rows, ("all", *sums, sum(day.alerted for day in days))])


def draw_days(days: list[Day]) -> None:
    """A bar for each day: of what was seen, how much alerted, how much was folded."""
    series = (
        Series(name="alerted", style="green"),
        Series(name="folded", style="yellow"),
        Series(name="other", style="bright_black"),
    )
    bars = [Bar(label=label(day.day), parts=(day.alerted, day.folded, day.seen - day.alerted - day.folded)) for day in days]
    write_chart(series, bars)
