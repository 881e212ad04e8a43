"""Where each key of a TOML text stands: tomllib keeps no positions, and a fault needs its line.

A second, smaller reading of a text that tomllib has accepted (or of the part before the place where
it gave up). Grammar: https://toml.io/en/v1.0.0.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]  # as in the parsed tree: ("feeds", 1, "interval")

_SKIP = re.compile(r"(?:[ \t\n]++|#[^\n]*+)*+")
_BLANKS = re.compile(r"[ \t]*+")
_KEY = re.compile(r"""[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+'""")
_STRING = re.compile(
    r'''"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'''
    r"""|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"""
    r"""|"(?!"")(?:[^"\\\n]++|\\.)*+"|'(?!'')[^'\n]*+\'""",
    re.DOTALL,
)
_BARE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]++|[^\s,\]\[{}#\"']++")
_CONTINUED = r"\\[ \t]*\n[ \t\n]*"  # a backslash at a line's end joins the lines
_ESCAPED = re.compile(rf"{_CONTINUED}|\\u.{{4}}|\\U.{{8}}|\\.|.", re.DOTALL)
_PLAIN = re.compile(".", re.DOTALL)


class Locations:
    """The lines (from 1) of a TOML text's keys and values.

    ``stopped`` is the line of the statement that could not be read, None for a text read to its end;
    ``doubled`` has, per line, the line where the same key or table stood before.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._starts = [0, *(found.end() for found in re.finditer("\n", self._text))]
        scanner = _Scanner(self._text)
        self._keys, self._values, self._ends = scanner.keys, scanner.values, scanner.ends
        self.stopped = None if scanner.done else self._line_at(scanner.statement)
        self.doubled = {self._line_at(again): self._line_at(first) for again, first in scanner.doubled}

    def line(self, path: KeyPath) -> int:
        """The line of a key, a table's header or a list's element; of what holds it where it stands nowhere."""
        while path and path not in self._keys:
            path = path[:-1]
        return self._line_at(self._keys.get(path, 0))

    def value(self, path: KeyPath) -> tuple[int, int] | None:
        """Where a key's or a list element's value is spelled: offsets into the text, its line ends being line feeds."""
        return (self._values[path], self._ends[path]) if path in self._ends else None

    def line_within(self, path: KeyPath, line: int, column: int) -> int:
        """The line on which a character of a text value stands, given its place in the text itself."""
        start = self._values.get(path)
        found = _STRING.match(self._text, start) if start is not None else None
        if start is None or found is None:
            return self.line(path)
        raw = found.group()
        origins = _origins(raw)
        before = tomllib.loads(f"x = {raw}")["x"].split("\n")[: line - 1]
        index = sum(len(each) + 1 for each in before) + column - 1
        return self._line_at(start + (origins[min(index, len(origins) - 1)] if origins else 0))

    def _line_at(self, offset: int) -> int:
        return bisect.bisect_right(self._starts, offset)


def _origins(raw: str) -> list[int]:
    """Where in the spelling each character of a string comes from."""
    width = 3 if raw[:3] in {'"""', "'''"} else 1
    start = width + (width == 3 and raw[3:4] == "\n")
    pieces = (_ESCAPED if raw[0] == '"' else _PLAIN).finditer(raw, start, len(raw) - width)
    return [piece.start() for piece in pieces if not re.fullmatch(_CONTINUED, piece.group())]


class _StopReading(Exception):
    """The text is no TOML from here on."""


class _Scanner:
    """Walks over the statements of a text and notes where keys and values begin."""

    def __init__(self, text: str) -> None:
        self.text, self.pos, self.statement, self.done = text, 0, 0, False
        self.keys: dict[KeyPath, int] = {}
        self.values: dict[KeyPath, int] = {}
        self.ends: dict[KeyPath, int] = {}
        self.doubled: list[tuple[int, int]] = []
        self._counts: dict[KeyPath, int] = {}  # how many tables an array of tables has so far
        try:
            self._document()
            self.done = True
        except (_StopReading, RecursionError):
            pass

    def _document(self) -> None:
        table: KeyPath = ()
        while self._skip():
            self.statement = self.pos
            if self.text[self.pos] == "[":
                table = self._header()
            else:
                self._statement(table)

    def _header(self) -> KeyPath:
        start, array = self.pos, self.text.startswith("[[", self.pos)
        self._take("[[" if array else "[")
        *parents, last = self._dotted()
        self._take("]]" if array else "]")
        path: KeyPath = ()
        for part in parents:
            path = self._latest((*path, part))
        path = (*path, last)
        if array:
            self.keys.setdefault(path, start)
            self._counts[path] = self._counts.get(path, -1) + 1
            path = self._latest(path)
        self._note(path, start)
        return path

    def _latest(self, path: KeyPath) -> KeyPath:
        return (*path, self._counts[path]) if path in self._counts else path

    def _statement(self, table: KeyPath) -> None:
        start = self.pos
        *parents, last = self._dotted()
        for part in parents:
            table = (*table, part)
            self.keys.setdefault(table, start)
        self._note((*table, last), start)
        self._take("=")
        self._value((*table, last))

    def _value(self, path: KeyPath) -> None:
        self.values[path] = self.pos
        opener = self.text[self.pos : self.pos + 1]
        if opener == "[":
            self._array(path)
        elif opener == "{":
            self._inline_table(path)
        else:
            self._match(_STRING if opener in {'"', "'"} else _BARE)
        self.ends[path] = self.values[path] + len(self.text[self.values[path] : self.pos].rstrip(" \t"))

    def _array(self, path: KeyPath) -> None:
        self._take("[")
        index = 0
        while self._skip() and self.text[self.pos] != "]":
            self.keys[*path, index] = self.pos
            self._value((*path, index))
            index += 1
            if self._skip() and self.text[self.pos] == ",":
                self._take(",")
        self._take("]")

    def _inline_table(self, path: KeyPath) -> None:
        self._take("{")
        while self._skip() and self.text[self.pos] != "}":
            self._statement(path)
            if self._skip() and self.text[self.pos] == ",":
                self._take(",")
        self._take("}")

    def _dotted(self) -> list[str]:
        parts = [self._key()]
        while self.text.startswith(".", self.pos):
            self._take(".")
            parts.append(self._key())
        return parts

    def _key(self) -> str:
        spelled = self._match(_KEY)
        self._match(_BLANKS)
        if spelled[0] not in {'"', "'"}:
            return spelled
        try:
            return str(tomllib.loads(f"x = {spelled}")["x"])
        except tomllib.TOMLDecodeError:
            raise _StopReading from None

    def _note(self, path: KeyPath, start: int) -> None:
        if path in self.keys:
            self.doubled.append((start, self.keys[path]))
        self.keys.setdefault(path, start)

    def _skip(self) -> bool:
        """Steps over blanks, line ends and comments; False at the end of the text."""
        self._match(_SKIP)
        return self.pos < len(self.text)

    def _take(self, mark: str) -> None:
        if not self.text.startswith(mark, self.pos):
            raise _StopReading
        self.pos += len(mark)
        self._match(_BLANKS)

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.pos)
        if found is None:
            raise _StopReading
        self.pos = found.end()
        return found.group()
