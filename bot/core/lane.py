"""What a channel's lane does next, a function of values: send, merge, wait, try again, give up."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.core import hours
from bot.core.counting import count
from bot.core.durations import spell
from bot.core.hours import ALWAYS
from bot.model import Budget, Channel, Gate, Hours, Queued

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

    The receiver's own ``Retry-After`` is obeyed to the second; zero (a date that has passed here, say) asks for
    nothing, or it would be asked each second for three days. Otherwise the Standard Webhooks schedule, with up to a
    tenth more. The end comes when both the hours and the tries of the schedule are used up: a receiver that asks for
    one second of patience ten times must not lose an alert, nor a clock that jumps ahead by days.
    """
    if now - since >= SPAN and tries > len(SCHEDULE):
        return None
    if retry_after:
        return later(now, retry_after)
    return now + SCHEDULE[min(tries, len(SCHEDULE)) - 1] * (1 + JITTER * chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a channel's lane does next. ``send`` one alert, ``merge`` several into a digest, or nothing until ``wait``."""

    send: int | None = None
    merge: tuple[int, ...] = ()
    wait: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why an alert waits, in words, and until when."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a lane goes by: its channel's budget and hours, and the stories that wait for no hour."""

    budget: Budget
    hours: Hours = ALWAYS
    urgent: frozenset[str] = frozenset()


def rules(channel: Channel, urgent: frozenset[str]) -> Rules:
    """What a channel's lane goes by."""
    return Rules(budget=channel.budget, hours=channel.hours, urgent=urgent)


Accepted: TypeAlias = Sequence[tuple[datetime, str]]


def next_step(queue: Sequence[Queued], sent: Accepted, rules: Rules, now: datetime) -> Step:
    """The lane's next step: in order among what may go now, and within the budget. Nothing is dropped.

    What was found in quiet hours, or since the last digest, is held until they end; then everything held of a story goes
    as one digest. ``budget.messages`` messages go out within ``budget.per``; then everything queued for a story goes into
    one digest of it, whose first message may go on top; then the lane waits for the window to move on.
    ``sent``: when the channel accepted messages within the window, and of what type of alert.
    """
    patience = [queued.due for queued in queue if queued.due is not None and queued.due > now]
    if patience:  # a receiver that asked for patience gets it from every alert
        return Step(wait=max(patience))
    sight = _look(queue, sent, rules, now)
    ends: list[datetime] = []
    for queued in queue:
        step = _step(queued, queue, sight)
        if step.wait is None:
            return step
        ends.append(step.wait)
    return Step(wait=min(ends, default=None))


def run_of(queue: Sequence[Queued], sent: Accepted, rules: Rules, now: datetime) -> int:
    """How many of the queue's first alerts :func:`next_step` sends one after another from now on, each accepted before the next
    is asked about, and at whatever later time; 0 where it has to be asked each time. It looks at the whole queue, this only
    once for all of them: emptying a queue took time that grew with the square of its length.
    """
    if (
        rules.hours.quiet
        or rules.hours.digest is not None
        or any(queued.due is not None and queued.due > now for queued in queue)
    ):
        return 0
    room = rules.budget.messages - len(_rationed(sent))
    for before, queued in enumerate(queue):
        if queued.type == "digest":  # it may take several messages
            return before
        if _is_rationed(queued.type):
            if room <= 0:
                return before
            room -= 1
    return len(queue)


def waits(queue: Sequence[Queued], sent: Accepted, rules: Rules, now: datetime) -> dict[int, Wait]:
    """Why each alert of the queue that may not go now waits, in the channel's own time."""
    sight = _look(queue, sent, rules, now)
    budget = f"budget of {count(rules.budget.messages, 'message')} in {spell(rules.budget.per)}"
    found: dict[int, Wait] = {}
    for queued in queue:
        until = _step(queued, queue, sight).wait
        if until is not None:
            why = sight.gate.why if _held(queued, sight) else f"{budget} until {until.astimezone(rules.hours.zone):%H:%M}"
            found[queued.seq] = Wait(until=until, why=why)
    return found


def may_go_on(sent: Accepted, budget: Budget) -> bool:
    """Whether one more message of a digest fits: within the budget, or as the one on top of it."""
    return len(_rationed(sent)) <= budget.messages


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What of the whole lane counts for each alert. ``room``, ``digest_room``: when a message of either kind fits; None: now.

    ``may_merge``: the window has no digest yet. ``together``: by story, what the channel's hours held until now.
    """

    gate: Gate
    room: datetime | None
    digest_room: datetime | None
    may_merge: bool
    urgent: frozenset[str]
    together: Mapping[str, Sequence[int]]


def _look(queue: Sequence[Queued], sent: Accepted, rules: Rules, now: datetime) -> _Sight:
    gate = hours.gate(rules.hours, now)
    messages, most = sorted(_rationed(sent)), rules.budget.messages

    def room(limit: int) -> datetime | None:
        return max(now, messages[len(messages) - limit][0] + rules.budget.per) if len(messages) >= limit else None

    together: dict[str, list[int]] = {}
    for queued in queue:
        if queued.story not in rules.urgent and _was_held(queued, gate):
            together.setdefault(queued.story, []).append(queued.seq)
    return _Sight(
        gate=gate, room=room(most), digest_room=room(most + 1), urgent=rules.urgent, together=together,
        may_merge=may_go_on(sent, rules.budget) and not any(kind == "digest" for _, kind in messages),
    )  # fmt: skip


def _step(queued: Queued, queue: Sequence[Queued], sight: _Sight) -> Step:
    """What becomes of one alert, as if it were the first."""
    if not _is_rationed(queued.type):
        return Step(send=queued.seq)
    if _held(queued, sight):
        return Step(wait=sight.gate.until)
    is_digest = queued.type == "digest"
    if queued.story not in sight.urgent and _was_held(queued, sight.gate):
        together = sight.together[queued.story]
        if len(together) > 1 or (sight.gate.slot is not None and not is_digest):
            return Step(merge=tuple(together))
    room = sight.digest_room if is_digest else sight.room
    if room is None:
        return Step(send=queued.seq)
    # What was tried before keeps its own id: its receiver may have it already.
    if is_digest or queued.tries or not sight.may_merge:
        return Step(wait=room)
    fresh = (each for each in queue if each.type == queued.type and each.story == queued.story and not each.tries)
    return Step(merge=tuple(each.seq for each in fresh if not _held(each, sight)))


def _is_rationed(kind: str) -> bool:
    """Notices about feeds and channels are few and wait for nothing: a bot that is broken at night is to be heard of."""
    return kind in {"development.new", "development.update", "digest"}


def _rationed(sent: Accepted) -> list[tuple[datetime, str]]:
    return [(moment, kind) for moment, kind in sent if _is_rationed(kind)]


def _held(queued: Queued, sight: _Sight) -> bool:
    """Whether the channel's hours hold an alert now."""
    if not _is_rationed(queued.type) or queued.story in sight.urgent:
        return False
    slot, until = sight.gate.slot, sight.gate.until
    # A digest, and what was tried before, had its hour already. What is dated behind the next one was found under a wrong clock.
    due_then = slot is not None and until is not None and slot <= queued.created < until
    for_digest = due_then and queued.type != "digest" and not queued.tries
    return sight.gate.closed is not None or for_digest


def _was_held(queued: Queued, gate: Gate) -> bool:
    """Whether the channel's hours held an alert until now: it goes with all others of its story."""
    if not _is_rationed(queued.type) or queued.tries or queued.baseline:
        return False
    through = gate.opened is not None and queued.created < gate.opened
    return through or (gate.slot is not None and queued.type != "digest" and queued.created < gate.slot)
