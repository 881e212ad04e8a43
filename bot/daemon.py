"""The daemon: APScheduler ticks, signals, reload, clean stop. The schedule itself is data in the state.

APScheduler only ticks (a few jobs in memory): a late or missed tick is harmless, for every tick asks
the state what is due now.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.schedulers.background import BackgroundScheduler

from bot import logs, report
from bot.config import Config, load
from bot.core.counting import count
from bot.errors import ConfigError, StateError, StorywatchError
from bot.pipeline import Pipeline
from bot.rounds import Heard, Rounds
from bot.rounds.ending import drain
from bot.rounds.group import SECONDS as GROUP_SECONDS
from bot.rounds.timepiece import Timepiece
from bot.sdnotify import notify
from bot.workshop import Workshop

log = logging.getLogger("storywatch")

TICK_SECONDS = 1.0
WATCH_SECONDS = 2  # how soon a changed configuration is noticed
REPORT_SECONDS = 60  # at most how often a dead-man service hears of us
PRUNE_MINUTES = 30  # how often it is asked whether a day has passed since the last pruning, and the last copy
EXIT_SECONDS = 9.5  # from SIGTERM on; see bot/rounds/ending.py


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a daemon works in: the real world, unless somebody plays it another (``storywatch demo``).

    ``clock`` gives the time that is stored and compared; ``tick`` is the seconds between two looks for due work;
    ``heard`` is told of each piece of work; ``out`` is the console, by default stdout; ``leave`` ends the process at once,
    when it is asked to stop twice or does not stop in time.
    """

    clock: Callable[[], datetime] = field(default_factory=lambda: Timepiece(_now))
    tick: float = TICK_SECONDS
    heard: Heard | None = None
    out: TextIO | None = None
    leave: Callable[[int], object] = os._exit


class Daemon:
    """Runs rounds until a signal or :meth:`end` ends it."""

    def __init__(self, config: Config, environ: Mapping[str, str], setting: Setting | None = None) -> None:
        self.config, self.environ, self.setting = config, environ, setting or Setting()
        self.stop, self.reload = threading.Event(), threading.Event()
        self._wake = threading.Event()
        self._asked = False  # by a signal, to stop
        self._rounds: Rounds | None = None
        self._failure: StorywatchError | None = None
        self._stamp = _stamp(config)

    def run(self) -> int:
        """Work until SIGTERM or SIGINT; returns the exit code. Raises StateError when the state is lost."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        with Workshop(self.config, self.stop, self.setting.out) as workshop:
            rounds = workshop.rounds(self.setting.clock, self.setting.heard)
            rounds.start()
            self._rounds = rounds
            scheduler = self._ticks(rounds)
            scheduler.start()
            watched = _watched(self.config)
            report.said(log, logging.INFO, "started", f"watching {watched}; state {self.config.state}")
            notify(f"READY=1\nSTATUS=watching {watched}")
            rounds.pipeline.load()
            self._watch(rounds)
            notify("STOPPING=1")
            scheduler.shutdown(wait=False)
            drain(rounds, workshop.cut)
        if self._failure is not None:
            raise self._failure
        report.said(log, logging.INFO, "stopped", "stopped")
        return 0

    def end(self) -> None:
        """Have :meth:`run` end as after SIGTERM: what is being sent is sent. From any thread."""
        self.stop.set()
        self._wake.set()

    def idle(self) -> bool:
        """Whether the work has begun, none of it is in hand, and none is due by the clock. From any thread."""
        return self._rounds is not None and self._rounds.idle()

    def _ticks(self, rounds: Rounds) -> BackgroundScheduler:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}  # None: a late tick still runs (trap 3)
        scheduler = BackgroundScheduler(job_defaults=defaults, timezone=UTC)
        tick = self.setting.tick
        jobs: tuple[tuple[Callable[[], object], float], ...] = (
            (rounds.poll_due, tick),
            (lambda: rounds.flush(every=GROUP_SECONDS * tick / TICK_SECONDS), tick),
            (rounds.judge_waiting, tick),
            (rounds.tend, tick),
            (rounds.announce, tick),
            (rounds.deliver_due, tick),
            (rounds.report, REPORT_SECONDS),
            (rounds.prune, PRUNE_MINUTES * 60),
            (rounds.copy, PRUNE_MINUTES * 60),
        )
        for job, seconds in jobs:
            scheduler.add_job(job, "interval", seconds=seconds, next_run_time=datetime.now(UTC))
        scheduler.add_listener(self._tick_failed, EVENT_JOB_ERROR)
        return scheduler

    def _tick_failed(self, event: object) -> None:
        error = getattr(event, "exception", None)
        if isinstance(error, StateError):
            if self._rounds is not None:
                self._rounds.crew.trouble.tell(error)
        else:
            log.error("a tick failed unexpectedly: please report this", exc_info=error)

    def _watch(self, rounds: Rounds) -> None:
        """The main thread: waits for signals, looks after the configuration and the state's file."""
        while not self.stop.is_set():
            self._wake.wait(WATCH_SECONDS)
            self._wake.clear()
            notify("WATCHDOG=1")
            if failure := self._lost(rounds):
                self._failure = failure
                self.stop.set()
            elif self.reload.is_set() or _stamp(self.config) != self._stamp:
                self.reload.clear()
                self._reload(rounds)

    @staticmethod
    def _lost(rounds: Rounds) -> StateError | None:
        """Why the state is of no more use, if it is. Lesser trouble is waited out, and said to be over once it is."""
        trouble, store = rounds.crew.trouble, rounds.store
        trouble.look(store.commits)
        return trouble.fatal or store.lost()

    def _reload(self, rounds: Rounds) -> None:
        self._stamp = _stamp(self.config)
        notify("RELOADING=1")
        try:
            config = load(self.config.path, self.environ)
        except OSError as error:  # a file went away while it was being read: its writer is not done yet
            report.said(
                log, logging.WARNING, "config.refused", f"the configuration cannot be read: {error.strerror}; trying again"
            )
            self.reload.set()
        except ConfigError as error:
            lines = "; ".join(str(error).splitlines())
            message = f"the changed configuration is wrong, the old one stays in force: {lines}"
            report.said(log, logging.ERROR, "config.refused", message, faults=[str(fault) for fault in error.faults])
        else:
            try:
                self._adopt(config, rounds)
            except StateError as error:
                report.said(log, logging.ERROR, "state", f"the new configuration is not in force yet: {error}")
                self.reload.set()
        notify("READY=1")

    def _adopt(self, config: Config, rounds: Rounds) -> None:
        if config.state != self.config.state or config.network != self.config.network:
            report.said(log, logging.WARNING, "config.restart", "changes of [bot] state and [network] need a restart")
        logs.hide(config.secrets)
        pipeline = Pipeline(config, rounds.pipeline.edges)
        pipeline.load()
        rounds.reconfigure(pipeline)
        self.config = config
        report.said(log, logging.INFO, "config.loaded", f"configuration loaded: {_watched(config)}")

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._asked:
            self.setting.leave(128 + number)  # twice: at once
        self._asked = True
        # Whatever hangs (a locked disk, a full pipe as console): the state survives worse, and we promised ten seconds.
        last_resort = threading.Timer(EXIT_SECONDS, self.setting.leave, (0,))
        last_resort.daemon = True
        last_resort.start()
        self.end()

    def _on_reload(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.reload.set()
        self._wake.set()


def _watched(config: Config) -> str:
    return f"{count(len(config.feeds), 'feed')}, {count(len(config.stories), 'story', 'stories')}"


def _stamp(config: Config) -> tuple[tuple[str, int, int], ...]:
    """What tells that a file of the configuration was changed, added or removed."""
    paths = sorted(config.path.glob("*.toml")) if config.path.is_dir() else [config.path]
    return tuple((str(path), found.st_mtime_ns, found.st_size) for path in paths if (found := _stat(path)) is not None)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
