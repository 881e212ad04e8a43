"""The day's copy of the state, beside it. A copy that fails is said, and stops nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from bot import report
from bot.edge.store import Store, copying
from bot.errors import StateDamaged, StateError, Stopping
from bot.rounds.crew import Crew

log = logging.getLogger("storywatch")

AFTER_TROUBLE = 6 * 3600.0  # seconds: a full disk is not to be told of every half hour


class Keeping:
    """Makes the daily copies."""

    def __init__(self, store: Store, crew: Crew, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._crew, self._clock = store, crew, clock
        self._not_before = 0.0

    def copy(self) -> None:
        """Make the day's copy, if it is due and the state has changed; keep the last three."""
        if self._clock() < self._not_before:
            return
        try:
            made = copying.daily(self._store.path, self._crew.clock(), go_on=lambda: not self._crew.stopping())
        except Stopping:
            return
        except StateError as error:
            self._not_before = self._clock() + AFTER_TROUBLE
            # Damage that only the copy's check came upon: alerts still go out, so the work goes on until it is in the way.
            level = logging.ERROR if isinstance(error, StateDamaged) else logging.WARNING
            if isinstance(error, StateDamaged):
                self._store.distrust()
            report.said(log, level, "copy.failed", f"no daily copy of the state could be made: {error}")
        else:
            if made is not None:
                report.said(log, logging.INFO, "copy.made", f"daily copy of the state: {made.name}", path=str(made))
