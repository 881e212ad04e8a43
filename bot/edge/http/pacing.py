"""Whose turn it is at a host: one request at a time, and a pause after it.

A *turn* is the right to make one request to a ``host:port``. Two kinds of claimants share the
turns: jobs, which wait in their host's queue and cost no thread until it is free, and callers in
the middle of a fetch (a redirect's next hop), who wait in their thread and go first.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Job(Protocol):
    """What a queue holds."""

    def run(self) -> None:
        """Do it, once, in the turn of its host. Must not raise."""

    def cancel(self) -> None:
        """It will not be run."""


# Hosts that rest and have nobody waiting are forgotten; looked for when this many are known.
SWEEP_FROM = 1_024


@dataclass(slots=True)
class _Host:
    busy: bool = False
    free_at: float = 0.0  # monotonic: the next request may not start before
    callers: deque[threading.Condition] = field(default_factory=deque)
    first: deque[Job] = field(default_factory=deque)  # jobs that go before the others of all hosts
    jobs: deque[Job] = field(default_factory=deque)
    listed: bool = False  # stands in the list of hosts with a job to start

    def open(self, now: float) -> bool:
        return not self.busy and self.free_at <= now

    def queued(self) -> deque[Job]:
        return self.first or self.jobs


class HostTurns:
    """The turns at all hosts, and the queues of jobs before them."""

    def __init__(self, gap: float) -> None:
        """Pause ``gap`` seconds between the end of a host's request and the start of its next."""
        self._gap = gap
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._sweep_at = SWEEP_FROM
        self._order = itertools.count()
        self._due: list[tuple[float, int, str]] = []  # a heap: when a host's next job may start
        self._ready: list[tuple[bool, int, str]] = []  # a heap of those that may: whether it can wait, and in what order
        self._sentry: threading.Condition | None = None  # the one idle worker that watches the heap's top
        self._idle: list[threading.Condition] = []
        self._closed = self._dismissed = False
        self._mine = threading.local()  # .host: whose turn this thread holds

    # ------------------------------------------------------------ for the door

    @contextmanager
    def turn(self, host: str, seconds: float) -> Iterator[bool]:
        """Hold the host's turn for one request; False if it did not come within ``seconds``.

        A thread holds one turn at most: one for another host is given back before waiting (or two
        threads could wait for each other), the one that came with a job is used up.
        """
        if self._held() != host:
            self.give_back()
            if not self._take(host, time.monotonic() + seconds):
                yield False
                return
        try:
            yield True
        finally:
            self._release(host, used=True)

    def has(self, host: str) -> bool:
        """Whether this thread holds the host's turn."""
        return self._held() == host

    def give_back(self) -> None:
        """Give up this thread's turn unused, if it holds one: the host need not rest."""
        host = self._held()
        if host is not None:
            self._release(host, used=False)

    def dismiss(self) -> None:
        """Send away all who wait in their threads, now and later: they do not get their turn."""
        with self._lock:
            self._dismissed = True
            for entry in self._hosts.values():
                for caller in entry.callers:
                    caller.notify()

    # ------------------------------------------------------------ for the workers

    def add(self, host: str, job: Job, *, first: bool = False) -> None:
        """Queue a job behind its host's others; with ``first`` before those, of whatever host, that were added without."""
        with self._lock:
            entry = self._hosts.setdefault(host, _Host())
            (entry.first if first else entry.jobs).append(job)
            if first and entry.listed:
                self._list(host, entry)  # once more, for it stands among those that can wait
                self._wake_worker()
            self._next(host, entry)

    def first_job(self) -> Job | None:
        """As :meth:`next_job`, only of those added with ``first``, and without waiting."""
        with self._lock:
            found = None if self._closed else self._pick(only_first=True)
            if found is None:
                return None
            self._mine.host = found[0]
            return found[1]

    def next_job(self) -> Job | None:
        """Wait for a job whose host is free, and take that host's turn with it. None after :meth:`close`."""
        with self._lock:
            while not self._closed:
                if (found := self._pick()) is not None:
                    host, job = found
                    self._mine.host = host
                    self._wake_worker()
                    return job
                self._rest(threading.Condition(self._lock))
        return None

    def close(self) -> list[Job]:
        """Start no more jobs; returns those that did not start. Turns go on."""
        with self._lock:
            self._closed = True
            for sleeper in [*self._idle, *([self._sentry] if self._sentry else [])]:
                sleeper.notify()
            left = [job for entry in self._hosts.values() for job in (*entry.first, *entry.jobs)]
            for entry in self._hosts.values():
                entry.first.clear()
                entry.jobs.clear()
            return left

    # ------------------------------------------------------------ callers

    def _held(self) -> str | None:
        return getattr(self._mine, "host", None)

    def _take(self, host: str, until: float) -> bool:
        with self._lock:
            entry = self._hosts.setdefault(host, _Host())
            if (entry.callers or not entry.open(time.monotonic())) and not self._wait(host, entry, until):
                return False
            entry.busy = True
        self._mine.host = host
        return True

    def _wait(self, host: str, entry: _Host, until: float) -> bool:
        me = threading.Condition(self._lock)
        entry.callers.append(me)
        while True:
            now, first = time.monotonic(), entry.callers[0] is me
            if first and entry.open(now):
                entry.callers.popleft()
                return True
            if now >= until or self._dismissed:
                entry.callers.remove(me)
                self._next(host, entry)
                return False
            me.wait((min(until, entry.free_at) if first and not entry.busy else until) - now)

    def _release(self, host: str, *, used: bool) -> None:
        self._mine.host = None
        with self._lock:
            entry, now = self._hosts[host], time.monotonic()
            entry.busy = False
            if used:
                entry.free_at = now + self._gap
            self._next(host, entry)
            if len(self._hosts) >= self._sweep_at:
                self._sweep(now)

    # ------------------------------------------------------------ under the lock

    def _next(self, host: str, entry: _Host) -> None:
        """Wake whoever is next at a host that may have become free."""
        if entry.busy:
            return
        if entry.callers:
            entry.callers[0].notify()
        elif entry.queued() and not entry.listed:
            self._list(host, entry)
            self._wake_worker()

    def _list(self, host: str, entry: _Host) -> None:
        entry.listed = True
        heapq.heappush(self._due, (max(entry.free_at, time.monotonic()), next(self._order), host))

    def _pick(self, *, only_first: bool = False) -> tuple[str, Job] | None:
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            _, order, host = heapq.heappop(self._due)
            heapq.heappush(self._ready, (not self._hosts[host].first, order, host))
        while self._ready and not (only_first and self._ready[0][0]):
            host = heapq.heappop(self._ready)[2]
            entry = self._hosts[host]
            entry.listed = False
            if not entry.queued() or entry.busy or entry.callers:
                continue  # whoever is there lists it again when done
            if entry.open(now):
                entry.busy = True
                return host, entry.queued().popleft()
            self._list(host, entry)
        return None

    def _rest(self, me: threading.Condition) -> None:
        """Sleep until there may be work: one worker by the clock, the others until they are called."""
        if self._due and self._sentry is None:
            self._sentry = me
            me.wait(max(0.0, self._due[0][0] - time.monotonic()))
            self._sentry = None
        else:
            self._idle.append(me)
            me.wait()
            if me in self._idle:
                self._idle.remove(me)

    def _wake_worker(self) -> None:
        if not (self._due or self._ready):
            return
        if self._sentry is not None:
            self._sentry.notify()
        elif self._idle:
            self._idle.pop().notify()

    def _sweep(self, now: float) -> None:
        self._hosts = {
            host: entry
            for host, entry in self._hosts.items()
            if entry.queued() or entry.callers or entry.listed or not entry.open(now)
        }
        self._sweep_at = max(SWEEP_FROM, 2 * len(self._hosts))
