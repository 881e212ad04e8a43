"""Why alerts wait that nothing is wrong with: quiet hours, a digest's hour, a spent budget."""

from __future__ import annotations

from datetime import datetime

from bot.config import Config
from bot.core import lane
from bot.core.counting import count
from bot.edge.store import Reading, window
from bot.model import Channel, Queued


def of_alerts(connection: Reading, config: Config, now: datetime) -> dict[int, lane.Wait]:
    """By place in the outbox, what each alert waits for."""
    found: dict[int, lane.Wait] = {}
    for channel in config.channels:
        found |= lane.waits(*_look(connection, config, channel, now))
    return found


def of_channel(connection: Reading, config: Config, channel: Channel, now: datetime) -> str:
    """What a channel's alerts wait for, in words; empty if for nothing."""
    waits = [wait.why for wait in lane.waits(*_look(connection, config, channel, now)).values()]
    return "; ".join(f"{count(waits.count(why), 'alert')}: {why}" for why in dict.fromkeys(waits))


def next_try(connection: Reading, config: Config, now: datetime) -> datetime | None:
    """When the first alert of all channels may go that may not go now."""
    steps = (lane.next_step(*_look(connection, config, channel, now)) for channel in config.channels)
    return min((step.wait for step in steps if step.wait), default=None)


def _look(
    connection: Reading, config: Config, channel: Channel, now: datetime
) -> tuple[list[Queued], lane.Accepted, lane.Rules, datetime]:
    queue, sent = window.look(connection, channel.name, channel.budget.per, now)
    return queue, sent, lane.rules(channel, config.urgent), now
