"""Stories and feeds of which nobody is told for a time. What has run out counts no more, whether its row is there or not."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store.schema import developments, mutes
from bot.model import Mute


def put(tx: sa.Connection, mute: Mute) -> None:
    """Keep a mute; it takes the place of an earlier one."""
    values = {"kind": mute.kind, "name": mute.name, "until": mute.until}
    tx.execute(insert(mutes).values(**values).on_conflict_do_update(set_={"until": mute.until}))


def take(tx: sa.Connection, kind: str, name: str) -> bool:
    """Take a mute back; whether there was one."""
    return bool(tx.execute(sa.delete(mutes).where(mutes.c.kind == kind, mutes.c.name == name)).rowcount)


def active(connection: sa.Connection, now: datetime) -> list[Mute]:
    """The mutes that hold now, the first to end first."""
    query = sa.select(mutes).where(mutes.c.until > now).order_by(mutes.c.until, mutes.c.kind, mutes.c.name)
    return [Mute(**row._mapping) for row in connection.execute(query)]


def keep_untold(tx: sa.Connection, development: int) -> None:
    """Nobody was told of a development that opened under a mute: an item that joins it later may be."""
    tx.execute(sa.update(developments).where(developments.c.id == development).values(muted=True))


def untold(tx: sa.Connection, development: int) -> bool:
    """Whether nobody was told of a development because of a mute."""
    return bool(tx.execute(sa.select(developments.c.muted).where(developments.c.id == development)).scalar())


def told(tx: sa.Connection, development: int) -> None:
    """It is being told now."""
    tx.execute(sa.update(developments).where(developments.c.id == development).values(muted=False))


def prune(tx: sa.Connection, now: datetime) -> None:
    """Drop what has run out."""
    tx.execute(sa.delete(mutes).where(mutes.c.until <= now))
