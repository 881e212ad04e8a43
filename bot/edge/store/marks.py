"""What the user said of items: relevant to a story or not. One mark for a story x item, the latest stands."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store.items import chunks
from bot.edge.store.schema import marks
from bot.model import Mark


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
