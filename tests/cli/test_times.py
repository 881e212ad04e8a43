"""Times and durations as options, and as people read them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.times import Since, Time, iso, local, near

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SPELLINGS = {
    "with Z": ("2026-03-04T12:00:00Z", NOON),
    "with an offset": ("2026-03-04T13:00:00+01:00", NOON),
    "without a zone: UTC": ("2026-03-04T12:00:00", NOON),
    "without seconds": ("2026-03-04T12:00", NOON),
    "with a blank": ("2026-03-04 12:00", NOON),
    "with a fraction": ("2026-03-04T12:00:00.25Z", NOON + timedelta(milliseconds=250)),
    "a day": ("2026-03-04", NOON.replace(hour=0)),
    "the basic form": ("20260304T120000Z", NOON),
}
NONSENSE = [
    "",
    "soon",
    "2026",
    "2026-02-30",
    "2026-03-04T25:00",
    "0001-01-01",
    "9999-12-31T23:59:59-12:00",
    "1969-12-31",
    "9999-01-01",
]


@pytest.mark.parametrize("kind", [Time, Since])
@pytest.mark.parametrize("case", SPELLINGS)
def test_a_time_may_be_written(kind: type[Time | Since], case: str) -> None:
    text, moment = SPELLINGS[case]
    read = kind()(text)
    assert read == moment
    assert read.tzinfo == UTC
    assert kind()(read) == moment, "click converts defaults a second time"


@pytest.mark.parametrize("kind", [Time, Since])
@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_time_is_refused_with_an_example(kind: type[Time | Since], text: str) -> None:
    with pytest.raises(click.BadParameter) as refused:
        kind()(text)
    assert "2026-03-04T12:00:00Z" in refused.value.message


@pytest.mark.parametrize(
    ("text", "ago"),
    [("2d", timedelta(days=2)), ("90m", timedelta(minutes=90)), ("1h30m", timedelta(minutes=90)), ("0s", timedelta())],
)
def test_since_takes_how_long_ago(text: str, ago: timedelta) -> None:
    assert abs(datetime.now(UTC) - ago - Since()(text)) < timedelta(seconds=5)


def test_a_time_of_the_clock_is_no_duration() -> None:
    with pytest.raises(click.BadParameter):
        Time()("2d")


@settings(derandomize=True, deadline=None, max_examples=50)
@given(st.text(max_size=30))
def test_no_text_makes_an_option_fail_in_another_way(text: str) -> None:
    for kind in (Time, Since):
        try:
            assert kind()(text).tzinfo == UTC
        except click.BadParameter:
            continue


# ---------------------------------------------------------------- for people


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "XYZ-05:30")  # POSIX: five and a half hours east
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_zone")
def test_people_read_their_own_time() -> None:
    assert local(NOON) == "2026-03-04 17:30"
    assert local(NOON, zone=True) == "2026-03-04 17:30 XYZ"
    assert (local(None), local(None, zone=True), near(None, NOON)) == ("", "", "")


@pytest.mark.usefixtures("in_zone")
@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOON, "17:30"),
        (NOON - timedelta(hours=17, minutes=30), "00:00"),
        (NOON - timedelta(hours=17, minutes=31), "2026-03-03 23:59"),
        (NOON + timedelta(hours=6, minutes=29), "23:59"),
        (NOON + timedelta(hours=6, minutes=30), "2026-03-05 00:00"),
    ],
)
def test_of_today_the_hour_is_enough(moment: datetime, shown: str) -> None:
    assert near(moment, NOON) == shown


def test_machines_read_utc() -> None:
    assert iso(NOON) == "2026-03-04T12:00:00Z"
    assert iso(None) is None
