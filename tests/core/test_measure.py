"""Precision, recall and F1 on marked items, and their intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.measure import Measure, measure, share

# Newcombe, 1998, Stat. Med. 17:857-872, table I: the score method without continuity correction.
PUBLISHED = {
    (81, 263): (0.2553, 0.3662),
    (15, 148): (0.0624, 0.1605),
    (0, 20): (0.0, 0.1611),
    (1, 29): (0.0061, 0.1718),
}


@pytest.mark.parametrize("counts", PUBLISHED, ids=str)
def test_the_interval_is_the_published_one(counts: tuple[int, int]) -> None:
    found = share(*counts)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == PUBLISHED[counts]


def test_of_nothing_there_is_no_share() -> None:
    assert share(0, 0) is None
    assert Measure(rejected=5).precision is None
    assert Measure(rejected=5).recall is None
    assert Measure(rejected=5).f1 is None
    assert Measure(rejected=5, misses=1).f1 is not None


def test_verdicts_are_counted_by_what_was_flagged_and_what_is_relevant() -> None:
    counted = measure([(True, True)] * 6 + [(True, False)] * 2 + [(False, True)] * 3 + [(False, False)] * 4)
    assert counted == Measure(hits=6, false_alarms=2, misses=3, rejected=4)
    assert (counted.marked, counted.relevant) == (15, 9)
    precision, recall, f1 = counted.precision, counted.recall, counted.f1
    assert precision is not None
    assert recall is not None
    assert f1 is not None
    assert (precision.value, recall.value) == (6 / 8, 6 / 9)
    assert math.isclose(f1.value, 2 * precision.value * recall.value / (precision.value + recall.value))


counts = st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).map(lambda pair: (min(pair), max(pair)))


@given(counts)
def test_an_interval_holds_its_share_and_stays_within_zero_and_one(pair: tuple[int, int]) -> None:
    found = share(*pair)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high, "no sample is ever proof"


@given(counts, st.integers(2, 50))
def test_more_of_the_same_narrows_the_interval(pair: tuple[int, int], times: int) -> None:
    few, many = share(*pair), share(pair[0] * times, pair[1] * times)
    assert few is not None
    assert many is not None
    assert many.high - many.low < few.high - few.low


@given(counts)
def test_the_interval_of_the_rest_is_the_mirror_image(pair: tuple[int, int]) -> None:
    part, rest = share(*pair), share(pair[1] - pair[0], pair[1])
    assert part is not None
    assert rest is not None
    assert math.isclose(part.low, 1 - rest.high, abs_tol=1e-12)
    assert math.isclose(part.high, 1 - rest.low, abs_tol=1e-12)


@given(counts)
def test_both_bounds_solve_wilsons_equation(pair: tuple[int, int]) -> None:
    """The bounds are the true shares of which the observed one is just 1.96 standard deviations away."""
    part, whole = pair
    found = share(part, whole)
    assert found is not None
    for bound in (found.low, found.high):
        if 0 < bound < 1:
            away = abs(part / whole - bound) / math.sqrt(bound * (1 - bound) / whole)
            assert math.isclose(away, 1.959964, rel_tol=1e-6)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_f1_lies_in_its_interval_and_between_precision_and_recall(hits: int, false_alarms: int, misses: int) -> None:
    counted = Measure(hits=hits, false_alarms=false_alarms, misses=misses)
    precision, recall, f1 = counted.precision, counted.recall, counted.f1
    if precision is None or recall is None or f1 is None:
        return
    assert 0 <= f1.low <= f1.value <= f1.high <= 1
    assert min(precision.value, recall.value) - 1e-12 <= f1.value <= max(precision.value, recall.value) + 1e-12
