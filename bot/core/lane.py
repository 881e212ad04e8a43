"""What a channel's lane does next, a function of values: send, merge, wait, try again, give up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import Budget, Queued

# The schedule of Standard Webhooks 1.0.0: 75 hours in all.
SCHEDULE = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
SPAN = timedelta(hours=75)
# Receivers that come back are not to be met by all alerts at once: up to a tenth more.
JITTER = 0.1


def later(now: datetime, seconds: float) -> datetime:
    """So many seconds from now, never a moment less: the state keeps whole milliseconds, and ``now`` was cut to them."""
    return now + timedelta(milliseconds=math.ceil(seconds * 1000) + 1)


def again(tries: int, since: datetime, retry_after: float | None, now: datetime, chance: float) -> datetime | None:
    """When an alert that was not accepted is tried again; None: it is parked.

    The receiver's own ``Retry-After`` is obeyed to the second. Otherwise the Standard Webhooks schedule, with up to a
    tenth more. The end comes when both the hours and the tries of the schedule are used up: a receiver that asks for
    one second of patience ten times must not lose an alert, nor a clock that jumps ahead by days.
    """
    if now - since >= SPAN and tries > len(SCHEDULE):
        return None
    if retry_after is not None:
        return later(now, retry_after)
    return now + SCHEDULE[min(tries, len(SCHEDULE)) - 1] * (1 + JITTER * chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a channel's lane does next. ``send`` one alert, ``merge`` several into a digest, or nothing until ``wait``."""

    send: int | None = None
    merge: tuple[int, ...] = ()
    wait: datetime | None = None


def next_step(queue: Sequence[Queued], sent: Sequence[tuple[datetime, str]], budget: Budget, now: datetime) -> Step:
    """The lane's next step: strictly in order, and within the budget.

    Up to ``budget.messages`` single messages go out within ``budget.per``; then everything queued for a
    story goes into one digest of it; then the lane waits for the window to move on. Nothing is dropped.
    ``sent``: when the channel accepted messages within the window, and their types.
    """
    if not queue:
        return Step()
    head = queue[0]
    if head.due is not None and head.due > now:
        return Step(wait=head.due)
    # What was tried before keeps its own id: its receiver may have it already.
    rationed = head.type == "development.new" and not head.tries
    if not rationed or not _spent(sent, budget, "development.new"):
        return Step(send=head.seq)
    if any(kind == "digest" for _, kind in sent):
        return Step(wait=min(moment for moment, _ in sent) + budget.per)
    fresh = (queued for queued in queue if queued.type == head.type and queued.story == head.story and not queued.tries)
    return Step(merge=tuple(queued.seq for queued in fresh))


def _spent(sent: Sequence[tuple[datetime, str]], budget: Budget, kind: str) -> bool:
    return len(sent) >= budget.messages and sum(1 for _, sent_kind in sent if sent_kind == kind) >= budget.messages
