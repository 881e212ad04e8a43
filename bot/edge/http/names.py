"""Host names to addresses, without ever waiting longer than the fetch has time.

``getaddrinfo`` cannot be interrupted and outlasts any deadline when a DNS server is silent, so
it runs in a thread that is left behind when it hangs.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TypeAlias

from bot.edge.http.budget import Budget
from bot.edge.http.trouble import Trouble, translate

# Host and port to addresses in the order to try them, as text. Raises OSError (socket.gaierror).
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]

# So many hanging look-ups at once mean that DNS itself is down; more threads would only pile up behind it.
MOST_LOOKUPS = 64


def system_resolver(host: str, port: int) -> list[str]:
    """The operating system's answer (hosts file, DNS), ordered by RFC 6724."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Names:
    """Look-ups in threads of their own; fetches that ask for the same host share one."""

    def __init__(self, resolve: Resolver) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], Future[Sequence[str]]] = {}

    def addresses(self, host: str, port: int, budget: Budget) -> Sequence[str]:
        """The host's addresses; a literal is its own. Raises Trouble: unknown, not now, or no time left."""
        if is_literal(host):
            return [host]
        seconds = budget.left()
        answer = self._ask((host, port))
        try:
            return answer.result(timeout=seconds)
        except CancelledError:
            raise budget.cut_short() from None
        except TimeoutError:
            late = budget.late("its host name was not resolved")
            late.kind = "name"
            raise late from None
        except (OSError, ValueError) as error:
            raise translate(error) from None

    def close(self) -> None:
        """Send everybody away who waits; a thread that hangs is left behind."""
        with self._lock:
            for answer in self._running.values():
                answer.cancel()

    def _ask(self, key: tuple[str, int]) -> Future[Sequence[str]]:
        with self._lock:
            if (running := self._running.get(key)) is not None:
                return running
            if len(self._running) >= MOST_LOOKUPS:
                raise Trouble("too many host names wait for an answer of DNS", temporary=True, kind="name")
            answer = Future[Sequence[str]]()
            thread = threading.Thread(target=self._run, args=(key, answer), name="dns", daemon=True)
            try:
                thread.start()  # it waits for the lock before it takes itself off the list
            except RuntimeError:  # a limit of memory or processes: listed, the name would never be looked up again
                raise Trouble("too many threads run here to look up its host name", temporary=True, kind="name") from None
            self._running[key] = answer
        return answer

    def _run(self, key: tuple[str, int], answer: Future[Sequence[str]]) -> None:
        found: Sequence[str] | Exception
        try:
            found = self._resolve(*key)
        except Exception as error:
            found = error
        with self._lock:  # first: who asks after the answer is told gets a look-up of its own, not an answer that has been used
            del self._running[key]
        with suppress(InvalidStateError):  # cancelled meanwhile
            if isinstance(found, Exception):
                answer.set_exception(found)
            else:
                answer.set_result(found)


def is_literal(host: str) -> bool:
    """Whether a host of :class:`~bot.edge.http.urls.Address` is an IP address, not a name."""
    return ":" in host or host.rpartition(".")[2].isdigit()
