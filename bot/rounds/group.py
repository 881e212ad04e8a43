"""The group commit: outcomes that nothing hangs on are kept together, many in one transaction.

Two tiny transactions for each unchanged feed, or each item of a baseline, would cost more than the work
itself; losing a group only does that work again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from bot.errors import StateError

T = TypeVar("T")

SIZE, SECONDS = 50, 1.0  # the blueprint's numbers: a crash costs at most so much work


class Group(Generic[T]):
    """Outcomes waiting for their commit; filled by many threads."""

    def __init__(self, commit: Callable[[Sequence[T]], None]) -> None:
        self._commit = commit
        self._lock = threading.Lock()
        self._waiting: list[T] = []
        self._since = 0.0

    def add(self, outcome: T) -> None:
        """Let an outcome wait; commits when that makes a whole group (a failure is the next flush's to tell)."""
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting.append(outcome)
            full = len(self._waiting) >= SIZE
        if full:
            with suppress(StateError):
                self.flush()

    def flush(self, *, every: float = 0.0) -> int:
        """Commit what waits, with ``every`` only once the oldest waited that many seconds; returns how many there were.

        Raises StateError when it cannot be kept; it waits on then.
        """
        with self._lock:
            if not self._waiting or time.monotonic() - self._since < every:
                return 0
            group, self._waiting = self._waiting, []
        try:
            self._commit(group)
        except StateError:
            with self._lock:
                self._waiting[:0] = group
            raise
        return len(group)
