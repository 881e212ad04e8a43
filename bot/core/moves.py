"""Answers that are believed only when they are given again and again: moved for good (301, 308), and gone (410).

Servers misfire: a maintenance page answers 410 for an hour, a captive portal 301 to itself. So three like answers over at least
a day (reliability.md, section B); an address is adopted only where a feed was read through it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Feed, FeedState

TIMES, OVER = 3, timedelta(days=1)
# A feed that said 410 is asked twice more: that makes three over a day.
GONE_WAIT = OVER / (TIMES - 1)
LONGEST = 2_048  # characters of an address that is adopted; Media Cloud's bound
GONE = "gone"


def after_answer(state: FeedState, feed: Feed, moved: str | None, now: datetime, *, inside: bool) -> FeedState:
    """The state after an answer that was a feed. ``moved``: where permanent redirects led to; ``inside``: into network.allow.

    Where a veiled feed moved to may hold its secret, so that is never kept.
    """
    asked = state.adopted or feed.url
    if moved is None or moved == asked or feed.veiled or not _fit(asked, moved):
        return _forgotten(state)
    state = _again(state, moved, now)
    if not _believed(state, now):
        return state
    adopted = None if moved == feed.url else moved
    return replace(_forgotten(state), adopted=adopted, adopted_inside=inside and adopted is not None)


def after_gone(state: FeedState, now: datetime) -> FeedState:
    """The state after a 410, beyond what every failure changes: after three over a day the feed is stopped."""
    state = _again(state, GONE, now)
    if _believed(state, now):
        return replace(state, stopped=True, lasting=True, next_due=None)
    return replace(state, next_due=max(state.next_due or now, now + GONE_WAIT))


def without_adopted(state: FeedState) -> FeedState:
    """Back to the configured address: the adopted one gives nothing any more. Validators belonged to that one."""
    return replace(_forgotten(state), adopted=None, adopted_inside=False, etag=None, modified=None)


def _fit(asked: str, moved: str) -> bool:
    """Not from https to http, whatever a server says."""
    return len(moved) <= LONGEST and not (asked.startswith("https:") and not moved.startswith("https:"))


def _again(state: FeedState, said: str, now: datetime) -> FeedState:
    if state.streak != said or state.streak_since is None:
        return replace(state, streak=said, streak_since=now, streak_count=1)
    return replace(state, streak_count=state.streak_count + 1)


def _believed(state: FeedState, now: datetime) -> bool:
    return state.streak_since is not None and state.streak_count >= TIMES and now - state.streak_since >= OVER


def _forgotten(state: FeedState) -> FeedState:
    return replace(state, streak=None, streak_since=None, streak_count=0) if state.streak is not None else state
