"""Proof of completeness: two polls of a feed overlap when the second still lists something of the first.

Then nothing can have come and gone between them. Where they do not overlap, items may have: a gap.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.core.identify import Sighting
from bot.model import FeedState, Gap


def gap(before: FeedState, sightings: Sequence[Sighting], standing: Collection[int], now: datetime, *, whole: bool) -> Gap | None:
    """The gap before this document; None where it overlaps with what was seen, or where nothing can be said.

    ``sightings`` of the entries that were looked at, ``standing``: items found in it by their bytes. Nothing can be said of a
    first document, one that is cut off, one without entries, and one that follows a document without entries.
    """
    if before.first_polled is None or before.last_ok is None or not before.entries or not whole or standing:
        return None
    known = any(sighting.of is not None and sighting.kind in {"seen", "again"} for sighting in sightings)
    new = [sighting for sighting in sightings if sighting.kind == "new"]
    if known or not new:
        return None
    return Gap(feed=before.name, since=before.last_ok, until=now, entries=len(sightings))
