"""Channels are disabled and told to wait; alerts are held back when their answer was lost."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table and the column. Refused alerts of before stay parked, as they were told to be."""
    op.create_table(
        "channels",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("address", sa.LargeBinary, nullable=False),
        sa.Column("disabled_at", sa.BigInteger),
        sa.Column("why", sa.Text, nullable=False, server_default=""),
        sa.Column("not_before", sa.BigInteger),
        sa.Column("paced_until", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.add_column("alerts", sa.Column("ambiguous", sa.Boolean, nullable=False, server_default="0"))
