"""What ``storywatch replay`` tells a person of one story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.cli import measures
from bot.cli.chart import Bar, Series, write_chart
from bot.cli.output import Column, write_table
from bot.cli.terminal import say
from bot.core.counting import count
from bot.core.measure import Measure
from bot.core.replay import Tally, Trial
from bot.model import Change, Extent

# More bars than these are no small chart: then one stands for a week, or for a month.
_MOST_BARS = 35
_TITLES = ("precision", "recall", "F1", "hits", "false alarms", "misses")
_MARKS = (Column(title="rule"), *(Column(title=title, right=True) for title in _TITLES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the tried rule comes from: what it is called in full, and in a word beside ``live``."""

    name: str
    word: str


def print_story(
    source: Source, trial: Trial, tally: Tally, extent: Extent, gained: Iterable[Change], lost: Iterable[Change]
) -> None:
    """The story's part of the report; ``gained``, ``lost``: the items to be shown."""
    for line in _head(source, trial, tally, extent):
        say(line)
    if bars := _bars(source.word, tally):
        say()
        say("matches (days are UTC)")
        write_chart((Series(name=source.word, style="green"), Series(name="live", style="blue")), bars)
    _print_changes("gained", source.word, tally.gained, gained)
    pruned = f", {tally.lost_pruned} of them perhaps only because their text was pruned" if tally.lost_pruned else ""
    _print_changes("lost", source.word, tally.lost, lost, pruned)
    _print_marks(source.word, tally, len(trial.marks) - tally.marked)


def _head(source: Source, trial: Trial, tally: Tally, extent: Extent) -> Iterator[str]:
    yield f"{trial.story.name}: {source.name} on {count(tally.items, 'item')} of the log"
    left_out = [
        (extent.duplicates, count(extent.duplicates, "duplicate")),
        (extent.waiting, f"{count(extent.waiting, 'item')} not judged yet"),
        (tally.unwatched, f"{tally.unwatched} of feeds that it does not look at"),
    ]
    if said := [words for number, words in left_out if number]:
        yield f"  left out: {', '.join(said)}"
    thin = [
        (tally.never_read, f"{tally.never_read} whose page was never read"),
        (tally.pruned, f"{tally.pruned} whose text was pruned"),
    ]
    if said := [words for number, words in thin if number]:
        yield f"  judged on title and summary alone: {', '.join(said)}"
    others = f", {tally.said_otherwise} of them by another version of the rule than today's" if tally.said_otherwise else ""
    yield f"  live: {count(tally.said, 'verdict')} in the log{others}"
    for label, times in sorted(tally.tripped.items()):
        yield f"  the regex {label} took too long on {count(times, 'item')} and was left out there"
    yield f"  matches: {source.word} {tally.draft_days.total()}, live {tally.live_days.total()}"


# ---------------------------------------------------------------- days


def _bars(word: str, tally: Tally) -> list[Bar]:
    """Two bars for each period with a match, one for each without."""
    days = tally.draft_days.keys() | tally.live_days.keys()
    if not days:
        return []
    bars = []
    for label, first, after in _periods(min(days), max(days)):
        draft, live = (sum(number for day, number in counted.items() if first <= day < after)
                       for counted in (tally.draft_days, tally.live_days))  # fmt: skip
        bars.append(Bar(label=f"{label}  {word}" if draft or live else label, parts=(draft, 0)))
        if draft or live:
            bars.append(Bar(label=f"{'':{len(label)}}  live", parts=(0, live)))
    return bars


def _periods(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """Days, weeks, months or years from one day to another: its label, its first day and the day behind it."""
    span = (last - first).days
    unit = next((unit for unit, days in (("day", 1), ("week", 7), ("month", 30)) if span < days * _MOST_BARS), "year")
    start = {"day": first, "week": first - timedelta(days=first.weekday()), "month": first.replace(day=1)}.get(
        unit, first.replace(month=1, day=1)
    )
    while start <= last:
        label, after = _period(unit, start)
        yield label, start, after
        start = after


def _period(unit: str, start: date) -> tuple[str, date]:
    match unit:
        case "day":
            return f"{start:%a} {start.day:>2} {start:%b}", start + timedelta(days=1)
        case "week":
            return f"week of {start.day:>2} {start:%b}", start + timedelta(days=7)
        case "month":
            return f"{start:%b %Y}", (start + timedelta(days=31)).replace(day=1)
    return f"{start.year}", start.replace(year=start.year + 1)


# ---------------------------------------------------------------- items


def _print_changes(kind: str, word: str, number: int, shown: Iterable[Change], aside: str = "") -> None:
    say()
    say(f"{kind}: {count(number, 'item')}{aside}")
    changes = list(shown)
    for change in changes:
        for line in _change(change, word):
            say(line)
    if number > len(changes):
        say(f"  and {number - len(changes)} more: --limit {number} shows them, --json has them all")


def _change(change: Change, word: str) -> Iterator[str]:
    sign = "+" if change.kind == "gained" else "-"
    mark = "" if change.mark is None else " [marked relevant]" if change.mark else " [marked irrelevant]"
    yield f"{sign} {change.item}  {change.first_seen:%Y-%m-%d}  {change.title or '(no title)'} ({change.feed}){mark}"
    without = {"there": "", "pruned": " (its text was pruned)", "never read": " (its page was never read)"}[change.state]
    yield f"    {word} {change.score:.2f}  {change.why}{without}"
    if change.live is None:
        yield f"    {'live':{len(word)}} none  the story came later, or did not look at this feed"
    else:
        yield f"    {'live':{len(word)}} {change.live.score:.2f}  {change.live.why}"


# ---------------------------------------------------------------- marks


def _print_marks(word: str, tally: Tally, left_out: int) -> None:
    """``left_out``: marks of items that were not judged again."""
    draft, live = tally.draft, tally.live
    others = f"; {count(left_out, 'more mark')} of duplicates, or of items left out" if left_out else ""
    if not draft.marked:
        advice = "mark some as relevant or irrelevant to see precision and recall"
        say()
        say(f"marks: none of these items is marked{others}; {advice}")
        return
    unsaid = f", {tally.marked_unsaid} without a live verdict, which counts as a no" if tally.marked_unsaid else ""
    say()
    say(f"marks: {count(draft.marked, 'item')}, {draft.relevant} of them relevant{unsaid}{others}")
    write_table(_MARKS, [_cells(word, draft), _cells("live", live)])
    say("in brackets the 95 % interval (Wilson): how far chance alone may carry so few marks")


def _cells(rule: str, measured: Measure) -> tuple[str | int, ...]:
    shares = (measures.spell(share) for share in (measured.precision, measured.recall, measured.f1))
    return rule, *shares, measured.hits, measured.false_alarms, measured.misses
