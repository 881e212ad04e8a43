"""What the hours of a channel must look like: its time zone, its quiet hours, its digest."""

from __future__ import annotations

import re
from datetime import UTC, time, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import PydanticCustomError

from bot.core import hours
from bot.model import Quiet


def timezone(text: str) -> tzinfo:
    """A time zone by its IANA name."""
    if text == "UTC":
        return UTC
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # OSError: "Europe", a folder of the database
        names = {name.casefold(): name for name in available_timezones()}
        found = get_close_matches(text.casefold(), names, n=1)
        advice = f'did you mean "{names[found[0]]}"?' if found else 'write one like "Europe/Berlin" or "UTC"'
        raise ValueError(f'"{text[:40]}" is no time zone: {advice}') from None


def clock(text: str) -> time:
    """A time of the day, ``09:00``."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f'"{text[:20]}" is no time of the day: write hours and minutes, as in "09:00"')
    return time.fromisoformat(text)


def quiet(value: object) -> tuple[Quiet, ...]:
    """Quiet hours: one text, or a list of them."""
    texts = value if isinstance(value, list) else [value]
    found = []
    for text in texts:
        if not isinstance(text, str):
            raise PydanticCustomError("quiet_type", "text or a list of texts expected")
        found.append(hours.parse_quiet(text))
    if hours.never_ends(tuple(found)):
        raise ValueError("leaves no hour of the week in which an alert may go: leave an hour open")
    return tuple(found)


def digest(text: str) -> int | str:
    """When a channel's digest goes out."""
    return hours.parse_digest(text)
