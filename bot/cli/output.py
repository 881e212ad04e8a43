"""Tables, CSV and JSON lines: for a person at a terminal, a spreadsheet, and the next program.

Text of feeds passes through here harmless: see :mod:`bot.cli.terminal`.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

import click

from bot.cli.terminal import safe

Format: TypeAlias = Literal["table", "json", "csv"]
Cell: TypeAlias = str | int | float | None
Command = TypeVar("Command", bound=Callable[..., Any])

# A cell that begins so is run as a formula by spreadsheets (OWASP, "CSV Injection"); the full-width signs in some locales.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Inside JSON these are text, but a terminal may obey them; escaped they mean the same to every reader of JSON.
_OBEYED = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. ``wrap`` lets a long cell go on below itself; others are never broken."""

    title: str
    wrap: bool = False
    right: bool = False
    style: str = ""


def format_options(command: Command) -> Command:
    """Adds ``--json`` and ``--csv`` to a command, which gets the parameter ``as_``: a :data:`Format`."""
    as_csv = click.option("--csv", "as_", flag_value="csv", help="As CSV, safe to open in a spreadsheet.")
    as_json = click.option("--json", "as_", flag_value="json", help="As JSON, one object a line.")
    as_table = click.option("--table", "as_", flag_value="table", default=True, hidden=True)
    return as_table(as_json(as_csv(command)))


def on_terminal() -> bool:
    """Whether a person reads along: tables, colours and progress bars are for them alone."""
    return sys.stdout is not None and sys.stdout.isatty()  # None: closed by the caller, >&-


def encoding() -> str:
    """How what we print is encoded; ASCII where nobody knows."""
    return getattr(sys.stdout, "encoding", None) or "ascii"


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """A table by rich on a terminal; elsewhere one row a line, cells parted by tabs, titles first.

    Colours follow https://no-color.org.
    """
    if on_terminal():
        _write_rich(columns, rows)
        return
    click.echo("\t".join(column.title for column in columns))
    for row in rows:
        click.echo("\t".join(safe(_text(cell)) for cell in row))


def write_csv(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """CSV (RFC 4180) with a line of titles. A text that a spreadsheet would run gets a leading ``'``."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(titles)
    for row in rows:
        writer.writerow([_csv_cell(cell) for cell in row])


def write_json(value: object) -> None:
    """One JSON value on one line, in UTF-8 where the reader takes it."""
    click.echo(json_line(value))


def json_line(value: object) -> str:
    """The line of it, without its end."""
    ascii_only = "utf" not in encoding().lower()
    line = json.dumps(value, ensure_ascii=ascii_only, separators=(", ", ": "), allow_nan=False)
    return _OBEYED.sub(lambda found: f"\\u{ord(found.group()):04x}", line)


def _write_rich(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            style=column.style,
            no_wrap=not column.wrap,
            overflow="fold" if column.wrap else "ellipsis",
        )
    for row in rows:
        table.add_row(*(Text(safe(_text(cell))) for cell in row))
    Console(file=sys.stdout, markup=False, highlight=False, emoji=False).print(table)


def _csv_cell(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return safe(f"'{cell}" if cell.startswith(_FORMULA) else cell)


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)
