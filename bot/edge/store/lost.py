"""Alerts whose answer was lost: their sender died, or could not keep it. The receiver may have them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.edge.store.outbox import OPEN, close_ledger
from bot.edge.store.outgoing import alerts, attempts

# A retry further off than any schedule of ours or Retry-After sets (a day) was written under a wrong clock.
_HORIZON = timedelta(days=2)
HELD = "it may have arrived, so it is held back: storywatch alerts retry ID sends it, storywatch alerts drop ID gives it up"
_LOST = sa.select(alerts.c.seq).where(alerts.c.channel == sa.bindparam("channel"), OPEN, alerts.c.state == "sending")


def take_over(tx: sa.Connection, now: datetime, hold: Collection[str] = ()) -> int:
    """Queue again what was being sent when its sender died; returns how many there were. The receiver may get those twice:
    of the channels in ``hold`` they are held back instead.
    """
    tx.execute(sa.update(alerts).where(alerts.c.due > now + _HORIZON).values(due=now))
    held = sum(hold_lost(tx, channel) for channel in hold)
    ambiguous = sa.update(alerts).where(alerts.c.state == "sending")
    count = tx.execute(
        ambiguous.values(state="queued", due=None, why="the last attempt was cut short; it may arrive twice")
    ).rowcount
    if count:
        close_ledger(tx, attempts.c.state == "sending")
    return count + held


def any_lost(connection: sa.Connection, channel: str) -> bool:
    """Whether an alert of the channel stands as being sent."""
    return connection.execute(_LOST, {"channel": channel}).first() is not None


def hold_lost(tx: sa.Connection, channel: str) -> int:
    """Hold back what was being sent to the channel when its sender died or could not keep the answer; returns how many."""
    seqs = list(tx.execute(_LOST, {"channel": channel}).scalars())
    if seqs:
        close_ledger(tx, sa.and_(attempts.c.alert.in_(seqs), attempts.c.state == "sending"))
        mine = sa.update(alerts).where(alerts.c.seq.in_(seqs))
        tx.execute(mine.values(state="parked", due=None, ambiguous=True, why=f"the last attempt was cut short; {HELD}"))
    return len(seqs)
