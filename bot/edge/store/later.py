"""What is due, moved with the clock: so the time that is left until then stays what it was."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.edge.store.moment import MILLISECOND
from bot.edge.store.outgoing import alerts, channels
from bot.edge.store.schema import feeds, items

LEAST = timedelta(seconds=1)  # two passes may be given the same second


def follow(tx: sa.Connection, now: datetime) -> timedelta:
    """Where a feed was polled later than now, the clock was put back since the last run: what is due moves with it.

    Returns by how much. A wait that a server asked for stays as long as it was; the evidence is used up, so that it counts once.
    """
    seen: datetime | None = tx.execute(sa.select(sa.func.max(feeds.c.last_polled))).scalar()
    if seen is None or seen - now < LEAST:
        return timedelta()
    move(tx, now - seen)
    tx.execute(sa.update(feeds).where(feeds.c.last_polled > now).values(last_polled=now))
    return seen - now


def move(tx: sa.Connection, by: timedelta) -> None:
    """The clock was put ahead (or back) by so much. What people set, and what has been, stays as it is."""
    milliseconds = by // MILLISECOND
    for column in (alerts.c.due, channels.c.not_before, feeds.c.next_due, items.c.due):
        moved = sa.cast(column, sa.BigInteger) + milliseconds
        tx.execute(sa.update(column.table).where(column.is_not(None)).values({column.name: moved}))
