"""Receipts say how their score came about and what was read; the user marks items."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and the table. Verdicts of before keep a threshold of 0: their rule had none."""
    op.add_column("verdicts", sa.Column("threshold", sa.Float, nullable=False, server_default="0"))
    op.add_column("verdicts", sa.Column("ingredients", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("verdicts", sa.Column("language", sa.Text))
    op.add_column("verdicts", sa.Column("read", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "marks",
        sa.Column("item", sa.Integer, primary_key=True),
        sa.Column("story", sa.Text, primary_key=True),
        sa.Column("relevant", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
