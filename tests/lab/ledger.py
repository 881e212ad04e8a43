"""What really happened, written down by those it happened to: the servers of the lab, never the bot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Ledger(Generic[T]):
    """A list that threads append to and tests wait on."""

    def __init__(self) -> None:
        self._entries: list[T] = []
        self._changed = threading.Condition()

    def add(self, entry: T) -> None:
        with self._changed:
            self._entries.append(entry)
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        with self._changed:
            return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def wait(self, holds: Callable[[], bool], within: float) -> bool:
        """Whether ``holds()`` comes true within that many seconds; asked again at each new entry."""
        with self._changed:
            return self._changed.wait_for(holds, timeout=within)
