"""The log for trying rules on: every judged item with its texts and the verdicts it got, in pages of bounded memory.

Two statements for a page, none for an item; the evidence of the verdicts (hits, ingredients) stays where it is. A page's rows are
taken one after the other, so that only one text is held at a time, and no transaction outlives its page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.edge.store.items import chunks
from bot.edge.store.moment import EPOCH
from bot.edge.store.schema import articles, items, verdicts
from bot.model import Extent, Past, Said

_PAGE = 500


def extent(connection: sa.Connection, since: datetime | None = None) -> Extent:
    """How much there is, of items first seen at or after ``since``."""
    duplicate, waiting = items.c.duplicate_of.is_not(None), items.c.judged_at.is_(None)
    counts = (sa.func.count(), sa.func.sum(duplicate), sa.func.sum(sa.and_(waiting, ~duplicate)))
    query = sa.select(*counts).select_from(items).where(items.c.first_seen >= (since or EPOCH))
    everything, duplicates, unjudged = (int(number or 0) for number in connection.execute(query).one())
    return Extent(items=everything - duplicates - unjudged, duplicates=duplicates, waiting=unjudged)


def rows(connection: sa.Connection, since: datetime | None = None, *, every: int = 1) -> Iterator[Past]:
    """The judged items that are no duplicates, first seen at or after ``since``, oldest first.

    What comes into the log meanwhile is not among them. ``every``: only each so many-th id, for a sample.
    """
    begin, last = connection.execute(
        sa.select(sa.func.min(items.c.id), sa.func.max(items.c.id)).where(items.c.first_seen >= (since or EPOCH))
    ).one()
    if begin is None:
        return
    wanted = [items.c.first_seen >= since] if since is not None else []
    if every > 1:
        wanted.append(items.c.id % every == 0)
    after = begin - 1
    while (upto := _page_end(connection, after, last)) is not None:
        span = sa.and_(items.c.id > after, items.c.id <= upto)
        yield from _told(connection, sa.and_(span, *wanted), sa.and_(verdicts.c.item > after, verdicts.c.item <= upto))
        after = upto


def of_ids(connection: sa.Connection, ids: Collection[int]) -> Iterator[Past]:
    """Those of the items that are judged and no duplicates."""
    for chunk in chunks(sorted(ids)):
        yield from _told(connection, items.c.id.in_(chunk), verdicts.c.item.in_(chunk))


def _page_end(connection: sa.Connection, after: int, last: int) -> int | None:
    """The id of the last item of the page that begins behind ``after``."""
    page = sa.select(items.c.id).where(items.c.id > after, items.c.id <= last).order_by(items.c.id).limit(_PAGE).subquery()
    found: int | None = connection.execute(sa.select(sa.func.max(page.c.id))).scalar()
    return found


_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    items.c.id, items.c.feed, items.c.url, items.c.title, items.c.summary, articles.c.text, items.c.note, items.c.first_seen,
)  # fmt: skip
_SAID: tuple[sa.ColumnElement[Any], ...] = (
    verdicts.c.item, verdicts.c.story, verdicts.c.verdict, verdicts.c.score, verdicts.c.why, verdicts.c.rule,
)  # fmt: skip


def _told(connection: sa.Connection, wanted: sa.ColumnElement[bool], judged: sa.ColumnElement[bool]) -> Iterator[Past]:
    said: dict[int, dict[str, Said]] = {}
    for item, story, verdict, score, why, rule in connection.execute(sa.select(*_SAID).where(judged)):
        said.setdefault(item, {})[story] = Said(verdict=verdict, score=score, why=why, rule=rule)
    query = sa.select(*_COLUMNS).outerjoin(articles, articles.c.item == items.c.id).order_by(items.c.id)
    query = query.where(wanted, items.c.duplicate_of.is_(None), items.c.judged_at.is_not(None))
    for item, feed, url, title, summary, text, note, first_seen in connection.execute(query):
        yield Past(
            id=item, feed=feed, url=url, title=title, summary=summary, text=text, note=note, first_seen=first_seen,
            said=said.get(item, {}),
        )  # fmt: skip
