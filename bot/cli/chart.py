"""A small horizontal bar chart: one bar for each label, of one part or of several side by side.

For a terminal of any width, and for a pipe; colours on a terminal only, by https://no-color.org. Each series has a mark of
its own, so that nothing is told by colour alone.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import click

from bot.cli.output import encoding, on_terminal
from bot.cli.terminal import safe

# A longer bar is no easier to read, a shorter one says nothing.
WIDEST, NARROWEST = 60, 8
_MARKS, _PLAIN_MARKS = "█▓░▒", "#=.-"  # the first series stands out most; the second row is for what has only ASCII

Span: TypeAlias = tuple[str, str]  # text and style


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One part of every bar. ``style`` is one of rich's: ``green``, ``bold red``."""

    name: str
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: how long its parts are, in the order of the series."""

    label: str
    parts: Sequence[int]


def write_chart(series: Sequence[Series], bars: Sequence[Bar]) -> None:
    """Print the chart, and below it what the marks mean where there are several. At most four series, no negative parts."""
    width = shutil.get_terminal_size().columns if on_terminal() else 80
    lines = draw(series, bars, width=width, marks=_MARKS if _can_show(_MARKS) else _PLAIN_MARKS)
    if not on_terminal():
        for line in lines:
            click.echo("".join(text for text, _ in line).rstrip())
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, soft_wrap=True, markup=False, highlight=False, emoji=False)
    for line in lines:
        console.print(Text.assemble(*line))


def draw(series: Sequence[Series], bars: Sequence[Bar], *, width: int, marks: str = _MARKS) -> Iterator[Sequence[Span]]:
    """The chart's lines as styled spans, within ``width`` columns where the labels leave room for a bar."""
    labels = [safe(bar.label) for bar in bars]
    sums = [sum(bar.parts) for bar in bars]
    left = max(map(_columns, labels), default=0)
    right = max((len(str(number)) for number in sums), default=0)
    room = min(WIDEST, max(NARROWEST, width - left - right - 3))
    for bar, label, number in zip(bars, labels, sums, strict=True):
        cells = lengths(bar.parts, room, max(sums))
        spans = [(marks[n] * cell, each.style) for n, (each, cell) in enumerate(zip(series, cells, strict=True)) if cell]
        yield [(label + " " * (left - _columns(label)) + "  ", ""), *spans, (" " * bool(spans) + str(number), "")]
    if len(series) > 1:
        named = [((marks[n], each.style), (f" {each.name}   ", "")) for n, each in enumerate(series)]
        yield [(" " * (left + 2), ""), *(span for pair in named for span in pair)]


def lengths(parts: Sequence[int], room: int, most: int) -> list[int]:
    """How many cells each part gets, where ``most`` is the sum that fills the ``room``.

    Small numbers keep their proportions exactly (a whole number of cells for each one). A part that is not nothing is never
    invisible; the sum is rounded once, and what rounding takes from one part goes to another.
    """
    if most <= room:
        return [part * (room // max(most, 1)) for part in parts]
    total = max(round(sum(parts) * room / most), sum(part > 0 for part in parts))
    exact = [part * room / most for part in parts]
    cells = [max(int(length), int(length > 0)) for length in exact]
    while sum(cells) > total:
        cells[cells.index(max(cells))] -= 1
    while sum(cells) < total:
        cells[max(range(len(cells)), key=lambda n: (exact[n] - cells[n]) * (parts[n] > 0))] += 1
    return cells


def _columns(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _can_show(text: str) -> bool:
    try:
        text.encode(encoding())
    except (UnicodeEncodeError, LookupError):
        return False
    return True
