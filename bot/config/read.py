"""The files of a configuration, read: what each table says and on which line.

A file that is no valid TOML is read as far as it goes, table by table, so that one missing quote
hides neither the other faults of that file nor the names that others refer to.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.config.locate import KeyPath, Locations
from bot.errors import Fault

_HEADER = re.compile(r"\s*\[{1,2}\s*[A-Za-z_][^.\]]*(\]|$)")  # of a table of its own, not of a [feeds.headers]
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_ONE_LINE = ("Invalid value", "Illegal character", "Expected newline", "Expected '='", "Unescaped")  # the next line may be fine
_MOST_REPAIRS = 50  # lines dropped from one table before the whole of it is given up: bounds the work on a file that is no TOML
_HINTS = {  # what tomllib says -> what to write instead
    "Invalid value": 'text stands in quotes, as in name = "Example"',
    "Illegal character '\\n'": "close the quotes on the same line",
    "Expected '='": "write key = value",
    "Unterminated string": "close its quotes",
    "Unclosed array": "put commas between its elements and close it with ]",
    "Expected newline": "one key = value a line; around text that holds double quotes put 'single quotes'",
    "Unescaped '\\'": "write \\\\ for a backslash, or put the text in 'single quotes'",
    "Cannot": "the name is taken above; a table is written [name] once, a list of tables [[name]] every time",
    "Expected ']": "a table's header is [name] or [[name]]",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """What one file says. ``damaged``: the lines of tables that could be read in part only."""

    path: Path
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    damaged: tuple[range, ...] = ()

    @cached_property
    def locations(self) -> Locations:
        """Where the keys stand; worked out when the first line is asked for."""
        return Locations(self.text)

    def fault(self, key: KeyPath, message: str) -> Fault:
        """A fault at the line of a key."""
        return Fault(file=self.path.name, line=self.locations.line(key), message=message)

    def is_damaged(self, key: KeyPath) -> bool:
        """Whether the key's table was read in part only, so that nothing in it can be called missing."""
        return bool(self.damaged) and any(self.locations.line(key) in lines for lines in self.damaged)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flaw:
    line: int
    what: str
    one_line: bool = False
    first: int | None = None  # the line where the same key or table stood before

    def fault(self, file: str) -> Fault:
        """As it is told."""
        twice = f"this stands already in {file}:{self.first}: keep one of the two"
        return Fault(file=file, line=self.line, message=twice if self.first else f"invalid TOML: {self.what}")

    def below(self, lines: int) -> _Flaw:
        """The same flaw, the text it was found in being part of a longer one."""
        return replace(self, line=self.line + lines, first=self.first and self.first + lines)


def read(path: Path) -> tuple[list[Source], list[Fault]]:
    """One file's tables and its faults of reading. A table that stands twice comes as a second source."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return [Source(path=path)], [Fault(file=path.name, line=1, message=f"cannot be read: {error.strerror}")]
    try:
        return _parse(path, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Fault(file=path.name, line=line, message="is not UTF-8: save the file in that encoding")
        if b"\0" in data:  # UTF-16, or no text at all: nothing to go on with
            return [Source(path=path)], [fault]
        sources, faults = _parse(path, data.decode("cp1252", errors="replace"))
        return sources, [fault, *faults]


def _parse(path: Path, text: str) -> tuple[list[Source], list[Fault]]:
    text = text.replace("\r\n", "\n")
    tables, flaw = _loads(text)
    if flaw is None:
        return [Source(path=path, text=text, tables=tables)], []
    sources, flaws = _salvage(path, text.split("\n"))
    return sources, [flaw.fault(path.name) for flaw in flaws]


def _loads(text: str) -> tuple[dict[str, Any], _Flaw | None]:
    try:
        return tomllib.loads(text), None
    except RecursionError:
        return {}, _Flaw(line=1, what="nested too deeply")
    except ValueError as error:  # TOMLDecodeError, or a number of more digits than Python reads
        return {}, _flaw(str(error), text)


def _flaw(said: str, text: str) -> _Flaw:
    locations = Locations(text)
    place = _PLACE.search(said)
    line, column = place.groups() if place else (None, None)
    number = int(line) if line else locations.stopped or text.rstrip().count("\n") + 1
    what = said[: place.start()] if place else "A number is too long"
    first = locations.doubled.get(number) if what.startswith("Cannot") else None
    hint = next((hint for start, hint in _HINTS.items() if what.startswith(start)), "")
    where = f" in column {column}" if column else ""
    message = f"{what[:1].lower()}{what[1:]}{where}" + (f": {hint}" if hint else "")
    return _Flaw(line=number, what=message, one_line=what.startswith(_ONE_LINE), first=first)


def _salvage(path: Path, lines: list[str]) -> tuple[list[Source], list[_Flaw]]:
    """What can be read of a text with flaws: lines that cannot be read are emptied, so numbers stay true."""
    flaws, damaged = [], []
    blocks = list(_blocks(lines))
    for block in blocks:
        mended, found = _mend(lines[block.start : block.stop])
        if found:
            flaws += [flaw.below(block.start) for flaw in found]
            damaged.append(range(block.start + 1, block.stop + 1))
            lines[block.start : block.stop] = mended
    apart, clashes = _part(lines, blocks)
    texts = ["\n".join(each) for each in [lines, *apart]]
    sources = [Source(path=path, text=text, tables=_loads(text)[0], damaged=tuple(damaged)) for text in texts]
    return sources, [*flaws, *clashes]


def _part(lines: list[str], blocks: Sequence[range]) -> tuple[list[list[str]], list[_Flaw]]:
    """Takes out of a text the tables that are fine alone but not after what stands above: those that stand twice."""
    apart: list[list[str]] = []
    clashes: list[_Flaw] = []
    while len(clashes) < _MOST_REPAIRS and (clash := _loads("\n".join(lines))[1]) is not None:
        clashes.append(clash)
        block = next(block for block in blocks if clash.line - 1 in block)
        apart.append([*[""] * block.start, *lines[block.start : block.stop]])
        lines[block.start : block.stop] = [""] * len(block)
    return apart, clashes


def _blocks(lines: Sequence[str]) -> Iterator[range]:
    """The text cut before the header of each table."""
    starts = [index for index, line in enumerate(lines) if index == 0 or _HEADER.match(line)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield range(start, stop)


def _mend(lines: Sequence[str]) -> tuple[list[str], list[_Flaw]]:
    """A table without the lines that keep it from being read, and its flaws: none that may only follow from another."""
    mended, flaws = list(lines), list[_Flaw]()
    for _ in range(_MOST_REPAIRS):
        _, flaw = _loads("\n".join(mended))
        if flaw is None:
            return mended, flaws
        if not flaws or ((flaw.one_line or flaw.first) and (flaws[-1].one_line or flaws[-1].first)):
            flaws.append(flaw)
        culprit = next((index for index in reversed(range(min(flaw.line, len(mended)))) if mended[index]), 0)
        if culprit == 0 and _HEADER.match(mended[0]):
            break  # without its header the rest would seem to stand elsewhere
        mended[culprit] = ""
    return [""] * len(mended), flaws
