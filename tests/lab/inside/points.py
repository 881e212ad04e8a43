"""Named points of a process, how often each was passed, and what happens at one of them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What goes wrong. ``do`` is a signal's name (KILL, TERM, ...) that the process gets at the ``nth`` passing of ``point``.

    ``delay``: seconds later. ``call``: the SQLite call that fails, counted from 1, with ``error``; ``onwards``: and all after
    it. ``counts``: a file that gets the number of each point's passings, and of the SQLite calls, as they grow.
    """

    point: str = ""
    nth: int = 1
    do: str = "KILL"
    delay: float = 0.0
    call: int = 0
    error: str = "disk I/O error"
    onwards: bool = False
    counts: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """From the JSON of the command line."""
        return cls(**json.loads(text))


@dataclass(slots=True, kw_only=True)
class Points:
    """The points passed by this process."""

    plan: Plan
    passed: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def reach(self, name: str) -> None:
        """A point was passed; at the planned one the plan's signal falls."""
        with self.lock:
            self.passed[name] += 1
            due = name == self.plan.point and self.passed[name] == self.plan.nth
        if due:
            self._strike()

    def _strike(self) -> None:
        number = getattr(signal, f"SIG{self.plan.do}")
        if self.plan.delay:
            timer = threading.Timer(self.plan.delay, os.kill, (os.getpid(), number))
            timer.daemon = True
            timer.start()
            return
        os.kill(os.getpid(), number)
        if number == signal.SIGKILL:
            time.sleep(60)  # the kernel ends this thread too, if not at once: nothing more may be done

    def call(self, what: str) -> None:
        """A call of SQLite; raises as SQLite does where the plan says that it fails."""
        with self.lock:
            self.calls += 1
            failing = self.plan.call and (self.calls == self.plan.call or (self.plan.onwards and self.calls > self.plan.call))
        if failing:
            error = sqlite3.OperationalError(self.plan.error)
            error.add_note(f"call {self.calls}: {what}")
            raise error

    def keep(self) -> None:
        """Write the counts down."""
        if self.plan.counts:
            with self.lock:
                Path(self.plan.counts).write_text(json.dumps({"calls": self.calls, **self.passed}))
