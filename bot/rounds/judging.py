"""The loop that judges items."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot import report
from bot.edge.http import Paced, host_of
from bot.edge.store import Store, items, verdicts
from bot.errors import StateError, Stopping
from bot.model import Article, Item, Judgement
from bot.pipeline import Judged, Pipeline
from bot.rounds.crew import LEASE, Crew
from bot.rounds.group import Group

log = logging.getLogger("storywatch")

AT_ONCE = 500  # rows, no pages: enough that a slow host's queue leaves other hosts' items in sight
AFTER_TROUBLE, AFTER_A_BUG = timedelta(minutes=1), timedelta(minutes=10)
BUGS = 3  # so often an item that trips a bug of ours is tried in one run; then the log says so instead of a verdict


class Judging:
    """Items being judged. ``pipeline`` gives the one in force when judging begins, which may be long after it was queued."""

    def __init__(self, store: Store, workers: Paced, crew: Crew, pipeline: Callable[[], Pipeline]) -> None:
        self._store, self._workers, self._crew, self._pipeline = store, workers, crew, pipeline
        self._taking = False  # claimed work is neither due nor in hand for a moment: whoever asks then must not think us idle
        self._in_hand: set[int] = set()
        self._unkept: set[int] = set()  # judged, waiting for their group: not to be judged again meanwhile
        self._bugs: Counter[int] = Counter()
        self._plain = Group(self._keep)
        self._postponed = Group(self._postpone)

    def busy(self) -> bool:
        """Whether items are being judged."""
        return self._taking or bool(self._in_hand)

    def start_waiting(self, now: datetime) -> int:
        """Start judging the items that wait; returns how many."""
        room = AT_ONCE - len(self._in_hand)
        if room <= 0 or self._crew.stopping():
            return 0
        with self._store.read() as connection:
            if not items.any_due(connection, now):
                return 0
        self._taking = True
        try:
            return self._start(now, room)
        finally:
            self._taking = False

    def _start(self, now: datetime, room: int) -> int:
        with self._store.write() as tx:
            claimed = items.claim(tx, now, lease=LEASE, limit=room)
        waiting = [item for item in claimed if item.id not in self._in_hand and item.id not in self._unkept]
        self._in_hand.update(item.id for item in waiting)
        for item in waiting:
            self._workers.submit(host_of(item.url or ""), partial(self._judge, item))
        return len(waiting)

    def _judge(self, item: Item) -> None:
        try:
            self._crew.unless_stopping()
            judged = self._pipeline().judge(item, self._crew.clock())
            self._wait_for_group(judged)
            report.judged(log, judged)
            self._crew.heard(judged)
        except Stopping:
            self._postponed.add((item.id, self._crew.clock()))
        except StateError as error:
            report.said(log, logging.ERROR, "state", str(error))
            self._postponed.add((item.id, self._crew.clock() + AFTER_TROUBLE))
        except Exception:
            log.exception("judging item %s failed unexpectedly: please report this", item.id)
            self._after_bug(item)
        finally:
            self._in_hand.discard(item.id)
            self._crew.changed.set()

    def _wait_for_group(self, judged: Judged) -> None:
        if not judged.kept:
            self._unkept.add(judged.judgement.item.id)
            self._plain.add(judged.judgement)

    def _after_bug(self, item: Item) -> None:
        """Tried again later; given up after some times, or it would hold the first pass's digest up for ever."""
        now = self._crew.clock()
        self._bugs[item.id] += 1
        if self._bugs[item.id] < BUGS:
            self._postponed.add((item.id, now + AFTER_A_BUG))
            return
        note = Article(text="", note="failed: an unexpected error of ours; its traceback is in the log")
        self._plain.add(Judgement(item=item, article=note, verdicts=(), at=now))

    def _keep(self, judgements: Sequence[Judgement]) -> None:
        with self._store.write() as tx:
            verdicts.save(tx, judgements)
        self._unkept.difference_update(judgement.item.id for judgement in judgements)

    def _postpone(self, until: Sequence[tuple[int, datetime]]) -> None:
        with self._store.write() as tx:
            items.postpone(tx, dict(until))

    def flush(self, *, every: float = 0.0) -> int:
        """Commit the judgements that nothing hangs on, and those put off; see :class:`Group`."""
        return self._plain.flush(every=every) + self._postponed.flush(every=every)
