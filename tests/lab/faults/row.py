"""A row of the figures table, the cases it is made of, and the line that replays one alone."""

from __future__ import annotations

import shlex
import statistics
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

RESTART = 5.0  # seconds from a start to the first poll, p99: issue 5
BUSY = 1.5  # times its own CPU time that a loop takes: above it others have the machine, and times above a limit prove nothing


class Skip(Exception):
    """This machine cannot play the case; why."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one case came to. Filled by the case; read by the row."""

    tries: int = 0
    lost: list[str] = field(default_factory=list)
    allowed: int = 0  # duplicates that no sender could have avoided
    seen: int = 0
    unexcused: list[str] = field(default_factory=list)  # duplicates beyond those, by receiver
    restarts: list[float] = field(default_factory=list)
    figures: dict[str, list[float]] = field(default_factory=dict)  # other measures, by name
    notes: dict[str, int] = field(default_factory=dict)  # counts worth a word in the table
    misses: list[str] = field(default_factory=list)

    def must(self, holds: object, what: str) -> None:
        """A criterion of the row."""
        if not holds:
            self.misses.append(what)

    def note(self, what: str, count: int = 1) -> None:
        """Count something for the table's last column."""
        self.notes[what] = self.notes.get(what, 0) + count

    def measure(self, name: str, *values: float) -> None:
        """Seconds, or whatever the figure's name says."""
        self.figures.setdefault(name, []).extend(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing to try, by a name that is the same in every run."""

    name: str
    play: Callable[[Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row: ``cases`` lists what to try for (full, seed). ``alone``: it measures time, so nothing runs beside it."""

    number: int
    title: str
    cases: Callable[[bool, int], Iterable[Case]]
    alone: bool = False
    limits: dict[str, tuple[str, float]] = field(default_factory=dict)  # figure -> (p99 | max, the most it may be)


@dataclass(slots=True, kw_only=True)
class Row:
    """A fault's outcomes, gathered from any number of threads."""

    fault: Fault
    seed: int
    cases: int = 0
    late: int = 0  # cases that the time given did not suffice for
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)  # case -> what was wrong
    total: Outcome = field(default_factory=Outcome)
    seconds: float = 0.0
    loops: list[float] = field(default_factory=list)  # how many times its own CPU time a busy loop took, now and then
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, case: Case, outcome: Outcome) -> None:
        """Take a case's outcome into the row."""
        wrong = [*outcome.misses, *(f"lost: {what}" for what in outcome.lost), *(f"twice: {w}" for w in outcome.unexcused)]
        with self._lock:
            self.cases += 1
            if wrong:
                self.failed[case.name] = wrong
            whole = self.total
            whole.tries += outcome.tries
            whole.allowed += outcome.allowed
            whole.seen += outcome.seen
            for name in ("lost", "unexcused", "restarts", "misses"):
                getattr(whole, name).extend(getattr(outcome, name))
            for name, values in outcome.figures.items():
                whole.measure(name, *values)
            for name, count in outcome.notes.items():
                whole.note(name, count)

    def skip(self, case: Case, why: str) -> None:
        """The machine cannot play it: said loudly, and no pass."""
        with self._lock:
            self.skipped[case.name] = why

    @property
    def slower(self) -> float:
        """How much slower than a free machine this one was."""
        return statistics.median(self.loops) if self.loops else 1.0

    def verdict(self) -> str:
        """``ok``, ``MISS``, ``SKIP``, or ``busy``: a time is above its limit on a machine that others use."""
        if self.failed:
            return "MISS"
        if self.over():
            return "busy" if self.slower > BUSY else "MISS"
        return "ok" if self.cases else "SKIP"

    def over(self) -> list[str]:
        """The figures above their limit."""
        found = []
        limits = {"restart": ("p99", RESTART), **self.fault.limits}
        for name, (how, most) in limits.items():
            values = self.total.restarts if name == "restart" else self.total.figures.get(name, [])
            if values and (worst := _worst(values, how)) > most:
                found.append(f"{name} {how} {worst:.2f} > {most:g}")
        return found

    def words(self) -> str:
        """The figures and counts of the last column."""
        measures = [
            f"{name} p99 {_worst(values, 'p99'):.2f}, max {max(values):.2f}" for name, values in self.total.figures.items()
        ]
        counts = [f"{name} {count}" for name, count in sorted(self.total.notes.items())]
        skipped = [f"SKIPPED {len(self.skipped)}: {'; '.join(sorted(set(self.skipped.values())))}"] if self.skipped else []
        late = [f"a sample: {self.cases} of {self.cases + self.late} cases"] if self.late else []
        busy = [f"machine {self.slower:.1f} x slower than free"] if self.slower > BUSY else []
        return "; ".join([*measures, *counts, *skipped, *late, *busy])

    def cells(self) -> list[str]:
        """The row as it is printed."""
        whole = self.total
        restart = f"{_worst(whole.restarts, 'p99'):.2f}" if whole.restarts else "-"
        duplicates = f"{whole.allowed}/{whole.seen}"
        return [
            str(self.fault.number), self.fault.title, str(whole.tries), str(len(whole.lost)), duplicates, restart,
            self.verdict(), self.words(),
        ]  # fmt: skip

    def replays(self) -> list[str]:
        """For each failed case what was wrong, and the command that plays it alone."""
        lines = []
        for name, wrong in self.failed.items():
            command = f"python -m tests.lab.faults {self.fault.number} --case {shlex.quote(name)} --seed {self.seed}"
            lines += [
                f"MISS {self.fault.number} {name}: {wrong[0]}",
                *(f"       {more}" for more in wrong[1:4]),
                f"  replay: {command}",
            ]
        return lines


def _worst(values: list[float], how: str) -> float:
    ordered = sorted(values)
    return ordered[-1] if how == "max" else ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
