"""The outside, as the pipeline is handed it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.edge.http import Door, Robots
from bot.edge.pool import Pool
from bot.edge.send import Sender
from bot.edge.spool import Spool
from bot.edge.store import Store
from bot.errors import Stopping
from bot.model import Fetched, FetchFailure
from bot.pipeline.desk import Desk


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The state, the network, the child processes, the channels, where large bodies lie; and whether the bot is being stopped.

    ``rest`` waits so many seconds, and no longer once the bot is being stopped; ``real`` is the real time, whatever the
    clock of the run says: receivers count their limits by it.
    """

    store: Store
    door: Door
    robots: Robots
    pool: Pool
    sender: Sender
    spool: Spool = field(default_factory=Spool)
    desk: Desk = field(default_factory=Desk)
    stopping: Callable[[], bool] = bool
    rest: Callable[[float], object] = time.sleep
    real: Callable[[], datetime] = _now

    def sound(self, answer: Fetched | FetchFailure) -> Fetched | FetchFailure:
        """The answer; raises Stopping where the fetch failed because we cut it off: no server is to blame for that."""
        if isinstance(answer, FetchFailure):
            self.unless_stopping()
        return answer

    def unless_stopping(self) -> None:
        """Raise Stopping when the bot is being stopped."""
        if self.stopping():
            raise Stopping("the bot is being stopped; this work is done again at the next start")
