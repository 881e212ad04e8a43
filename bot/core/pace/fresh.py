"""How long an answer stays fresh by its headers (RFC 9111, section 4.2): a hint at when asking again makes sense."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]{1,12})\"?\s*(?:,|$)", re.IGNORECASE)
_AGE = re.compile(r"[0-9]{1,12}")


def seconds(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds of freshness left: ``max-age`` less ``Age``, else ``Expires`` less ``Date``; None without a hint.

    ``headers`` by lower-case name. ``no-store`` and ``no-cache`` do not matter: they say what may be kept and served, and we keep
    nothing. A value that is none (``Expires: 0``, a date that passed) is no hint. ``now``, in real time, stands in for
    a missing ``Date``. The caller caps what is huge.
    """
    found = _MAX_AGE.search(headers.get("cache-control", ""))
    if found is not None:
        age = headers.get("age", "").strip()
        left = float(found[1]) - (float(age) if _AGE.fullmatch(age) else 0.0)
        return left if left > 0 else None
    expires = _date(headers.get("expires", ""))
    if expires is None:
        return None
    left = (expires - (_date(headers.get("date", "")) or now)).total_seconds()
    return left if left > 0 else None


def _date(text: str) -> datetime | None:
    """An HTTP date in any of its three forms (RFC 9110, section 5.6.7)."""
    if not 24 <= len(text.strip()) <= 40:
        return None
    try:
        date = parsedate_to_datetime(text.strip())
    except (ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
