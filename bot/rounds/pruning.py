"""Dropping what is older than the configuration keeps: once a day, in portions that hold nobody up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.edge.store import Store, Transaction, gaps, mutes, retention
from bot.rounds.crew import Crew

Step: TypeAlias = Callable[[Transaction, datetime, int], int]

# Seconds that one portion may hold the state: half of the 100 ms that any work may wait for it. A portion of 200 items took
# 30 ms on an idle machine and 340 ms on one with twenty processes for two cores: so its size follows from how long the last took.
LONGEST = 0.05
FEWEST = 5
EVERY = timedelta(days=1)


class Pruning:
    """Prunes the state. ``pause`` rests between two portions: whoever waits for the state has its turn then."""

    def __init__(
        self,
        store: Store,
        crew: Crew,
        *,
        pause: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._crew, self._clock = store, crew, clock
        self._pause = pause or threading.Event().wait
        self._size = retention.BATCH // 4

    def prune(self, keep_text: timedelta, keep_log: timedelta) -> None:
        """Once a day of the clock: drop older texts, then older items, then what hung on them."""
        now = self._crew.clock()
        with self._store.read() as connection:
            last = retention.last_pruned(connection)
        if last is not None and abs(now - last) < EVERY:
            return
        self._all(retention.prune_texts, now - keep_text)
        self._all(retention.prune_items, now - keep_log)
        if self._crew.stopping():
            return
        with self._store.write() as tx:
            retention.prune_outbox(tx, now - keep_log)
            mutes.prune(tx, now)
            gaps.prune(tx, now - keep_log)
            retention.set_last_pruned(tx, now)

    def _all(self, step: Step, before: datetime) -> None:
        """Take the step until nothing is left to drop, or we are to stop: the next pruning does the rest then."""
        while not self._crew.stopping():
            size = self._size
            with self._store.write() as tx:
                begun = self._clock()  # waiting for our turn holds nobody up
                dropped = step(tx, before, size)
            took = self._clock() - begun
            if dropped < size:
                return
            self._size = next_size(size, took)
            self._pause(took)


def next_size(size: int, took: float) -> int:
    """How many rows the next portion has, after one of ``size`` rows took that many seconds."""
    if took > LONGEST:
        return max(FEWEST, size // 2)
    return min(retention.BATCH, size * 2) if took < LONGEST / 4 else size
