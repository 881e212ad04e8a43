"""Times as machines read them: one spelling for the log, the webhook and every ``--json``."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond where there is a fraction: ``2026-03-04T12:00:00Z``."""
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
