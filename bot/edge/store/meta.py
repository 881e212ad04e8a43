"""Single facts that the state remembers, by name."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.edge.store.schema import meta


def moment(connection: sa.Connection, key: str) -> datetime | None:
    """The moment kept under that name; None: none."""
    kept = connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar()
    return None if kept is None else datetime.fromisoformat(kept)


def keep(tx: sa.Connection, key: str, value: datetime | None) -> None:
    """Keep a moment under that name; None: forget the one there is."""
    tx.execute(sa.delete(meta).where(meta.c.key == key))
    if value is not None:
        tx.execute(sa.insert(meta).values(key=key, value=value.isoformat()))
