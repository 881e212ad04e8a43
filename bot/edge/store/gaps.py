"""Where polls of a feed did not overlap."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.edge.store.schema import gaps
from bot.model import Gap

_COLUMNS = (gaps.c.feed, gaps.c.since, gaps.c.until, gaps.c.entries)


def add(tx: sa.Connection, gap: Gap) -> None:
    """Keep a gap."""
    tx.execute(sa.insert(gaps).values(feed=gap.feed, since=gap.since, until=gap.until, entries=gap.entries))


def rows(connection: sa.Connection, *, feed: str | None = None, since: datetime | None = None) -> list[Gap]:
    """The gaps of all feeds or of one, those that end after ``since``, oldest first."""
    query = sa.select(*_COLUMNS).order_by(gaps.c.since, gaps.c.id)
    if feed is not None:
        query = query.where(gaps.c.feed == feed)
    if since is not None:
        query = query.where(gaps.c.until >= since)
    return [Gap(**row._mapping) for row in connection.execute(query)]


def prune(tx: sa.Connection, before: datetime) -> None:
    """Drop gaps that ended before then."""
    tx.execute(sa.delete(gaps).where(gaps.c.until < before))
