"""All feeds failing at once is our own outage: a poll without an answer waits here until some server answers, or none does.

An answer of any server, even an error, shows that our network works: then those that got none are to blame themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.edge.http import host_of
from bot.model import FeedState
from bot.pipeline import Polled

# Feeds (and hosts, where not all feeds were asked) that must fail together: one or two dead sites are no outage.
LEAST = 3
# With no answer of any server for this long, three hosts that cannot be reached are enough.
SILENCE = timedelta(minutes=2)
# No answer, but too few failures to tell: after this long they count.
LONGEST = timedelta(hours=1)


@dataclass(slots=True)
class Suspicion:
    """The polls that got no answer since the last answer; filled by many threads.

    ``ours``: since when it is held for our own outage.
    """

    ours: datetime | None = None
    _pending: dict[str, tuple[FeedState, Polled]] = field(default_factory=dict)
    _since: datetime | None = None
    _answered: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __bool__(self) -> bool:
        return bool(self._pending)

    def answered(self, now: datetime) -> tuple[list[Polled], bool]:
        """A server answered: the failures that count now, and whether there was an outage that is over with this."""
        with self._lock:
            ended, self.ours = self.ours is not None, None
            self._answered = now
            return self._release(), ended

    def unanswered(self, before: FeedState, polled: Polled, now: datetime) -> bool:
        """A poll got no answer. True: it waits here; False: there is an outage, and nobody is to blame."""
        with self._lock:
            if self.ours is not None:
                return False
            self._pending[polled.feed] = (before, polled)
            self._since = self._since or now
            return True

    def judged(self, now: datetime, watched: int, *, final: bool) -> tuple[Sequence[FeedState], Sequence[Polled]]:
        """When nothing more is on its way: the feeds of an outage just recognised, and the failures that count.

        ``watched``: how many feeds there are. ``final``: nobody will ask more of them soon, so it is decided now.
        """
        with self._lock:
            if not self._pending or self._since is None:
                return (), ()
            if self._is_ours(now, watched):
                self.ours = self._since
                before = [state for state, _ in self._pending.values()]
                self._release()
                return before, ()
            if final or watched < LEAST or now - self._since > LONGEST:
                return (), self._release()
            return (), ()

    def _is_ours(self, now: datetime, watched: int) -> bool:
        if len(self._pending) < LEAST:
            return False
        if len(self._pending) >= watched:
            return True
        hosts = {host_of(state.adopted or state.url) for state, _ in self._pending.values()}
        return len(hosts) >= LEAST and (self._answered is None or now - self._answered > SILENCE)

    def _release(self) -> list[Polled]:
        released = [polled for _, polled in self._pending.values()]
        self._pending.clear()
        self._since = None
        return released
