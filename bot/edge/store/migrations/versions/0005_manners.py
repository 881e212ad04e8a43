"""Feeds remember what their servers ask, their rhythm, their failures, where they moved; gaps in what was seen have rows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# Name, type, default; without a default a column may be NULL.
_COLUMNS = (
    *((name, sa.Integer, "0") for name in ("confirmed", "answers", "skip_hours", "skip_days", "entries", "arrivals", "good")),
    *((name, sa.Integer, None) for name in ("every", "asks_every")),
    *((name, sa.BigInteger, None) for name in ("asks_base", "last_new", "failing_since", "streak_since")),
    *((name, sa.Float, None) for name in ("gap", "turnover")),
    *((name, sa.Text, None) for name in ("streak", "adopted", "told")),
    *((name, sa.Boolean, "0") for name in ("adopted_inside", "stopped")),
    ("score", sa.Float, "0"),
    ("streak_count", sa.Integer, "0"),
)


def upgrade() -> None:
    """Add the columns and the table. A feed of before learns its rhythm from now on."""
    for name, kind, default in _COLUMNS:
        op.add_column("feeds", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_table(
        "gaps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("feed", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.Integer, nullable=False),
    )
    op.create_index("gaps_feed", "gaps", ["feed", "since"])
