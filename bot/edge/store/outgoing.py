"""The tables of what goes out: the outbox, its ledger, and what receivers said of their channels."""

from __future__ import annotations

import sqlalchemy as sa

from bot.edge.store.moment import Moment
from bot.edge.store.schema import metadata

# The outbox.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("story", sa.Text, nullable=False),
    sa.Column("development", sa.Integer),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("due", Moment),  # of `retry`: not before
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("since", Moment, nullable=False),  # when its tries began: `alerts retry` begins anew
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),  # attempts since then
    sa.Column("plain", sa.Boolean, nullable=False, server_default="0"),  # the rich form was refused
    sa.Column("parts", sa.Integer, nullable=False, server_default="0"),  # messages of it accepted so far
    sa.Column("ambiguous", sa.Boolean, nullable=False, server_default="0"),  # held back: its receiver may have it
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("delivered_at", Moment),
    sa.Column("merged_into", sa.Text),
    sa.Index("alerts_open", "channel", "seq", sqlite_where=sa.text("state IN ('queued', 'retry', 'sending')")),
    sa.Index("alerts_sent", "channel", "delivered_at"),
    # One new-development alert per channel, whatever is judged twice.
    sa.Index("alerts_once", "channel", "development", unique=True, sqlite_where=sa.text("type = 'development.new'")),
    sqlite_autoincrement=True,
)

alert_items = sa.Table(
    "alert_items",
    metadata,
    sa.Column("item", sa.Integer, primary_key=True),
    sa.Column("alert", sa.Integer, primary_key=True),
    sa.Index("alert_items_alert", "alert"),
    sqlite_with_rowid=False,
)

# When a channel accepted a message of an alert that takes several, but for its last: that is the alert's delivery.
parts = sa.Table(
    "parts",
    metadata,
    sa.Column("alert", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("parts_sent", "channel", "at"),
    sqlite_with_rowid=False,
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("alert", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

# What receivers said that concerns their channel, not one alert of it. A channel without a row is free to send.
channels = sa.Table(
    "channels",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("address", sa.LargeBinary, nullable=False),  # a hash: a row counts only while the configuration says the same
    sa.Column("disabled_at", Moment),
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("not_before", Moment),  # by the bot's clock: Retry-After and the like
    sa.Column("paced_until", Moment),  # by the real time: the pause between two messages
    sqlite_with_rowid=False,
)
