"""What is made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from bot.edge import memory

T = TypeVar("T")


class Later(Generic[T]):
    """One thing, for many threads."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._lock = make, Lock()
        self._made: T | None = None

    def __call__(self) -> T:
        """The thing: ``make`` makes it on the first call, and who comes meanwhile waits for it."""
        if self._made is None:
            with self._lock:
                if self._made is None:
                    with memory.uncollected():
                        self._made = self._make()
        return self._made
