"""The faults, in the order of the table; numbers and criteria are those of D2 in reliability.md."""

from __future__ import annotations

from . import answers, calls, clocks, disk, limits, networks, points, random_kills, signals
from .row import Fault

STOP = {"SIGTERM to exit, s": ("p99", signals.STOP), "second SIGTERM to exit, s": ("max", 1.0)}

FAULTS = (
    Fault(number=1, title="kill -9 at a named point", cases=points.cases),
    Fault(number=2, title="kill -9 at random, and of the recovery", cases=random_kills.cases),
    Fault(number=3, title="the k-th SQLite call fails", cases=calls.cases),
    Fault(number=4, title="disk full", cases=disk.full_cases),
    Fault(
        number=5, title="disk failing, state locked or deleted", cases=disk.failing_cases,
        limits={"CPU share while locked": ("max", 0.5), "deleted file noticed, s": ("max", 5.0)},
    ),
    Fault(number=6, title="state damaged", cases=disk.corrupt_cases),
    Fault(number=7, title="clock jumps", cases=clocks.cases),
    Fault(number=8, title="network gone for 6 h", cases=networks.gone_cases),
    Fault(number=9, title="every answer of the error tables", cases=answers.cases),
    Fault(
        number=10, title="a receiver 30 s slow, alerts queued", cases=networks.slow_cases, alone=True,
        limits={"delay of the others, s": ("p99", 2.0), "stop meanwhile, s": ("max", 10.0)},
    ),
    Fault(number=11, title="feeds that misbehave", cases=networks.feed_cases),
    Fault(number=12, title="signals at bad moments", cases=signals.signal_cases, alone=True, limits=STOP),
    Fault(
        number=13, title="two instances", cases=signals.second_cases, alone=True, limits={**STOP, "turned away, s": ("max", 1.0)}
    ),
    Fault(
        number=14, title="configuration broken while running", cases=signals.config_cases,
        limits={**STOP, "repaired file taken up, s": ("max", 5.0)},
    ),
    Fault(number=17, title="children die or hang", cases=limits.child_cases, limits=STOP),
    Fault(number=18, title="limits of files and memory", cases=limits.limit_cases),
    Fault(number=20, title="retention under load", cases=limits.retention_cases, alone=True, limits={**STOP, "lock, s": ("p99", 0.1)}),
)  # fmt: skip
