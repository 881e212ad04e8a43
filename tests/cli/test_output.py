"""Tables, CSV and JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.output import Cell, Column, Format, format_options, write_csv, write_json, write_table

COLUMNS = [Column(title="Title", wrap=True, style="red"), Column(title="N", right=True)]
HOSTILE = "[/red] \x1b[2J\n@everyone"


class Stream(io.StringIO):
    """A stream that may be a terminal, in some encoding."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        super().__init__()
        self._encoding, self._terminal = encoding, terminal

    @property
    def encoding(self) -> str:
        return self._encoding

    def isatty(self) -> bool:
        return self._terminal


def written(stream: Stream, write: Callable[..., None], *args: Any) -> str:
    with redirect_stdout(stream):
        write(*args)
    return stream.getvalue()


# ---------------------------------------------------------------- tables


def test_a_pipe_gets_one_row_a_line_with_tabs_and_titles() -> None:
    rows: list[Sequence[Cell]] = [("OpenAI", 3), (HOSTILE, None), ("a\tb", 0.5)]
    assert written(Stream(), write_table, COLUMNS, rows) == ("Title\tN\nOpenAI\t3\n[/red] ␛[2J␊@everyone\t\na␉b\t0.5\n")


def test_a_terminal_gets_a_table_in_which_no_title_is_obeyed() -> None:
    shown = written(Stream(terminal=True), write_table, COLUMNS, [(HOSTILE, 1), ("北约" * 60, 2)])
    assert "[/red] ␛[2J␊@everyone" in shown
    assert "\x1b[2J" not in shown
    assert shown.count("北约") + shown.count("北\n") >= 59, "a long cell goes on below itself"


@pytest.mark.parametrize(
    ("environ", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["plain", "NO_COLOR", "dumb"],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm-256color", **environ}.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[31m" in written(Stream(terminal=True), write_table, COLUMNS, [("x", 1)])) == coloured


def test_a_pipe_gets_no_colours_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in written(Stream(), write_table, COLUMNS, [("x", 1)])


# ---------------------------------------------------------------- CSV

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠x"]


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_a_spreadsheet_runs_no_cell(text: str) -> None:
    line = written(Stream(), write_csv, ["title"], [(text,)]).split("\n", 1)[1]
    (row,) = csv.reader([line.rstrip("\n")])
    assert row[0].startswith("'")


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    assert written(Stream(), write_csv, ["a", "b", "c"], [(-0.5, None, 'x, "y"')]) == 'a,b,c\n-0.5,,"x, ""y"""\n'


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.lists(st.text(st.characters(), max_size=12), min_size=2, max_size=2), max_size=4))
def test_csv_of_any_text_reads_back_as_as_many_harmless_cells(rows: list[list[str]]) -> None:
    text = written(Stream(), write_csv, ["a", "b"], rows)
    read = list(csv.reader(io.StringIO(text)))
    assert [len(row) for row in read] == [2] * (len(rows) + 1)
    assert len(text.splitlines()) == len(rows) + 1
    assert not [cell for row in read[1:] for cell in row if cell.startswith(tuple("=+-@"))]


# ---------------------------------------------------------------- JSON


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.dictionaries(st.text(st.characters(), max_size=8), st.text(st.characters(), max_size=20), max_size=4),
    st.sampled_from(["utf-8", "latin-1"]),
)
def test_json_of_any_text_is_one_line_that_reads_back_and_moves_no_cursor(value: dict[str, str], encoding: str) -> None:
    line = written(Stream(encoding), write_json, value)
    assert json.loads(line) == value
    assert line.endswith("}\n")
    assert len(line.splitlines()) == 1
    assert line.encode(encoding)
    assert not set(line) & {*map(chr, range(0x20)), "\x7f", "\x9b", "\u202e"} - {"\n"}


def test_words_stay_readable_where_the_reader_takes_utf8() -> None:
    assert written(Stream(), write_json, {"title": "北约", "n": 1}) == '{"title": "北约", "n": 1}\n'


# ---------------------------------------------------------------- options


@pytest.mark.parametrize(("args", "expected"), [([], "table"), (["--json"], "json"), (["--csv"], "csv")])
def test_the_options_name_the_format(args: list[str], expected: Format) -> None:
    @click.command
    @format_options
    def command(as_: Format) -> Format:
        return as_

    assert command.main(args, standalone_mode=False) == expected
