"""What the units of work come to, for who counts and reports them. Apart from the units: these import half the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model import Alert, FeedState, Gap, Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll came to. Where it is not ``kept``, ``state`` waits for the next group commit.

    ``unanswered``: nobody said anything; if that goes for all feeds, the fault is ours.
    """

    feed: str
    state: FeedState
    kept: bool = False
    new: int = 0
    note: str = ""
    gap: Gap | None = None
    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an item came to. Where it is not ``kept``, the judgement waits for the next group commit: nothing hangs on it."""

    judgement: Judgement
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one alert in its lane. ``due``: when it is tried again."""

    alert: Alert
    state: str
    why: str
    due: datetime | None
