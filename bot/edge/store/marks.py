"""What the user said of items: relevant to a story or not. One mark for a story x item, the latest stands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store.items import chunks
from bot.edge.store.schema import items, marks, verdicts
from bot.model import Mark, VerdictName


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be reviewed. ``marked``: also what has a mark; ``nearest``: by score and not by age, and no score of nothing."""

    verdicts: tuple[VerdictName, ...]
    story: str | None = None
    since: datetime | None = None
    marked: bool = False
    nearest: bool = False


def put(tx: sa.Connection, mark: Mark) -> None:
    """Keep a mark; it takes the place of an earlier one."""
    said = {"relevant": mark.relevant, "note": mark.note, "at": mark.at}
    tx.execute(insert(marks).values(item=mark.item, story=mark.story, **said).on_conflict_do_update(set_=said))


def take(tx: sa.Connection, item: int, story: str) -> bool:
    """Take a mark back; whether there was one."""
    return bool(tx.execute(sa.delete(marks).where(marks.c.item == item, marks.c.story == story)).rowcount)


def of_items(connection: sa.Connection, ids: Collection[int]) -> dict[int, tuple[Mark, ...]]:
    """The marks of each of the items, by story."""
    found: dict[int, list[Mark]] = {}
    for chunk in chunks(ids):
        query = sa.select(marks).where(marks.c.item.in_(chunk)).order_by(marks.c.item, marks.c.story)
        for row in connection.execute(query):
            found.setdefault(row.item, []).append(Mark(**row._mapping))
    return {item: tuple(of_item) for item, of_item in found.items()}


def of_story(connection: sa.Connection, story: str) -> dict[int, Mark]:
    """All marks of a story, by item."""
    query = sa.select(marks).where(marks.c.story == story).order_by(marks.c.item)
    return {row.item: Mark(**row._mapping) for row in connection.execute(query)}


def to_review(connection: sa.Connection, wanted: Wanted, limit: int) -> tuple[list[tuple[int, str]], int]:
    """The first ``limit`` pairs of item and story, the latest or the nearest first; and how many there are in all."""
    query = sa.select(verdicts.c.item, verdicts.c.story).where(verdicts.c.verdict.in_(wanted.verdicts))
    if wanted.story is not None:
        query = query.where(verdicts.c.story == wanted.story)
    if wanted.since is not None:
        query = query.join(items, items.c.id == verdicts.c.item).where(items.c.first_seen >= wanted.since)
    if not wanted.marked:
        has = sa.select(marks.c.item).where(marks.c.item == verdicts.c.item, marks.c.story == verdicts.c.story)
        query = query.where(~has.exists())
    if wanted.nearest:
        query = query.where(verdicts.c.score > 0)
    total = connection.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    order = [verdicts.c.score.desc()] if wanted.nearest else []
    found = connection.execute(query.order_by(*order, verdicts.c.item.desc(), verdicts.c.story).limit(limit))
    return [(row.item, row.story) for row in found], int(total)
