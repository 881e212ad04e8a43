"""Bars for a terminal and for a pipe."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bot.cli.chart import NARROWEST, WIDEST, Bar, Series, draw, lengths, write_chart

from .place import screen

ONE = [Series(name="alerts")]
THREE = [Series(name="alerted", style="green"), Series(name="folded"), Series(name="other")]
BARS = [Bar(label="Fri 27 Feb", parts=(0, 0, 4)), Bar(label="Sun  1 Mar", parts=(2, 1, 0)), Bar(label="", parts=(0, 0, 0))]


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


def drawn(series: Sequence[Series], bars: Sequence[Bar], width: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in draw(series, bars, width=width)]


def written(stream: Stream, series: Sequence[Series] = THREE, bars: Sequence[Bar] = BARS) -> str:
    with redirect_stdout(stream):
        write_chart(series, bars)
    return stream.getvalue()


def test_parts_stand_side_by_side_with_their_sum_behind_and_their_meaning_below() -> None:
    assert drawn(THREE, BARS, 30) == [
        "Fri 27 Feb  ░░░░░░░░░░░░░░░░ 4",
        "Sun  1 Mar  ████████▓▓▓▓ 3",
        "            0",
        "            █ alerted   ▓ folded   ░ other   ",
    ]


def test_one_series_needs_no_explanation() -> None:
    assert drawn(ONE, [Bar(label="a", parts=[1]), Bar(label="b", parts=[2])], 13) == ["a  ████ 1", "b  ████████ 2"]


@pytest.mark.parametrize("width", [80, 200])
def test_bars_do_not_grow_with_the_terminal_for_ever(width: int) -> None:
    (line,) = drawn(ONE, [Bar(label="a", parts=[1000])], width)
    assert line.count("█") == WIDEST


def test_a_terminal_that_is_too_narrow_still_gets_bars() -> None:
    lines = drawn(ONE, [Bar(label="a long label", parts=[5]), Bar(label="b", parts=[1000])], 10)
    assert [line.count("█") for line in lines] == [1, NARROWEST]


def test_labels_of_any_script_line_up() -> None:
    lines = drawn(ONE, [Bar(label="北约", parts=[1]), Bar(label="NATO", parts=[1]), Bar(label="x\x1b[2J", parts=[1])], 60)
    assert len({cell_len(line.partition("█")[0]) for line in lines}) == 1
    assert "\x1b" not in "".join(lines)


def test_no_bars_are_no_lines_but_what_the_marks_mean() -> None:
    assert drawn(ONE, [], 80) == []
    assert len(drawn(THREE, [], 80)) == 1


@given(
    st.lists(st.lists(st.integers(0, 10_000), min_size=3, max_size=3), min_size=1, max_size=12),
    st.integers(NARROWEST, WIDEST),
)
def test_lengths_are_in_proportion_and_nothing_is_invisible(rows: list[list[int]], room: int) -> None:
    most = max(map(sum, rows))
    for parts in rows:
        cells = lengths(parts, room, most)
        assert all((cell > 0) == (part > 0) for cell, part in zip(cells, parts, strict=True))
        assert sum(cells) <= room
        exact = [part * room / most for part in parts] if most else parts
        assert all(abs(cell - length) < 3 or most <= room for cell, length in zip(cells, exact, strict=True))


def test_few_are_drawn_in_whole_cells_for_each() -> None:
    assert lengths([1, 2, 3], 20, 6) == [3, 6, 9]
    assert lengths([0, 1, 0], 20, 6) == [0, 3, 0]


# ---------------------------------------------------------------- where it is written


def test_a_pipe_gets_plain_lines() -> None:
    lines = written(Stream()).splitlines()
    assert lines[1].startswith("Sun  1 Mar  ██")
    assert not [line for line in lines if line != line.rstrip()]


def test_an_encoding_without_blocks_gets_other_marks() -> None:
    told = written(Stream("ascii"))
    assert told.isascii()
    assert "# alerted   = folded   . other" in told
    assert "##" in told


def test_a_terminal_gets_colours_and_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    told = written(Stream(terminal=True))
    assert "\x1b[32m" in told
    assert [line.rstrip() for line in screen(told.replace("\n", "\r\n"))[:4]] == [
        line.rstrip() for line in drawn(THREE, BARS, 40)
    ]


def test_who_wants_no_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b" not in written(Stream(terminal=True))
