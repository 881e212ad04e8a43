"""What is due, moved with the clock: so the time that is left until then stays what it was."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from bot.edge.store.moment import MILLISECOND
from bot.edge.store.outgoing import alerts, channels
from bot.edge.store.schema import feeds, items


def move(tx: sa.Connection, by: timedelta) -> None:
    """The clock was put ahead (or back) by so much. What people set, and what has been, stays as it is."""
    milliseconds = by // MILLISECOND
    for column in (alerts.c.due, channels.c.not_before, feeds.c.next_due, items.c.due):
        moved = sa.cast(column, sa.BigInteger) + milliseconds
        tx.execute(sa.update(column.table).where(column.is_not(None)).values({column.name: moved}))
