"""New ``[[feeds]]`` tables written into a file of the configuration, below what stands there: nothing else of the text changes.

Each table is judged by the rules of the configuration before it is written, and the text afterwards by reading it: it says what
it said, and the new feeds.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config import write
from bot.config.build import Config
from bot.config.edit import Patch, save
from bot.config.read import read
from bot.config.schema import FeedTable
from bot.core import address
from bot.errors import StorywatchError

_FILE = "feeds.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to be added. ``comments``: lines to stand above its table, without their sign."""

    name: str
    url: str
    interval: str | None = None
    articles: str | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A feed that the configuration has, and where it stands: ``feeds.toml:12``."""

    name: str
    place: str


class Feeds:
    """The feeds there are and those that are to come: no name and no address twice."""

    def __init__(self, config: Config) -> None:
        self._names: dict[str, Known] = {}
        self._addresses: dict[str, Known] = {}
        for feed, place in zip(config.feeds, _places(config), strict=False):
            self._note(Known(name=feed.name, place=place), feed.url)

    def at(self, url: str) -> Known | None:
        """The feed of this address, however it is spelled."""
        return self._addresses.get(_key(url))

    def named(self, name: str) -> Known | None:
        """The feed of this name."""
        return self._names.get(name)

    def free(self, name: str) -> str:
        """The name, or that with the first number behind it that is not taken."""
        number = 1
        tried = name
        while tried in self._names:
            number += 1
            tried = f"{name[:110]} ({number})"
        return tried

    def take(self, feed: NewFeed) -> None:
        """Count a feed that is to be added among those that are there."""
        self._note(Known(name=feed.name, place="this list"), feed.url)

    def _note(self, known: Known, url: str) -> None:
        self._names.setdefault(known.name, known)
        self._addresses.setdefault(_key(url), known)


def problem(feed: NewFeed) -> str | None:
    """What the configuration would say of this feed; None where it is fine."""
    if "${" in feed.url or "${" in feed.name:
        return "url: holds ${, which the configuration takes for a reference: write this feed into the file by hand"
    try:
        FeedTable.model_validate(_values(feed))
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else "feed"
        return f"{key}: {str(first['msg']).removeprefix('Value error, ')}"
    return None


def text_of(feeds: Sequence[NewFeed]) -> str:
    """The tables as they are written."""
    return "\n".join(f"{table}\n" for table in map(_table, feeds))


def target(config: Config) -> Path:
    """The file that new feeds are written to: the last that has some, else ``feeds.toml``."""
    if not config.path.is_dir():
        return config.path
    holders = [file for file in config.files if any("feeds" in source.tables for source in read(file)[0])]
    named = config.path / _FILE
    return named if named in holders or not holders else holders[-1]


def add(path: Path, feeds: Sequence[NewFeed]) -> None:
    """Write the feeds below what the file holds, all or nothing. Raises StorywatchError where that cannot be done."""
    for feed in feeds:
        if said := problem(feed):
            raise StorywatchError(f"{feed.name}: {said}")
    new = text_of(feeds)
    if not os.path.lexists(path):
        _create(path, new)
        return
    try:
        before = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise StorywatchError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or 'it is no UTF-8'}") from None
    ends = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before.strip() else "\n" if before.endswith("\n") else "\n\n"
    after = before + (gap + new).replace("\n", ends)
    if not _says(after, before, feeds):
        raise StorywatchError(f"{path}: its feeds are written in a way that cannot be added to: put this there by hand\n{new}")
    save(Patch(path=path, before=before, after=after), backup=False)


def _create(path: Path, text: str) -> None:
    try:
        write.create(path, text)
    except OSError as error:
        raise StorywatchError(f"{path}: cannot be written: {error.strerror}") from error


def _says(after: str, before: str, feeds: Sequence[NewFeed]) -> bool:
    try:
        tables = tomllib.loads(before.removeprefix("\ufeff"))
        tables["feeds"] = [*tables.get("feeds", []), *map(_values, feeds)]
        return tomllib.loads(after.removeprefix("\ufeff")) == tables
    except (tomllib.TOMLDecodeError, TypeError):
        return False


def _values(feed: NewFeed) -> dict[str, Any]:
    pairs = {"name": feed.name, "url": feed.url, "interval": feed.interval, "articles": feed.articles}
    return {key: value for key, value in pairs.items() if value is not None}


def _table(feed: NewFeed) -> str:
    comments = (f"# {line}" if line else "" for line in feed.comments)
    pairs = (f"{key} = {_quoted(value)}" for key, value in _values(feed).items())
    return "\n".join([*comments, "[[feeds]]", *pairs])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _places(config: Config) -> Iterator[str]:
    """Where each feed stands, in the order in which the configuration has them."""
    for file in config.files:
        for source in read(file)[0]:
            for index in range(len(source.tables.get("feeds", []))):
                yield f"{file.name}:{source.locations.line(('feeds', index))}"


def _key(url: str) -> str:
    return address.canonical(url) or url
