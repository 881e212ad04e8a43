"""The tables of the state, as SQLAlchemy Core sees them. Migrations make them; a test holds the two equal.

``items.due`` and ``feeds.next_due`` are the
work lists (NULL: nothing to do), so the ticks never scan the log, however long it has grown.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.edge.store.moment import Moment

metadata = sa.MetaData()

_COUNTS = ("confirmed", "answers", "skip_hours", "skip_days", "entries", "arrivals", "good", "streak_count")

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("body_hash", sa.LargeBinary),
    sa.Column("listed", sa.LargeBinary),  # fingerprints and item ids of the last document: see feeds.py
    sa.Column("next_due", Moment),
    sa.Column("lease_until", Moment),
    sa.Column("first_polled", Moment),  # when the baseline was taken; NULL: not yet
    sa.Column("last_polled", Moment),
    sa.Column("last_ok", Moment),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("problem", sa.Text),
    sa.Column("lasting", sa.Boolean, nullable=False, server_default="0"),  # the problem will not pass by itself
    sa.Column("every", sa.Integer),  # the interval it was configured with last, in seconds
    # The rest is told in model.FeedState.
    *(sa.Column(name, sa.Integer, nullable=False, server_default="0") for name in _COUNTS),
    sa.Column("asks_every", sa.Integer),
    sa.Column("asks_base", Moment),
    sa.Column("gap", sa.Float),
    sa.Column("last_new", Moment),
    sa.Column("turnover", sa.Float),
    sa.Column("score", sa.Float, nullable=False, server_default="0"),
    sa.Column("failing_since", Moment),
    sa.Column("streak", sa.Text),
    sa.Column("streak_since", Moment),
    sa.Column("adopted", sa.Text),
    sa.Column("adopted_inside", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("stopped", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("told", sa.Text),  # of its health, to the operators: written by health.py alone
    sa.Index("feeds_due", "next_due", sqlite_where=sa.text("next_due IS NOT NULL")),
)

# Where polls of a feed did not overlap: what was listed only between two of them was never seen.
gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Index("gaps_feed", "feed", "since"),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("guid", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("published", Moment),
    sa.Column("first_seen", Moment, nullable=False),
    sa.Column("outlet", sa.Text, nullable=False),
    sa.Column("baseline", sa.Boolean, nullable=False),
    sa.Column("inside", sa.Boolean, nullable=False),
    sa.Column("duplicate_of", sa.Integer),
    sa.Column("duplicate_why", sa.Text, nullable=False, server_default=""),
    sa.Column("due", Moment),  # when it is to be judged (again); NULL: settled
    sa.Column("lease_until", Moment),
    sa.Column("judged_at", Moment),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("note", sa.Text, nullable=False, server_default=""),  # what became of its article
    sa.Index("items_due", "due", sqlite_where=sa.text("due IS NOT NULL")),
    sa.Index("items_first_seen", "first_seen"),
    sa.Index("items_judged", "judged_at"),
    sa.Index("items_duplicates", "duplicate_of", sqlite_where=sa.text("duplicate_of IS NOT NULL")),
    sqlite_autoincrement=True,  # a pruned item's id is never used again: tombstones point at it
)

# Apart from ``items``, so that reading the log does not drag the texts along.
articles = sa.Table(
    "articles",
    metadata,
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
)

# Every identity an item was ever seen under. Rows outlive their item: they are its tombstone.
seen = sa.Table(
    "seen",
    metadata,
    sa.Column("key", sa.LargeBinary, primary_key=True),
    sa.Column("item", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

verdicts = sa.Table(
    "verdicts",
    metadata,
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("story", sa.Text, primary_key=True),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("where", sa.Text),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("hits", sa.JSON, nullable=False),
    sa.Column("development", sa.Integer),
    sa.Column("unannounced", sa.Boolean, nullable=False, server_default="0"),  # waits for the first pass's digest
    sa.Column("threshold", sa.Float, nullable=False, server_default="0"),
    sa.Column("ingredients", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("language", sa.Text),
    sa.Column("read", sa.Text, nullable=False, server_default=""),  # what text there was to judge on
    sa.Index("verdicts_development", "development", sqlite_where=sa.text("development IS NOT NULL")),
    sa.Index("verdicts_unannounced", "item", sqlite_where=sa.text("unannounced = 1")),  # as the queries say it, or it is not used
    sqlite_with_rowid=False,
)

# What the user said of an item.
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("story", sa.Text, primary_key=True),
    sa.Column("relevant", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

developments = sa.Table(
    "developments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("opened", Moment, nullable=False),
    sa.Column("muted", sa.Boolean, nullable=False, server_default="0"),  # nobody was told of it yet, for a mute held
    sqlite_autoincrement=True,
)

# What a later copy is compared with. One row per item that holds a story's rule.
prints = sa.Table(
    "prints",
    metadata,
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False),
    sa.Column("lead", sa.LargeBinary, nullable=False),
    sa.Column("has_article", sa.Boolean, nullable=False),
    sa.Index("prints_at", "at"),
)

# Stories and feeds of which nobody is told for a time.
mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("until", Moment, nullable=False),
    sqlite_with_rowid=False,
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)
