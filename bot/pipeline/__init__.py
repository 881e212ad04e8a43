"""THE STORY: how an item travels from a feed to the log to a channel. Three units of work, each safe to run twice.

    poll(feed)     ask, unless nothing changed; cut away what was seen; parse; identify
                   -> items + validators + next_due                        one transaction
    judge(item)    title + summary, then the article -> match for every story -> development
                   -> receipts + outbox rows                               one transaction
                      (items that hold no rule: many in one, for nothing hangs on them)
    deliver(lane)  `sending` committed -> POST -> delivered | retry | parked; or the channel is disabled, and its alerts wait

The rooms beside this one call core and edge in order, and decide nothing themselves.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.config import Config
from bot.model import Channel, FeedState, Item
from bot.pipeline.edges import Edges
from bot.pipeline.health import Watchman
from bot.pipeline.herald import Herald
from bot.pipeline.later import Later
from bot.pipeline.outcomes import Judged, Polled, Sent

if TYPE_CHECKING:
    from bot.core.health import Change
    from bot.pipeline.deliver import Courier
    from bot.pipeline.judge import Judge
    from bot.pipeline.poll import Poller

__all__ = ["Edges", "Judged", "Pipeline", "Polled", "Sent"]


def always() -> bool:
    """Go on, whatever happens."""
    return True


class Pipeline:
    """The three units of work under one configuration. A reload makes a new pipeline over the same edges.

    Each unit is loaded with its first work: they were a third of what a pass with nothing to do cost.
    """

    def __init__(self, config: Config, edges: Edges, *, chance: Callable[[], float] = random.random) -> None:
        self.config = config
        self.edges = edges
        self._chance = chance
        self._poller, self._judge, self._courier = Later(self._new_poller), Later(self._new_judge), Later(self._new_courier)
        self._herald, self._watchman = Herald(config, edges), Watchman(config, edges)

    def _new_poller(self) -> Poller:
        from bot.pipeline.poll import Poller

        return Poller(self.config, self.edges, self._chance)

    def _new_judge(self) -> Judge:
        from bot.pipeline.judge import Judge

        return Judge(self.config, self.edges)

    def _new_courier(self) -> Courier:
        from bot.pipeline.deliver import Courier

        return Courier(self.config, self.edges, self._chance)

    def load(self) -> None:
        """Make every unit of work ready now. A daemon asks for it once it runs: loaded with its first alert, weeks later, a unit
        would come from whatever was installed by then, and the rules of a changed configuration would be read late.
        """
        for unit in (self._poller, self._judge, self._courier):
            unit()

    def poll(self, state: FeedState, now: datetime) -> Polled:
        """Ask a feed, and log what it lists that was never seen."""
        return self._poller().poll(state, now)

    def judge(self, item: Item, now: datetime) -> Judged:
        """Decide about an item for every story that looks at its feed, and queue what is to be told."""
        return self._judge().judge(item, now)

    def announce(self, now: datetime) -> int:
        """After a first pass: queue one digest per story and channel of what already matched."""
        return self._herald.announce(now)

    def look(self, now: datetime) -> list[Change]:
        """Queue what is to be told of the feeds' health, each change once; returns it."""
        return self._watchman.look(now)

    def outage(self, count: int, now: datetime) -> None:
        """All feeds fail at once: tell that once."""
        self._watchman.outage(count, now)

    def back(self) -> datetime | None:
        """A server answers: whatever outage there was is over; returns since when it was."""
        return self._watchman.back()

    def heartbeat(self, now: datetime) -> bool:
        """Queue the daily word to the operators when its time has come, by the clock of the configuration's ``timezone``."""
        return self._watchman.heartbeat(now)

    def ping(self) -> str | None:
        """Tell the dead-man service how we are; returns why that failed."""
        return self._watchman.ping()

    def deliver(
        self, channel: Channel, clock: Callable[[], datetime], tell: Callable[[Sent], None], going: Callable[[], bool] = always
    ) -> None:
        """Send what the channel's lane holds, in order, until it is empty or has to wait; ``tell`` hears of each.

        Between two alerts it is asked whether to go on: a reload may have given the lane another pipeline.
        """
        self._courier().deliver(channel, clock, tell, going)
