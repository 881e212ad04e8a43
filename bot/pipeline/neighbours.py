"""The channels beside a channel: who shares its limits, and who hears that it is dead."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
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

    def concerned(self, channel: Channel, *, everywhere: bool = False) -> Sequence[Channel]:
        """The channels that a wish of this one's receiver concerns: itself, those of the same address (for other hours, say) or
        of the same Discord webhook (each for a thread of its own); all of Discord's, where its global limit was hit.
        """
        shared = everywhere and channel.kind == "discord"
        return self._like(channel, lambda each: shared or _limited_with(each) == _limited_with(channel))

    def of_address(self, channel: Channel) -> Sequence[Channel]:
        """The channels that are refused where this one is."""
        return self._like(channel, lambda each: each.url == channel.url)

    def _like(self, channel: Channel, alike: Callable[[Channel], bool]) -> Sequence[Channel]:
        if channel.url is None:
            return (channel,)
        return tuple(each for each in self._channels if each.kind == channel.kind and alike(each)) or (channel,)

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


def _limited_with(channel: Channel) -> str:
    """What a receiver counts by: the address, of Discord the webhook in it."""
    url = channel.url.reveal() if channel.url is not None else ""
    return url.partition("?")[0] if channel.kind == "discord" else url
