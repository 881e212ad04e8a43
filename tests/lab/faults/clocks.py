"""Fault 7: clocks that jump. Passes at times that are given, and the real process under libfaketime where it is here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from .row import Case, Outcome, Skip
from .trial import trial

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
JUMPS: dict[str, tuple[timedelta, ...]] = {
    "an hour forward": (HOUR,),
    "ten years forward": (3652 * DAY,),
    "an hour back": (-HOUR,),
    "a day back": (-DAY,),
    "ten years forward and back": (3652 * DAY, -3652 * DAY),
    "two seconds to and fro": (timedelta(seconds=2), timedelta(seconds=-2)) * 3,
    "eight hours of sleep": (8 * HOUR,),
    "daylight saving, both ways": (HOUR, -HOUR),
}


def jump(jumps: tuple[timedelta, ...], outcome: Outcome) -> None:
    """News after each jump; the next passes follow at the pace of real time."""
    with trial(outcome) as on:
        on.baseline()
        for by in jumps:
            on.news()
            _pass(on, by)
            _pass(on, MINUTE)  # two intervals of real time: the feed must have been asked again by then
            outcome.must(on.expected <= set(on.scene.named("webhook")), f"after a jump by {by}: no alert within two intervals")
            on.expected and on.news()
            _pass(on, MINUTE)
        on.life(step=MINUTE)
        on.life(step=MINUTE)
        on.judge()


def boot(outcome: Outcome) -> None:
    """A machine without a battery starts in 1970, and then the time comes by network."""
    with trial(outcome) as on:
        on.scene.now = datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC)
        on.life(step=timedelta(0), counted=False)
        on.news()
        _pass(on, timedelta(minutes=2))
        on.scene.now = datetime.now(UTC)
        on.news()
        _pass(on, MINUTE)
        _pass(on, MINUTE)
        on.judge()


def _pass(on, step: timedelta) -> None:  # type: ignore[no-untyped-def]
    before = len(on.scene.web.visits_to("/feeds/feed-0"))
    done = on.life(step=step)
    asked = len(on.scene.web.visits_to("/feeds/feed-0")) - before
    on.outcome.must(done.code == 0 and "Traceback" not in done.err, f"exit {done.code}: {done.lines[-2:]}")
    on.outcome.must(asked <= 1, f"a burst of {asked} polls")


LIBRARY = next((str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")


def faked(shift: str, outcome: Outcome) -> None:
    """The real command at a wrong machine's time, and back at the right one. Slack only: a signature's time would be wrong too."""
    if not LIBRARY:
        raise Skip("libfaketime is not here (apt-get install faketime)")
    with trial(outcome, sinks=("slack",)) as on:
        on.scene.now = datetime.now(UTC) - 2 * HOUR
        on.baseline()
        for words in (("env", f"LD_PRELOAD={LIBRARY}", f"FAKETIME={shift}"), ()):
            on.news()
            with on.lived():
                done = on.start("once", through=words).wait(90)
            outcome.must(done.code == 0 and "Traceback" not in done.err, f"{shift}: exit {done.code}: {done.lines[-2:]}")
        on.scene.now = datetime.now(UTC)
        on.life(step=2 * MINUTE)
        on.life(step=2 * MINUTE)
        on.judge()


def cases(full: bool, seed: int) -> Iterable[Case]:
    """All jumps; in short a few by turns."""
    plays = {name: partial(jump, jumps) for name, jumps in JUMPS.items()}
    plays |= {"1970 at boot": boot} | {f"libfaketime {shift}": partial(faked, shift) for shift in ("+10y", "-1d", "+1h", "-1h")}
    for number, (name, play) in enumerate(plays.items()):
        if full or number % 5 == seed % 5:
            yield Case(name=name, play=play)
