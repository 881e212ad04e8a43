"""What the loops share: the clock, whether to stop, and who wants to hear of finished work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.errors import Stopping
from bot.pipeline import Judged, Polled, Sent
from bot.rounds.timepiece import Timepiece
from bot.rounds.trouble import Trouble

Heard: TypeAlias = Callable[[Polled | Judged | Sent], None]

# A lease is for a second worker to take over after a crash; here the lock tells that at once. Longer than any queue.
LEASE = timedelta(hours=2)


def _nobody(result: Polled | Judged | Sent) -> None:
    del result


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """``clock`` gives the time that is stored and compared; ``heard`` is told of each piece of work.

    ``changed`` is set when a piece of work ended, so that whoever waits for a phase need not poll; ``trouble`` is told of
    what is wrong with the state. ``timepiece``: what ``clock`` goes by, where it is a machine's own that may jump.
    """

    clock: Callable[[], datetime]
    stopping: Callable[[], bool]
    heard: Heard = _nobody
    changed: threading.Event = field(default_factory=threading.Event)
    trouble: Trouble = field(default_factory=Trouble)
    timepiece: Timepiece | None = None

    def unless_stopping(self) -> None:
        """Raise Stopping when the bot is being stopped: what was queued is not begun then."""
        if self.stopping():
            raise Stopping("not begun: the bot is being stopped")
