"""Reading the log: everything, or what a filter leaves, oldest first, in pages of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from bot.edge.store import marks, search, verdicts
from bot.edge.store.items import ITEM_COLUMNS
from bot.edge.store.schema import articles, items, seen
from bot.edge.store.schema import marks as mark_table
from bot.edge.store.schema import verdicts as verdict_table
from bot.model import Item, LogRow

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What of the log is wanted; the conditions hold together."""

    story: str | None = None
    feed: str | None = None
    since: datetime | None = None
    verdict: str | None = None
    search: str | None = None
    marked: Literal["any", "relevant", "irrelevant"] | None = None  # rows come with their marks then


def rows(connection: sa.Connection, wanted: LogFilter, *, after: int = 0) -> Iterator[LogRow]:
    """The items that pass, with id above ``after``; of their verdicts and marks those of the wanted story."""
    while page := _page(connection, wanted, after):
        yield from page
        after = page[-1].item.id


def judged_since(connection: sa.Connection, wanted: LogFilter, since: datetime, but: set[int]) -> Iterator[LogRow]:
    """The items judged at or after ``since``, except those in ``but``, in the order of judging: for ``--follow``."""
    query = _filtered(sa.select(*_COLUMNS), wanted).where(items.c.judged_at >= since, items.c.id.not_in(but))
    yield from _told(connection, connection.execute(query.order_by(items.c.judged_at, items.c.id)).all(), wanted)


def find(connection: sa.Connection, item: int, *, with_text: bool = False) -> LogRow | None:
    """One item, by its id; ``with_text``: with its article's text and the user's marks."""
    rows = _told(connection, connection.execute(sa.select(*_COLUMNS).where(items.c.id == item)).all(), LogFilter())
    if not rows or not with_text:
        return rows[0] if rows else None
    text = connection.execute(sa.select(articles.c.text).where(articles.c.item == item)).scalar()
    return replace(rows[0], text=text, marks=marks.of_items(connection, [item]).get(item, ()))


def by_key(connection: sa.Connection, key: bytes | None, url: str) -> list[int]:
    """The items known under an identity key, their duplicates, and any item with exactly that address, oldest first."""
    first = sa.select(seen.c.item).where(seen.c.key == key).scalar_subquery()
    query = sa.select(items.c.id).where(sa.or_(items.c.id == first, items.c.duplicate_of == first, items.c.url == url))
    return list(connection.execute(query.order_by(items.c.id)).scalars())


_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (*ITEM_COLUMNS, items.c.note, items.c.judged_at)


def _page(connection: sa.Connection, wanted: LogFilter, after: int) -> list[LogRow]:
    query = _filtered(sa.select(*_COLUMNS), wanted).where(items.c.id > after).order_by(items.c.id).limit(_PAGE)
    return _told(connection, connection.execute(query).all(), wanted)


def _filtered(query: sa.Select[Any], wanted: LogFilter) -> sa.Select[Any]:
    if wanted.feed is not None:
        query = query.where(items.c.feed == wanted.feed)
    if wanted.since is not None:
        query = query.where(items.c.first_seen >= wanted.since)
    if wanted.story is not None or wanted.verdict is not None:
        has = sa.select(verdict_table.c.item).where(verdict_table.c.item == items.c.id)
        if wanted.story is not None:
            has = has.where(verdict_table.c.story == wanted.story)
        if wanted.verdict is not None:
            has = has.where(verdict_table.c.verdict == wanted.verdict)
        query = query.where(has.exists())
    if wanted.marked is not None:
        query = query.where(_marked(wanted).exists())
    if wanted.search is not None:
        expression = search.expression(wanted.search)
        hit = sa.text("items.id IN (SELECT rowid FROM search WHERE search MATCH :words)").bindparams(words=expression)
        query = query.where(hit if expression else sa.false())
    return query


def _marked(wanted: LogFilter) -> sa.Select[Any]:
    query = sa.select(mark_table.c.item).where(mark_table.c.item == items.c.id)
    if wanted.story is not None:
        query = query.where(mark_table.c.story == wanted.story)
    if wanted.marked != "any":
        query = query.where(mark_table.c.relevant == (wanted.marked == "relevant"))
    return query


def _told(connection: sa.Connection, found: Sequence[sa.Row[Any]], wanted: LogFilter) -> list[LogRow]:
    ids = [row.id for row in found]
    of_items = verdicts.of_items(connection, ids)
    said = marks.of_items(connection, ids) if wanted.marked is not None else {}
    names = [column.name for column in ITEM_COLUMNS]
    return [
        LogRow(
            item=Item(**{name: row._mapping[name] for name in names}),
            note=row.note,
            verdicts=tuple(v for v in of_items.get(row.id, ()) if wanted.story in {None, v.story}),
            judged_at=row.judged_at,
            marks=tuple(mark for mark in said.get(row.id, ()) if wanted.story in {None, mark.story}),
        )
        for row in found
    ]
