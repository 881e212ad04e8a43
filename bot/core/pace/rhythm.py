"""A feed's rhythm: how often it brings something new, and how fast its document turns over.

A *quiet* feed is asked less often: 24 times in the usual time between two of its items, so that an item is found after a 24th
of the time that it took to come. Silence counts as soon as it is longer than usual. A *busy* feed keeps its interval; only
when its document turns over so fast that items could come and go between two polls is it asked more often. Nothing is
learned before a day and two dozen answers: a test or an outage must not pass for a rhythm.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Feed, FeedState

LEAST_TIME, LEAST_ANSWERS = timedelta(days=1), 24
PARTS = 24
# Weight of the newest time between items: after ten items of another pace nine tenths of the old one are forgotten.
NEWEST = 0.2
# Polls in the time in which a document turns over: an item is listed in three of them, should one fail.
LOOKS = 4
FEW = 5  # new items below which their share of the document says nothing
RELAX = 1.5  # by which a turnover grows with every poll that shows a slower one


def wait(state: FeedState, feed: Feed, now: datetime) -> timedelta:
    """The interval, longer for a quiet feed, shorter for one whose document turns over within it."""
    if state.turnover is not None and (hurried := timedelta(seconds=state.turnover / LOOKS)) < feed.interval:
        return hurried
    usual = usual_gap(state, now)
    return feed.interval if usual is None else max(feed.interval, timedelta(seconds=usual / PARTS))


def usual_gap(state: FeedState, now: datetime) -> float | None:
    """Seconds from one new item to the next, or of the present silence where that is longer; None: not learned yet."""
    began = state.first_polled
    if began is None or now - began < LEAST_TIME or state.answers < LEAST_ANSWERS:
        return None
    return max(state.gap or 0.0, (now - (state.last_new or began)).total_seconds())


def after_document(state: FeedState, now: datetime, *, new: int, entries: int, since: datetime | None) -> FeedState:
    """What a document of ``entries`` items teaches, ``new`` of them listed since the poll at ``since`` (None: the first)."""
    if since is None:
        return replace(state, entries=entries)
    state = replace(state, entries=entries, turnover=_turnover(state, now - since, new, entries))
    if not new:
        return state
    sample = max(0.0, (now - (state.last_new or state.first_polled or since)).total_seconds()) / new
    gap = sample if state.gap is None else state.gap + NEWEST * (sample - state.gap)
    return replace(state, gap=gap, last_new=now, arrivals=state.arrivals + new)


def relaxed(turnover: float | None, interval: timedelta) -> float | None:
    """The turnover before a poll shows another one; None once it would not hurry anything."""
    if turnover is None or turnover * RELAX >= LOOKS * interval.total_seconds():
        return None
    return turnover * RELAX


def hurried(state: FeedState, elapsed: timedelta) -> FeedState:
    """After a gap: the document turns over within the time between the polls, however few items it has."""
    seconds = elapsed.total_seconds()
    return replace(state, turnover=seconds if state.turnover is None else min(seconds, state.turnover))


def _turnover(state: FeedState, elapsed: timedelta, new: int, entries: int) -> float | None:
    if new < FEW or entries < new:
        return state.turnover
    seen = elapsed.total_seconds() * entries / new
    return seen if state.turnover is None else min(seen, state.turnover)
