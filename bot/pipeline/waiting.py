"""A lane's queue while it is being emptied."""

from __future__ import annotations

import time
from collections import deque
from datetime import UTC, datetime

from bot.core import lane
from bot.edge.store import Store, window
from bot.model import Channel, Queued

# Seconds after which the queue is read again though not used up: what a person queued anew stands before its last then. Reading
# it for each alert made a thousand of them cost a thousand times a thousand rows; each second, a tenth of a delivery's CPU time
# where the receiver is slow and the queue long (of 500, profiled on a busy machine).
STALE = 5.0


class Waiting:
    """What a channel's lane holds, and what its channel accepted within the budget's window, as read a moment ago.

    What arrives meanwhile stands at the end; what a person took out is not sent, for taking it up finds it gone.
    """

    def __init__(self, store: Store, channel: Channel, rules: lane.Rules) -> None:
        self._store, self._channel, self._rules = store, channel, rules
        self._queue: deque[Queued] = deque()
        self._window: list[tuple[datetime, str]] = []
        self._run = 0  # so many of the queue's first go one after another: see lane.run_of
        self._looked, self._read_at = datetime.min.replace(tzinfo=UTC), 0.0

    def next_step(self, now: datetime) -> lane.Step:
        """What the lane does next, from what is known; looks again when that is old, or leads to anything but sending."""
        if (known := self.at_hand(now)) is not None:
            return lane.Step(send=known)
        with self._store.read() as connection:
            queue, self._window = window.look(connection, self._channel.name, self._channel.budget.per, now)
        self._queue = deque(queue)
        self._run = lane.run_of(queue, self._window, self._rules, now)
        self._looked, self._read_at = now, time.monotonic()
        return self._step(now)

    def at_hand(self, now: datetime) -> int | None:
        """The alert that is to be sent next, where that is known without looking again."""
        if not self._queue or time.monotonic() - self._read_at >= STALE:
            return None
        if self._run > 0 and now >= self._looked:
            return self._queue[0].seq
        return self._step(now).send

    def sent(self, seq: int, state: str, now: datetime) -> None:
        """The alert that was to be sent came to this. Only an accepted one of one message leaves everything else as it was."""
        if state != "delivered" or self._queue[0].seq != seq or self._queue[0].type == "digest":
            self.changed()
            return
        self._window.append((now, self._queue.popleft().type))
        self._run -= 1

    def changed(self) -> None:
        """The queue is another now."""
        self._queue.clear()

    def _step(self, now: datetime) -> lane.Step:
        return lane.next_step(self._queue, self._window, self._rules, now)
