"""The outbox in numbers: how much waits for each channel, and what it waits for."""

from __future__ import annotations

import sqlalchemy as sa

from bot.edge.store.outbox import OPEN
from bot.edge.store.outgoing import alerts
from bot.model import Blocking


def counts(connection: sa.Connection) -> dict[str, dict[str, int]]:
    """By channel: how many alerts are in each state."""
    query = sa.select(alerts.c.channel, alerts.c.state, sa.func.count()).group_by(alerts.c.channel, alerts.c.state)
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in connection.execute(query):
        found.setdefault(channel, {})[state] = count
    return found


def blocking(connection: sa.Connection) -> dict[str, Blocking]:
    """By channel: the alert that holds its lane up, for nothing overtakes the first of a queue that was tried and not taken."""
    heads = sa.select(sa.func.min(alerts.c.seq)).where(OPEN).group_by(alerts.c.channel)
    query = sa.select(alerts.c.channel, alerts.c.id, alerts.c.tries, alerts.c.why)
    found = connection.execute(query.where(alerts.c.seq.in_(heads), alerts.c.tries > 0))
    return {row.channel: Blocking(alert=row.id, tries=row.tries, why=row.why) for row in found}


def last_trouble(connection: sa.Connection) -> dict[str, str]:
    """By channel: why its newest undelivered alert is undelivered."""
    query = sa.select(alerts.c.channel, alerts.c.why).where(alerts.c.state.in_(("parked", "retry"))).order_by(alerts.c.seq)
    return {row.channel: row.why for row in connection.execute(query)}
