"""Days in seconds: the demo's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.demo.clock import LONGEST, Clock

START, END = datetime(2026, 2, 27, 6, tzinfo=UTC), datetime(2026, 3, 4, 6, tzinfo=UTC)


class Real:
    """The time outside the play."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def played(*, each: float, real: Real, every: float = 0.1) -> list[datetime]:
    """The times of a whole play in ten seconds, whose steps come ``each`` seconds apart."""
    clock = Clock(START, END, seconds=10, every=every, real=real)
    times = [clock.now()]
    while not clock.over():
        times.append(clock.step())
        assert clock.now() == times[-1]
        real.now += each
    return times


@pytest.mark.parametrize("each", [0.1, 0.15, 0.05])
def test_the_days_end_when_they_were_asked_to_whatever_a_step_takes(each: float) -> None:
    real = Real()
    times = played(each=each, real=real)
    assert times[0] == START
    assert times[-1] == END
    assert times == sorted(set(times)), "it never stands still at a step, and never goes back"
    assert 9.9 <= real.now - 1000 <= 11.2


def test_a_play_that_is_late_catches_up_in_steps_and_not_in_a_leap() -> None:
    real = Real()
    times = played(each=3.0, real=real)
    steps = [after - before for before, after in pairwise(times)]
    assert max(steps) == LONGEST
    assert times[-1] == END


def test_the_time_before_the_first_step_does_not_count() -> None:
    real = Real()
    clock = Clock(START, END, seconds=10, every=0.1, real=real)
    real.now += 500
    assert clock.now() == START
    assert clock.step() - START == pytest.approx((END - START) / 100, abs=timedelta(seconds=1))
