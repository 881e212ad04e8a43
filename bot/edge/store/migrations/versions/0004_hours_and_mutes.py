"""Messages of an alert are counted one by one; stories and feeds can be muted."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables, and to a development whether a mute kept it from being told."""
    op.create_table(
        "parts",
        sa.Column("alert", sa.Integer, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("parts_sent", "parts", ["channel", "at"])
    op.create_table(
        "mutes",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("until", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("developments", sa.Column("muted", sa.Boolean, nullable=False, server_default="0"))
