"""One child process, and the pebble pool that keeps it."""

from __future__ import annotations

import functools
import os
import signal
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from bot.edge import child
from bot.errors import Stopping

if TYPE_CHECKING:  # 80 ms and asyncio: a pass with nothing to do must not pay for them
    from pebble import ProcessFuture, ProcessPool

    from bot.edge.pool.births import Births

T = TypeVar("T")

# Seconds a new child may take until it accepts its call: 0.2 s on an idle machine, several on a busy one.
BOOT = 20.0

# Seconds from SIGTERM to SIGKILL (pebble: 3). Ours keep SIGTERM's default action, which ends even a loop in C.
TERM = 0.2
# Seconds between pebble's looks at a child (its own default: 0.1). Answers are heard at once, only a death so late; at
# 0.1, two idle lanes took 5 ms of CPU a second.
LOOK = 0.5
STOPPED = "the bot is being stopped; this work is done again at the next start"


class Lane:
    """One child at a time, for the caller that holds the lane; ``stop`` reaches in from another thread."""

    def __init__(self, keeper: ThreadPoolExecutor, memory: int, tasks: int) -> None:
        self._keeper, self._memory, self._tasks = keeper, memory, tasks
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._births: Births | None = None
        self._future: Future[Any] | None = None
        self._closed = False

    def submit(self, call: functools.partial[T]) -> ProcessFuture[T]:
        """Hand a call to the child, starting one if there is none. Raises ``BrokenExecutor``, ``ChildError``."""
        with self._lock:
            if self._closed:
                raise Stopping(STOPPED)
            try:
                if self._pool is None:
                    self._pool, self._births = self._keeper.submit(_start, self._memory, self._tasks).result()
                future: ProcessFuture[T] = self._pool.schedule(call)
            except (RuntimeError, OSError) as error:  # pebble's word for a broken pool; no process to be had
                raise BrokenExecutor from error
            self._future = future
            return future

    def close(self) -> None:
        """Take no further call."""
        with self._lock:
            self._closed = True

    def discard(self) -> None:
        """End the child whatever it does, and wait until it is dead; a later call starts a new one."""
        with self._lock:
            pool, births = self._pool, self._births
            self._pool = self._births = None
        if pool is not None and births is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # pebble's, without annotations
            births.kill()  # now: pebble would ask it to end, up to half a second later, and wait for it
            pool.join()

    def abort(self) -> None:
        """End the child and wake the caller who waits for it."""
        if self._future is not None:
            self._future.cancel()
        self.discard()


def _start(memory: int, tasks: int) -> tuple[ProcessPool, Births]:
    """A pebble pool with its child on the way. Runs in the keeper's thread.

    Children inherit its signal mask, and so does pebble's thread that replaces them: a Ctrl-C while python boots in
    a child would print a traceback. The resource tracker goes first, because its start unblocks SIGINT.
    """
    from multiprocessing import resource_tracker

    import pebble

    from bot.edge.pool.births import Births

    births = Births()
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    pebble.CONSTS.term_timeout, pebble.CONSTS.sleep_unit = TERM, LOOK
    pool = pebble.ProcessPool(
        max_workers=1,
        max_tasks=tasks,
        initializer=child.prepare,
        initargs=(os.getpid(), memory),
        context=births,
    )
    _ = pool.active  # asking starts the child, from this thread
    return pool, births


def outcome(future: ProcessFuture[T], wall: float) -> BaseException | None:
    """What the call raised, or None. ``TimeoutError``: no answer in ``wall`` seconds since the child took it up."""
    patience = time.monotonic() + BOOT
    while not future.running() and time.monotonic() < patience:
        try:
            return future.exception(timeout=0.05)
        except TimeoutError:
            continue
    return future.exception(timeout=wall)
