"""The work in hand: taken out of the state in batches, and filled up again before the hand is empty."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import Generic, TypeVar

from bot.errors import StateError

K = TypeVar("K")
T = TypeVar("T")


class Hand(Generic[K, T]):
    """What is being done, by its keys, at most ``most`` at a time; used by many threads.

    ``take(room)`` takes up to ``room`` pieces of work out of the state; ``begin`` gets those that are not in hand already;
    ``tell`` hears why no more could be taken.
    A tick a second alone would leave the threads idle for the rest of it: they do more than ``most`` light pieces in one.
    """

    def __init__(
        self,
        most: int,
        take: Callable[[int], Mapping[K, T]],
        begin: Callable[[Collection[T]], None],
        tell: Callable[[StateError], None],
    ) -> None:
        self._most, self._take, self._begin, self._tell = most, take, begin, tell
        self._keys: set[K] = set()
        self._filling = threading.Lock()
        self._more = False  # the last look found as much as there was room for
        self._taking = False  # what is being taken is neither due nor in hand for a moment: whoever asks must not think us idle

    def __bool__(self) -> bool:
        return self._taking or bool(self._keys)

    def fill(self) -> int:
        """Begin what there is room for; returns how much that was."""
        with self._filling:
            return self._fill()

    def done(self, key: K) -> None:
        """That piece is done. When half the hand is free and there may be more work, it is filled up."""
        self._keys.discard(key)
        if self._more and len(self._keys) < self._most // 2 and self._filling.acquire(blocking=False):
            try:
                self._fill()
            except StateError as error:  # the next tick tries again
                self._tell(error)
            finally:
                self._filling.release()

    def _fill(self) -> int:
        room = self._most - len(self._keys)
        if room <= 0:
            return 0
        self._taking = True
        try:
            found = self._take(room)
            fresh = {key: piece for key, piece in found.items() if key not in self._keys}
            self._keys.update(fresh)
        finally:
            self._taking = False
        self._more = len(found) >= room
        self._begin(fresh.values())
        return len(fresh)
