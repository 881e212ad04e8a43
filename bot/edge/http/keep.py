"""Connections that stay open between requests, each used again only under the policy it was made for."""

from __future__ import annotations

import threading
import time

from bot.edge.http.asking import Key
from bot.edge.http.line import Connection, hang_up

# Servers close idle connections after 5 s (Apache) to 75 s (nginx); polls of one host come minutes apart, its articles seconds.
MOST_SECONDS = 20.0
MOST_IDLE = 64  # each costs a file descriptor here and at the server


class Kept:
    """Idle connections, few and not for long."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: dict[Key, tuple[float, Connection]] = {}  # oldest first
        self._closed = False

    def take(self, key: Key) -> Connection | None:
        """An idle connection for this origin and policy that the server has not closed, or None."""
        with self._lock:
            found = self._idle.pop(key, None)
        if found is None:
            return None
        since, connection = found
        if time.monotonic() - since > MOST_SECONDS or not connection.is_connected:
            hang_up(connection)
            return None
        return connection

    def give(self, key: Key, connection: Connection) -> None:
        """Keep a connection whose answer was read to its end. One per key: hosts are asked one request at a time."""
        with self._lock:
            dropped = [connection] if self._closed else self._add(key, connection)
        for old in dropped:
            hang_up(old)

    def close(self) -> None:
        """Close them all, and those given later."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, {}
        for _, connection in idle.values():
            hang_up(connection)

    def _add(self, key: Key, connection: Connection) -> list[Connection]:
        now = time.monotonic()
        dropped = [old for _, old in [self._idle.pop(key, (now, None))] if old is not None]
        while self._idle:
            oldest, (since, old) = next(iter(self._idle.items()))
            if len(self._idle) < MOST_IDLE and now - since <= MOST_SECONDS:
                break
            del self._idle[oldest]
            dropped.append(old)
        self._idle[key] = now, connection
        return dropped
