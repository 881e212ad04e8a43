"""The play: a web, a folder, a clock, and the real daemon in the middle."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from bot.config import Config, load
from bot.daemon import Daemon, Setting
from bot.demo import place
from bot.demo.clock import Clock
from bot.demo.content import END, START, outlets
from bot.demo.web import Web
from bot.errors import StateError
from bot.rounds import Heard

# Seconds between two steps of the clock, at most; a play has at least so many steps, of an hour each.
STEP, STEPS = 0.15, 134
# Seconds between two looks of the daemon for due work, as a part of those between two steps: most steps hold a poll, which
# is done one look later. More looks only cost more CPU: 25 a second took 2 s more of it in 20 s than 10 did.
LOOKS, SHORTEST = 0.4, 0.02
LOOK = 0.02  # seconds: how often it is asked whether the daemon is idle
PATIENCE = 10.0  # seconds that the clock waits for the daemon; then it goes on, for nothing may hold the play up for ever
SETTLED = 3  # looks in a row that must find the daemon idle at the end


class Play:
    """One demonstration. The web is there while the ``with`` lasts; :meth:`run` plays the days to a daemon."""

    def __init__(self, folder: Path, shipped: Mapping[str, str], *, seconds: float) -> None:
        """Write the configuration into the folder, which is empty. Raises StorywatchError."""
        self.folder = folder
        self._step = min(STEP, seconds / STEPS)
        self.clock = Clock(START, END, seconds=seconds, every=self._step)
        self.outlets = outlets()
        self._web = Web(self.outlets, self.clock.now)
        self.config_path = place.fill(folder, shipped, self.outlets, self._web.site)
        self.config: Config = load(self.config_path, {})
        self._daemon: Daemon | None = None

    def __enter__(self) -> Self:
        self._web.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._web.__exit__(kind, error, trace)

    def run(self, heard: Heard, out: TextIO, leave: Callable[[int], object]) -> bool:
        """Play until the last day is over or a signal ends it; whether it was over. In the main thread only.

        ``heard`` is told of each piece of work, ``out`` is the console, ``leave`` ends the process for whoever interrupts it
        twice. Raises StateError when the state is lost.
        """
        self._daemon = daemon = Daemon(
            self.config,
            {},
            Setting(clock=self.clock.now, tick=max(SHORTEST, LOOKS * self._step), heard=heard, out=out, leave=leave),
        )
        mover = threading.Thread(target=self._move, args=(daemon,), name="demo-clock", daemon=True)
        mover.start()
        try:
            daemon.run()
        finally:
            daemon.end()
            mover.join()
            # The daemon keeps them to its end; from here on an interrupt is one again.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return self.clock.over()

    def end(self) -> None:
        """Have :meth:`run` end before its time. From any thread."""
        if self._daemon is not None:
            self._daemon.end()

    def _move(self, daemon: Daemon) -> None:
        """Move the clock on whenever the daemon has done all that was due, and end the play when the days are over."""
        due = held = time.monotonic()
        settled = 0
        while not daemon.stop.wait(LOOK):
            now = time.monotonic()
            if now < due:
                continue
            idle = _idle(daemon)
            if not idle and now - held < PATIENCE:
                settled = 0
                continue
            settled += 1
            if not self.clock.over():
                self.clock.step()
                due = held = now + self._step
            elif settled >= SETTLED:
                daemon.end()


def _idle(daemon: Daemon) -> bool:
    with suppress(StateError):  # somebody else reads the state at this moment, or it is gone: the daemon's to tell
        return daemon.idle()
    return False
