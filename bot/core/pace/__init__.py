"""When a feed is asked next: max-and-clamp, as Miniflux does it (reliability.md, section B).

::

    what the server hints at (fresh, wishes)  -.
    what the feed publishes (rhythm)           |-> the longest, between 30 s and 4 x interval -> outside its skipped hours
    the configured interval                   -'

Hints (max-age, Expires, ttl, sy:update*) are made for caches and by default settings, so they stretch an interval up to four
times. What a server asks outright is obeyed in full, up to a day: Retry-After (``decide.after_failure``), skipHours, skipDays.
What interval to configure is told by ``fitting``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.pace import rhythm
from bot.core.pace.wishes import skipped
from bot.model import Feed, FeedState

SHORTEST = timedelta(seconds=30)
STRETCH = 4
# Polls of one interval spread over a tenth of it, so that feeds added together do not stay together.
# Only upward: a poll before the time's end would break the promise made to the server.
JITTER = 0.1
LONGEST_REST = timedelta(days=1)  # skipDays of a whole week, or a mistyped one, must not silence a feed


def wait(state: FeedState, feed: Feed, now: datetime, fresh: float | None = None) -> timedelta:
    """How long to leave a feed alone after an answer that was fine. ``fresh``: the seconds its headers hint at."""
    if feed.rhythm == "fixed":
        return feed.interval
    hinted = max(fresh or 0.0, _asked(state, now))
    wanted = max(rhythm.wait(state, feed, now), timedelta(seconds=min(hinted, LONGEST_REST.total_seconds())))
    return max(SHORTEST, min(wanted, feed.interval * STRETCH))


def due(state: FeedState, feed: Feed, now: datetime, chance: float, fresh: float | None = None) -> datetime:
    """When to ask a feed again. ``chance`` in [0, 1) spreads feeds of one interval over a tenth of it."""
    then = now + wait(state, feed, now, fresh) * (1 + JITTER * chance)
    return _outside_rest(state, then, now + LONGEST_REST, feed.interval * JITTER * chance)


def _asked(state: FeedState, now: datetime) -> float:
    """Seconds that the document asks for: its ttl or period; with a base, the time to its next update."""
    if not state.asks_every:
        return 0.0
    if state.asks_base is None:
        return float(state.asks_every)
    return state.asks_every - (now - state.asks_base).total_seconds() % state.asks_every


def _outside_rest(state: FeedState, then: datetime, latest: datetime, spread: timedelta) -> datetime:
    """``then``, or the first hour after it that is not skipped; at most ``latest``, but never before ``then``."""
    moved = then
    while moved < latest and skipped(moved, state.skip_hours, state.skip_days):
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return then if moved == then else max(then, min(moved + spread, latest))
