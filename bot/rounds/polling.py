"""The loop that polls feeds. Polls that found nothing new are committed in groups."""

from __future__ import annotations

import logging
import threading
import time
from functools import partial

from bot import report
from bot.core import decide
from bot.edge.http import Paced, host_of
from bot.edge.store import Store, feeds
from bot.errors import StateError, Stopping
from bot.model import FeedState
from bot.pipeline import Pipeline
from bot.rounds.crew import LEASE, Crew

log = logging.getLogger("storywatch")

# Rows only, no bodies: enough that a slow host's queue leaves other hosts' feeds in sight.
AT_ONCE = 1000
# Two tiny transactions for each unchanged feed would cost more than its poll; losing a group only polls again.
GROUP_SIZE, GROUP_SECONDS = 50, 1.0


class Polling:
    """Feeds being polled, and the outcomes that wait for their group's commit."""

    def __init__(self, workers: Paced, crew: Crew) -> None:
        self._workers, self._crew = workers, crew
        self._lock = threading.Lock()
        self._in_hand: set[str] = set()
        self._unsaved: list[FeedState] = []
        self._given_back: list[str] = []
        self._since = 0.0

    def busy(self) -> bool:
        """Whether feeds are being polled."""
        return bool(self._in_hand)

    def start_due(self, pipeline: Pipeline) -> int:
        """Start polling the feeds that are due; returns how many."""
        room = AT_ONCE - len(self._in_hand)
        if room <= 0 or self._crew.stopping():
            return 0
        store, now = pipeline.edges.store, self._crew.clock()
        with store.read() as connection:
            if not feeds.any_due(connection, now):
                return 0
        with store.write() as tx:
            claimed = feeds.claim(tx, now, lease=LEASE, limit=room)
        due = [state for state in claimed if state.name not in self._in_hand]
        self._in_hand.update(state.name for state in due)
        for state in due:
            self._workers.submit(host_of(state.url), partial(self._poll, pipeline, state))
        return len(due)

    def _poll(self, pipeline: Pipeline, state: FeedState) -> None:
        try:
            polled = pipeline.poll(state, self._crew.clock())
            report.polled(log, state, polled)
            if not polled.kept:
                self._save_later(pipeline.edges.store, polled.state)
            self._crew.heard(polled)
        except Stopping:
            self._give_back(state.name)
        except StateError as error:
            report.said(log, logging.ERROR, "state", str(error))
            self._give_back(state.name)
        except Exception:
            log.exception("polling feed %s failed unexpectedly: please report this", report.safe(state.name))
            after = decide.after_bug(state, self._crew.clock())
            self._save_later(pipeline.edges.store, after)
        finally:
            self._in_hand.discard(state.name)
            self._crew.changed.set()

    def _save_later(self, store: Store, state: FeedState) -> None:
        with self._lock:
            if not self._unsaved:
                self._since = time.monotonic()
            self._unsaved.append(state)
            full = len(self._unsaved) >= GROUP_SIZE
        if full:
            self.flush(store)

    def _give_back(self, name: str) -> None:
        with self._lock:
            self._given_back.append(name)

    def flush(self, store: Store, *, every: float = 0.0) -> None:
        """Commit the group; with ``every``, only once its oldest waited that many seconds. Kept when that fails."""
        with self._lock:
            if time.monotonic() - self._since < every and not self._given_back:
                return
            states, self._unsaved = self._unsaved, []
            names, self._given_back = self._given_back, []
        if not states and not names:
            return
        try:
            with store.write() as tx:
                feeds.save_polled(tx, states)
                feeds.release(tx, names)
        except StateError:
            with self._lock:
                self._unsaved[:0], self._given_back[:0] = states, names
            raise
