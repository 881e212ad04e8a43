"""The interval to write down for a feed, by one look at it. What a feed that is polled teaches goes by ``rhythm``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

# Intervals that people write. Half the usual gap between two items finds each of them within half a gap of its time.
_STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How the dated items of one document lie in time: ``gap`` is the median between two, ``span`` from the first to the last."""

    gap: timedelta
    span: timedelta


def spread(moments: Iterable[datetime | None]) -> Spread | None:
    """The spread of these moments of publication; None of fewer than three, of which nothing can be said."""
    dated = sorted(moment for moment in moments if moment is not None)
    if len(dated) < 3:
        return None
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dated)]
    return Spread(gap=timedelta(seconds=round(median(gaps))), span=dated[-1] - dated[0])


def interval(found: Spread | None, hinted: float, usual: timedelta) -> timedelta:
    """An interval that fits: half the usual gap, no shorter than the ``hinted`` seconds, from 5 min to 1 h.

    It stays below half the document's span, too, lest items come and go unseen. ``usual``: where nothing is known.
    """
    wished = timedelta(seconds=min(hinted, _STEPS[-1].total_seconds()))
    if found is None:
        return max(usual, wished)
    wanted = max(found.gap / 2, wished)
    if found.span:
        wanted = min(wanted, found.span / 2)
    return max((step for step in _STEPS if step <= wanted), default=_STEPS[0])
