"""What is wrong between the parts of a configuration: names, references, channels, queries.

Works on the raw tables, so that a wrong field elsewhere hides nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.config import receivers
from bot.config.entries import Entry, entries, listed
from bot.config.explain import near
from bot.config.locate import KeyPath
from bot.config.read import Source
from bot.config.secrets import Resolved
from bot.core import query
from bot.errors import Fault, QueryError

_SINGULAR = {"feeds": "feed", "stories": "story", "channels": "channel"}
_REFERENCES = {"channels": "channels", "feeds": "feeds", "exclude_feeds": "feeds"}  # a story's key -> what it names


def faults(sources: Sequence[Resolved], base: Path) -> Iterator[Fault]:
    """Everything wrong between the parts; relative paths start at ``base``."""
    yield from _doubled_names(sources)
    yield from _doubled_tables(sources)
    yield from _unknown_names(sources)
    yield from receivers.faults(sources)
    yield from _queries(sources)
    yield from _paths(sources, base)


def draft_faults(sources: Sequence[Resolved], feeds: Collection[str]) -> Iterator[Fault]:
    """Everything wrong between stories and concepts alone; ``feeds``: the names that a story may look at."""
    yield from _doubled_names(sources)
    yield from _doubled_tables(sources)
    for story in entries(sources, "stories"):
        for field in ("feeds", "exclude_feeds"):
            yield from _references(story, field, "feeds", set(feeds))
    yield from _queries(sources)


def names(source: Source, kind: str) -> set[str]:
    """The names of all tables of a kind in one file."""
    tables = (table for table in listed(source.tables.get(kind)) if isinstance(table, dict))
    return {table["name"] for table in tables if isinstance(table.get("name"), str)}


def _doubled_names(sources: Sequence[Resolved]) -> Iterator[Fault]:
    for kind, singular in _SINGULAR.items():
        first: dict[str, Entry] = {}
        for entry in entries(sources, kind):
            if entry.name is not None and first.setdefault(entry.name, entry) is not entry:
                other = first[entry.name].fault("", "name")
                yield entry.fault(
                    f'{singular} "{entry.name}" stands already in {other.file}:{other.line}: choose another name', "name"
                )


def _doubled_tables(sources: Sequence[Resolved]) -> Iterator[Fault]:
    """A concept, or a table that is not joined, in a second file. Within one file TOML itself forbids both."""
    first: dict[KeyPath, Resolved] = {}
    for origin in sources:
        keys: list[KeyPath] = [("concepts", name) for name in _concepts(origin)]
        keys += [(name,) for name in origin.tables if name in {"bot", "network"}]
        for key in keys:
            holder = first.setdefault(key, origin)
            if holder.source.path != origin.source.path:
                other = holder.source.fault(key, "")
                what = f'concept "{key[1]}"' if len(key) > 1 else f"[{key[0]}]"
                yield origin.source.fault(key, f"{what} stands already in {other.file}:{other.line}: put both together")


def _unknown_names(sources: Sequence[Resolved]) -> Iterator[Fault]:
    known = {kind: {entry.name for entry in entries(sources, kind) if entry.name is not None} for kind in _SINGULAR}
    for story in entries(sources, "stories"):
        for field, kind in _REFERENCES.items():
            yield from _references(story, field, kind, known[kind])
    for origin in sources:
        if isinstance(table := origin.tables.get("bot"), dict):
            yield from _references(Entry(origin=origin, key=("bot",), table=table), "operators", "channels", known["channels"])


def _references(entry: Entry, field: str, kind: str, known: set[str]) -> Iterator[Fault]:
    for index, name in enumerate(listed(entry.table.get(field))):
        if isinstance(name, str) and name not in known:
            advice = near(name, known) or f": write a [[{kind}]] table with this name"
            yield entry.fault(f'{field}: there is no {_SINGULAR[kind]} "{name}"{advice}', field, index)


def _concepts(origin: Resolved) -> dict[str, Any]:
    table = origin.tables.get("concepts")
    return table if isinstance(table, dict) else {}


def _queries(sources: Sequence[Resolved]) -> Iterator[Fault]:
    concepts: dict[str, tuple[str, ...]] = {}
    for origin in sources:
        for name, spellings in _concepts(origin).items():
            wrong = dict(_spellings(origin, name, spellings))
            yield from wrong.values()
            if right := tuple(each for each in listed(spellings) if isinstance(each, str) and each not in wrong):
                concepts[name] = right
    for story in entries(sources, "stories"):
        if isinstance(text := story.table.get("query"), str) and text.strip():
            yield from _query(story, text, concepts)


def _spellings(origin: Resolved, name: str, spellings: object) -> Iterator[tuple[str, Fault]]:
    for index, spelling in enumerate(listed(spellings)):
        try:
            if isinstance(spelling, str):
                query.check_spelling(spelling)
        except QueryError as error:
            yield spelling, origin.source.fault(("concepts", name, index), f'{name}: "{spelling}": {_said(error)}')


def _query(story: Entry, text: str, concepts: dict[str, tuple[str, ...]]) -> Iterator[Fault]:
    try:
        query.checked(text, concepts)
    except QueryError as error:
        source = story.origin.source
        line = source.locations.line_within((*story.key, "query"), error.line, error.column)
        picture = "".join(f"\n    {row}" for row in query.caret(error).split("\n")[:2])
        yield Fault(file=source.path.name, line=line, message=f"query, column {error.column}: {_said(error)}{picture}")


def _said(error: QueryError) -> str:
    return f"{error.message}: {error.hint}" if error.hint else error.message


def _paths(sources: Sequence[Resolved], base: Path) -> Iterator[Fault]:
    """Files that must or must not be there."""
    for origin in sources:
        ca, state = _text(origin, "network", "ca"), _text(origin, "bot", "state")
        if ca and not (base / ca).is_file():
            yield origin.source.fault(("network", "ca"), f"ca: there is no file {base / ca}: write the path of a PEM file")
        if state and (base / state).is_dir():
            yield origin.source.fault(("bot", "state"), f'state: {base / state} is a folder: write "{state}/seen.sqlite3"')


def _text(origin: Resolved, table: str, key: str) -> str | None:
    found = origin.tables.get(table)
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, str) and "\0" not in value else None
