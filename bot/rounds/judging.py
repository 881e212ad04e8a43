"""The loop that judges items."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot import report
from bot.edge.http import Paced, host_of
from bot.edge.store import Store, items, verdicts
from bot.errors import StateError, Stopping
from bot.model import Item, Judgement
from bot.pipeline import Pipeline
from bot.rounds.crew import LEASE, Crew
from bot.rounds.group import Group

log = logging.getLogger("storywatch")

AT_ONCE = 500  # rows, no pages: enough that a slow host's queue leaves other hosts' items in sight
AFTER_TROUBLE, AFTER_A_BUG = timedelta(minutes=1), timedelta(minutes=10)


class Judging:
    """Items being judged."""

    def __init__(self, store: Store, workers: Paced, crew: Crew) -> None:
        self._store, self._workers, self._crew = store, workers, crew
        self._in_hand: set[int] = set()
        self._plain = Group(self._keep)

    def busy(self) -> bool:
        """Whether items are being judged."""
        return bool(self._in_hand)

    def start_waiting(self, pipeline: Pipeline) -> int:
        """Start judging the items that wait; returns how many."""
        room = AT_ONCE - len(self._in_hand)
        if room <= 0 or self._crew.stopping():
            return 0
        now = self._crew.clock()
        with self._store.read() as connection:
            if not items.any_due(connection, now):
                return 0
        with self._store.write() as tx:
            claimed = items.claim(tx, now, lease=LEASE, limit=room)
        waiting = [item for item in claimed if item.id not in self._in_hand]
        self._in_hand.update(item.id for item in waiting)
        for item in waiting:
            self._workers.submit(host_of(item.url or ""), partial(self._judge, pipeline, item))
        return len(waiting)

    def _judge(self, pipeline: Pipeline, item: Item) -> None:
        try:
            judged = pipeline.judge(item, self._crew.clock())
            report.judged(log, judged)
            if not judged.kept:
                self._plain.add(judged.judgement)
            self._crew.heard(judged)
        except Stopping:
            if not self._crew.stopping():  # somebody ended a child, but not us
                self._postpone(item, AFTER_TROUBLE)
        except StateError as error:
            report.said(log, logging.ERROR, "state", str(error))
            self._postpone(item, AFTER_TROUBLE)
        except Exception:
            log.exception("judging item %s failed unexpectedly: please report this", item.id)
            self._postpone(item, AFTER_A_BUG)
        finally:
            self._in_hand.discard(item.id)
            self._crew.changed.set()

    def _postpone(self, item: Item, wait: timedelta) -> None:
        """Judge it later; when even that cannot be kept, the next start frees its lease."""
        try:
            with self._store.write() as tx:
                items.postpone(tx, item.id, self._crew.clock() + wait)
        except StateError as error:
            report.said(log, logging.ERROR, "state", str(error))

    def _keep(self, judgements: Sequence[Judgement]) -> None:
        with self._store.write() as tx:
            verdicts.save(tx, judgements)

    def flush(self, *, every: float = 0.0) -> int:
        """Commit the judgements that nothing hangs on; see :class:`Group`."""
        return self._plain.flush(every=every)
