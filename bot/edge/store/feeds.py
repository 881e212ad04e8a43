"""What is remembered of each feed between polls, and which are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.edge.store.schema import feeds
from bot.model import Feed, FeedState

# A due time further off than any rule of ours sets was written under a wrong clock.
HORIZON = timedelta(days=2)

_STATE = [column for column in feeds.columns if column.name not in {"listed", "lease_until"}]
# A poll that found nothing new changes only these.
_POLLED = ("etag", "modified", "next_due", "last_polled", "last_ok", "failures", "problem", "lasting")


def sync(tx: sa.Connection, watched: Sequence[Feed], now: datetime) -> None:
    """Make the table follow the configuration.

    A new feed is due at once. A feed whose address changed forgets what belonged to the address
    (validators, body), not what it saw. A feed no longer watched keeps its row, but is never due.
    """
    stored = {row.name: row for row in tx.execute(sa.select(feeds.c.name, feeds.c.url, feeds.c.next_due, feeds.c.failures))}
    names = {feed.name for feed in watched}
    gone = [{"n": name} for name, row in stored.items() if name not in names and row.next_due is not None]
    if gone:
        tx.execute(sa.update(feeds).where(feeds.c.name == sa.bindparam("n")).values(next_due=None), gone)
    for feed in watched:
        row = stored.get(feed.name)
        if row is None:
            tx.execute(sa.insert(feeds).values(name=feed.name, url=feed.url, next_due=now))
        elif row.url != feed.url:
            fresh = {
                "etag": None,
                "modified": None,
                "body_hash": None,
                "listed": None,
                "problem": None,
                "failures": 0,
                "lasting": False,
            }
            tx.execute(sa.update(feeds).where(feeds.c.name == feed.name).values(url=feed.url, next_due=now, **fresh))
        elif row.next_due is None or (row.failures == 0 and row.next_due > now + feed.interval * 1.1):
            # It came back, or its interval was shortened; a due time that a failure set stands.
            tx.execute(sa.update(feeds).where(feeds.c.name == feed.name).values(next_due=now))


def take_over(tx: sa.Connection, longest: timedelta, now: datetime) -> None:
    """Free every lease: whoever holds the state's lock knows their owner dead. And mend due times of a wrong clock."""
    tx.execute(sa.update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None))
    tx.execute(sa.update(feeds).where(feeds.c.next_due > now + longest + HORIZON).values(next_due=now))


def any_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a feed is due: a look before a transaction is opened for it."""
    return connection.execute(sa.select(feeds.c.name).where(feeds.c.next_due <= now, _free(now)).limit(1)).first() is not None


def _free(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= now)


def claim(tx: sa.Connection, now: datetime, *, lease: timedelta, limit: int) -> list[FeedState]:
    """Up to ``limit`` feeds that are due and not being polled, the longest waiting first."""
    query = sa.select(*_STATE).where(feeds.c.next_due <= now, _free(now)).order_by(feeds.c.next_due, feeds.c.name).limit(limit)
    claimed = [_state(row._mapping) for row in tx.execute(query)]
    if claimed:
        names = [state.name for state in claimed]
        tx.execute(sa.update(feeds).where(feeds.c.name.in_(names)).values(lease_until=now + lease))
    return claimed


def listed(connection: sa.Connection, name: str) -> bytes | None:
    """The fingerprints of the feed's last document (see core/listed.py)."""
    return connection.execute(sa.select(feeds.c.listed).where(feeds.c.name == name)).scalar()


def save(tx: sa.Connection, state: FeedState, document: bytes | None) -> None:
    """Keep everything a poll with a new document changed, and end its lease."""
    values = {column.name: getattr(state, column.name) for column in _STATE if column.name not in {"name", "url"}}
    # The address is part of the condition: a poll of an address that was changed meanwhile must not bring its validators.
    # And a feed taken out of the configuration meanwhile must not come back.
    mine = sa.and_(feeds.c.name == state.name, feeds.c.url == state.url, feeds.c.next_due.is_not(None))
    tx.execute(sa.update(feeds).where(mine).values(listed=document, **values))
    _release(tx, [state.name])


def save_polled(tx: sa.Connection, states: Sequence[FeedState]) -> None:
    """Keep the outcome of polls that found nothing new, many at once, and end their leases."""
    values = {name: sa.bindparam("new_" + name, type_=feeds.c[name].type) for name in _POLLED}
    mine = sa.and_(feeds.c.name == sa.bindparam("n"), feeds.c.url == sa.bindparam("u"), feeds.c.next_due.is_not(None))
    update = sa.update(feeds).where(mine).values(**values)
    rows = [{"n": s.name, "u": s.url, **{"new_" + name: getattr(s, name) for name in _POLLED}} for s in states]
    if rows:
        tx.execute(update, rows)
        _release(tx, [state.name for state in states])


def postpone(tx: sa.Connection, until: Mapping[str, datetime]) -> None:
    """Poll those feeds later: something of ours stood in the way. One taken out of the configuration stays out."""
    update = sa.update(feeds).where(feeds.c.name == sa.bindparam("n"), feeds.c.next_due.is_not(None))
    rows = [{"n": name, "later": moment} for name, moment in until.items()]
    tx.execute(update.values(next_due=sa.bindparam("later", type_=feeds.c.next_due.type)), rows)
    _release(tx, list(until))


def _release(tx: sa.Connection, names: Sequence[str]) -> None:
    """End leases whatever else the configuration did to the feeds meanwhile."""
    tx.execute(sa.update(feeds).where(feeds.c.name.in_(names)).values(lease_until=None))


def states(connection: sa.Connection) -> dict[str, FeedState]:
    """Every feed ever watched, by name."""
    return {row.name: _state(row._mapping) for row in connection.execute(sa.select(*_STATE))}


def unpolled(connection: sa.Connection) -> int:
    """How many watched feeds were never asked yet."""
    query = sa.select(sa.func.count()).where(feeds.c.next_due.is_not(None), feeds.c.last_polled.is_(None))
    return int(connection.execute(query).scalar_one())


def _state(row: Mapping[Any, Any]) -> FeedState:
    return FeedState(**{column.name: row[column] for column in _STATE})
