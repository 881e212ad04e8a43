"""The order of a document's entries: which are the newest, and which enters the log first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Entry


def newest(entries: Sequence[Entry], count: int) -> set[int]:
    """Positions of a document's ``count`` newest entries."""
    return set(newest_first(entries)[:count])


def newest_first(entries: Sequence[Entry]) -> list[int]:
    """Positions of a document's entries by date, and by place where dates are missing or equal."""
    return sorted(range(len(entries)), key=lambda n: (entries[n].published is None, -_seconds(entries[n].published), n))


def oldest_first(entries: Sequence[Entry]) -> list[int]:
    """Positions of a document's entries in the order they are to be logged: oldest first.

    By date where all have one; else from the end, for feeds list the newest first.
    """
    backwards = range(len(entries) - 1, -1, -1)
    if all(entry.published is not None for entry in entries):
        return sorted(backwards, key=lambda n: _seconds(entries[n].published))
    return list(backwards)


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment is not None else 0.0
