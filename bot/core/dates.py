"""When a feed says that something was published: believed only within reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import struct_time

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web: year 0, 1601, 1970 and the like are defaults of broken software
_AHEAD = timedelta(hours=24)  # clocks run ahead and zones get lost; more is an embargo or nonsense


def believable(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of ``moments`` from 1990 to 24 hours after ``now``, in UTC; None when there is none.

    A wrong date is worth less than none: what is new is decided by when an item was first seen.
    """
    for moment in moments:
        if moment is not None and _EARLIEST <= moment <= now + _AHEAD:
            return moment.astimezone(UTC)
    return None


def from_parts(parts: object) -> datetime | None:
    """A UTC ``struct_time`` as feedparser makes it; None for what is no date (year 0, 31 February) or no time at all.

    A feed's own element ``<published_parsed>`` makes feedparser give its text in place of the time.
    """
    if not isinstance(parts, struct_time):
        return None
    year, month, day, hour, minute, second = parts[:6]
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # 60 is a leap second
    except (ValueError, OverflowError):
        return None


def from_iso(text: object) -> datetime | None:
    """An RFC 3339 time; without a zone it is taken for UTC. None for anything else."""
    try:
        moment = datetime.fromisoformat(str(text).strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
