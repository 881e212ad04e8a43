"""After going back to a copy: which items may have been told before, so that they are told in one digest.

A copy does not know what came after it. Feeds still list some of that, and it comes again as new. So `restore`
makes each feed look as if it had not been asked since the copy (``last_ok`` is NULL while ``first_polled`` is not);
the moment of its first answer is kept here, and what is logged at that moment is *in doubt*: judged like any
item, its matches told in one digest marked "may repeat". Nothing is left out, and nothing comes one by one. A feed
that answers "unchanged" has nothing in doubt: what comes next is news.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.edge.store.moment import EPOCH, MILLISECOND
from bot.edge.store.outbox import OPEN
from bot.edge.store.outgoing import alerts
from bot.edge.store.schema import feeds, items, meta, verdicts

_PREFIX = "restored:"
_KEY = sa.bindparam("key", type_=sa.Text)
_IN_DOUBT = sa.select(meta.c.value).where(meta.c.key == _KEY)
# Of an item that waits to be judged: it was logged by its feed's first poll after a restore.
_LOGGED_THEN = (
    sa.select(meta.c.key)
    .where(
        meta.c.key == _PREFIX + items.c.feed, sa.cast(meta.c.value, sa.BigInteger) == sa.cast(items.c.first_seen, sa.BigInteger)
    )
    .exists()
)
_WAITING = sa.select(items.c.id).where(items.c.due.is_not(None), items.c.judged_at.is_(None), _LOGGED_THEN).limit(1)


def mark(tx: sa.Connection) -> None:
    """Make every feed of a copy look as if it had not been asked since, and every alert that waited as if it was being sent: it
    may have been, so it is sent again under its own id, or held back where its channel wants nothing twice (see ``lost``).
    """
    tx.execute(sa.update(alerts).where(OPEN).values(state="sending", due=None))
    polled = feeds.c.first_polled.is_not(None)
    tx.execute(sa.update(feeds).where(polled).values(last_ok=None, last_polled=None, lease_until=None))
    tx.execute(sa.delete(meta).where(meta.c.key.startswith(_PREFIX, autoescape=True)))


def answered(tx: sa.Connection, feed: str, now: datetime) -> None:
    """The feed gave its first document since the restore: what is logged at this moment is in doubt."""
    put = insert(meta).values(key=_PREFIX + feed, value=str((now - EPOCH) // MILLISECOND))
    tx.execute(put.on_conflict_do_update(index_elements=["key"], set_={"value": put.excluded.value}))


def in_doubt(connection: sa.Connection, feed: str, first_seen: datetime) -> bool:
    """Whether an item of the feed may have been told before the restore."""
    kept = connection.execute(_IN_DOUBT, {"key": _PREFIX + feed}).scalar()
    return kept is not None and int(kept) == (first_seen - EPOCH) // MILLISECOND


def hold(tx: sa.Connection, item: int, story: str) -> None:
    """Keep a match for the digest that follows."""
    tx.execute(sa.update(verdicts).where(verdicts.c.item == item, verdicts.c.story == story).values(unannounced=True))


def waiting(connection: sa.Connection) -> bool:
    """Whether items in doubt are still to be judged: the digest waits for them."""
    return connection.execute(_WAITING).first() is not None
