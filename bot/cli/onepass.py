"""One pass over the feeds, the items and the outbox, and what is said of it at its end."""

from __future__ import annotations

import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import Any

from bot.cli import progress
from bot.cli.output import write_json
from bot.cli.terminal import say
from bot.cli.times import iso, local
from bot.cli.waiting import next_try
from bot.config import Config
from bot.core.counting import count
from bot.edge.store import Store, feeds, items, outbox, tallies
from bot.pipeline import Judged, Polled, Sent
from bot.rounds import Rounds
from bot.rounds import once as one_pass
from bot.rounds.ending import drain
from bot.workshop import Workshop


def make(config: Config, now: datetime | None, *, as_json: bool) -> int:
    """Make the pass, at a given time or now, and print its summary; returns the exit code."""

    def clock() -> datetime:
        return now or datetime.now(UTC)

    # The bar first: while it is shown it stands in the place of stdout. Beside JSON, alerts of the console would be in the way.
    with (
        _sigterm() as stop,
        progress.bar("polling") as show,
        Workshop(config, stop, sys.stderr if as_json else sys.stdout) as workshop,
    ):
        tally = _Tally(show, _ahead(workshop.edges.store, config, clock()))
        rounds = workshop.rounds(clock, tally.hear)
        try:
            one_pass(rounds, _waiter(rounds, stop))
        except BaseException:
            stop.set()
            raise
        finally:
            if stop.is_set():
                drain(rounds, workshop.cut)
            else:
                rounds.close()
        if failure := rounds.crew.trouble.fatal or workshop.edges.store.lost():
            raise failure
        told = _summary(tally.counts, workshop.edges.store, config, clock(), complete=not stop.is_set())
    if as_json:
        write_json(told | {name: iso(told[name]) for name in ("next_try", "next_poll")})
    else:
        for line in _lines(told):
            say(line)
    return 0 if told["complete"] else 128 + signal.SIGTERM


@contextmanager
def _sigterm() -> Iterator[threading.Event]:
    """An event that SIGTERM sets, instead of ending the process at once."""
    asked = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        del number, frame
        asked.set()

    before = signal.signal(signal.SIGTERM, ask)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def _waiter(rounds: Rounds, stop: threading.Event) -> Callable[[Callable[[], bool]], None]:
    """Waits for a phase of the pass to end; gives up soon after somebody asked to stop, or the state turned out damaged."""

    def wait(done: Callable[[], bool]) -> None:
        while not done() and not stop.is_set():
            if rounds.crew.trouble.fatal is not None:
                stop.set()
            rounds.crew.changed.wait(0.2)
            rounds.crew.changed.clear()

    return wait


def _ahead(store: Store, config: Config, now: datetime) -> int:
    """How much work is in sight when the pass begins: feeds that are due, and items left over."""
    with store.read() as connection:
        kept, left = feeds.states(connection), items.waiting(connection)[0]
    due = (kept[feed.name].next_due if feed.name in kept else None for feed in config.feeds)
    return left + sum(moment is None or moment <= now for moment in due)


class _Tally:
    """Counts what a pass does, and moves its bar. Many threads tell it."""

    def __init__(self, show: progress.Show, ahead: int) -> None:
        self.counts: Counter[str] = Counter()
        self._show, self._ahead, self._lock = show, ahead, threading.Lock()

    def hear(self, result: Polled | Judged | Sent) -> None:
        """One piece of work was done."""
        with self._lock:
            self._count(result)
            self._tell(self.counts)

    def _count(self, result: Polled | Judged | Sent) -> None:
        match result:
            case Polled():
                self.counts.update(polled=1, failed=int(result.state.problem is not None), new=result.new)
            case Judged():
                self.counts.update(["judged", *(verdict.verdict for verdict in result.judgement.verdicts)])
            case Sent():
                self.counts[result.state] += 1

    def _tell(self, done: Counter[str]) -> None:
        words = f"{count(done['polled'], 'feed')}, {count(done['judged'], 'item')}, {count(done['delivered'], 'alert')}"
        self._show(done["polled"] + done["judged"], self._ahead + done["new"], words)


def _summary(done: Counter[str], store: Store, config: Config, now: datetime, *, complete: bool) -> dict[str, Any]:
    """What was done, and what waits."""
    with store.read() as connection:
        waiting = [alert for channel in tallies.counts(connection) for alert in outbox.waiting(connection, channel)]
        again = items.reading_again(connection)
        following = next_try(connection, config, now)
        kept = feeds.states(connection)
    due = (kept[feed.name].next_due for feed in config.feeds if feed.name in kept)
    told = ("polled", "failed", "new", "judged", "match", "no-match", "baseline", "duplicate", "delivered", "parked")
    return {
        **{name.replace("-", "_"): done[name] for name in told},
        "waiting": len(waiting),
        "next_try": following,
        "pages_to_read_again": again,
        "next_poll": min(filter(None, due), default=None),
        "complete": complete,
    }


def _lines(told: dict[str, Any]) -> Iterator[str]:
    """The summary for people: nothing is said of what did not occur, but for the counts everybody looks for."""
    failed = f" ({told['failed']} failed)" if told["failed"] else ""
    yield f"{count(told['polled'], 'feed')} polled{failed}, {count(told['new'], 'new item')}"
    if not told["polled"] and told["next_poll"]:
        yield f"no feed was due; the next one is at {local(told['next_poll'])}"
    if told["judged"]:
        before = f", {told['baseline']} matched before the watch began" if told["baseline"] else ""
        yield f"{count(told['judged'], 'item')} judged: {told['match']} match{before}"
    wait = "1 waits" if told["waiting"] == 1 else f"{told['waiting']} wait"
    when = f", the next at {local(told['next_try'])}" if told["next_try"] else ""
    yield f"{count(told['delivered'], 'alert')} delivered, {told['parked']} refused, {wait} for a later try{when}"
    if told["pages_to_read_again"]:
        yield f"{count(told['pages_to_read_again'], 'page')} could not be had, and will be asked for again"
    if not told["complete"]:
        yield "stopped before the end; the next pass does the rest"
    if told["failed"] or told["parked"] or told["waiting"]:
        yield "more: storywatch status"
