"""One change of a rule made in its file, so that nothing else of the text changes: comments, order and spelling stay.

Edits are cuts at the places that ``locate`` knows; each is proved afterwards by reading the text again: what it says must be what
it said, but for the one change. A text in which that cannot be done (a story in braces on one line, say) is left to its owner.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import write
from bot.config.locate import KeyPath, Locations
from bot.core.suggest import Add, Draft, Edit, Remove, Threshold
from bot.errors import StorywatchError

_UP_TO_COMMA = re.compile(r"(?:[ \t\n]|#[^\n]*\n)*,")
_BLANK = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A file before and after a change, as text."""

    path: Path
    before: str
    after: str

    def lines(self) -> tuple[int, list[str], list[str]]:
        """The number of the first line that changes, the lines that go, and those that come."""
        old, new = (text.removesuffix("\n").replace("\r", "").split("\n") for text in (self.before, self.after))
        same = next((n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
        alike = zip(reversed(old[same:]), reversed(new[same:]), strict=False)
        tail = next((n for n, (one, other) in enumerate(alike) if one != other), min(len(old), len(new)) - same)
        return same + 1, old[same : len(old) - tail], new[same : len(new) - tail]


def patch(files: Sequence[Path], edit: Edit, edited: Draft) -> Patch | None:
    """The file in which the edit is made, given the rule as it then is; None where it cannot be made in place."""
    for path in files:
        before = _read(path)
        text = before.replace("\r\n", "\n")
        try:
            tables = tomllib.loads(text.removeprefix("\ufeff"))
        except tomllib.TOMLDecodeError:
            continue
        if (key := _key(tables, edit, edited)) is not None:
            after = _changed(text, key, tables, edit, edited)
            if after is None or before.count("\r\n") not in {0, before.count("\n")}:
                return None
            return Patch(path=path, before=before, after=after.replace("\n", "\r\n") if "\r\n" in before else after)
    return None


def save(made: Patch, *, backup: bool) -> Path | None:
    """Write the file, all or nothing; returns where the text of before is kept, if a ``backup`` was asked for.

    Raises StorywatchError when it cannot be written, or was changed by somebody else meanwhile.
    """
    path = made.path.resolve()  # a link stays a link
    if _read(path) != made.before:
        raise StorywatchError(f"{made.path}: changed by somebody else meanwhile; nothing was written, start again")
    kept = None
    try:
        if backup:
            kept = next(each for each in _backups(path) if not os.path.lexists(each))
            shutil.copy2(path, kept)
        write.replace(path, made.after)
    except OSError as error:
        raise StorywatchError(f"{made.path}: cannot be written: {error.strerror}; it is as it was") from error
    return kept


def _backups(path: Path) -> Iterator[Path]:
    """Names that no configuration reads: it takes ``*.toml`` only."""
    yield path.with_name(f"{path.name}.bak")
    number = 2
    while True:
        yield path.with_name(f"{path.name}.bak{number}")
        number += 1


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise StorywatchError(f"{path}: cannot be read any more") from error


def _key(tables: dict[str, Any], edit: Edit, edited: Draft) -> KeyPath | None:
    """Where in this file the thing stands that changes."""
    if isinstance(edit, Add | Remove):
        return ("concepts", edit.concept) if edit.concept in tables.get("concepts", {}) else None
    names = [story.get("name") for story in tables.get("stories", [])]
    if edited.story.name not in names:
        return None
    return "stories", names.index(edited.story.name), "threshold" if isinstance(edit, Threshold) else "query"


def _changed(text: str, key: KeyPath, tables: dict[str, Any], edit: Edit, edited: Draft) -> str | None:
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    body = text.removeprefix("\ufeff")
    wanted = deepcopy(tables)
    places = Locations(body)
    match edit:
        case Add(spelling=spelling):
            wanted["concepts"][edit.concept].append(spelling)
            after = _appended(body, places, key, len(tables["concepts"][edit.concept]), _toml(spelling))
        case Remove(spelling=spelling):
            index = tables["concepts"][edit.concept].index(spelling)
            del wanted["concepts"][edit.concept][index]
            after = _without(body, places, (*key, index))
        case Threshold(value=value):
            wanted["stories"][key[1]]["threshold"] = value
            after = _set(body, places, key, repr(value)) or _below(body, places, (*key[:2], "query"), f"threshold = {value!r}")
        case _:
            wanted["stories"][key[1]]["query"] = edited.story.query
            after = _set(body, places, key, _toml(edited.story.query))
    return mark + after if after is not None and _says(after, wanted) else None


def _says(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _appended(text: str, places: Locations, key: KeyPath, size: int, new: str) -> str | None:
    """A list with one element more: on a line of its own where its end stands so."""
    whole, last = places.value(key), places.value((*key, size - 1))
    if whole is None or last is None:
        return None
    closing = text.rfind("]", 0, whole[1])
    line = text.rfind("\n", 0, closing) + 1
    comma = "" if _UP_TO_COMMA.match(text, last[1]) else ","
    if line > last[1] and not text[line:closing].strip():
        indent = _indent(text, last[0])
        return text[: last[1]] + comma + text[last[1] : line] + f"{indent}{new},\n" + text[line:]
    return f"{text[: last[1]]}, {new}{text[last[1] :]}"


def _without(text: str, places: Locations, key: KeyPath) -> str | None:
    """A list without one element: without its line, where it stands alone there."""
    span = places.value(key)
    if span is None:
        return None
    start, end = span
    if comma := _UP_TO_COMMA.match(text, end):
        first, after = text.rfind("\n", 0, start) + 1, text.find("\n", comma.end())
        if not text[first:start].strip() and after >= 0 and not text[comma.end() : after].strip():
            return text[:first] + text[after + 1 :]
        between = text[end : comma.end() - 1]
        blanks = _BLANK.match(text, comma.end())
        return text[:start] + between.lstrip(" \t") + text[blanks.end() if blanks else comma.end() :]
    before = places.value((*key[:-1], int(key[-1]) - 1))  # the last one, and no comma behind it: that of the one before goes
    if before is None:
        return text[:start] + text[end:]
    separator = text.find(",", before[1], start)
    return text[:separator] + text[separator + 1 : start].rstrip(" \t") + text[end:]


def _set(text: str, places: Locations, key: KeyPath, new: str) -> str | None:
    span = places.value(key)
    return None if span is None else text[: span[0]] + new + text[span[1] :]


def _below(text: str, places: Locations, key: KeyPath, new: str) -> str | None:
    """A key of its own below another."""
    span = places.value(key)
    if span is None:
        return None
    end = text.find("\n", span[1])
    end = len(text) if end < 0 else end
    return f"{text[:end]}\n{_indent(text, span[0])}{new}{text[end:]}"


def _indent(text: str, at: int) -> str:
    found = _BLANK.match(text, text.rfind("\n", 0, at) + 1)
    return found.group() if found else ""


def _toml(text: str) -> str:
    """A text as TOML: in quotes of the kind that needs no escapes, where there is one."""
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
