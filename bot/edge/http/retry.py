"""``Retry-After``: how long a server asks to be left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0  # a mistyped date must not silence a feed for years

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by RFC 9110 section 10.2.3: whole seconds, or an HTTP date in any of its three forms.

    At most 24 h; 0 for a date that has passed; None for a missing or senseless value. A decimal
    fraction, which the RFC does not know, is understood too; of several headers the longest wish
    counts. ``headers`` by lower-case name.
    """
    value = headers.get("retry-after", "").strip()
    wishes = [wish.strip() for wish in value.split(",")]
    if all(map(_SECONDS.fullmatch, wishes)):
        return min(max(map(float, wishes)), LONGEST)
    if not 24 <= len(value) <= 40:  # the shortest of the three forms is asctime's, the longest RFC 850's on a Wednesday
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)  # asctime's form has no zone and means GMT (RFC 9110 section 5.6.7)
    return min(max(0.0, (date - now).total_seconds()), LONGEST)
