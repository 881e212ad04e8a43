"""The clock of a running bot, on a machine whose own may jump: set by hand, by network after a start with a wrong one.

All that is due is kept as moments. Where the machine's clock is put back by an hour, all of it would come an hour late, and
where it jumps ahead, a receiver that asked for a minute's patience would be asked at once. So the bot's clock goes by a
steady one, and whoever lets it follow the machine's moves what is due by as much (``store.later``).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

# Seconds that a jump has at least. The two clocks are read one after the other, and a busy machine does other things between.
LEAST = timedelta(seconds=0.5)


def steady() -> float:
    """Seconds that never jump, a machine's sleep included (clock_gettime(2), CLOCK_BOOTTIME)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Timepiece:
    """A clock that follows another only when it is told to."""

    def __init__(self, wall: Callable[[], datetime], steady: Callable[[], float] = steady) -> None:
        self._wall, self._steady = wall, steady
        self._started = wall() - timedelta(seconds=steady())

    def __call__(self) -> datetime:
        """The time now, by the steady clock."""
        return self._started + timedelta(seconds=self._steady())

    def jump(self) -> timedelta:
        """By how much the other clock jumped since it was followed last; nothing for what may be our own slowness."""
        apart = self._wall() - self()
        return apart if abs(apart) >= LEAST else timedelta()

    def follow(self, jump: timedelta) -> None:
        """Show the other clock's time again."""
        self._started += jump
