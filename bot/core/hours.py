"""Quiet hours and digests: when a channel may be told, as a function of its hours and of the moment.

Quiet hours end when the wall clock no longer shows them. On the night of a time change that means: an hour that does not
exist counts as its first moment that does (22:00-02:30 ends at 03:00 when the clocks go from 02:00 to 03:00), and of an
hour that comes twice, quiet hours start with the first and end with the second. A daily digest comes once, at the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from bot.model import Gate, Hours, Quiet

ALWAYS = Hours()
DAY = 24 * 60  # minutes
_WEEK = 7 * DAY
_LOOK = timedelta(days=8)  # every span comes once a week
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<start>\d{1,2}:\d\d) ?- ?(?P<end>\d{1,2}:\d\d)")
_DAY_SPAN = re.compile(rf"(?P<first>{'|'.join(_DAYS)})(?:-(?P<last>{'|'.join(_DAYS)}))?")


def parse_quiet(text: str) -> Quiet:
    """``22:00-07:00``, ``sat-sun``, ``22:00-07:00 mon-fri``: of the days named, those on which the span starts.

    Raises ValueError with a message that says what to write instead.
    """
    wrong = ValueError(f'"{text[:40]}" are no quiet hours: write "22:00-07:00", "sat-sun" or "22:00-07:00 mon-fri"')
    span, days = _SPAN.match(text.strip()), _DAY_SPAN.search(text.strip().lower())
    parts = [found[0] for found in (span, days) if found]
    if not parts or "".join(parts).replace(" ", "").lower() != text.replace(" ", "").lower():
        raise wrong
    on = _days(days["first"], days["last"] or days["first"]) if days else frozenset(range(7))
    if span is None:
        return Quiet(start=0, end=DAY, days=on)
    return Quiet(start=minute(span["start"]) % DAY, end=minute(span["end"]), days=on)


def parse_digest(text: str) -> int | str:
    """``hourly``, or ``daily 08:00`` as the minute of the day. Raises ValueError with what to write instead."""
    if text.strip() == "hourly":
        return "hourly"
    found = re.fullmatch(r"daily (\d{1,2}:\d\d)", text.strip())
    if found is None:
        raise ValueError(f'"{text[:40]}" is no digest: write "hourly" or "daily 08:00"')
    return minute(found[1]) % DAY


def minute(text: str) -> int:
    """``07:30`` in minutes from midnight; ``24:00`` is the day's end. Raises ValueError."""
    hour, _, minutes = text.partition(":")
    found = int(hour) * 60 + int(minutes)
    if found > DAY or int(minutes) > 59:
        raise ValueError(f'"{text}" is no time of day: write 00:00 to 24:00')
    return found


def never_ends(quiet: tuple[Quiet, ...]) -> bool:
    """Whether there is no minute of the week in which a channel with such quiet hours may be told."""
    spans = [(day * DAY + each.start, day * DAY + each.start + _length(each)) for each in quiet for day in each.days]
    reached = 0
    for start, end in sorted([*spans, *((start - _WEEK, end - _WEEK) for start, end in spans)]):
        if start > reached:
            return False
        reached = max(reached, end)
    return reached >= _WEEK


def gate(hours: Hours, now: datetime) -> Gate:
    """What the hours come to at this moment."""
    closed = _quiet_until(hours, now)
    opened = None if closed else max((end for _, end in _spans(hours, now, _LOOK.days) if end <= now), default=None)
    slot = _last_slot(hours, now)
    if closed:
        return Gate(closed=closed, slot=slot, until=closed, why=f"quiet hours until {_clock(hours, closed, now)}")
    if slot is None:
        return Gate(opened=opened)
    until = _next_slot(hours, now)
    until = _quiet_until(hours, until) or until
    return Gate(opened=opened, slot=slot, until=until, why=f"digest at {_clock(hours, until, now)}")


def _quiet_until(hours: Hours, now: datetime) -> datetime | None:
    """When the quiet hours that hold now end, those that follow without a pause included."""
    until = now
    while until - now < _LOOK and (ends := [end for start, end in _spans(hours, until, 2) if start <= until < end]):
        until = max(ends)
    return until if until > now else None


def _spans(hours: Hours, now: datetime, back: int) -> Iterator[tuple[datetime, datetime]]:
    """The spans of quiet that start today or on one of so many days before."""
    if not hours.quiet:
        return
    today = now.astimezone(hours.zone).date()
    for day in (today - timedelta(days=n) for n in range(back + 1)):
        for quiet in hours.quiet:
            if day.weekday() in quiet.days:
                start, end = _instant(hours, day, quiet.start), _instant(hours, day, quiet.start + _length(quiet), last=True)
                if start < end:  # all of it fell into an hour that does not exist
                    yield start, end


def _length(quiet: Quiet) -> int:
    """Minutes on the wall clock."""
    return (quiet.end - quiet.start) % DAY or DAY


def _last_slot(hours: Hours, now: datetime) -> datetime | None:
    if hours.digest is None:
        return None
    if isinstance(hours.digest, str):
        return _next_slot(hours, now - timedelta(hours=1))
    today = now.astimezone(hours.zone).date()
    slots = (_instant(hours, today - timedelta(days=n), hours.digest) for n in range(3))
    return next(slot for slot in slots if slot <= now)


def _next_slot(hours: Hours, now: datetime) -> datetime:
    """The first moment of the digest after now."""
    if isinstance(hours.digest, int):
        today = now.astimezone(hours.zone).date()
        slots = (_instant(hours, today + timedelta(days=n), hours.digest) for n in range(-1, 3))
        return next(slot for slot in slots if slot > now)
    here = now.astimezone(hours.zone)
    return now + timedelta(hours=1) - timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)


def _instant(hours: Hours, day: date, minutes: int, *, last: bool = False) -> datetime:
    """When the clocks of the zone show so many minutes after that day's midnight; see above for hours that do not come once."""
    whole, rest = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60))
    first, second = (wall.replace(tzinfo=hours.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first > second:  # PEP 495: a time that does not exist, read with the offset before the change and with the one after
        return _change(hours, second, first)
    return second if last else first


def _change(hours: Hours, before: datetime, after: datetime) -> datetime:
    """The moment between the two at which the zone's offset changes, to the second."""
    old = before.astimezone(hours.zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(hours.zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def _clock(hours: Hours, moment: datetime, now: datetime) -> str:
    """The time on the channel's wall clock; with the weekday where that is not soon."""
    there = moment.astimezone(hours.zone)
    return there.strftime("%H:%M" if moment - now < timedelta(days=1) else "%a %H:%M")


def _days(first: str, last: str) -> frozenset[int]:
    start, end = _DAYS.index(first), _DAYS.index(last)
    return frozenset((start + n) % 7 for n in range((end - start) % 7 + 1))
