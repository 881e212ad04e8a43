"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import durations

RIGHT = {
    "0s": timedelta(0),
    "30s": timedelta(seconds=30),
    "0.5s": timedelta(milliseconds=500),
    "10m": timedelta(minutes=10),
    "2h": timedelta(hours=2),
    "1h30m": timedelta(hours=1, minutes=30),
    "1h 30m": timedelta(hours=1, minutes=30),
    "90d": timedelta(days=90),
    "2w": timedelta(days=14),
    "2y": timedelta(days=730),
    " 5m ": timedelta(minutes=5),
}
WRONG = {
    "": "write 30s, 10m",
    "10": 'add a unit, as in "10m"',
    "10M": 'small letters: "10m"',
    "5 minutes": "write 30s, 10m",
    "-5m": "write",
    "1m1h": "write",  # the largest unit first
    "1h1h": "write",
    "m": "write",
    "٣m": "write",  # digits of another script
    "101y": "too long",
    "999999999y": "too long",
    "9" * 5000 + "s": "write",
    "10m\x1b[2J": "this is no duration",  # never echoed to the terminal
}


@pytest.mark.parametrize("text", RIGHT)
def test_what_people_write_means_what_they_mean(text: str) -> None:
    assert durations.parse(text) == RIGHT[text]


@pytest.mark.parametrize("text", WRONG, ids=lambda text: repr(text[:12]))
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|too long") as refused:
        durations.parse(text)
    assert WRONG[text] in str(refused.value)
    assert str(refused.value).isprintable()


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36_000)))
def test_what_is_spelled_reads_back_the_same(duration: timedelta) -> None:
    assert durations.parse(durations.spell(duration)) == duration


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(alphabet="0123456789.ydhwms \n٣", max_size=30))
def test_any_text_is_a_duration_or_a_refusal(text: str) -> None:
    try:
        found = durations.parse(text)
    except ValueError as error:
        found = timedelta(0)
        assert_one_line(str(error))
    assert found >= timedelta(0)


def assert_one_line(text: str) -> None:
    assert text.isprintable()
