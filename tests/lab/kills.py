"""Kills laid for a bot at work: by the clock, or by what it does as the web and the receivers see it."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .robot import Running
from .scene import Scene
from .server import Request
from .sinks import Message

PLACES = (
    "time",  # a random moment of a pass
    "visit",  # the n-th request to the web arrives
    "news",  # a feed that has something new is asked; up to 100 ms later: the answer is read, parsed or committed
    "accept",  # the n-th message is accepted and not yet answered
    "answered",  # up to 30 ms after that: the answer is read or committed
)


class AtCommit:
    """A ``kill -9`` at the n-th commit of a process: SQLite has written and synced it, and not yet returned from it.

    strace tells of every sync and holds it for 30 ms on its way back, in which the kill comes. What the bot does
    between this commit and the next is lost, whatever it is: put before a command, :attr:`words` try each such place.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._pipe = folder / f"commits-{number}"
        os.mkfifo(self._pipe)
        self._left = number
        self.words = ("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=fsync,fdatasync")
        self.words += ("-e", "inject=fsync,fdatasync:delay_exit=30000", "-o", str(self._pipe))
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        with self._pipe.open() as lines:
            for line in lines:
                self._left -= bool(re.match(r"\d+ +(fsync|fdatasync)\(", line))
                if self._left == 0:
                    os.kill(int(line.split()[0]), signal.SIGKILL)
                    return


@cache
def can_trace() -> bool:
    """Whether strace is here and may trace."""
    return (
        bool(shutil.which("strace")) and not subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], check=False).returncode
    )


@dataclass(slots=True, kw_only=True)
class Trap:
    """One ``kill -9`` for one process. :meth:`away` takes it away if it was not sprung."""

    scene: Scene
    victim: Running
    place: str
    nth: int
    delay: float  # seconds from the event, or from now, to the kill
    news: Collection[str]  # paths of the feeds that have something new

    def lay(self) -> None:
        if self.place == "time":
            self._fire()
        elif self.place in {"visit", "news"}:
            self.scene.web.on_visit = self._visit
        else:
            self.scene.sinks.on_accept = self._count

    def away(self) -> None:
        self.nth = 0
        self.scene.web.on_visit = lambda request: None
        self.scene.sinks.on_accept = lambda message: None

    def _visit(self, request: Request) -> None:
        if self.place == "visit" or request.path in self.news:
            self._count(request)

    def _count(self, event: Request | Message | None) -> None:
        self.nth -= 1
        if self.nth == 0:
            self._fire()

    def _fire(self) -> None:
        if not self.delay:
            self.victim.process.kill()
            return
        timer = threading.Timer(self.delay, self.victim.process.kill)  # Popen does not signal a process that has ended
        timer.daemon = True
        timer.start()


def trap(rng: random.Random, scene: Scene, victim: Running, *, lasted: float, news: Collection[str]) -> Trap:
    """A kill at a random place; ``lasted``: seconds that a pass takes."""
    place = rng.choice(PLACES)
    nth = {"visit": rng.randrange(1, 24), "news": rng.randrange(1, 4)}.get(place, rng.randrange(1, 9))
    delay = {"time": rng.uniform(0.05, lasted), "news": rng.uniform(0, 0.1), "answered": rng.uniform(0, 0.03)}.get(place, 0.0)
    return Trap(scene=scene, victim=victim, place=place, nth=nth, delay=delay, news=news)
