"""Keeping the state bounded: old texts go first, then whole items; their identity keys stay as tombstones."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.edge.store import search
from bot.edge.store.outgoing import alert_items, alerts, attempts, parts
from bot.edge.store.schema import articles, developments, items, marks, meta, prints, verdicts
from bot.edge.store.verdicts import body

BATCH = 200  # rows of one transaction at most: 20-40 ms on an idle machine


def prune_texts(tx: sa.Connection, before: datetime, limit: int = BATCH) -> int:
    """Drop the article texts of items first seen before then, one batch; returns how many."""
    query = (
        sa.select(items.c.id, items.c.title, items.c.summary, articles.c.text)
        .join(articles, articles.c.item == items.c.id)
        # What the user marked is what rules are measured against: its text stays as long as the item.
        .where(items.c.first_seen < before, items.c.due.is_(None), items.c.id.not_in(sa.select(marks.c.item)))
        .limit(limit)
    )
    found = tx.execute(query).all()
    for row in found:
        search.take(tx, row.id, row.title, body(row.summary, row.text))
    if found:
        search.put(tx, [(row.id, row.title, body(row.summary, None)) for row in found])
    tx.execute(sa.delete(articles).where(articles.c.item.in_([row.id for row in found])))
    return len(found)


def prune_items(tx: sa.Connection, before: datetime, limit: int = BATCH) -> int:
    """Drop items first seen before then, with all that hangs on them, one batch; returns how many.

    What still waits (to be judged, to be delivered) is kept. The ``seen`` keys stay for good: a feed
    may list an item for years, and a pruned item must never come back as new.
    """
    open_alert = (
        sa.select(alert_items.c.item)
        .join(alerts, alerts.c.seq == alert_items.c.alert)
        .where(alert_items.c.item == items.c.id, alerts.c.state.in_(("queued", "sending", "retry")))
    )
    query = (
        sa.select(items.c.id, items.c.title, items.c.summary, articles.c.text, items.c.judged_at)
        .outerjoin(articles, articles.c.item == items.c.id)
        .where(items.c.first_seen < before, items.c.due.is_(None), ~open_alert.exists())
        .order_by(items.c.first_seen)
        .limit(limit)
    )
    found = tx.execute(query).all()
    for row in found:
        if row.judged_at is not None:
            search.take(tx, row.id, row.title, body(row.summary, row.text))
    ids = [row.id for row in found]
    for column in (articles.c.item, verdicts.c.item, prints.c.item, marks.c.item, items.c.id):
        tx.execute(sa.delete(column.table).where(column.in_(ids)))
    tx.execute(sa.delete(alert_items).where(alert_items.c.item.in_(ids)))
    return len(found)


def prune_outbox(tx: sa.Connection, before: datetime) -> None:
    """Drop alerts from before then that wait for nothing, with their attempts; and developments of which nothing is left."""
    gone = sa.and_(alerts.c.created < before, alerts.c.state.in_(("delivered", "merged", "parked", "dropped")))
    old = sa.select(alerts.c.seq).where(gone)
    tx.execute(sa.delete(attempts).where(attempts.c.alert.in_(old)))
    tx.execute(sa.delete(parts).where(parts.c.alert.in_(old)))
    tx.execute(sa.delete(alert_items).where(alert_items.c.alert.in_(old)))
    tx.execute(sa.delete(alerts).where(gone))
    used = sa.select(verdicts.c.item).where(verdicts.c.development == developments.c.id)
    tx.execute(sa.delete(developments).where(developments.c.opened < before, ~used.exists()))


def last_pruned(connection: sa.Connection) -> datetime | None:
    """When the state was pruned last."""
    kept = connection.execute(sa.select(meta.c.value).where(meta.c.key == "last_pruned")).scalar()
    return None if kept is None else datetime.fromisoformat(kept)


def set_last_pruned(tx: sa.Connection, now: datetime) -> None:
    """Remember that the state was pruned."""
    tx.execute(sa.delete(meta).where(meta.c.key == "last_pruned"))
    tx.execute(sa.insert(meta).values(key="last_pruned", value=now.isoformat()))
