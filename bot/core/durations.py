"""Durations as people write them: ``30s``, ``10m``, ``1h30m``, ``90d``, ``2y``.

One spelling for the configuration and for ``--since``.
"""

from __future__ import annotations

import re
from datetime import timedelta

# A year is 365 days: durations here say how long to keep or to wait, never a calendar date.
_UNITS = {"y": 365 * 86400, "w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_SPELLING = re.compile("".join(rf"(?:([0-9]{{1,9}}(?:\.[0-9]{{1,6}})?){unit} ?)?" for unit in _UNITS))
_LONGEST = timedelta(days=100 * 365)  # longer ones are slips of the keyboard, and a datetime cannot add them
_EXAMPLES = "30s, 10m, 2h, 1h30m, 90d or 2y"


def parse(text: str) -> timedelta:
    """The duration a text means: numbers with units, the largest first; ``0s`` is none at all.

    Raises ValueError with a message that says what to write instead.
    """
    found = _SPELLING.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"{_shown(text)} is no duration: {_hint(text.strip())}")
    seconds = sum(float(number) * size for number, size in zip(found.groups("0"), _UNITS.values(), strict=True))
    if seconds > _LONGEST.total_seconds():
        raise ValueError(f"{_shown(text)} is too long: write at most 100y")
    return timedelta(seconds=seconds)


def spell(duration: timedelta) -> str:
    """A duration (not negative) in the spelling that :func:`parse` reads, as short as it goes."""
    rest, parts = duration // timedelta(seconds=1), []
    for unit in "ydhm":
        whole, rest = divmod(rest, _UNITS[unit])
        parts.append(f"{whole}{unit}" if whole else "")
    fraction = f".{duration.microseconds:06}".rstrip("0").rstrip(".")
    seconds = f"{rest}{fraction}s" if rest or fraction else ""
    return "".join(parts) + seconds or "0s"


def _shown(text: str) -> str:
    return f'"{text}"' if len(text) <= 30 and text.isprintable() else "this"


def _hint(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,9}", text):
        return f'add a unit, as in "{text}m" (y, w, d, h, m, s)'
    if _SPELLING.fullmatch(text.lower()) and text:
        return f'units are small letters: "{text.lower()}"'
    return f"write {_EXAMPLES}"
