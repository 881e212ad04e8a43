"""The real daemon at a clock that the lab plays: ``python -m tests.lab.inside.played --config DIR START MINUTES STEP``.

Lockstep with whoever started it: prints ``at MINUTE`` on stdout each MINUTES of its clock and goes on at a line on stdin
(anything but ``end``). Between two such lines the clock steps on by STEP minutes whenever the daemon has nothing left to do.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

TICK = 0.05  # seconds between two looks of the daemon for due work; idle steps cost no more than that
PATIENCE = 20.0  # seconds that the clock waits for the daemon: a receiver that never answers must not stop the play


class Clock:
    """Stands still between two steps. One thread steps, any may ask."""

    def __init__(self, start: datetime) -> None:
        self._now = self.start = start

    def now(self) -> datetime:
        return self._now

    def step(self, by: timedelta) -> None:
        self._now += by


def main() -> int:
    """Run until told to end."""
    from bot import logs
    from bot.config import load
    from bot.daemon import Daemon, Setting

    words = sys.argv[1:]
    path = Path(words[words.index("--config") + 1])
    start, pause, step = datetime.fromisoformat(words[-3]), timedelta(minutes=int(words[-2])), timedelta(minutes=int(words[-1]))
    config = load(path, os.environ)
    logs.set_up("text", config.secrets)
    clock = Clock(start)
    daemon = Daemon(config, os.environ, Setting(clock=clock.now, tick=TICK))
    mover = threading.Thread(target=_move, args=(daemon, clock, pause, step), daemon=True)
    mover.start()
    return daemon.run()


def _move(daemon, clock: Clock, pause: timedelta, step: timedelta) -> None:  # type: ignore[no-untyped-def]
    while not daemon.stop.is_set():
        _rest(daemon)
        gone = clock.now() - clock.start
        if gone % pause == timedelta(0):
            with suppress(Exception):  # the state may be locked at this moment: the next hour prunes
                daemon._rounds.prune()  # by real time this is asked every half hour, which no play of minutes comes to
            print(f"at {gone // timedelta(minutes=1)}", flush=True)
            if sys.stdin.readline().strip() in {"", "end"}:
                daemon.end()
                return
        clock.step(step)


def _rest(daemon) -> None:  # type: ignore[no-untyped-def]
    """Wait until the daemon has nothing to do: seen twice, for between two loops it may look so."""
    seen, end = 0, time.monotonic() + PATIENCE
    while seen < 2 and time.monotonic() < end and not daemon.stop.wait(0.02):
        with suppress(Exception):
            seen = seen + 1 if daemon.idle() else 0


if __name__ == "__main__":
    sys.exit(main())
