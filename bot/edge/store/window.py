"""What a channel's lane decides on: its queue, and what the channel accepted within the window of its budget."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.edge.store import outbox
from bot.edge.store.outgoing import alerts, attempts, parts
from bot.model import Queued

_WHOLE = sa.select(alerts.c.delivered_at.label("at"), alerts.c.type).where(
    alerts.c.channel == sa.bindparam("channel"),
    alerts.c.state == "delivered",
    alerts.c.delivered_at > sa.bindparam("since"),
    alerts.c.delivered_at <= sa.bindparam("until"),
)
_PART = sa.select(parts.c.at, sa.literal("digest").label("type")).where(
    parts.c.channel == sa.bindparam("channel"), parts.c.at > sa.bindparam("since"), parts.c.at <= sa.bindparam("until")
)
_SENT = sa.union_all(_WHOLE, _PART).order_by("at")


def look(
    connection: sa.Connection, channel: str, per: timedelta, now: datetime
) -> tuple[list[Queued], list[tuple[datetime, str]]]:
    """The queue, in order; and when the channel accepted messages within ``per``, and of what type of alert."""
    queue = outbox.waiting(connection, channel)
    return queue, sent_within(connection, channel, per, now) if queue else []


def sent_within(connection: sa.Connection, channel: str, per: timedelta, now: datetime) -> list[tuple[datetime, str]]:
    """When the channel accepted messages within ``per``, and of what type. What is dated further ahead than that was sent under
    a wrong clock: counted, it would hold the lane up until that day comes.
    """
    window = {"channel": channel, "since": now - per, "until": now + per}
    return [(row.at, row.type) for row in connection.execute(_SENT, window)]


def pause(tx: sa.Connection, seq: int, why: str, now: datetime) -> None:
    """The rest of an alert that takes several messages waits for the budget; what was accepted begins its tries anew."""
    values = {"state": "queued", "due": None, "why": why, "tries": 1, "since": now}
    row = tx.execute(sa.update(alerts).where(alerts.c.seq == seq).values(**values).returning(alerts.c.attempts)).one()
    mine = sa.and_(attempts.c.alert == seq, attempts.c.number == row.attempts)
    tx.execute(sa.update(attempts).where(mine).values(state="paused", why=why))
