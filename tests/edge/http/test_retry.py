"""Retry-After in all its spellings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.edge.http import retry_after

NOW = datetime(1994, 11, 6, 8, 48, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("999999", 86_400.0),
        ("999999999999999999999999", 86_400.0),
        ("9" * 10_000, 86_400.0),
        ("120, 7200", 7200.0),
        ("120,", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 60.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 60.0),
        ("Sun Nov  6 08:49:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Sun, 06 Nov 2094 08:49:37 GMT", 86_400.0),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("12e3", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("1_000", None),
        ("x" * 10_000, None),
    ],
)
def test_a_wish_is_read(value, seconds):
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_no_wish_is_none():
    assert retry_after({}, NOW) is None


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text())
def test_any_text_is_a_wish_of_at_most_a_day_or_none(value):
    seconds = retry_after({"retry-after": value}, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


@settings(max_examples=50, derandomize=True, deadline=None)
@given(st.integers(min_value=0, max_value=86_400))
def test_a_date_and_its_seconds_say_the_same(seconds):
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": date}, NOW) == retry_after({"retry-after": str(seconds)}, NOW) == seconds
