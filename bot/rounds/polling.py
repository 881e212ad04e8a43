"""The loop that polls feeds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import report
from bot.core import decide, health
from bot.edge.http import Paced, host_of
from bot.edge.store import Store, feeds
from bot.errors import StateError, Stopping
from bot.model import FeedState
from bot.pipeline import Pipeline, Polled
from bot.rounds.crew import LEASE, Crew
from bot.rounds.group import Group
from bot.rounds.hand import Hand
from bot.rounds.outage import Suspicion

log = logging.getLogger("storywatch")

# Rows only, no bodies: enough that a slow host's queue leaves other hosts' feeds in sight.
AT_ONCE = 1000
# How long a feed's trouble waits for others to be told in one message with it, while polls are under way.
GATHER = timedelta(seconds=30)
AFTER_TROUBLE = timedelta(minutes=1)  # when the state fails, the servers must not be asked every second for it


class Polling:
    """Feeds being polled. ``pipeline`` gives the one in force when a poll begins, which may be long after it was queued."""

    def __init__(self, store: Store, workers: Paced, crew: Crew, pipeline: Callable[[], Pipeline]) -> None:
        self._store, self._workers, self._crew, self._pipeline = store, workers, crew, pipeline
        self._hand = Hand(AT_ONCE, self._take, self._begin, crew.trouble.tell)
        self._now = datetime.min.replace(tzinfo=UTC)  # of the last look: a pass ends with what was due when it began
        self._unchanged = Group(self._keep)
        self._postponed = Group(self._postpone)
        self._suspicion = Suspicion()
        self._ended = False
        self._unheard = True  # no server has answered this process yet
        self._news: datetime | None = None  # since when there is something to tell of a feed's health

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
            self._workers.submit(host_of(state.url), partial(self._poll, state), first=decide.proven(state))

    def _poll(self, state: FeedState) -> None:
        try:
            self._crew.unless_stopping()
            polled = self._pipeline().poll(state, self._crew.clock())
            self._weigh(state, polled)
            report.polled(log, state, polled)
            self._crew.heard(polled)
        except Stopping:
            self._postponed.add((state.name, self._crew.clock()))
        except StateError as error:
            self._crew.trouble.tell(error)
            self._postponed.add((state.name, self._crew.clock() + AFTER_TROUBLE))
        except Exception:
            log.exception("polling feed %s failed unexpectedly: please report this", report.safe(state.name))
            self._count(Polled(feed=state.name, state=decide.after_bug(state, self._crew.clock())))
        finally:
            self._ended = True
            self._hand.done(state.name)
            self._crew.changed.set()

    def _weigh(self, before: FeedState, polled: Polled) -> None:
        """Whose fault it is, if a poll got no answer, shows only when others get one or none: until then it does not count."""
        now = self._crew.clock()
        if polled.unanswered:
            if not self._suspicion.unanswered(before, polled, now):
                self._postponed.add((polled.feed, now + self._intervals()[polled.feed]))
            return
        released, ended = self._suspicion.answered(now)
        for each in (*released, polled):
            self._count(each)
        if (ended or self._unheard) and (since := self._pipeline().back()) is not None:
            report.said(
                log, logging.WARNING, "network.back", f"the network is back; it was away since {since:%Y-%m-%d %H:%M} UTC"
            )
        self._unheard = False

    def _count(self, polled: Polled) -> None:
        if not polled.kept:
            self._unchanged.add(polled.state)
        if health.change(polled.state, self._crew.clock()) is not None:
            self._news = self._news or self._crew.clock()

    def _settle(self, *, final: bool) -> None:
        """When no poll is under way: tell an outage of ours from failures that count."""
        if self._hand or not self._suspicion:
            return
        now, intervals = self._crew.clock(), self._intervals()
        spared, counted = self._suspicion.judged(now, len(intervals), final=final)
        for each in counted:
            self._count(each)
        for number, state in enumerate(spared, start=1):  # they come back one after the other, over an interval
            self._postponed.add((state.name, now + intervals.get(state.name, AFTER_TROUBLE) * number / len(spared)))
        if spared:
            message = (
                f"none of the {len(spared)} feeds asked last could be reached: our network seems to be down; no feed is blamed"
            )
            report.said(log, logging.ERROR, "network.down", message, feeds=len(spared))
            self._pipeline().outage(len(spared), now)

    def _intervals(self) -> dict[str, timedelta]:
        return {feed.name: feed.interval for feed in self._pipeline().config.feeds}

    def has_news(self, now: datetime) -> bool:
        """Whether there is something to tell of a feed's health, and no more of it is about to come."""
        return self._news is not None and (not self._hand or now - self._news >= GATHER)

    def ended(self) -> bool:
        """Whether a poll ended since this was asked last."""
        some, self._ended = self._ended, False
        return some

    def news_told(self) -> None:
        """What there was to tell was told; what was too much is found again by the next poll of its feed."""
        self._news = None

    def _keep(self, states: Sequence[FeedState]) -> None:
        with self._store.write() as tx:
            feeds.save_polled(tx, states)

    def _postpone(self, until: Sequence[tuple[str, datetime]]) -> None:
        with self._store.write() as tx:
            feeds.postpone(tx, dict(until))

    def flush(self, *, every: float = 0.0) -> int:
        """Commit the polls that found nothing new, and those put off; see :class:`Group`. Without ``every`` all that waits."""
        self._settle(final=every == 0.0)
        return self.commit(every=every)

    def commit(self, *, every: float = 0.0) -> int:
        """As :meth:`flush`, but failures of which it is open whether they count stay open."""
        return self._unchanged.flush(every=every) + self._postponed.flush(every=every)
