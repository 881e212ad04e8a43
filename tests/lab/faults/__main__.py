"""The fault lab's command.

    python -m tests.lab.faults                     a short set of every fault, under four minutes
    python -m tests.lab.faults --full              the whole set
    python -m tests.lab.faults 1 2 --full          two rows of it
    python -m tests.lab.faults 2 --case 'seed 17'  one case, as the table's replay line says it

Numbers are those of the table of faults (D2 of reliability.md). Prints the figures; exit 1 if anything is missed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from ..robot import PROJECT
from . import catalogue
from .row import Case, Fault, Outcome, Row, Skip

HEADS = ["#", "fault", "tries", "lost", "dup allowed/seen", "restart p99 s", "verdict", "figures"]


def play(case: Case, row: Row) -> None:
    """One case; whatever goes wrong in it is a miss of it."""
    outcome = Outcome()
    try:
        case.play(outcome)
    except Skip as why:
        row.skip(case, str(why))
        return
    except Exception as error:
        outcome.misses.append(f"{type(error).__name__}: {str(error)[:600]}")
    row.add(case, outcome)


class Bar:
    """A line on stderr that says how far a fault is; silent where stderr is no terminal, but for one line a fault."""

    def __init__(self, fault: Fault, total: int) -> None:
        self._title, self._total, self._done = f"{fault.number:>2} {fault.title}", total, 0
        self._live = sys.stderr.isatty()
        self._clear = "\r\x1b[K" if self._live else ""

    def step(self, row: Row, case: Case) -> None:
        """One more case is done; what it missed is said at once."""
        self._done += 1
        if case.name in row.failed:
            sys.stderr.write(f"{self._clear}{row.fault.number:>2} MISS {case.name}: {row.failed[case.name][0][:300]}\n")
        width = 24 * self._done // max(1, self._total)
        if self._live:
            sys.stderr.write(f"\r\x1b[K{self._title[:44]:44} [{'#' * width:24}] {self._done}/{self._total}")
            sys.stderr.flush()

    def end(self, row: Row) -> None:
        """The fault's last word."""
        sys.stderr.write(f"{self._clear}{self._title[:44]:44} {row.verdict():4} {row.cases} cases in {row.seconds:.0f} s\n")
        sys.stderr.flush()


def run(row: Row, chosen: argparse.Namespace, *, until: float) -> None:
    """All cases of a fault; none is begun after ``until``. Then they come in an order that the seed gives: a fair sample."""
    fault, only = row.fault, chosen.case
    cases = [case for case in fault.cases(chosen.full, chosen.seed) if only in {None, case.name}]
    if only is not None and not cases:  # a case of the whole set
        cases = [case for case in fault.cases(True, chosen.seed) if case.name == only]
        if not cases:
            raise SystemExit(f"fault {fault.number} has no case {only!r}")
    bar, began = Bar(fault, len(cases)), time.monotonic()
    if until < math.inf:
        random.Random(chosen.seed).shuffle(cases)

    def one(case: Case) -> None:
        if time.monotonic() < until:
            row.loops.append(slower())
            play(case, row)
        else:
            row.late += 1
        bar.step(row, case)

    with ThreadPoolExecutor(1 if fault.alone else chosen.jobs) as threads:
        list(threads.map(one, cases))
    row.seconds = time.monotonic() - began
    bar.end(row)


def table(rows: Sequence[Row]) -> str:
    """Markdown, one fault a line."""
    lines = [HEADS, ["---"] * len(HEADS), *(row.cells() for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _version() -> str:
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def slower() -> float:
    """How busy others keep the machine, 1 or less where it is free: times mean little above that.

    The larger of how many times its own CPU time a loop takes now, and of the last minute's load over twice the cores: the
    lab's own two cases at a time make a load of two to four on two cores.
    """
    began, cpu = time.perf_counter(), time.process_time()
    while time.process_time() - cpu < 0.1:
        pass
    return max((time.perf_counter() - began) / 0.1, os.getloadavg()[0] / (2 * (os.cpu_count() or 1)))


def as_json(rows: Sequence[Row], options: argparse.Namespace) -> str:
    """The same for machines."""
    found = [
        {
            "fault": row.fault.number, "title": row.fault.title, "verdict": row.verdict(), "tries": row.total.tries,
            "lost": row.total.lost, "duplicates": {"allowed": row.total.allowed, "seen": row.total.seen},
            "restarts": row.total.restarts, "figures": row.total.figures, "notes": row.total.notes, "failed": row.failed,
            "over": row.over(), "skipped": row.skipped, "seconds": round(row.seconds, 1),
        }
        for row in rows
    ]  # fmt: skip
    return json.dumps({"seed": options.seed, "full": options.full, "commit": _version(), "rows": found}, indent=1)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("faults", nargs="*", type=int, metavar="FAULT", help="numbers of faults; all without one")
    options.add_argument("--full", action="store_true", help="the whole set, not the short one")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--case", help="only this case")
    options.add_argument("--jobs", type=int, default=2, help="cases at a time, where no time is measured")
    options.add_argument(
        "--minutes", type=float, default=math.inf, help="a sample that takes about so long, every fault its share"
    )
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    known = {fault.number: fault for fault in catalogue.FAULTS}
    if unknown := [number for number in chosen.faults if number not in known]:
        options.error(f"no such fault: {unknown}; there are {sorted(known)}")
    faults = [known[number] for number in chosen.faults or known]
    return 1 if any(row.verdict() == "MISS" for row in _run_all(faults, chosen)) else 0


def _run_all(faults: Sequence[Fault], chosen: argparse.Namespace) -> Sequence[Row]:
    """Fault by fault; a SIGTERM (``timeout``) prints the table of what was played until then."""
    rows = [Row(fault=fault, seed=chosen.seed) for fault in faults]

    def cut_short(number: int, frame: FrameType | None) -> None:
        show(rows, chosen)
        sys.stdout.flush()
        os._exit(1)  # the cases under way have threads that wait for their bots

    signal.signal(signal.SIGTERM, cut_short)
    end = time.monotonic() + 60 * chosen.minutes
    for number, row in enumerate(rows):
        share = (end - time.monotonic()) / (len(rows) - number)
        run(row, chosen, until=time.monotonic() + share)
    show(rows, chosen)
    return rows


def show(rows: Sequence[Row], chosen: argparse.Namespace) -> None:
    """Print the figures, and what was missed."""
    if chosen.json:
        print(as_json(rows, chosen))
        return
    how = "whole set" if chosen.full else "short set"
    print(
        f"fault lab, {how}, seed {chosen.seed}, commit {_version()}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    print(f"\n{table(rows)}\n")
    for row in rows:
        for line in (*row.replays(), *(f"{row.verdict()} {row.fault.number}: {figure}" for figure in row.over())):
            print(line)


if __name__ == "__main__":
    raise SystemExit(main())
