"""What a feed's document asks of those who poll it: RSS 2.0 ttl, skipHours and skipDays, and sy:update* (RSS 1.0 syndication).

Found in the bytes before the first item and behind the last: a poll that finds nothing unseen never parses its document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.model import FeedState

HEAD = 65_536  # bytes on each side that are looked through; honest heads have some hundreds
LONGEST = 7 * 86_400  # seconds: what asks for more is a slip, and is clamped to the interval's stretch anyway

_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*([0-9]{1,9})\s*</ttl>", re.IGNORECASE)
_HOUR = re.compile(rb"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{3})[a-z]*\s*</day>", re.IGNORECASE)
# White space is bounded and stripped afterwards: beside a lazy group, two open-ended runs of it are searched in every division.
_UPDATE = re.compile(rb"<(?:[\w.-]+:)?update(Period|Frequency|Base)>([^<]{1,200})</", re.IGNORECASE)
_WEEK = (b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun")
_PERIODS = {b"hourly": 3_600, b"daily": 86_400, b"weekly": 7 * 86_400, b"monthly": 30 * 86_400, b"yearly": 365 * 86_400}
_ALL_HOURS, _ALL_DAYS = (1 << 24) - 1, (1 << 7) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a document asks. ``ttl`` and ``period`` (sy:update*) in seconds, as it spells them, 0 where it does not.

    ``hours`` and ``days`` to skip as bits (GMT, Monday first).
    """

    ttl: int = 0
    period: int = 0
    updates: datetime | None = None  # from when on periods are counted (sy:updateBase)
    hours: int = 0
    days: int = 0

    @property
    def every(self) -> int | None:
        """The seconds that are heeded: the longer of the two."""
        return min(max(self.ttl, self.period), LONGEST) or None

    @property
    def base(self) -> datetime | None:
        """From when on they are counted, if they are."""
        return self.updates if self.period > self.ttl else None


def of_document(body: bytes) -> Wishes:
    """What the document asks; what it spells wrongly it does not ask. Who skips every hour or every day asks for nothing."""
    text = _outside_items(body)
    ttl = _TTL.search(text)
    period, updates = _period(text)
    minutes = int(ttl[1]) * 60 if ttl else 0
    return Wishes(ttl=minutes, period=period, updates=updates, hours=_hours(text), days=_days(text))


def remembered(state: FeedState, wishes: Wishes) -> FeedState:
    """The state of a feed whose document asks for that."""
    return replace(state, asks_every=wishes.every, asks_base=wishes.base, skip_hours=wishes.hours, skip_days=wishes.days)


def skipped(moment: datetime, hours: int, days: int) -> bool:
    """Whether a time falls into the hours or on the days to skip, which are GMT (RSS 2.0)."""
    utc = moment.astimezone(UTC)
    return bool(hours >> utc.hour & 1 or days >> utc.weekday() & 1)


def _outside_items(body: bytes) -> bytes:
    first = _ITEM.search(body)
    head = body[: min(first.start() if first else len(body), HEAD)]
    last = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    tail = body[last : last + HEAD] if first is not None and last > first.start() else b""
    said, *commented = (head + tail).split(b"<!--")
    return b"".join((said, *(comment.partition(b"-->")[2] for comment in commented)))


def _hours(text: bytes) -> int:
    """RSS 2.0 counts 0 to 23; older documents count to 24, which is midnight too."""
    bits = 0
    for hour in _HOUR.findall(_block(text, b"skiphours")):
        if int(hour) <= 24:
            bits |= 1 << int(hour) % 24
    return 0 if bits == _ALL_HOURS else bits


def _days(text: bytes) -> int:
    bits = 0
    for day in _DAY.findall(_block(text, b"skipdays")):
        if day.lower() in _WEEK:
            bits |= 1 << _WEEK.index(day.lower())
    return 0 if bits == _ALL_DAYS else bits


def _block(text: bytes, name: bytes) -> bytes:
    """What the first element of that name (lower-case) holds; nothing where it is not closed."""
    lower = text.lower()
    _, opening, after = lower.partition(b"<" + name + b">")
    within, closing, _ = after.partition(b"</" + name + b">")
    return within if opening and closing else b""


def _period(text: bytes) -> tuple[int, datetime | None]:
    """Seconds between updates, and from when on they are counted. The frequency is a whole number from 1 (default 1)."""
    said = {name.lower(): value.strip() for name, value in _UPDATE.findall(text)}
    if b"period" not in said and b"frequency" not in said:
        return 0, None
    frequency = said.get(b"frequency", b"1")
    period = _PERIODS.get(said.get(b"period", b"daily").lower(), 0)
    if not re.fullmatch(rb"[0-9]{1,6}", frequency) or int(frequency) < 1 or not period:
        return 0, None
    every = period // int(frequency)
    return every, _moment(said.get(b"base", b"")) if every else None


def _moment(text: bytes) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.decode("ascii"))
    except (UnicodeDecodeError, ValueError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC) if moment.year > 1970 else None
