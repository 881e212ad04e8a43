"""``${env:NAME}`` and ``${file:PATH}`` in the configuration: the door by which secrets come in.

No fault ever shows a value: it may be the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.config.locate import KeyPath
from bot.config.read import Source
from bot.errors import Fault

_REFERENCE = re.compile(r"\$\{([^}]*)(\}?)")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LARGEST = 64 * 1024  # bytes of a secret's file: a wrong path (a device, a dump) must not fill the memory
_SHORTEST_PART = 12  # characters; hiding shorter parts of a secret would black out ordinary words of the log
_HELP = "write ${env:NAME} or ${file:/path}"

# Where a reference may stand. In a name or a query it would end up in messages and in the log.
_WELCOME = {
    ("bot", "state"),
    ("bot", "contact"),
    ("bot", "healthcheck_url"),
    ("network", "ca"),
    ("network", "proxy"),
    ("feeds", "url"),
    ("feeds", "headers"),
    ("channels", "url"),
    ("channels", "secret"),
}
_LISTED = {("channels", "secret")}  # one text or several: each may be a reference
_ALWAYS_SECRET = {("bot", "healthcheck_url"), ("channels", "url"), ("channels", "secret"), ("feeds", "headers")}
_SECRET_BY_REFERENCE = {*_ALWAYS_SECRET, ("network", "proxy"), ("feeds", "url")}
_MODEST_HEADERS = {"accept", "accept-language", "from", "referer", "user-agent"}  # their values tell nobody anything


@dataclass(slots=True, kw_only=True)
class Resolved:
    """A source with its references replaced.

    ``unknown``: keys taken out because their reference leads nowhere; ``fetched``: the texts that
    references stood for, by key.
    """

    source: Source
    tables: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    unknown: set[KeyPath] = field(default_factory=set)
    fetched: dict[KeyPath, tuple[str, ...]] = field(default_factory=dict)


class _Unresolved(Exception):
    """A reference leads nowhere; the text says why and what to do."""


def resolve(source: Source, environ: Mapping[str, str], base: Path) -> Resolved:
    """Replaces the references of one source. Relative paths start at ``base``."""
    resolved = Resolved(source=source, tables=deepcopy(source.tables))
    for key, text in _texts(source.tables):
        if "${" in text and _place(key) in _WELCOME:
            _replace(resolved, key, text, environ, base)
        elif "${env:" in text or "${file:" in text:
            places = ", ".join(sorted({name for _, name in _WELCOME}))
            resolved.faults.append(
                source.fault(key, f"{key[-1]}: a reference cannot stand here, only in {places}: write the text itself")
            )
    return resolved


def hidden(resolved: Resolved) -> set[str]:
    """Every secret of a source, and the parts of each that libraries show in their messages."""
    found = {text for key, texts in resolved.fetched.items() if _place(key) in _SECRET_BY_REFERENCE for text in texts}
    for key, text in _texts(resolved.tables):
        if _is_secret(key, text):
            found |= {text, *(part for part in _parts(text) if len(part) >= _SHORTEST_PART)}
    return found


def in_clear(source: Source) -> KeyPath | None:
    """The first key whose secret stands in the file itself."""
    return next((key for key, text in _texts(source.tables) if "${" not in text and _is_secret(key, text)), None)


def _is_secret(key: KeyPath, text: str) -> bool:
    if _place(key) == ("network", "proxy"):
        return "@" in urlsplit(text).netloc
    return _place(key) in _ALWAYS_SECRET and str(key[-1]).lower() not in _MODEST_HEADERS


def _parts(text: str) -> Iterator[str]:
    """Of an address: path, query, password; of a header such as ``Bearer abc``: its words."""
    yield from text.split()
    try:
        url = urlsplit(text)
    except ValueError:  # no address
        return
    yield from (url.path, f"{url.path}?{url.query}" if url.query else "", url.password or "", unquote(url.password or ""))
    yield from (value for _, value in parse_qsl(url.query))


def _replace(resolved: Resolved, key: KeyPath, text: str, environ: Mapping[str, str], base: Path) -> None:
    """A text whose reference leads nowhere is taken out; of a list of texts, the list."""
    name = next(part for part in reversed(key) if isinstance(part, str))
    found: list[str] = []
    for reference, closed in _REFERENCE.findall(text):
        try:
            found.append(_fetch(reference, environ, base) if closed else _unclosed())
        except _Unresolved as error:
            resolved.faults.append(resolved.source.fault(key, f"{name}: {error}"))
    whole = key if isinstance(key[-1], str) else key[:-1]
    if whole in resolved.unknown:
        return
    if len(found) < len(_REFERENCE.findall(text)):
        resolved.unknown.add(whole)
        _put(resolved.tables, whole, None)
        return
    values = iter(found)
    _put(resolved.tables, key, _REFERENCE.sub(lambda _: next(values), text))
    resolved.fetched[key] = tuple(found)


def _put(tables: dict[str, Any], key: KeyPath, text: str | None) -> None:
    """Put a text in the place of another; None: take it away."""
    *parents, last = key
    holder: Any = tables
    for part in parents:
        holder = holder[part]
    if text is None:
        del holder[last]
    else:
        holder[last] = text


def _unclosed() -> str:
    raise _Unresolved(f"a reference without its closing brace: {_HELP}")


def _fetch(reference: str, environ: Mapping[str, str], base: Path) -> str:
    kind, colon, name = reference.partition(":")
    if kind == "env" and _VARIABLE.fullmatch(name):
        return _variable(name, environ)
    if kind == "file" and name.strip():
        return _content(base / name)
    if not colon and _VARIABLE.fullmatch(kind):
        raise _Unresolved(f"${{{kind}}} is no reference: write ${{env:{kind}}}")
    raise _Unresolved(f"this is no reference: {_HELP}")


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if name not in environ:
        raise _Unresolved(f"environment variable {name} is not set: set it, or write ${{file:/path}} or the text itself")
    if not (value := environ[name].strip()):
        raise _Unresolved(f"environment variable {name} is empty: give it a value")
    return value


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            value = file.read(_LARGEST).decode().strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise _Unresolved(
            f"{path} cannot be read ({why}): write the path of a file that holds the secret and nothing else"
        ) from None
    if not value:
        raise _Unresolved(f"{path} is empty: put the secret into it")
    return value


def _place(key: KeyPath) -> tuple[str | int, ...]:
    """The table and the key in it, without positions in lists and deeper keys; nothing for an element of most lists."""
    place = tuple(part for part in key if isinstance(part, str))[:2]
    return place if isinstance(key[-1], str) or place in _LISTED else ()


def _texts(value: object, key: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text of a tree, with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, (*key, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*key, index))
