"""Takes due work out of the state and hands it to the pipeline on threads: the daemon's ticks and `once` alike.

One thing that fails never stops another: an expected failure is a value, an unexpected one is logged
at the border of its loop, with its traceback, and the work is given back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import report
from bot.core.counting import count
from bot.edge.http import Paced
from bot.edge.store import Store, channels, feeds, items, later, lost
from bot.pipeline import Pipeline
from bot.rounds.crew import Crew, Heard
from bot.rounds.judging import Judging
from bot.rounds.keeping import Keeping
from bot.rounds.lanes import Lanes
from bot.rounds.polling import Polling
from bot.rounds.pruning import Pruning

__all__ = ["Crew", "Heard", "Rounds", "once"]

log = logging.getLogger("storywatch")


class Rounds:
    """Rounds of polling, judging and delivering over one state."""

    def __init__(self, pipeline: Pipeline, workers: Paced, crew: Crew) -> None:
        self.pipeline, self.crew = pipeline, crew
        store = pipeline.edges.store
        self._polling = Polling(store, workers, crew, lambda: self.pipeline)
        self._judging = Judging(store, workers, crew, lambda: self.pipeline)
        self._lanes = Lanes(crew, lambda: self.pipeline)
        self._pruning, self._keeping = Pruning(store, crew), Keeping(store, crew)

    @property
    def store(self) -> Store:
        """The state worked on."""
        return self.pipeline.edges.store

    def start(self) -> None:
        """Make the state follow the configuration, and take over what a dead owner left half-done."""
        now, config = self.crew.clock(), self.pipeline.config
        with self.store.write() as tx:
            back = later.follow(tx, now)
            feeds.sync(tx, config.feeds, now)
            feeds.take_over(tx, max((feed.interval for feed in config.feeds), default=config.interval) * 4, now)
            items.take_over(tx, now)
            freed = channels.sync(tx, config.channels, now)
            held = [channel.name for channel in config.channels if channel.on_ambiguous == "hold"]
            cut_short = lost.take_over(tx, now, held)
        if back:
            message = f"the clock was put back by {back} or more since the last run: what is due moves with it"
            report.said(log, logging.WARNING, "clock", message, seconds=-back.total_seconds())
        if cut_short:
            what = count(cut_short, "alert")
            message = f"{what} on the way when the last run ended: sent again and perhaps received twice, or held back (alerts)"
            report.said(log, logging.WARNING, "recovered", message, alerts=cut_short)
        report.freed(log, freed)

    def reconfigure(self, pipeline: Pipeline) -> None:
        """Go on under another configuration: what is queued begins under it, what has begun ends under the old one."""
        with self.store.write() as tx:
            feeds.sync(tx, pipeline.config.feeds, self.crew.clock())
            freed = channels.sync(tx, pipeline.config.channels, self.crew.clock())
        self.pipeline = pipeline
        report.freed(log, freed)

    def poll_due(self, now: datetime | None = None) -> int:
        """Start polling the feeds that are due now, or were at a given time; returns how many."""
        return self._polling.start_due(now or self.crew.clock())

    def flush(self, *, every: float = 0.0) -> int:
        """Commit the outcomes that wait for their group; with ``every``, only once the oldest waited that many seconds."""
        try:
            polled = self._polling.flush(every=every)
        finally:  # what cannot be kept of the one must not hold the other back
            judged = self._judging.flush(every=every)
        return polled + judged

    def tend(self, *, always: bool = False) -> None:
        """Tell the operators of feeds that broke, work again or fell silent. ``always``: look, whatever the polls brought."""
        now = self.crew.clock()
        if not always and not self._polling.has_news(now):
            return
        self._polling.commit()
        told = self.pipeline.look(now)
        self._polling.news_told()
        for change in told:
            message = f"told the operators of feed {report.safe(change.feed)}: {report.safe(change.said)}"
            report.said(log, logging.INFO, "feed.told", message, feed=change.feed)

    def report(self) -> None:
        """The daily word to the operators, and after polls the sign of life to a dead-man service. Failures are logged."""
        if self.pipeline.heartbeat(self.crew.clock()):
            report.said(log, logging.INFO, "heartbeat", "the daily heartbeat is queued")
        if self._polling.ended() and (problem := self.pipeline.ping()) is not None:
            report.said(log, logging.WARNING, "healthcheck", f"the healthcheck_url could not be reached: {problem}")

    def judge_waiting(self) -> int:
        """Start judging the items that wait; returns how many."""
        return self._judging.start_waiting()

    def announce(self) -> None:
        """Queue the first pass's digest when the pass is over."""
        told = self.pipeline.announce(self.crew.clock())
        if told:
            message = f"{count(told, 'item')} matched already when the watch began, or since the state was restored: one digest"
            report.said(log, logging.INFO, "baseline", message, items=told)

    def deliver_due(self) -> int:
        """Start the lanes that hold something to send now; returns how many. First the clock follows the machine's."""
        self._follow_clock()
        return self._lanes.start_due(self.pipeline)

    def _follow_clock(self) -> None:
        timepiece = self.crew.timepiece
        if timepiece is None or not (jump := timepiece.jump()):
            return
        with self.store.write() as tx:
            later.move(tx, jump)
        timepiece.follow(jump)
        where = "ahead" if jump > timedelta() else "back"
        message = f"the machine's clock was put {where} by {abs(jump)}: what is due moves with it"
        report.said(log, logging.WARNING, "clock", message, seconds=jump.total_seconds())

    def any_disabled_since(self, moment: datetime) -> bool:
        """Whether a channel was disabled since then."""
        with self.store.read() as connection:
            found = channels.disabled(connection, self.pipeline.config.channels).values()
        return any(each.disabled_at is not None and each.disabled_at >= moment for each in found)

    def prune(self) -> None:
        """Once a day of the clock: drop what is older than the configuration keeps, in small transactions."""
        self._pruning.prune(self.pipeline.config.keep_text, self.pipeline.config.keep_log)

    def copy(self) -> None:
        """Once a day of the clock: a copy of the state beside it, if it has changed."""
        self._keeping.copy()

    def sending(self) -> bool:
        """Whether a message is on its way."""
        return self._lanes.busy()

    def busy(self) -> bool:
        """Whether work is in hand."""
        return self._polling.busy() or self._judging.busy() or self._lanes.busy()

    def idle(self) -> bool:
        """Whether no work is in hand and none is due. Outcomes may still wait for their group commit: nothing hangs on them."""
        if self.busy():
            return False
        now = self.crew.clock()
        with self.store.read() as connection:
            sending = channels.due(connection, self.pipeline.config.channels, now)
            due = sending or feeds.any_due(connection, now) or items.any_due(connection, now)
        return not due and not self.busy()  # what was taken up meanwhile is due no more, but in hand

    def close(self) -> None:
        """Commit what is left to commit. The work in hand is the caller's to end, by cutting the edges."""
        self._lanes.close()
        self.flush()


def once(rounds: Rounds, wait: Callable[[Callable[[], bool]], None]) -> None:
    """One pass: poll what is due, judge what waits, deliver what is due. ``wait`` blocks until its argument is true."""
    rounds.start()
    began = rounds.crew.clock()  # a pass that takes longer than an interval must not begin again
    wait(lambda: not (rounds.busy() or rounds.poll_due(began) or rounds.flush()))
    wait(lambda: not (rounds.busy() or rounds.judge_waiting() or rounds.flush()))
    rounds.tend(always=True)
    rounds.announce()
    rounds.deliver_due()
    wait(lambda: not rounds.busy())
    if rounds.any_disabled_since(began):  # the other channels are to hear of it within the pass
        rounds.deliver_due()
        wait(lambda: not rounds.busy())
    rounds.report()
    rounds.prune()
    rounds.copy()
