"""A few cases of each kind of the fault lab; ``python -m tests.lab.faults`` plays the rest and prints the figures."""

from __future__ import annotations

import pytest

from .faults import catalogue
from .faults.row import Outcome, Skip

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]

CASES = (
    (1, "migration 2 before its commit / webhook"),
    (1, "items before their commit / slack"),
    (1, "verdicts and alerts committed / discord"),
    (1, "sending committed / webhook"),
    (1, "accepted / slack"),
    (4, "65536 bytes free"),
    (6, "damage 3"),
    (12, "SIGTERM twice"),
)


@pytest.mark.parametrize(("number", "name"), CASES)
def test_the_bot_survives(number: int, name: str) -> None:
    fault = next(fault for fault in catalogue.FAULTS if fault.number == number)
    case = next(case for full in (False, True) for case in fault.cases(full, 1) if case.name == name)
    outcome = Outcome()
    try:
        case.play(outcome)
    except Skip as why:
        pytest.skip(str(why))
    assert outcome.tries
    assert (outcome.lost, outcome.unexcused, outcome.misses) == ([], [], [])
