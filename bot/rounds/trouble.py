"""Trouble with the state, told once and not every second; and whether it is the kind that no further work makes better."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from bot import report
from bot.errors import StateDamaged, StateError

log = logging.getLogger("storywatch")

# Loops meet the same trouble at every tick, on many threads. It is said again after so many seconds, for whoever looks only now.
AGAIN_SECONDS = 600.0
# Over, when a commit went through and nothing failed for so long: longer than a busy time-out and two ticks.
QUIET_SECONDS = 8.0


class Trouble:
    """What is wrong with the state at present. Told by many threads; looked at by the one that runs them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._said: dict[str, float] = {}
        self._last = 0.0
        self._commits = 0
        self.fatal: StateDamaged | None = None

    def tell(self, error: StateError) -> None:
        """Something failed for this reason."""
        now = self._clock()
        with self._lock:
            self._last = now
            if isinstance(error, StateDamaged):
                self.fatal = self.fatal or error  # whoever runs the loops ends them, and says why
                return
            fresh = now - self._said.get(str(error), -AGAIN_SECONDS) >= AGAIN_SECONDS
            if fresh:
                self._said[str(error)] = now
        if fresh:
            report.said(log, logging.ERROR, "state", str(error))

    def look(self, commits: int) -> None:
        """Say when it is over. ``commits``: how many transactions went through until now."""
        with self._lock:
            over = bool(self._said) and commits > self._commits and self._clock() - self._last >= QUIET_SECONDS
            if over:
                self._said.clear()
            if not self._said or self._clock() - self._last < QUIET_SECONDS:
                self._commits = commits
        if over:
            report.said(log, logging.INFO, "state.recovered", "the state can be written again; the work goes on")
