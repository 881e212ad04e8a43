"""The loop that polls feeds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import report
from bot.core import decide
from bot.edge.http import Paced, host_of
from bot.edge.store import Store, feeds
from bot.errors import StateError, Stopping
from bot.model import FeedState
from bot.pipeline import Pipeline
from bot.rounds.crew import LEASE, Crew
from bot.rounds.group import Group
from bot.rounds.hand import Hand

log = logging.getLogger("storywatch")

# Rows only, no bodies: enough that a slow host's queue leaves other hosts' feeds in sight.
AT_ONCE = 1000
AFTER_TROUBLE = timedelta(minutes=1)  # when the state fails, the servers must not be asked every second for it


class Polling:
    """Feeds being polled. ``pipeline`` gives the one in force when a poll begins, which may be long after it was queued."""

    def __init__(self, store: Store, workers: Paced, crew: Crew, pipeline: Callable[[], Pipeline]) -> None:
        self._store, self._workers, self._crew, self._pipeline = store, workers, crew, pipeline
        self._hand = Hand(AT_ONCE, self._take, self._begin, crew.trouble.tell)
        self._now = datetime.min.replace(tzinfo=UTC)  # of the last look: a pass ends with what was due when it began
        self._unchanged = Group(self._keep)
        self._postponed = Group(self._postpone)

    def busy(self) -> bool:
        """Whether feeds are being polled."""
        return bool(self._hand)

    def start_due(self, now: datetime) -> int:
        """Start polling the feeds that are due; returns how many."""
        self._now = now
        return self._hand.fill()

    def _take(self, room: int) -> dict[str, FeedState]:
        if self._crew.stopping():
            return {}
        with self._store.read() as connection:
            if not feeds.any_due(connection, self._now):
                return {}
        with self._store.write() as tx:
            return {state.name: state for state in feeds.claim(tx, self._now, lease=LEASE, limit=room)}

    def _begin(self, due: Collection[FeedState]) -> None:
        for state in due:
            self._workers.submit(host_of(state.url), partial(self._poll, state))

    def _poll(self, state: FeedState) -> None:
        try:
            self._crew.unless_stopping()
            polled = self._pipeline().poll(state, self._crew.clock())
            if not polled.kept:
                self._unchanged.add(polled.state)
            report.polled(log, state, polled)
            self._crew.heard(polled)
        except Stopping:
            self._postponed.add((state.name, self._crew.clock()))
        except StateError as error:
            self._crew.trouble.tell(error)
            self._postponed.add((state.name, self._crew.clock() + AFTER_TROUBLE))
        except Exception:
            log.exception("polling feed %s failed unexpectedly: please report this", report.safe(state.name))
            self._unchanged.add(decide.after_bug(state, self._crew.clock()))
        finally:
            self._hand.done(state.name)
            self._crew.changed.set()

    def _keep(self, states: Sequence[FeedState]) -> None:
        with self._store.write() as tx:
            feeds.save_polled(tx, states)

    def _postpone(self, until: Sequence[tuple[str, datetime]]) -> None:
        with self._store.write() as tx:
            feeds.postpone(tx, dict(until))

    def flush(self, *, every: float = 0.0) -> int:
        """Commit the polls that found nothing new, and those put off; see :class:`Group`."""
        return self._unchanged.flush(every=every) + self._postponed.flush(every=every)
