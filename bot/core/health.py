"""When the operators hear of a feed: once when it breaks, once when it works again, once when it falls silent.

Decided by what the state remembers, not by single polls: a feed that fails every other poll has been told of, and stays so until
it was well for several polls in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.counting import count
from bot.core.decide import SETTLED
from bot.core.moves import GONE
from bot.core.pace.rhythm import usual_gap
from bot.model import FeedState

BROKEN, QUIET = "broken", "quiet"
# A silence is told of when it is this many times the usual time between items, and longer than a long weekend.
SILENCE_TIMES, SILENCE_LEAST = 12, timedelta(days=4)
LEAST_ARRIVALS = 10  # items from which what is usual can be told
# Messages about feeds within a time; what is more becomes one that lists them, or waits.
MESSAGES, PER = 3, timedelta(minutes=10)
LISTED = 20  # feeds of one message that are named with their problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be told of a feed, and what is then known to have been told (None: all is well)."""

    feed: str
    told: str | None
    said: str


def change(state: FeedState, now: datetime) -> Change | None:
    """What there is to tell of a feed; None for nothing new."""
    if state.lasting and state.told != BROKEN:
        return Change(feed=state.name, told=BROKEN, said=_broken(state))
    if state.problem is not None or state.stopped:
        return None
    if state.told == BROKEN:
        return Change(feed=state.name, told=None, said="works again") if state.good >= SETTLED else None
    silence = now - (state.last_new or now)
    if state.told == QUIET:
        return Change(feed=state.name, told=None, said="lists new items again") if silence < SILENCE_LEAST else None
    if _silent(state, now, silence):
        return Change(feed=state.name, told=QUIET, said=_silence(silence, state.gap or 0.0))
    return None


def messages(changes: Sequence[Change], recent: int) -> list[tuple[str, str]]:
    """What to say of the changes, as pairs of a feed's name and words. ``recent``: messages sent within the last ``PER``.

    Few changes get a message each, many share one. Empty: too many were sent, so they wait.
    """
    room = MESSAGES - recent
    if not changes or room <= 0:
        return []
    if len(changes) <= room:
        return [(each.feed, each.said) for each in changes]
    named = "; ".join(f"{each.feed}: {each.said}" for each in changes[:LISTED])
    more = f"; and {len(changes) - LISTED} more, see: storywatch status" if len(changes) > LISTED else ""
    return [(f"{changes[0].feed} and {count(len(changes) - 1, 'other feed')}", f"{named}{more}")]


def _broken(state: FeedState) -> str:
    problem = state.problem or "fails"
    if state.stopped:
        return f"{problem}, time and again: it is not asked any more"
    if state.streak == GONE:
        return f"{problem}; it is asked twice more within a day, and then no more"
    return problem


def _silent(state: FeedState, now: datetime, silence: timedelta) -> bool:
    if state.gap is None or state.arrivals < LEAST_ARRIVALS or usual_gap(state, now) is None:
        return False
    return silence > max(SILENCE_LEAST, timedelta(seconds=state.gap) * SILENCE_TIMES)


def _silence(silence: timedelta, usual: float) -> str:
    hours = max(1, round(usual / 3600))
    often = count(hours, "hour") if hours < 48 else count(round(hours / 24), "day")
    return f"answers, but lists nothing new for {count(silence.days, 'day')}; usually something comes within {often}"
