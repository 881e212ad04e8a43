"""The JSON of section 5, exactly: what a generic webhook gets and what ``log --json`` prints.

Names the contract does not have are refused too: an outside reader may rely on that page alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Problems = Iterator[str]


def is_time(value: object) -> bool:
    """ISO 8601 in UTC."""
    if not isinstance(value, str):
        return False
    try:
        offset = datetime.fromisoformat(value).utcoffset()
    except ValueError:
        return False
    return offset is not None and not offset


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _score(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _strings(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


Check = Callable[[object], bool]
Shape = Mapping[str, Check]  # a name that ends in "?" may be absent

DEVELOPMENT: Shape = {
    "id": _text,
    "headline": _text,
    "items": lambda n: isinstance(n, int) and n > 0,
    "outlets": lambda v: _strings(v) and bool(v),
}
ITEM: Shape = {"id": _text, "feed": _text, "url?": _text, "title": _text, "published?": is_time, "first_seen": is_time}
MATCH: Shape = {
    "score": _score,
    "terms": _strings,
    "where?": lambda where: where in {"title", "summary", "article"},
    "sentence?": lambda sentence: isinstance(sentence, str),
}
_ENTRY: Mapping[str, Shape] = {"development": DEVELOPMENT, "item": ITEM, "match": MATCH}
_DATA: Mapping[str, frozenset[str]] = {
    "development.new": frozenset({"alert", "story", "development", "item", "match"}),
    "digest": frozenset({"alert", "story", "items"}),
    "heartbeat": frozenset({"alert", "report"}),
    "feed.problem": frozenset({"alert", "feed", "problem"}),
    "test": frozenset({"alert"}),
}


def shaped(value: object, shape: Shape, where: str) -> Problems:
    """Whether a JSON object has these keys, exactly, each with a right value."""
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    names = {name.rstrip("?") for name in shape}
    yield from (f"{where}.{name} is unknown" for name in sorted(value.keys() - names))
    for name, check in shape.items():
        bare = name.rstrip("?")
        if bare not in value and bare == name:
            yield f"{where}.{name} is missing"
        elif bare in value and not check(value[bare]):
            yield f"{where}.{bare} is {str(value[bare])[:60]!r}"


def webhook(payload: dict[str, Any]) -> Problems:
    kind, data = payload.get("type"), payload.get("data")
    if payload.keys() != {"type", "timestamp", "data"} or kind not in _DATA or not isinstance(data, dict):
        yield f"not a payload of ours: {str(payload)[:120]}"
        return
    if not is_time(payload["timestamp"]):
        yield f"timestamp {payload['timestamp']!r}"
    if data.keys() != _DATA[kind]:
        yield f"data of {kind} has {sorted(data)}"
    yield from (
        f"data.{name} is no text" for name in ("alert", "story", "feed", "problem") if name in data and not _text(data[name])
    )
    entries = data.get("items", []) if kind == "digest" else [data] if kind == "development.new" else []
    if kind == "digest" and not entries:
        yield "an empty digest"
    for entry in entries:
        for name, shape in _ENTRY.items():
            yield from shaped(entry.get(name), shape, name)


# ---------------------------------------------------------------- log --json

_ROW: Shape = {
    "id": _text,
    "feed": _text,
    "guid": lambda value: value is None or _text(value),
    "url": lambda value: value is None or _text(value),
    "title": lambda value: isinstance(value, str),
    "published": lambda value: value is None or is_time(value),
    "first_seen": is_time,
    "article": lambda value: value == "read" or str(value).startswith(("failed: ", "not read: ")),
    "verdicts": lambda value: isinstance(value, list),
}
_VERDICT: Shape = {
    "story": _text,
    "verdict": lambda value: value in {"match", "no-match", "baseline", "duplicate"},
    "score": _score,
    "terms": _strings,
    "where": lambda value: value in {None, "title", "summary", "article"},
    "sentence": lambda value: value is None or isinstance(value, str),
    "development": lambda value: value is None or _text(value),
    "alerted": lambda value: isinstance(value, bool),
    "why": _text,
}


def log_row(row: dict[str, Any]) -> Problems:
    """Everything wrong with one line of ``log --json``."""
    yield from shaped(row, _ROW, "row")
    for verdict in row.get("verdicts", []):
        yield from shaped(verdict, _VERDICT, "verdict")
        if verdict.get("verdict") == "match" and not verdict.get("development"):
            yield "a match without a development"
        if verdict.get("verdict") == "no-match" and (verdict.get("development") or verdict.get("alerted")):
            yield "a no-match with a development or an alert"
