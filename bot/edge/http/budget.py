"""What one fetch may spend: wall-clock time in all, bytes on the wire hop by hop; and how it is cut short."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

from bot.edge.http.trouble import Trouble

# http.client takes 100 header lines of 64 KiB each; no honest answer comes near this (Chromium's limit is 256 KiB too).
HEADER_BYTES = 256 * 1024


class Budget:
    """One fetch's allowance. Every socket operation of the fetch asks it first.

    A time-out per operation is no deadline (psf/requests: one byte a second is never late), so
    each operation gets what is *left*, and the byte count bounds what time alone does not:
    endless headers, trailers and 1xx answers.
    """

    __slots__ = ("_cut", "_lifeline", "_limit", "_lock", "_over", "_room", "_until", "received")

    def __init__(self, seconds: float) -> None:
        self._limit = seconds
        self._until = time.monotonic() + seconds
        self._over, self._room, self.received = "", 0, 0
        self._lock = threading.Lock()
        self._lifeline: socket.socket | None = None
        self._cut = False
        self.expect_headers()

    def expect_headers(self) -> None:
        """Before each request: room for the answer's headers alone."""
        self.allow(HEADER_BYTES, f"its headers are larger than {HEADER_BYTES // 1024} KB")

    def allow(self, room: int, over: str) -> None:
        """From here on ``room`` bytes may arrive; more is refused in the words of ``over``."""
        self._room, self._over = room, over

    def left(self) -> float:
        """Seconds left. Raises Trouble when there are none, or when the fetch was cut."""
        if self._cut:
            raise self.cut_short()
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise self.late()
        return seconds

    def take(self, received: int) -> None:
        """Count bytes off the wire. Raises Trouble when they are more than allowed, or were cut off."""
        if self._cut:
            raise self.cut_short()
        self.received += received
        self._room -= received
        if self._room < 0:
            raise Trouble(self._over, temporary=False)

    def hold(self, lifeline: socket.socket) -> None:
        """The socket by which :meth:`cut` ends what blocks."""
        with self._lock:
            if self._cut:
                raise self.cut_short()
            self._lifeline = lifeline

    def let_go(self) -> None:
        """The fetch is done with that socket; it may be closed or kept for another."""
        with self._lock:
            self._lifeline = None

    def cut(self) -> None:
        """End the fetch now, from another thread: whatever it waits for on the network returns at once."""
        with self._lock:
            self._cut = True
            if self._lifeline is not None:
                with suppress(OSError):  # not connected yet, or not any more
                    self._lifeline.shutdown(socket.SHUT_RDWR)

    @property
    def was_cut(self) -> bool:
        """Whether :meth:`cut` was called: what then went wrong is nobody's fault."""
        return self._cut

    def cut_short(self) -> Trouble:
        """The failure of a fetch that was cut."""
        return Trouble("the bot is being stopped", temporary=True)

    def late(self, what: str = "no whole answer") -> Trouble:
        """The failure of a fetch whose time is up."""
        return Trouble(f"{what} within {self._limit:g} s", temporary=True)
