"""The loop that judges items."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
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
from bot.rounds.hand import Hand

log = logging.getLogger("storywatch")

AT_ONCE = 500  # rows, no pages: enough that a slow host's queue leaves other hosts' items in sight
AFTER_TROUBLE, AFTER_A_BUG = timedelta(minutes=1), timedelta(minutes=10)
BUGS = 3  # so often an item that trips a bug of ours is tried in one run; then the log says so instead of a verdict


class Judging:
    """Items being judged. ``pipeline`` gives the one in force when judging begins, which may be long after it was queued."""

    def __init__(self, store: Store, workers: Paced, crew: Crew, pipeline: Callable[[], Pipeline]) -> None:
        self._store, self._workers, self._crew, self._pipeline = store, workers, crew, pipeline
        self._hand = Hand(AT_ONCE, self._take, self._begin, crew.trouble.tell)
        self._unkept: set[int] = set()  # judged, waiting for their group: not to be judged again meanwhile
        self._bugs: Counter[int] = Counter()
        self._plain = Group(self._keep)
        self._postponed = Group(self._postpone)

    def busy(self) -> bool:
        """Whether items are being judged."""
        return bool(self._hand)

    def start_waiting(self) -> int:
        """Start judging the items that wait; returns how many."""
        return self._hand.fill()

    def _take(self, room: int) -> dict[int, Item]:
        now = self._crew.clock()
        if self._crew.stopping():
            return {}
        with self._store.read() as connection:
            if not items.any_due(connection, now):
                return {}
        with self._store.write() as tx:
            claimed = items.claim(tx, now, lease=LEASE, limit=room)
        return {item.id: item for item in claimed if item.id not in self._unkept}

    def _begin(self, waiting: Collection[Item]) -> None:
        of_site: dict[tuple[str, ...], deque[Item]] = {}
        for item in waiting:
            site = tuple((item.url or "").split("/", 3)[:3])  # as it is spelled: only to keep together what is surely together
            of_site.setdefault(site, deque()).append(item)
        for some in of_site.values():
            self._submit(host_of(some[0].url or ""), some)

    def _submit(self, host: str, waiting: deque[Item]) -> None:
        self._workers.submit(host, partial(self._judge_some, host, waiting))

    def _judge_some(self, host: str, waiting: deque[Item]) -> None:
        """Items of one host, one after the other while none asked for its page. Then the others wait for the host's next
        turn in its queue, where waiting costs no thread. Most items need no page, and a turn each cost more than judging.
        """
        while waiting:
            self._judge(waiting.popleft())
            if waiting and not self._workers.has_turn(host):
                self._submit(host, waiting)
                return

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
            self._crew.trouble.tell(error)
            self._postponed.add((item.id, self._crew.clock() + AFTER_TROUBLE))
        except Exception:
            log.exception("judging item %s failed unexpectedly: please report this", item.id)
            self._after_bug(item)
        finally:
            self._hand.done(item.id)
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
