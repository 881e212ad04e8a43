"""What a person does to the outbox: have alerts sent again, or give them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.edge.store.outgoing import alerts, attempts


def retry(
    tx: sa.Connection, ids: Sequence[str] | None, now: datetime, *, channel: str | None = None, enabled: Sequence[str] = ()
) -> list[str]:
    """Queue refused and waiting alerts again, their tries counted anew; returns their ids.

    All of them, those of one ``channel``, or those named. What is held back because it may have arrived is sent again only
    when it is named. The alert that had a channel disabled, of those ``enabled`` now, is tried anew too.
    """
    stuck = sa.and_(alerts.c.state == "queued", alerts.c.tries > 0, alerts.c.channel.in_(enabled))
    chosen = sa.update(alerts).where(sa.or_(alerts.c.state.in_(("parked", "retry")), stuck))
    chosen = chosen.where(~alerts.c.ambiguous) if ids is None else chosen.where(alerts.c.id.in_(ids))
    if channel is not None:
        chosen = chosen.where(alerts.c.channel == channel)
    anew = {"state": "queued", "due": None, "plain": False, "tries": 0, "since": now, "ambiguous": False}
    return list(tx.execute(chosen.values(anew).returning(alerts.c.id)).scalars())


def held_back(connection: sa.Connection, channel: str | None = None) -> int:
    """How many alerts are held back, because they may have arrived."""
    query = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.state == "parked", alerts.c.ambiguous)
    if channel is not None:
        query = query.where(alerts.c.channel == channel)
    return connection.execute(query).scalar_one()


def drop(tx: sa.Connection, ids: Sequence[str], *, sending: bool) -> list[str]:
    """Give alerts up, their last trouble kept beside it; returns the ids of those that waited or were parked.

    ``sending``: also what was being sent when its sender died.
    """
    states = ("queued", "retry", "parked", *(("sending",) if sending else ()))
    why = sa.case((alerts.c.why == "", "given up by a person"), else_="given up by a person; before that: " + alerts.c.why)
    chosen = sa.update(alerts).where(alerts.c.id.in_(ids), alerts.c.state.in_(states))
    dropped = tx.execute(chosen.values(state="dropped", due=None, why=why).returning(alerts.c.seq, alerts.c.id)).all()
    cut = sa.and_(attempts.c.alert.in_([row.seq for row in dropped]), attempts.c.state == "sending")
    tx.execute(sa.update(attempts).where(cut).values(state="unknown", why="cut short: no answer was recorded"))
    return [row.id for row in dropped]
