"""Killable child processes for work on bytes that strangers sent (only importer of pebble).

feedparser and trafilatura take tens of seconds on hostile input of under 1 MB, and a thread cannot
be killed. A call that runs too long, eats too much memory or crashes costs its child process and
nothing else: the caller gets a ``ChildError`` in words, the next call gets a new child.

One *lane* is one child and the pebble pool that keeps it. Two children in one pebble pool would
share a pipe and its locks: a child killed while it holds them stops the other one, and the death of
an idle child breaks the whole pool.

Children are spawned, so they inherit neither lock nor database nor sockets, and they start with the
first call: a pass with nothing to do starts none. They import what the functions need; a module
that imports its heavy library inside the function keeps it out of the parent.
"""

from __future__ import annotations

import functools
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Self, TypeVar

from bot.edge import child
from bot.edge.pool.lane import STOPPED, Lane, outcome
from bot.errors import ChildError, Stopping
from bot.model import Body

P = ParamSpec("P")
T = TypeVar("T")

# Seconds that a call of :meth:`Pool.read_first` waits for one of the lanes that all share: reading most documents takes less.
PATIENCE = 0.5
# Seconds kept back from a grace period to kill what did not end in it.
KILL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The calls so far: ``killed`` by a limit, ``crashed`` on their own."""

    tasks: int = 0
    running: int = 0
    killed: int = 0
    crashed: int = 0


class Pool:
    """Runs pure functions in children, at most ``workers`` at a time; shared by all threads.

    ``memory`` is the address space of a child in bytes (python with trafilatura takes 60 MB of it),
    ``cpu`` and ``wall`` the seconds one call may take. The wall clock starts when the child begins,
    not while a call waits for its turn, and is monotonic: setting the machine's clock kills nothing. 12 s leave 3 of the 15
    in which a hanging child is to be dead and replaced: on 2 cores with a load of 12, that took 1 to 2 s.
    After ``tasks`` calls a child is replaced, so that a library's leak stays small: trafilatura grew
    by 1.8 MB in 500 pages, and a new child costs 0.4 s, 5 % of 500 extractions.
    """

    def __init__(
        self, workers: int = 2, *, memory: int = 600 * 2**20, cpu: float = 10.0, wall: float = 12.0, tasks: int = 500
    ) -> None:
        self._memory, self._cpu, self._wall = memory, cpu, wall
        # A child dies with the *thread* that spawned it (PR_SET_PDEATHSIG, prctl(2)), and callers come and go.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="pool-keeper")
        self._lanes = [Lane(self._keeper, memory, tasks) for _ in range(workers)]
        self._kept = Lane(self._keeper, memory, tasks)
        self._spare: queue.LifoQueue[Lane] = queue.LifoQueue()
        self._spare.put(self._kept)
        self._idle: queue.LifoQueue[Lane] = queue.LifoQueue()  # last in, first out: light work needs one child
        for lane in self._lanes:
            self._idle.put(lane)
        self._lock = threading.Lock()
        self._counted: Counter[str] = Counter()

    def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """``fn(*args, **kwargs)`` in a child; blocks the calling thread.

        ``fn`` is a function of a module's top level; arguments and result are pickled. An error of
        ours that it raises (``ParseError``) is raised here too; everything else it may raise or
        suffer becomes a ``ChildError``.
        """
        return self._run(functools.partial(fn, *args, **kwargs))

    def read(self, fn: Callable[Concatenate[bytes, P], T], body: Body, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`run`, for a body: one that lies on disk is read there by the child."""
        return _reading(self._run, fn, body, *args, **kwargs)

    def read_first(self, fn: Callable[Concatenate[bytes, P], T], body: Body, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`read`, for work that has always been light: where all lanes are taken, it goes to one kept for such work.

        Its child is started only then. So documents that take all of their time hold up each other, and nobody else.
        """
        return _reading(self._run_first, fn, body, *args, **kwargs)

    def _run(self, call: functools.partial[T]) -> T:
        return self._use(self._idle, self._idle.get(), call)

    def _run_first(self, call: functools.partial[T]) -> T:
        try:
            lane = self._idle.get(timeout=PATIENCE)
        except queue.Empty:
            return self._use(self._spare, self._spare.get(), call)
        return self._use(self._idle, lane, call)

    def _use(self, home: queue.LifoQueue[Lane], lane: Lane, call: functools.partial[T]) -> T:
        self._count(tasks=1, running=1)
        try:
            return self._settle(lane, call)
        finally:
            self._count(running=-1)
            home.put(lane)

    def stop(self, grace: float = 5.0) -> None:
        """Refuse new calls at once, let running ones end, and have every child dead within ``grace`` seconds (at least 1)."""
        deadline = time.monotonic() + max(0.0, grace - KILL)
        for lane in (*self._lanes, self._kept):
            lane.close()
        ended: list[Lane] = []
        while len(ended) < len(self._lanes) and (left := deadline - time.monotonic()) >= 0:
            try:
                ended.append(self._idle.get(timeout=left))
            except queue.Empty:
                break
        with ThreadPoolExecutor(len(self._lanes) + 1) as killers:
            list(killers.map(Lane.abort, (*self._lanes, self._kept)))
        for lane in ended:
            self._idle.put(lane)  # callers still waiting for their turn take it and are refused
        self._keeper.shutdown()

    def counts(self) -> Counts:
        """The counters, for ``status``."""
        with self._lock:
            return Counts(**self._counted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(0.0)

    def _settle(self, lane: Lane, call: functools.partial[T]) -> T:
        """Run the call, once more if its child had died before it could begin: the functions are pure."""
        for _ in range(2):
            try:
                return self._attempt(lane, call)
            except BrokenExecutor:
                lane.discard()
        self._count(crashed=1)
        raise ChildError("no child process could be started")

    def _attempt(self, lane: Lane, call: functools.partial[T]) -> T:
        future = lane.submit(functools.partial(child.work, call, self._cpu))
        try:
            error = outcome(future, self._wall)
        except CancelledError:
            raise Stopping(STOPPED) from None
        except TimeoutError:
            self._count(killed=1)
            raise ChildError(f"gave no answer within {self._wall:g} s", died=True) from None
        finally:
            if future.cancelled() or not future.done():
                lane.discard()
        if error is None:
            return future.result()
        raise self._explained(error)

    def _explained(self, error: BaseException) -> BaseException:
        """The error in our words. Only a child that died needs any: what a function raised was put in words there."""
        from pebble import ProcessExpired

        if not isinstance(error, ProcessExpired):
            return error
        if error.exitcode == -signal.SIGTERM:  # not by us (that is a TimeoutError): by who ends the whole group, us too
            return Stopping(STOPPED)
        if by_limit := child.broken_limit(error.exitcode, memory=self._memory, cpu=self._cpu):
            self._count(killed=1)
            return ChildError(by_limit, died=True)
        self._count(crashed=1)
        return ChildError(child.crash(error.exitcode), died=True)

    def _count(self, **more: int) -> None:
        with self._lock:
            self._counted.update(more)


def _reading(
    run: Callable[[functools.partial[T]], T],
    fn: Callable[Concatenate[bytes, P], T],
    body: Body,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Run a function of a body. One on disk is handed over by its place; as bytes where a child cannot reach that."""
    if not isinstance(body, bytes):
        with suppress(child.OutOfReach):
            if (path := body.path()) is not None:
                return run(functools.partial(child.on_file, fn, path, *args, **kwargs))
        body = body.read()
    return run(functools.partial(fn, body, *args, **kwargs))
