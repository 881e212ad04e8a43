"""Quiet hours and digests on the wall clocks of the world, on the nights of a time change too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import hours
from bot.model import Hours, Quiet

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(5))


def at(text: str) -> datetime:
    """A moment: UTC, or with an offset of its own."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def quiet(*texts: str, zone: str = "Europe/Berlin", digest: str | None = None) -> Hours:
    spans = tuple(map(hours.parse_quiet, texts))
    return Hours(zone=ZoneInfo(zone), quiet=spans, digest=None if digest is None else hours.parse_digest(digest))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("22:00-07:00", Quiet(start=1320, end=420)),
        ("9:30 - 12:00", Quiet(start=570, end=720)),
        ("18:00-24:00", Quiet(start=1080, end=1440)),
        ("sat-sun", Quiet(start=0, end=1440, days=frozenset({5, 6}))),
        ("sun", Quiet(start=0, end=1440, days=frozenset({6}))),
        ("22:00-07:00 Mon-Fri", Quiet(start=1320, end=420, days=WORKDAYS)),
        ("22:00-07:00 sat-mon", Quiet(start=1320, end=420, days=frozenset({5, 6, 0}))),
    ],
)
def test_quiet_hours_as_they_are_written(text: str, meant: Quiet) -> None:
    assert hours.parse_quiet(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "night",
        "22-7",
        "22:00",
        "25:00-07:00",
        "22:60-07:00",
        "22:00-07:00 weekdays",
        "mon-fri 22:00-07:00",
        "22:00-07:00 mon-",
        "22:00-07:00,12:00-13:00",
    ],
)
def test_what_are_no_quiet_hours_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        hours.parse_quiet(text)


@pytest.mark.parametrize(("text", "meant"), [("hourly", "hourly"), ("daily 08:00", 480), ("daily 7:05", 425), ("daily 24:00", 0)])
def test_digests_as_they_are_written(text: str, meant: object) -> None:
    assert hours.parse_digest(text) == meant


@pytest.mark.parametrize("text", ["", "daily", "8:00", "weekly", "daily 25:00", "daily 08:00 mon"])
def test_what_is_no_digest_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        hours.parse_digest(text)


@pytest.mark.parametrize(
    ("spans", "never"),
    [
        (["22:00-07:00"], False), (["00:00-24:00"], True), (["08:00-08:00"], True), (["mon-sun"], True), (["mon-sat", "00:00-23:59 sun"], False),
        (["06:00-18:00", "18:00-06:00"], True), (["22:00-07:00", "07:00-21:59"], False), (["sat-sun", "00:00-24:00 mon-fri"], True), ([], False),
    ],
)  # fmt: skip
def test_quiet_hours_that_leave_no_minute_open_are_known(spans: list[str], never: bool) -> None:
    assert hours.never_ends(tuple(map(hours.parse_quiet, spans))) is never


NIGHT, WEEKEND, LUNCH = quiet("22:00-07:00"), quiet("22:00-07:00 mon-fri", "sat-sun"), quiet("12:00-13:00", "22:00-07:00")
BRINK, GAP_START, GAP_ONLY = quiet("22:00-02:30"), quiet("02:30-07:00"), quiet("02:10-02:50")
DAYBREAK = quiet("22:00-05:00", "05:00-07:30")
CLOSED = {
    "before the night": (NIGHT, "2026-03-03T21:59:59+01:00", None),
    "from its first second": (NIGHT, "2026-03-03T22:00:00+01:00", "2026-03-04T07:00:00+01:00"),
    "past midnight": (NIGHT, "2026-03-04T03:00:00+01:00", "2026-03-04T07:00:00+01:00"),
    "to its last": (NIGHT, "2026-03-04T06:59:59.999+01:00", "2026-03-04T07:00:00+01:00"),
    "and no longer": (NIGHT, "2026-03-04T07:00:00+01:00", None),
    "in summer by summer time": (NIGHT, "2026-07-04T06:30:00+02:00", "2026-07-04T07:00:00+02:00"),
    "of several spans the one that holds": (LUNCH, "2026-03-04T12:30:00+01:00", "2026-03-04T13:00:00+01:00"),
    "spans without a pause are one": (DAYBREAK, "2026-03-04T01:00:00+01:00", "2026-03-04T07:30:00+01:00"),
    "Friday's night runs into the weekend, and Sunday ends at midnight": (WEEKEND, "2026-03-06T23:00:00+01:00", "2026-03-09T00:00:00+01:00"),
    "a span that starts on no Sunday": (WEEKEND, "2026-03-09T03:00:00+01:00", None),
    "the night that is an hour short (29 March)": (NIGHT, "2026-03-28T22:30:00+01:00", "2026-03-29T07:00:00+02:00"),
    "the night that is an hour long (25 October)": (NIGHT, "2026-10-24T22:30:00+02:00", "2026-10-25T07:00:00+01:00"),
    "an end that does not exist is the moment the clocks go forward": (BRINK, "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
    "then they are over": (BRINK, "2026-03-29T03:00:00+02:00", None),
    "a start that does not exist is that moment too": (GAP_START, "2026-03-29T03:00:00+02:00", "2026-03-29T07:00:00+02:00"),
    "but not before": (GAP_START, "2026-03-29T01:59:59+01:00", None),
    "a span that does not exist at all never comes": (GAP_ONLY, "2026-03-29T03:00:00+02:00", None),
    "an end that comes twice is the second": (BRINK, "2026-10-25T02:29:00+02:00", "2026-10-25T02:30:00+01:00"),
    "still quiet between the two": (BRINK, "2026-10-25T02:45:00+02:00", "2026-10-25T02:30:00+01:00"),
    "over after the second": (BRINK, "2026-10-25T02:30:00+01:00", None),
    "a start that comes twice is the first": (GAP_START, "2026-10-25T02:30:00+02:00", "2026-10-25T07:00:00+01:00"),
    "and stays quiet as the clocks go back": (GAP_START, "2026-10-25T02:10:00+01:00", "2026-10-25T07:00:00+01:00"),
    "half an hour's change, Lord Howe Island": (quiet("22:00-02:15", zone="Australia/Lord_Howe"), "2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00"),
    "a zone of quarters, Kathmandu": (quiet("22:00-07:00", zone="Asia/Kathmandu"), "2026-03-04T00:00:00", "2026-03-04T01:15:00"),
    "a day that did not exist, Samoa in 2011": (quiet("fri", zone="Pacific/Apia"), "2011-12-30T11:00:00", None),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOSED)
def test_quiet_hours_hold(case: str) -> None:
    when, now, until = CLOSED[case]
    assert hours.gate(when, at(now)).closed == (None if until is None else at(until))


OPENED = {
    "the morning after": (NIGHT, "2026-03-04T09:00:00+01:00", "2026-03-04T07:00:00+01:00"),
    "the day before, until tonight": (NIGHT, "2026-03-04T21:59:00+01:00", "2026-03-04T07:00:00+01:00"),
    "the latest of several": (LUNCH, "2026-03-04T15:00:00+01:00", "2026-03-04T13:00:00+01:00"),
    "as long ago as last week": (quiet("sun"), "2026-03-07T23:00:00+01:00", "2026-03-02T00:00:00+01:00"),
    "not while they hold": (NIGHT, "2026-03-04T23:00:00+01:00", None),
    "not where there are none": (quiet(), "2026-03-04T23:00:00+01:00", None),
}  # fmt: skip


@pytest.mark.parametrize("case", OPENED)
def test_when_quiet_hours_last_ended(case: str) -> None:
    when, now, opened = OPENED[case]
    assert hours.gate(when, at(now)).opened == (None if opened is None else at(opened))


DAILY, HOURLY = quiet(digest="daily 08:00"), quiet(digest="hourly")
GAP_DAILY = quiet(digest="daily 02:30")
SLOTS = {  # now, the last digest, the next
    "before today's": (DAILY, "2026-03-04T07:59:59+01:00", "2026-03-03T08:00:00+01:00", "2026-03-04T08:00:00+01:00"),
    "at its very moment": (DAILY, "2026-03-04T08:00:00+01:00", "2026-03-04T08:00:00+01:00", "2026-03-05T08:00:00+01:00"),
    "over the night that is an hour short": (DAILY, "2026-03-28T12:00:00+01:00", "2026-03-28T08:00:00+01:00", "2026-03-29T08:00:00+02:00"),
    "a time that does not exist comes as the clocks go forward": (GAP_DAILY, "2026-03-29T01:00:00+01:00", "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00"),
    "a time that comes twice counts once, at the first": (GAP_DAILY, "2026-10-25T02:45:00+02:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    "and not at the second": (GAP_DAILY, "2026-10-25T02:35:00+01:00", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    "every full hour": (HOURLY, "2026-03-04T12:34:56.789+01:00", "2026-03-04T12:00:00+01:00", "2026-03-04T13:00:00+01:00"),
    "at its very hour": (HOURLY, "2026-03-04T12:00:00+01:00", "2026-03-04T12:00:00+01:00", "2026-03-04T13:00:00+01:00"),
    "every real hour of the night that is an hour long": (HOURLY, "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"),
    "and of the one that is short": (HOURLY, "2026-03-29T01:30:00+01:00", "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
    "the full hour of the zone": (quiet(digest="hourly", zone="Asia/Kathmandu"), "2026-03-04T00:00:00", "2026-03-03T23:15:00", "2026-03-04T00:15:00"),
    "in the night the digest waits for its end": (quiet("22:00-07:00", digest="hourly"), "2026-03-04T21:30:00+01:00", "2026-03-04T21:00:00+01:00", "2026-03-05T07:00:00+01:00"),
}  # fmt: skip


@pytest.mark.parametrize("case", SLOTS)
def test_when_a_digest_comes(case: str) -> None:
    when, now, last, following = SLOTS[case]
    found = hours.gate(when, at(now))
    assert (found.slot, found.until) == (at(last), at(following))


@pytest.mark.parametrize(
    ("when", "now", "why"),
    [
        (NIGHT, "2026-03-04T03:00:00+01:00", "quiet hours until 07:00"),
        (WEEKEND, "2026-03-06T23:00:00+01:00", "quiet hours until Mon 00:00"),
        (DAILY, "2026-03-04T09:00:00+01:00", "digest at 08:00"),
        (quiet("22:00-07:00", digest="daily 06:00"), "2026-03-04T09:00:00+01:00", "digest at 07:00"),
        (NIGHT, "2026-03-04T12:00:00+01:00", ""),
        (hours.ALWAYS, "2026-03-04T12:00:00+01:00", ""),
    ],
)
def test_what_holds_is_said_on_the_channels_own_clock(when: Hours, now: str, why: str) -> None:
    assert hours.gate(when, at(now)).why == why


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia"]
)
# Seconds, from 2005 to 2035.
MOMENTS = st.integers(35 * 365 * 86400, 65 * 365 * 86400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(ZONES, st.integers(0, 1439), st.integers(1, 1440), st.sets(st.integers(0, 6), min_size=1), MOMENTS)
def test_quiet_hours_always_end_and_are_over_then(zone: str, start: int, end: int, days: set[int], now: datetime) -> None:
    when = Hours(zone=ZoneInfo(zone), quiet=(Quiet(start=start, end=end, days=frozenset(days)),))
    if hours.never_ends(when.quiet):
        return
    closed = hours.gate(when, now).closed
    if closed is not None:
        assert closed > now
        assert hours.gate(when, closed).closed is None
        assert hours.gate(when, closed).opened == closed


@given(ZONES, st.one_of(st.just("hourly"), st.integers(0, 1439)), MOMENTS)
def test_digests_follow_each_other_without_a_gap(zone: str, digest: int | str, now: datetime) -> None:
    when = Hours(zone=ZoneInfo(zone), digest=digest)
    found = hours.gate(when, now)
    assert found.slot is not None
    assert found.until is not None
    assert found.slot <= now < found.until
    longest = timedelta(hours=1) if digest == "hourly" else timedelta(hours=49)  # Samoa left a day out
    assert found.until - found.slot <= longest
    assert hours.gate(when, found.until).slot == found.until
