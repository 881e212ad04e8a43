"""Threads that run jobs host by host: a slow host holds up its own queue, never another's."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.edge.http.pacing import HostTurns

T = TypeVar("T")

# Threads beyond the usual ones for jobs that go first: each is there only while slow servers hold all the others.
SPARES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task(Generic[T]):
    """A job and the future that hears of it."""

    job: Callable[[], T]
    future: Future[T] = field(default_factory=Future)

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.job()
        except BaseException as error:  # whatever it is, it is the submitter's: Future.result() raises it there
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def cancel(self) -> None:
        self.future.cancel()


class Paced:
    """A pool of threads over :class:`HostTurns`.

    A job runs in the turn of its host: its first request there starts at once. Further ones, and
    requests to other hosts, take their turns like anybody's, and the job's thread waits for them.
    """

    def __init__(self, turns: HostTurns, workers: int) -> None:
        """Use at most ``workers`` threads, started as jobs come."""
        self._turns, self._workers = turns, workers
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._at_work = 0  # threads that have a job
        self._spares: set[threading.Thread] = set()
        self._stopped = False

    def submit(self, host: str, job: Callable[[], T], *, first: bool = False) -> Future[T]:
        """Queue a job for a host (``host_of`` its address). After :meth:`stop` it is cancelled at once.

        ``first``: it goes before all jobs without, and where every thread waits for some slow server, it gets one more.
        """
        task = _Task(job=job)
        with self._lock:
            if self._stopped:
                task.cancel()
                return task.future
            self._turns.add(host, task, first=first)
            if len(self._threads) < self._workers:
                self._start_one()
            elif first and self._at_work >= self._workers and len(self._spares) < SPARES:
                self._start_spare()
        return task.future

    def _start_spare(self) -> None:
        """A thread for what goes first; it ends when there is no more of it. Where there is none to be had, the others do."""
        thread = threading.Thread(target=self._help, name="fetch-first", daemon=True)
        with suppress(RuntimeError):
            thread.start()
            self._spares.add(thread)

    def _start_one(self) -> None:
        """One more thread. Where the system allows no more of them, those that are there do the work."""
        thread = threading.Thread(target=self._work, name=f"fetch-{len(self._threads) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # "can't start new thread": a limit of memory or processes
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def has_turn(self, host: str) -> bool:
        """Whether the job that asks, one of this host, has not used its turn yet."""
        return self._turns.has(host)

    def stop(self, wait: float | None = None) -> bool:
        """Start no more jobs, cancel those that wait, and give the running ones ``wait`` seconds (None: all they need).

        True when all have ended. A thread that has not is a daemon: it does not hold up the exit.
        """
        with self._lock:
            self._stopped = True
        for job in self._turns.close():
            job.cancel()
        until = None if wait is None else time.monotonic() + wait
        with self._lock:
            threads = [*self._threads, *self._spares]
        for thread in threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _work(self) -> None:
        while (job := self._turns.next_job()) is not None:
            with self._lock:
                self._at_work += 1
            job.run()
            self._turns.give_back()
            with self._lock:
                self._at_work -= 1
            del job  # or else its result would live on while this thread waits for the next

    def _help(self) -> None:
        while (job := self._turns.first_job()) is not None:
            job.run()
            self._turns.give_back()
        with self._lock:
            self._spares.discard(threading.current_thread())
