"""Fault 3: the k-th call of SQLite fails, for every k until a pass has none left to fail."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

from .row import Case, Outcome
from .trial import Trial, inside, trial

ERRORS = ("disk I/O error", "database or disk is full", "database is locked")
CODES = {0, 1, 75}


def play(number: int, error: str, onwards: bool, outcome: Outcome) -> None:
    """A piece of news in a pass whose k-th call fails; then a pass without failures."""
    with trial(outcome) as on:
        on.baseline()
        on.news()
        done = on.life(through=inside({"call": number, "error": error, "onwards": onwards}))
        outcome.must(done.code in CODES, f"exit {done.code}: {done.lines[-1:]}")
        outcome.must(
            "Traceback" not in done.err, f"a traceback: {[line for line in done.err.splitlines() if 'rror' in line][-2:]}"
        )
        outcome.must(done.lines, "it failed without a word")
        outcome.note("failed with a clear line", int(done.code != 0))
        _recover(on)


def _recover(on: Trial) -> None:
    on.settle(passes=4)
    on.judge()


@cache
def calls() -> int:
    """How many calls such a pass makes: one that nothing fails in, counted."""
    with trial(Outcome()) as on, tempfile.TemporaryDirectory(prefix="lab-") as folder:
        on.baseline()
        on.news()
        counts = Path(folder) / "counts"
        done = on.life(through=inside({"counts": str(counts)}))
        if done.code:
            raise AssertionError(f"the counted pass failed: {done.lines[-2:]}")
        return int(json.loads(counts.read_text())["calls"])


def cases(full: bool, seed: int) -> Iterable[Case]:
    """Every k for an I/O error, every third for the others; in short ten of them."""
    last = calls() + 3  # threads do not always take the same number: the last ones must find nothing to fail
    if not full:
        chosen = [(1 + (seed + last * part // 10) % last, ERRORS[part % 3], False) for part in range(10)]
    else:
        chosen = [(k, ERRORS[0], False) for k in range(1, last + 1)]
        chosen += [(k, error, False) for error in ERRORS[1:] for k in range(1 + seed % 3, last + 1, 3)]
        chosen += [(k, ERRORS[0], True) for k in range(1 + seed % 5, last + 1, 5)]
    for number, error, onwards in dict.fromkeys(chosen):
        name = f"call {number}{' and all after it' if onwards else ''}: {error}"
        yield Case(name=name, play=partial(play, number, error, onwards))
