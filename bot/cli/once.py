"""``storywatch once``: one pass."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

import click

from bot import logs
from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.times import Time, iso
from bot.edge.store import Store, items, outbox
from bot.pipeline import Judged, Polled, Sent
from bot.rounds import Rounds
from bot.rounds import once as one_pass
from bot.workshop import Workshop

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@click.command(epilog=examples("storywatch once", "storywatch once --now 2026-03-04T12:00:00Z --json"))
@click.option("--now", type=Time(), help="The clock of everything stored or compared with the state.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object.")
@click.option("-v", "--verbose", is_flag=True, help="Also log what found nothing.")
@click.pass_obj
def once(context: Context, *, now: datetime | None, as_json: bool, verbose: bool) -> int:
    """Make one pass: poll every feed that is due, judge every item that waits, deliver what is due.

    Does not wait for later retries; says how many wait. Exit code 0 when the pass ran to its end, whatever feeds or
    channels said; 75 when another instance works on the state.
    """
    config = context.load(warn=True)
    logs.set_up(context.log_format, config.secrets, level=logging.DEBUG if verbose else logging.INFO)
    stop, tally = threading.Event(), _Tally()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    with Workshop(config, stop) as workshop, _progress(tally):
        rounds = workshop.rounds((lambda: now) if now else (lambda: datetime.now(UTC)), tally.hear)
        try:
            one_pass(rounds, _waiter(rounds, stop))
        except KeyboardInterrupt:
            stop.set()
            raise
        finally:
            if stop.is_set():
                workshop.cut()
            rounds.close()
        summary = tally.summary(workshop.edges.store)
    _print(summary, as_json=as_json)
    return 128 + signal.SIGTERM if stop.is_set() else 0


def _waiter(rounds: Rounds, stop: threading.Event) -> Callable[[Callable[[], bool]], None]:
    """Waits for a phase of the pass to end; gives up soon after somebody asked to stop."""

    def wait(done: Callable[[], bool]) -> None:
        while not done() and not stop.is_set():
            rounds.crew.changed.wait(0.2)
            rounds.crew.changed.clear()

    return wait


class _Tally:
    """Counts what a pass did."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.shown: Callable[[str], None] = lambda what: None  # noqa: ARG005 - nobody looks

    def hear(self, result: Polled | Judged | Sent) -> None:
        """One piece of work was done."""
        match result:
            case Polled():
                self.counts.update(polled=1, failed=int(result.state.problem is not None), new=result.new)
                self.shown("polled")
            case Judged():
                self.counts.update(verdict.verdict for verdict in result.verdicts)
                self.counts["judged"] += 1
                self.shown("judged")
            case Sent():
                self.counts[result.state] += 1
                self.shown("sent")

    def summary(self, store: Store) -> dict[str, object]:
        """What was done, and what waits."""
        with store.read() as connection:
            waiting = [*outbox.rows(connection, state="retry"), *outbox.rows(connection, state="queued")]
            again = items.reading_again(connection)
        told = ("polled", "failed", "new", "judged", "match", "baseline", "duplicate", "delivered", "parked")
        return {
            **{name.replace("-", "_"): self.counts[name] for name in told},
            "waiting": len(waiting),
            "next_try": iso(min((row.due for row in waiting if row.due), default=None)),
            "pages_to_read_again": again,
        }


def _print(summary: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        write_json(summary)
        return
    lines = "{polled} feeds polled ({failed} failed), {new} new items; {match} match, {baseline} matched before the watch began"
    click.echo(lines.format(**summary))
    click.echo("{delivered} alerts delivered, {parked} refused, {waiting} wait for a later try".format(**summary))
    if summary["pages_to_read_again"]:
        click.echo("{pages_to_read_again} pages could not be had and are asked for again later".format(**summary))
    if summary["failed"] or summary["parked"] or summary["waiting"]:
        click.echo("more: storywatch status")


@contextmanager
def _progress(tally: _Tally) -> Iterator[None]:
    """A line that says how far the pass is, while a person looks on."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("polling", total=None)
        tally.shown = lambda _: _show(progress, task, tally.counts)
        yield


def _show(progress: Progress, task: TaskID, counts: Counter[str]) -> None:
    done = f"{counts['polled']} feeds polled, {counts['judged']} items judged, {counts['delivered']} alerts delivered"
    progress.update(task, description=done)
