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
import multiprocessing
import os
import queue
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from bot.edge import child
from bot.errors import ChildError, Stopping

if TYPE_CHECKING:  # 80 ms and asyncio: a pass with nothing to do must not pay for them
    from pebble import ProcessFuture, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")

# Seconds a new child may take until it accepts its call: 0.2 s on an idle machine, several on a busy one.
BOOT = 20.0

# Seconds from SIGTERM to SIGKILL (pebble: 3). Ours keep SIGTERM's default action, which ends even a loop in C.
TERM = 0.2
# Seconds between pebble's looks at a child (its own default: 0.1). Answers are heard at once, only a death so late; at
# 0.1, two idle lanes took 5 ms of CPU a second.
LOOK = 0.5
# Seconds kept back from a grace period to kill what did not end in it.
KILL = 1.0
STOPPED = "the bot is being stopped; this work is done again at the next start"


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
    not while a call waits for its turn, and is monotonic: setting the machine's clock kills nothing.
    After ``tasks`` calls a child is replaced, so that a library's leak stays small: trafilatura grew
    by 1.8 MB in 500 pages, and a new child costs 0.4 s, 5 % of 500 extractions.
    """

    def __init__(
        self, workers: int = 2, *, memory: int = 600 * 2**20, cpu: float = 10.0, wall: float = 15.0, tasks: int = 500
    ) -> None:
        self._memory, self._cpu, self._wall = memory, cpu, wall
        # A child dies with the *thread* that spawned it (PR_SET_PDEATHSIG, prctl(2)), and callers come and go.
        self._keeper = ThreadPoolExecutor(1, thread_name_prefix="pool-keeper")
        self._lanes = [_Lane(self._keeper, memory, tasks) for _ in range(workers)]
        self._idle: queue.LifoQueue[_Lane] = queue.LifoQueue()  # last in, first out: light work needs one child
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
        lane = self._idle.get()
        self._count(tasks=1, running=1)
        try:
            return self._settle(lane, functools.partial(fn, *args, **kwargs))
        finally:
            self._count(running=-1)
            self._idle.put(lane)

    def stop(self, grace: float = 5.0) -> None:
        """Refuse new calls at once, let running ones end, and have every child dead within ``grace`` seconds (at least 1)."""
        deadline = time.monotonic() + max(0.0, grace - KILL)
        for lane in self._lanes:
            lane.close()
        ended: list[_Lane] = []
        while len(ended) < len(self._lanes) and (left := deadline - time.monotonic()) >= 0:
            try:
                ended.append(self._idle.get(timeout=left))
            except queue.Empty:
                break
        with ThreadPoolExecutor(len(self._lanes)) as killers:
            list(killers.map(_Lane.abort, self._lanes))
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

    def _settle(self, lane: _Lane, call: functools.partial[T]) -> T:
        """Run the call, once more if its child had died before it could begin: the functions are pure."""
        for _ in range(2):
            try:
                return self._attempt(lane, call)
            except BrokenProcessPool:
                lane.discard()
        self._count(crashed=1)
        raise ChildError("no child process could be started")

    def _attempt(self, lane: _Lane, call: functools.partial[T]) -> T:
        future = lane.submit(functools.partial(child.work, call, self._cpu))
        try:
            error = _outcome(future, self._wall)
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


class _Lane:
    """One child at a time, for the caller that holds the lane; ``stop`` reaches in from another thread."""

    def __init__(self, keeper: ThreadPoolExecutor, memory: int, tasks: int) -> None:
        self._keeper, self._memory, self._tasks = keeper, memory, tasks
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._future: Future[Any] | None = None
        self._closed = False

    def submit(self, call: functools.partial[T]) -> ProcessFuture[T]:
        """Hand a call to the child, starting one if there is none. Raises ``BrokenProcessPool``, ``ChildError``."""
        with self._lock:
            if self._closed:
                raise Stopping(STOPPED)
            try:
                if self._pool is None:
                    self._pool = self._keeper.submit(_start, self._memory, self._tasks).result()
                future: ProcessFuture[T] = self._pool.schedule(call)
            except (RuntimeError, OSError) as error:  # pebble's word for a broken pool; no process to be had
                raise BrokenProcessPool from error
            self._future = future
            return future

    def close(self) -> None:
        """Take no further call."""
        with self._lock:
            self._closed = True

    def discard(self) -> None:
        """End the child whatever it does; a later call starts a new one."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble's, without annotations
            pool.join()

    def abort(self) -> None:
        """End the child and wake the caller who waits for it."""
        if self._future is not None:
            self._future.cancel()
        self.discard()


def _start(memory: int, tasks: int) -> ProcessPool:
    """A pebble pool with its child on the way. Runs in the keeper's thread.

    Children inherit its signal mask, and so does pebble's thread that replaces them: a Ctrl-C while python boots in
    a child would print a traceback. The resource tracker goes first, because its start unblocks SIGINT.
    """
    import pebble

    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    pebble.CONSTS.term_timeout, pebble.CONSTS.sleep_unit = TERM, LOOK
    pool = pebble.ProcessPool(
        max_workers=1,
        max_tasks=tasks,
        initializer=child.prepare,
        initargs=(os.getpid(), memory),
        context=multiprocessing.get_context("spawn"),
    )
    _ = pool.active  # asking starts the child, from this thread
    return pool


def _outcome(future: ProcessFuture[T], wall: float) -> BaseException | None:
    """What the call raised, or None. ``TimeoutError``: no answer in ``wall`` seconds since the child took it up."""
    patience = time.monotonic() + BOOT
    while not future.running() and time.monotonic() < patience:
        try:
            return future.exception(timeout=0.05)
        except TimeoutError:
            continue
    return future.exception(timeout=wall)
