"""The demo's clock: days in seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

# The longest step. A play that is late catches up by steps so long; on a slow machine it rather takes longer than to leap
# over what the feeds showed meanwhile.
LONGEST = timedelta(hours=2)


class Clock:
    """The time from ``start`` to ``end``, to be played in ``seconds`` by steps of ``every`` seconds.

    It stands still between two steps, so that what the bot does at once is done at one time, however slow the machine
    is. It never goes back. Any thread may ask; one makes the steps.
    """

    def __init__(
        self, start: datetime, end: datetime, *, seconds: float, every: float, real: Callable[[], float] = time.monotonic
    ) -> None:
        self.start, self.end = start, end
        self._seconds, self._every, self._real = seconds, every, real
        self._lock = threading.Lock()
        self._now = start
        self._began: float | None = None

    def now(self) -> datetime:
        """The time it is in the play."""
        with self._lock:
            return self._now

    def over(self) -> bool:
        """Whether the end is reached."""
        return self.now() >= self.end

    def step(self) -> datetime:
        """Go on by what is left of the days over what is left of the seconds; returns the new time."""
        with self._lock:
            self._began = self._real() if self._began is None else self._began
            left = self._seconds - (self._real() - self._began)
            steps = max(1.0, left / self._every)
            self._now += min((self.end - self._now) / steps, LONGEST)
            return self._now
