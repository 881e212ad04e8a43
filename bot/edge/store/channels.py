"""What receivers said that concerns a channel and not one alert: it takes nothing more, or wants to be left alone for a time.

A row counts only while the configuration names the same address: a channel that was given another is free at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store import outbox
from bot.edge.store.outgoing import channels
from bot.model import Channel, Standing

# A wait further off than any receiver's is obeyed (a day) was written under a wrong clock.
_HORIZON = timedelta(days=2)

_ONE = sa.select(channels).where(channels.c.name == sa.bindparam("channel"))
_ALL = sa.select(channels)
_ADDED = insert(channels)
_PACE = _ADDED.on_conflict_do_update(index_elements=["name"], set_={"paced_until": _ADDED.excluded.paced_until})


def mark(channel: Channel) -> bytes:
    """What tells one address from another without keeping it: a webhook's URL is a secret."""
    secrets = (value.reveal() if value is not None else "" for value in (channel.url, channel.secret))
    return hashlib.blake2b("\0".join((channel.kind, *secrets)).encode(), digest_size=16).digest()


def sync(tx: sa.Connection, configured: Sequence[Channel], now: datetime) -> list[str]:
    """Forget what was said of addresses that the configuration names no more; returns the channels that this enables."""
    wrong = sa.update(channels).where(channels.c.not_before > now + _HORIZON)
    tx.execute(wrong.values(not_before=None))
    freed: list[str] = []
    marks = {channel.name: mark(channel) for channel in configured}
    for row in tx.execute(_ALL).all():
        if row.address != marks.get(row.name, row.address):
            tx.execute(sa.delete(channels).where(channels.c.name == row.name))
            freed += [row.name] if row.disabled_at is not None else []
    return freed


def standing(connection: sa.Connection, channel: Channel) -> Standing | None:
    """What stands in the channel's way; None: nothing does."""
    row = connection.execute(_ONE, {"channel": channel.name}).one_or_none()
    return _standing(row) if row is not None and row.address == mark(channel) else None


def disabled(connection: sa.Connection, configured: Sequence[Channel]) -> dict[str, Standing]:
    """The channels that take nothing until a person repairs them, by name."""
    return {name: found for name, found in _standings(connection, configured).items() if found.disabled_at is not None}


def due(connection: sa.Connection, configured: Sequence[Channel], now: datetime) -> list[Channel]:
    """The channels with an alert that may be sent now."""
    holding = outbox.channels_due(connection, now)
    if not holding:
        return []
    barred = {name for name, found in _standings(connection, configured).items() if not found.lets_pass(now)}
    return [channel for channel in configured if channel.name in holding - barred]


def disable(tx: sa.Connection, channel: Channel, why: str, now: datetime) -> bool:
    """Send nothing more there; False where that was known."""
    _own(tx, channel)
    fresh = sa.update(channels).where(channels.c.name == channel.name, channels.c.disabled_at.is_(None))
    return bool(tx.execute(fresh.values(disabled_at=now, why=why)).rowcount)


def enable(tx: sa.Connection, names: Sequence[str] | None) -> list[str]:
    """A person repaired these channels, or all; returns those that were disabled. A receiver's wish to wait stays."""
    chosen = sa.update(channels).where(channels.c.disabled_at.is_not(None))
    if names is not None:
        chosen = chosen.where(channels.c.name.in_(names))
    return list(tx.execute(chosen.values(disabled_at=None, why="").returning(channels.c.name)).scalars())


def hold(tx: sa.Connection, channel: Channel, until: datetime) -> None:
    """Leave the channel alone until then, by the bot's clock: whatever becomes of the alert that was asked to wait."""
    _own(tx, channel)
    later = sa.or_(channels.c.not_before.is_(None), channels.c.not_before < until)
    tx.execute(sa.update(channels).where(channels.c.name == channel.name, later).values(not_before=until))


def pace(tx: sa.Connection, channel: Channel, until: datetime) -> None:
    """No message before then, by the real time."""
    tx.execute(_PACE, {"name": channel.name, "address": mark(channel), "paced_until": until})


def _own(tx: sa.Connection, channel: Channel) -> None:
    """Make sure of a row for the channel's present address."""
    address = mark(channel)
    tx.execute(sa.delete(channels).where(channels.c.name == channel.name, channels.c.address != address))
    tx.execute(_ADDED.on_conflict_do_nothing(), {"name": channel.name, "address": address})


def _standings(connection: sa.Connection, configured: Sequence[Channel]) -> dict[str, Standing]:
    marks = {channel.name: mark(channel) for channel in configured}
    return {row.name: _standing(row) for row in connection.execute(_ALL) if marks.get(row.name) == row.address}


def _standing(row: sa.Row[Any]) -> Standing:
    return Standing(disabled_at=row.disabled_at, why=row.why, not_before=row.not_before, paced_until=row.paced_until)
