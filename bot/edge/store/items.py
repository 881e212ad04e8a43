"""The items of the log: who they are, and which wait to be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store.schema import items, seen
from bot.model import Item, NewItem

T = TypeVar("T")

_HORIZON = timedelta(days=2)  # a due time further off was written under a wrong clock; ours are within a day
_CHUNK = 500  # values in one IN list; SQLite allows 32,766 (sqlite.org/limits.html), short statements are cached
ITEM_COLUMNS = (
    items.c.id, items.c.feed, items.c.guid, items.c.url, items.c.title, items.c.summary, items.c.published,
    items.c.first_seen, items.c.outlet, items.c.baseline, items.c.inside, items.c.duplicate_of, items.c.duplicate_why,
    items.c.tries,
    items.c.judged_at,
)  # fmt: skip
_NAMES = [column.name for column in ITEM_COLUMNS]


# Statements that every tick or poll uses are made once: building one costs more than running it.
_SOME: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
_FEED = sa.bindparam("feed", type_=sa.Text)
_KNOWN = sa.select(seen.c.key, seen.c.item).where(seen.c.key.in_(_SOME))
_OWNED = sa.select(items.c.id).where(items.c.feed == _FEED, items.c.id.in_(_SOME))
_ORIGINALS = sa.select(items.c.id, items.c.duplicate_of).where(items.c.id.in_(_SOME), items.c.duplicate_of.is_not(None))
_DOUBLED = sa.select(items.c.duplicate_of).where(items.c.feed == _FEED, items.c.duplicate_of.in_(_SOME))


def known(connection: sa.Connection, keys: Iterable[bytes]) -> dict[bytes, int]:
    """Those of the identity keys that were seen before, with the item they belong to."""
    found: dict[bytes, int] = {}
    for chunk in chunks(keys):
        found.update((row[0], row[1]) for row in connection.execute(_KNOWN, {"some": chunk}))
    return found


def owned(connection: sa.Connection, feed: str, ids: Iterable[int]) -> set[int]:
    """Those of the items that belong to the feed."""
    found: set[int] = set()
    for chunk in chunks(ids):
        found.update(connection.execute(_OWNED, {"feed": feed, "some": chunk}).scalars())
    return found


def originals(connection: sa.Connection, ids: Iterable[int]) -> dict[int, int]:
    """Which item each duplicate among the ids is a duplicate of."""
    found: dict[int, int] = {}
    for chunk in chunks(ids):
        found.update((row[0], row[1]) for row in connection.execute(_ORIGINALS, {"some": chunk}))
    return found


def doubled(connection: sa.Connection, feed: str, ids: Iterable[int]) -> set[int]:
    """Those of the items of which the feed has a duplicate in the log already."""
    found: set[int] = set()
    for chunk in chunks(ids):
        found.update(connection.execute(_DOUBLED, {"feed": feed, "some": chunk}).scalars())
    return found


def of_ids(connection: sa.Connection, ids: Iterable[int]) -> list[Item]:
    """The items of those ids that are still in the log, in order."""
    found: list[Item] = []
    for chunk in chunks(ids):
        query = sa.select(*ITEM_COLUMNS).where(items.c.id.in_(chunk)).order_by(items.c.id)
        found += map(_item, connection.execute(query))
    return found


def _item(row: Sequence[Any]) -> Item:
    return Item(**dict(zip(_NAMES, row, strict=True)))


def add(tx: sa.Connection, feed: str, new: Sequence[NewItem], now: datetime) -> list[int]:
    """Log the items with their keys; they wait to be judged from now on. Returns their ids, in order."""
    if not new:
        return []
    rows = [_row(feed, item, now) for item in new]
    ids = list(tx.execute(_ADD, rows).scalars())
    for statement, duplicates in ((_TAKE_KEY, False), (_KEEP_KEY, True)):
        some = zip(ids, new, strict=True)
        keys = [{"key": key, "item": n} for n, item in some if (item.duplicate_of is not None) == duplicates for key in item.keys]
        if keys:
            tx.execute(statement, keys)
    return ids


_ADD = sa.insert(items).returning(items.c.id, sort_by_parameter_order=True)


def _row(feed: str, new: NewItem, now: datetime) -> dict[str, object]:
    entry = new.entry
    return {
        "feed": feed, "guid": entry.guid, "url": entry.url, "title": entry.title, "summary": entry.summary,
        "published": entry.published, "first_seen": now, "outlet": new.outlet, "baseline": new.baseline,
        "inside": new.inside, "duplicate_of": new.duplicate_of, "duplicate_why": new.duplicate_why, "due": now,
    }  # fmt: skip


# A new item takes over a key that an older one had (entries that share a page): what stands there now is the newest.
# A duplicate never does: its keys lead on to the original.
_KEEP_KEY = insert(seen).on_conflict_do_nothing()
_TAKE_KEY = (_taking := insert(seen)).on_conflict_do_update(index_elements=["key"], set_={"item": _taking.excluded["item"]})


def take_over(tx: sa.Connection, now: datetime) -> None:
    """Free every lease: whoever holds the state's lock knows their owner dead. And mend due times of a wrong clock."""
    tx.execute(sa.update(items).where(items.c.due > now + _HORIZON).values(due=now))
    tx.execute(sa.update(items).where(items.c.due.is_not(None), items.c.lease_until.is_not(None)).values(lease_until=None))


_NOW, _AT_MOST = sa.bindparam("now", type_=items.c.due.type), sa.bindparam("most", type_=sa.Integer)
_DUE = sa.and_(items.c.due <= _NOW, sa.or_(items.c.lease_until.is_(None), items.c.lease_until <= _NOW))
_ANY_DUE = sa.select(items.c.id).where(_DUE).limit(1)
_first = items.alias("first")
_ORIGINAL = sa.select(_first.c.id).where(_first.c.id == items.c.duplicate_of, _first.c.judged_at.is_(None))
_WAITED_LONGEST = sa.select(items.c.id).where(_DUE, ~_ORIGINAL.exists()).order_by(items.c.due, items.c.id)
_CLAIM = (
    sa.update(items)
    .where(items.c.id.in_(_WAITED_LONGEST.limit(_AT_MOST)))
    .values(lease_until=sa.bindparam("until"))
    .returning(*ITEM_COLUMNS)
)


def any_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether an item waits to be judged: a look before a transaction is opened for it."""
    return connection.execute(_ANY_DUE, {"now": now}).first() is not None


def claim(tx: sa.Connection, now: datetime, *, lease: timedelta, limit: int) -> list[Item]:
    """Up to ``limit`` items that wait to be judged, the longest waiting first; a duplicate only after its original."""
    claimed = map(_item, tx.execute(_CLAIM, {"now": now, "most": limit, "until": now + lease}))
    return sorted(claimed, key=lambda item: item.id)  # RETURNING has no order


def postpone(tx: sa.Connection, until: Mapping[int, datetime]) -> None:
    """Judge those items later: something stood in the way."""
    update = sa.update(items).where(items.c.id == sa.bindparam("n"), items.c.due.is_not(None))
    rows = [{"n": item, "later": moment} for item, moment in until.items()]
    tx.execute(update.values(due=sa.bindparam("later", type_=items.c.due.type), lease_until=None), rows)


_WAITING = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(items.c.baseline), 0)).where(
    items.c.due.is_not(None), items.c.judged_at.is_(None)
)


def waiting(connection: sa.Connection) -> tuple[int, int]:
    """How many items were not judged yet, and how many of them stood in a first poll."""
    row = connection.execute(_WAITING).one()
    return int(row[0]), int(row[1])


def reading_again(connection: sa.Connection) -> int:
    """How many judged items wait for another try at their page."""
    query = sa.select(sa.func.count()).where(items.c.due.is_not(None), items.c.judged_at.is_not(None))
    return int(connection.execute(query).scalar_one())


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The distinct values in lists short enough for one IN list."""
    iterator = iter(dict.fromkeys(values))
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
