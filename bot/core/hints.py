"""What a feed and its server say about how often to ask, and what its own rhythm says.

Sources: RSS 2.0 (ttl in minutes, skipHours 0-23 GMT, skipDays), the syndication module of RSS 1.0 (sy:updatePeriod,
sy:updateFrequency), RFC 9111 sections 5.2.2.1 and 5.3 (max-age, Expires).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from bot.core import cut

_MOST_BYTES = 200_000  # of a channel's own elements: those of real feeds end within 10 KB
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1), "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}  # fmt: skip
_LONGEST = timedelta(days=366)  # what is longer is a slip, and timedelta itself ends somewhere

# Intervals that people write. Half the usual gap between two items finds each of them within half a gap of its time.
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the document says: ``ttl`` and ``period`` between two changes; hours and days (0: Monday) of silence, in GMT."""

    ttl: timedelta | None = None
    period: timedelta | None = None
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How the dated items of one document lie in time: ``gap`` is the median between two, ``span`` from the first to the last."""

    gap: timedelta
    span: timedelta


def of_document(body: bytes) -> Hints:
    """The hints of an XML feed; none of any other document."""
    pieces = cut.split(body)
    text = (pieces.head + pieces.tail if pieces else body)[:_MOST_BYTES].decode("utf-8", "replace")
    frequency = _number(_first(text, r"(?:\w+:)?updateFrequency")) or 1
    period = _PERIODS.get(_first(text, r"(?:\w+:)?updatePeriod").lower())
    ttl = _number(_first(text, "ttl"))
    hours = {int(hour) % 24 for hour in _all(text, "skipHours", "hour") if hour.isdecimal() and int(hour) <= 24}
    days = {_DAYS.index(day.lower()) for day in _all(text, "skipDays", "day") if day.lower() in _DAYS}
    return Hints(
        ttl=min(timedelta(minutes=ttl), _LONGEST) if ttl else None,
        period=period / frequency if period else None,
        skip_hours=tuple(sorted(hours)),
        skip_days=tuple(sorted(days)),
    )


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server says an answer stays fresh: ``max-age``, else ``Expires``; None where it says nothing sensible.

    ``headers`` by lower-case names.
    """
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:store|cache)\b", control):
        return timedelta(0)
    if age := re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,9})", control):
        return min(timedelta(seconds=int(age[1])), _LONGEST)
    try:
        expires = parsedate_to_datetime(headers.get("expires", ""))
        served = parsedate_to_datetime(headers["date"]) if "date" in headers else now
        return min(max(_aware(expires) - _aware(served), timedelta(0)), _LONGEST)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def rhythm(moments: Iterable[datetime | None]) -> Rhythm | None:
    """The rhythm of these moments of publication; None of fewer than three, of which nothing can be said."""
    dated = sorted(moment for moment in moments if moment is not None)
    if len(dated) < 3:
        return None
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dated)]
    return Rhythm(gap=timedelta(seconds=round(median(gaps))), span=dated[-1] - dated[0])


def interval(found: Rhythm | None, wishes: Sequence[timedelta | None], usual: timedelta) -> timedelta:
    """An interval that fits: half the usual gap, no shorter than the feed and its server wish, from 5 min to 1 h.

    It stays below half the document's span, too, lest items come and go unseen. ``usual``: where nothing is known.
    """
    wished = max((wish for wish in wishes if wish), default=timedelta(0))
    if found is None:
        return max(usual, min(wished, _STEPS[-1]))
    wanted = max(found.gap / 2, wished)
    if found.span:
        wanted = min(wanted, found.span / 2)
    return max((step for step in _STEPS if step <= wanted), default=_STEPS[0])


def _first(text: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^<>]{{0,200}})?>([^<>]{{1,200}})</", text, re.IGNORECASE)
    return found[1].strip() if found else ""


def _all(text: str, outer: str, inner: str) -> list[str]:
    _, _, after = text.lower().partition(f"<{outer.lower()}>")
    within, closed, _ = after.partition(f"</{outer.lower()}>")
    found = re.findall(rf"<{inner}>([^<>]{{1,200}})</{inner}>", within) if closed else []
    return [each.strip() for each in found]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < 1_000_000 else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
