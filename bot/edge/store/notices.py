"""What the outbox shows to whoever tells the operators something."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.edge.store.outgoing import alerts


def problems_since(connection: sa.Connection, since: datetime) -> int:
    """How many times something was told of feeds after ``since``, on however many channels."""
    query = sa.select(alerts.c.channel, sa.func.count()).where(alerts.c.type == "feed.problem", alerts.c.created > since)
    return max((number for _, number in connection.execute(query.group_by(alerts.c.channel))), default=0)


def refused(connection: sa.Connection) -> bool:
    """Whether some channel refused an alert for good."""
    return connection.execute(sa.select(alerts.c.seq).where(alerts.c.state == "parked").limit(1)).first() is not None
