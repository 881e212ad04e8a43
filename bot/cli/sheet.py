"""Facts about an item as lines: a label, and what is said, in which the words of a story may stand out.

On a terminal a long line goes on below itself and words stand out in colour; elsewhere a fact is one line, and words stand in
brackets where that was asked for. Text of feeds becomes harmless here: see :mod:`bot.cli.terminal`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import click

from bot.cli.output import on_terminal
from bot.cli.terminal import safe

if TYPE_CHECKING:
    from rich.console import Console

# word: one of the story; against: one that excludes the item; quiet: read, but not counted.
Style: TypeAlias = Literal["plain", "word", "against", "quiet", "head"]
Run: TypeAlias = tuple[str, Style]

# Bold beside the colour, for whoever cannot tell it; dim is all that most terminals have between shown and hidden.
_COLOURS: Mapping[Style, str] = {"word": "bold green", "against": "bold red strike", "quiet": "dim", "head": "bold"}
_BRACKETS: Mapping[Style, tuple[str, str]] = {"word": ("[", "]"), "against": ("[!", "]")}
LABEL = 15  # columns of a label with the blanks on both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. ``prefix`` stands before what is said, and what goes on below begins under the same column."""

    prefix: str = ""
    runs: tuple[Run, ...] = ()


def fact(label: str, *said: str | Run) -> Line:
    """A labelled line, indented by two: ``fact("why", "openai in the title")``."""
    return Line(prefix=f"  {label}".ljust(LABEL), runs=_runs(said))


def line(*said: str | Run) -> Line:
    """A line without a label."""
    return Line(runs=_runs(said))


def _runs(said: Sequence[str | Run]) -> tuple[Run, ...]:
    return tuple((each, "plain") if isinstance(each, str) else each for each in said)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells as aligned lines, by the columns that a terminal gives each character (two to a Chinese one)."""
    from rich.cells import cell_len

    shown = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    padded = ([cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)] for row in shown)
    return ["  ".join(row).rstrip() for row in padded]


def write(lines: Iterable[Line], *, brackets: bool = False) -> None:
    """Print the lines. ``brackets``: where there are no colours, words that stand out stand in brackets instead."""
    colours = _coloured()
    marks = _BRACKETS if brackets and not colours else {}
    if not on_terminal():
        for each in lines:
            click.echo(safe(each.prefix) + "".join(_marked(run, marks) for run in each.runs))
        return
    from rich.console import Console

    console = Console(file=sys.stdout, markup=False, highlight=False, emoji=False, no_color=not colours)
    for each in lines:
        _print(console, each, marks, colours=colours)


def _coloured() -> bool:
    """Whether words can stand out in colour: on a terminal that has any, unless the user wants none (https://no-color.org)."""
    return on_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") not in {"dumb", "unknown"}


def _marked(run: Run, marks: Mapping[Style, tuple[str, str]]) -> str:
    text, style = run
    before, after = marks.get(style, ("", ""))
    return f"{before}{safe(text)}{after}"


def _print(console: Console, each: Line, marks: Mapping[Style, tuple[str, str]], *, colours: bool) -> None:
    from rich.text import Text

    said = Text.assemble(*((_marked(run, marks), _COLOURS.get(run[1], "") if colours else "") for run in each.runs))
    prefix = safe(each.prefix)
    below = " " * len(prefix)
    # An address stays in one piece, for whoever copies it or clicks on it.
    parts = said.wrap(console, max(20, console.width - len(prefix)), overflow="fold") if " " in said.plain else [said]
    for number, part in enumerate(parts):
        part.rstrip()
        console.print(Text(below if number else prefix) + part, soft_wrap=True)
