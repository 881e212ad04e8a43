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

_STATE = [column for column in feeds.columns if column.name not in {"listed", "lease_until", "every"}]
_NAMES = [column.name for column in _STATE]
_CHANGED = [name for name in _NAMES if name not in {"name", "url", "told"}]  # told: see health.py
# A poll that found nothing new leaves these as they are.
_DOCUMENT = {
    "body_hash",
    "first_polled",
    "asks_every",
    "asks_base",
    "skip_hours",
    "skip_days",
    "entries",
    "gap",
    "last_new",
    "arrivals",
}
_POLLED = [name for name in _CHANGED if name not in _DOCUMENT]
# What belongs to an address, and is forgotten with it.
_OF_ADDRESS: dict[str, Any] = {
    "etag": None, "modified": None, "body_hash": None, "listed": None, "problem": None, "failures": 0, "lasting": False,
    "confirmed": 0, "asks_every": None, "asks_base": None, "skip_hours": 0, "skip_days": 0, "entries": 0, "turnover": None,
    "score": 0.0, "good": 0, "failing_since": None, "streak": None, "streak_since": None, "streak_count": 0, "adopted": None,
    "adopted_inside": False, "stopped": False, "told": None,
}  # fmt: skip


def sync(tx: sa.Connection, watched: Sequence[Feed], now: datetime) -> None:
    """Make the table follow the configuration.

    A new feed is due at once. A feed whose address changed forgets what belonged to the address
    (validators, body), not what it saw. A feed no longer watched keeps its row, but is never due.
    """
    kept = tx.execute(sa.select(feeds.c.name, feeds.c.url, feeds.c.next_due, feeds.c.failures, feeds.c.stopped, feeds.c.every))
    stored = {row.name: row for row in kept}
    names = {feed.name for feed in watched}
    gone = [{"n": name} for name, row in stored.items() if name not in names and (row.next_due is not None or row.stopped)]
    if gone:
        tx.execute(sa.update(feeds).where(feeds.c.name == sa.bindparam("n")).values(next_due=None, stopped=False), gone)
    for feed in watched:
        row = stored.get(feed.name)
        if row is None:
            tx.execute(sa.insert(feeds).values(name=feed.name, url=feed.place, next_due=now, every=_every(feed)))
        elif row.url != feed.place:
            moved = sa.update(feeds).where(feeds.c.name == feed.name)
            tx.execute(moved.values(url=feed.place, next_due=now, every=_every(feed), **_OF_ADDRESS))
        elif not row.stopped and row.next_due is None:  # it came back
            tx.execute(sa.update(feeds).where(feeds.c.name == feed.name).values(next_due=now, every=_every(feed)))
        elif row.every != _every(feed):
            # A shorter interval holds at once; a due time that a failure set stands.
            shorter = not row.stopped and row.every is not None and row.every > _every(feed) and row.failures == 0
            sooner = shorter and row.next_due > now + feed.interval * 1.1
            due = {"next_due": now} if sooner else {}
            tx.execute(sa.update(feeds).where(feeds.c.name == feed.name).values(every=_every(feed), **due))


def _every(feed: Feed) -> int:
    return int(feed.interval.total_seconds())


def take_over(tx: sa.Connection, longest: timedelta, now: datetime) -> None:
    """Free every lease: whoever holds the state's lock knows their owner dead. And mend due times of a wrong clock."""
    tx.execute(sa.update(feeds).where(feeds.c.lease_until.is_not(None)).values(lease_until=None))
    tx.execute(sa.update(feeds).where(feeds.c.next_due > now + longest + HORIZON).values(next_due=now))


# Statements that every tick or poll uses are made once: building one costs more than running it.
_NOW, _AT_MOST = sa.bindparam("now", type_=feeds.c.next_due.type), sa.bindparam("most", type_=sa.Integer)
_DUE = sa.and_(feeds.c.next_due <= _NOW, sa.or_(feeds.c.lease_until.is_(None), feeds.c.lease_until <= _NOW))
_ANY_DUE = sa.select(feeds.c.name).where(_DUE).limit(1)
_CLAIM = (
    sa.update(feeds)
    .where(feeds.c.name.in_(sa.select(feeds.c.name).where(_DUE).order_by(feeds.c.next_due, feeds.c.name).limit(_AT_MOST)))
    .values(lease_until=sa.bindparam("until"))
    .returning(*_STATE)
)
_LISTED = sa.select(feeds.c.listed).where(feeds.c.name == sa.bindparam("n"))
# The address is part of the condition: a poll of an address that was changed meanwhile must not bring its validators.
# And a feed taken out of the configuration meanwhile must not come back.
_MINE = sa.and_(feeds.c.name == sa.bindparam("n"), feeds.c.url == sa.bindparam("u"), feeds.c.next_due.is_not(None))
_SAVE, _SAVE_POLLED = (
    sa.update(feeds).where(_MINE).values({name: sa.bindparam("new_" + name) for name in names}).values(lease_until=None)
    for names in ((*_CHANGED, "listed"), _POLLED)
)
_RELEASE = sa.update(feeds).where(feeds.c.name == sa.bindparam("n")).values(lease_until=None)


def any_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a feed is due: a look before a transaction is opened for it."""
    return connection.execute(_ANY_DUE, {"now": now}).first() is not None


def claim(tx: sa.Connection, now: datetime, *, lease: timedelta, limit: int) -> list[FeedState]:
    """Up to ``limit`` feeds that are due and not being polled, the longest waiting first."""
    claimed = [_state(row) for row in tx.execute(_CLAIM, {"now": now, "most": limit, "until": now + lease})]
    return sorted(claimed, key=lambda state: (state.next_due or now, state.name))  # RETURNING has no order


def listed(connection: sa.Connection, name: str) -> bytes | None:
    """The fingerprints of the feed's last document (see core/listed.py)."""
    return connection.execute(_LISTED, {"n": name}).scalar()


def save(tx: sa.Connection, state: FeedState, document: bytes | None) -> None:
    """Keep everything a poll with a new document changed, and end its lease."""
    _keep(tx, _SAVE, [{**_parameters(state, _CHANGED), "new_listed": document}])


def save_polled(tx: sa.Connection, states: Sequence[FeedState]) -> None:
    """Keep the outcome of polls that found nothing new, many at once, and end their leases."""
    if states:
        _keep(tx, _SAVE_POLLED, [_parameters(state, _POLLED) for state in states])


def _keep(tx: sa.Connection, update: sa.Update, rows: list[dict[str, Any]]) -> None:
    if tx.execute(update, rows).rowcount != len(rows):  # the configuration changed meanwhile: those leases end all the same
        tx.execute(_RELEASE, [{"n": row["n"]} for row in rows])


def _parameters(state: FeedState, names: Sequence[str]) -> dict[str, Any]:
    return {"n": state.name, "u": state.url, **{"new_" + name: getattr(state, name) for name in names}}


def postpone(tx: sa.Connection, until: Mapping[str, datetime]) -> None:
    """Poll those feeds later: something of ours stood in the way. One taken out of the configuration stays out."""
    update = sa.update(feeds).where(feeds.c.name == sa.bindparam("n"), feeds.c.next_due.is_not(None))
    rows = [{"n": name, "later": moment} for name, moment in until.items()]
    tx.execute(update.values(next_due=sa.bindparam("later", type_=feeds.c.next_due.type)), rows)
    tx.execute(_RELEASE, [{"n": name} for name in until])


def keep_told(tx: sa.Connection, told: Mapping[str, str | None]) -> None:
    """Remember what the operators were told of those feeds."""
    update = sa.update(feeds).where(feeds.c.name == sa.bindparam("n")).values(told=sa.bindparam("now"))
    tx.execute(update, [{"n": name, "now": what} for name, what in told.items()])


def states(connection: sa.Connection) -> dict[str, FeedState]:
    """Every feed ever watched, by name."""
    return {row.name: _state(row) for row in connection.execute(sa.select(*_STATE))}


_UNPOLLED = sa.select(sa.func.count()).where(feeds.c.next_due.is_not(None), feeds.c.last_polled.is_(None))


def unpolled(connection: sa.Connection) -> int:
    """How many watched feeds were never asked yet."""
    return int(connection.execute(_UNPOLLED).scalar_one())


def _state(row: sa.Row[Any]) -> FeedState:
    return FeedState(**dict(zip(_NAMES, row, strict=True)))
