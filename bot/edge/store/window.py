"""What a channel's lane decides on: its queue, and what the channel accepted within the window of its budget."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.edge.store import outbox
from bot.edge.store.outgoing import alerts, attempts
from bot.model import Queued


def look(
    connection: sa.Connection, channel: str, per: timedelta, now: datetime
) -> tuple[list[Queued], list[tuple[datetime, str]]]:
    """The queue, in order; and when the channel accepted messages within ``per``, and of what type of alert."""
    queue = outbox.waiting(connection, channel)
    return queue, outbox.sent_since(connection, channel, now - per) if queue else []


def pause(tx: sa.Connection, seq: int, why: str, now: datetime) -> None:
    """The rest of an alert that takes several messages waits for the budget; what was accepted begins its tries anew."""
    values = {"state": "queued", "due": None, "why": why, "tries": 1, "since": now}
    row = tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(**values).returning(alerts.c.attempts)).one()
    mine = sa.and_(attempts.c.alert == seq, attempts.c.number == row.attempts)
    tx.execute(sa.update(attempts).where(mine).values(state="paused", why=why))
