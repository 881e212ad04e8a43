"""A lane's queue while it is being emptied."""

from __future__ import annotations

import time
from collections import deque
from datetime import datetime

from bot.core import lane
from bot.edge.store import Store, window
from bot.model import Channel, Queued

# Seconds after which the queue is read again though not used up. Reading the whole queue for each of its alerts made a
# thousand alerts cost a thousand times a thousand rows; once a second it is 0.3 % of the time (3 ms for 1,000 alerts).
STALE = 1.0


class Waiting:
    """What a channel's lane holds, and what its channel accepted within the budget's window, as read a moment ago.

    What arrives meanwhile stands at the end; what a person took out is not sent, for taking it up finds it gone.
    """

    def __init__(self, store: Store, channel: Channel, rules: lane.Rules) -> None:
        self._store, self._channel, self._rules = store, channel, rules
        self._queue: deque[Queued] = deque()
        self._window: list[tuple[datetime, str]] = []
        self._read_at = 0.0

    def next_step(self, now: datetime) -> lane.Step:
        """What the lane does next, from what is known; looks again when that is old, or leads to anything but sending."""
        if self._queue and time.monotonic() - self._read_at < STALE:
            step = self._step(now)
            if step.send is not None:
                return step
        with self._store.read() as connection:
            queue, self._window = window.look(connection, self._channel.name, self._channel.budget.per, now)
        self._queue = deque(queue)
        self._read_at = time.monotonic()
        return self._step(now)

    def sent(self, seq: int, state: str, now: datetime) -> None:
        """The alert that was to be sent came to this. Only an accepted one of one message leaves everything else as it was."""
        if state != "delivered" or self._queue[0].seq != seq or self._queue[0].type == "digest":
            self.changed()
            return
        self._window.append((now, self._queue.popleft().type))

    def changed(self) -> None:
        """The queue is another now."""
        self._queue.clear()

    def _step(self, now: datetime) -> lane.Step:
        return lane.next_step(self._queue, self._window, self._rules, now)
