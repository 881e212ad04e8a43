"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables. Written out, not taken from schema.py: what shipped must not change with the code."""
    _feeds_and_items()
    _verdicts()
    _outbox()
    # The log's full-text index. Contentless: the words are in `items` and `articles` already (search.py).
    op.execute("CREATE VIRTUAL TABLE search USING fts5(title, body, content='', tokenize='unicode61 remove_diacritics 2')")


def _feeds_and_items() -> None:
    op.create_table(
        "feeds",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("modified", sa.Text),
        sa.Column("body_hash", sa.LargeBinary),
        sa.Column("listed", sa.LargeBinary),
        sa.Column("next_due", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("first_polled", sa.BigInteger),
        sa.Column("last_polled", sa.BigInteger),
        sa.Column("last_ok", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("problem", sa.Text),
        sa.Column("lasting", sa.Boolean, nullable=False, server_default="0"),
    )
    op.create_index("feeds_due", "feeds", ["next_due"], sqlite_where=sa.text("next_due IS NOT NULL"))
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("guid", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("published", sa.BigInteger),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("outlet", sa.Text, nullable=False),
        sa.Column("baseline", sa.Boolean, nullable=False),
        sa.Column("inside", sa.Boolean, nullable=False),
        sa.Column("duplicate_of", sa.Integer),
        sa.Column("duplicate_why", sa.Text, nullable=False, server_default=""),
        sa.Column("due", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("judged_at", sa.BigInteger),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sqlite_autoincrement=True,
    )
    op.create_index("items_due", "items", ["due"], sqlite_where=sa.text("due IS NOT NULL"))
    op.create_index("items_first_seen", "items", ["first_seen"])
    op.create_index("items_judged", "items", ["judged_at"])
    op.create_index("items_duplicates", "items", ["duplicate_of"], sqlite_where=sa.text("duplicate_of IS NOT NULL"))
    op.create_table("articles", sa.Column("item", sa.Integer, primary_key=True), sa.Column("text", sa.Text, nullable=False))
    op.create_table(
        "seen",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("item", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
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
        sa.Column("unannounced", sa.Boolean, nullable=False, server_default="0"),
        sqlite_with_rowid=False,
    )
    op.create_index("verdicts_development", "verdicts", ["development"], sqlite_where=sa.text("development IS NOT NULL"))
    op.create_index("verdicts_unannounced", "verdicts", ["item"], sqlite_where=sa.text("unannounced = 1"))
    op.create_table(
        "developments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("headline", sa.Text, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "prints",
        sa.Column("item", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("lead", sa.LargeBinary, nullable=False),
        sa.Column("has_article", sa.Boolean, nullable=False),
    )
    op.create_index("prints_at", "prints", ["at"])


def _outbox() -> None:
    op.create_table(
        "alerts",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("story", sa.Text, nullable=False),
        sa.Column("development", sa.Integer),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("plain", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("parts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("delivered_at", sa.BigInteger),
        sa.Column("merged_into", sa.Text),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("state IN ('queued', 'retry', 'sending')")
    op.create_index("alerts_open", "alerts", ["channel", "seq"], sqlite_where=waiting)
    op.create_index("alerts_sent", "alerts", ["channel", "delivered_at"])
    op.create_index(
        "alerts_once", "alerts", ["channel", "development"], unique=True, sqlite_where=sa.text("type = 'development.new'")
    )
    op.create_table(
        "alert_items",
        sa.Column("item", sa.Integer, primary_key=True),
        sa.Column("alert", sa.Integer, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("alert_items_alert", "alert_items", ["alert"])
    op.create_table(
        "attempts",
        sa.Column("alert", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sqlite_with_rowid=False,
    )
