"""The channels beside a channel: who shares its limits, and who hears that it is dead."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from datetime import datetime

from bot.config import Config
from bot.edge.store import Transaction, channels, outbox
from bot.model import CHANNEL_NOTICE, Alert, Channel, Foreign


class Neighbours:
    """The configured channels, as one of them sees the others."""

    def __init__(self, config: Config) -> None:
        self._channels = config.channels
        # The operators first: where all lanes are slow, they are to know soonest.
        self._hearers = tuple(dict.fromkeys((*config.operators, *(channel.name for channel in config.channels))))

    def concerned(self, channel: Channel, *, everywhere: bool = False) -> Iterable[Channel]:
        """The channels that a wish of this one's receiver concerns: itself; those that post to the same Discord webhook, each
        to a thread of its own, say; all of Discord's, where its global limit was hit.
        """
        if channel.kind != "discord":
            return (channel,)
        alike = [
            each for each in self._channels if each.kind == "discord" and (everywhere or _webhook(each) == _webhook(channel))
        ]
        return alike or (channel,)

    def tell(self, tx: Transaction, dead: Channel, why: str, now: datetime) -> None:
        """Queue a notice that the channel takes nothing more, on the operators' channels and on every other one that works.

        It goes out as a ``feed.problem`` whose feed is ``channel NAME`` (see ``model.CHANNEL_NOTICE``).
        """
        deaf = channels.disabled(tx, self._channels).keys() | {dead.name}
        repair = f"storywatch alerts retry --channel {shlex.quote(dead.name)}"
        problem = f"{why}. It is disabled: nothing is sent there any more, and its alerts wait. After repair: {repair}"
        for name in self._hearers:
            if name not in deaf:
                notice = Alert(
                    id=outbox.new_id(), type="feed.problem", channel=name, created=now, feed=CHANNEL_NOTICE + dead.name,
                    problem=Foreign(problem),
                )  # fmt: skip
                outbox.queue(tx, notice)


def _webhook(channel: Channel) -> str:
    return channel.url.reveal().partition("?")[0] if channel.url is not None else ""
