"""One bot in one scene, its lives, and the judge that compares the ledgers after them.

What counts: an item that was served and matches is *lost* if a receiver never accepted a message that names it. A
*duplicate* is an item named again. One is *allowed* for each message that a receiver accepted and the state did not have as
delivered when that life ended: the exact number of kills (or failures) between accept and commit. A webhook's repeats under
one ``webhook-id`` count as one: the receiver has what it needs to drop them.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from ..robot import Done, Running
from ..scene import Scene
from .row import Outcome

STEP = timedelta(minutes=10)
# What may stand in the state's folder: the state with its log and its lock, and copies with their date.
KEPT = re.compile(r"seen\.sqlite3(-wal|-shm|\.lock|\.[a-z]+-[0-9TZ.-]+)?")
ENTRY = (sys.executable, "-m", "tests.lab.inside")


def inside(plan: Mapping[str, object], *, edges: bool = False) -> tuple[str, ...]:
    """The words before a command that start it under a plan (see :mod:`tests.lab.inside`)."""
    return (*ENTRY, json.dumps(plan), *(["--edges"] if edges else []), "--")


_template: list[Path] = []
_making = threading.Lock()


def template() -> Path:
    """The state after a first pass over one empty feed, made once for this process of the lab."""
    with _making:
        if not _template:
            folder = Path(tempfile.mkdtemp(prefix="lab-template-"))
            atexit.register(shutil.rmtree, folder, ignore_errors=True)
            with Scene(folder / "scene") as scene:
                scene.sink("webhook")
                scene.feed("feed-0")
                scene.once(after=STEP)
            _template.append(scene.robot.state)
        return _template[0]


class Trial:
    """A scene under fault."""

    def __init__(self, scene: Scene, outcome: Outcome) -> None:
        self.scene, self.outcome = scene, outcome
        self.expected: set[str] = set()
        self.allowed: Counter[str] = Counter()
        self._count = 0
        self._from: dict[str, int] = {}
        self._names = 0

    # ------------------------------------------------------------ the world

    def baseline(self) -> None:
        """A first pass: what stands in the feeds before is not news. One empty feed's is copied: most trials begin so."""
        if list(self.scene.feeds) == ["feed-0"] and not self.scene.feeds["feed-0"].items:
            shutil.copytree(template(), self.scene.robot.state)
            self.scene.now += STEP
        else:
            self.life(counted=False)
        self._from = {name: len(sink.messages) for name, sink in self.scene.by_name.items()}

    def news(self, count: int = 1, feed: str | None = None, **details: object) -> list[str]:
        """New matching items in a feed; from now on every receiver must be told of them."""
        page = self.scene.feeds[feed or next(iter(self.scene.feeds))]
        keys = []
        for _ in range(count):
            self._names += 1
            key = f"news-{self._names}"
            page.add(self.scene.match(key, **details))
            keys.append(key)
        self.expected.update(keys)
        return keys

    # ------------------------------------------------------------ lives

    def start(
        self, *command: str, through: Sequence[str] = (), step: timedelta = STEP, env: Mapping[str, str] | None = None
    ) -> Running:
        """The bot, running: one pass a step later on its clock, unless the command says otherwise."""
        self.scene.write()
        if not command:
            self.scene.now += step
            command = ("once", "--now", self.scene.now.isoformat())
        return self.scene.robot.start(*command, through=through, env=env)

    def life(
        self,
        *command: str,
        through: Sequence[str] = (),
        step: timedelta = STEP,
        counted: bool = True,
        within: float = 90,
        during: Callable[[Running], None] | None = None,
    ) -> Done:
        """A process from start to end. ``counted``: into restart times and allowed duplicates."""
        with self.lived(counted=counted), self.start(*command, through=through, step=step) as running:
            visits = len(self.scene.web.visits)
            polled = threading.Thread(target=self._first_poll, args=(running, visits))
            if counted and not through:
                polled.start()
            if during is not None:
                during(running)
            done = running.wait(within)
            if polled.ident is not None:
                polled.join()
        return done

    def _first_poll(self, running: Running, visits: int) -> None:
        """How long from the start to the first request, by the clock and, as others may use the machine too, in CPU."""
        ledger = self.scene.web.visits
        while not ledger.wait(lambda: len(ledger) > visits, 0.2):
            if not running.alive:
                return
        with suppress(OSError, IndexError):
            self.outcome.measure("CPU of a restart, s", cpu(running.process.pid))
        self.outcome.restarts.append(list(ledger)[visits].at - running.started)

    @contextmanager
    def lived(self, *, counted: bool = True) -> Iterator[None]:
        """Whatever lives in here: what it had accepted and not committed may come again."""
        before, took = self.delivered(), self._took()
        yield
        if counted:
            self._settled()
            after = self.delivered()
            for name, count in self._took().items():
                self.allowed[name] += max(0, count - took[name] - max(0, after[name] - before[name]))

    def _settled(self) -> None:
        """What a killed process had sent is still on its way to the receivers for a moment."""
        for sink in self.scene.by_name.values():
            seen = len(sink.messages)
            sink.messages.wait(lambda sink=sink, seen=seen: len(sink.messages) > seen, 0.05)

    def _took(self) -> Counter[str]:
        return Counter({name: len(sink.accepted) for name, sink in self.scene.by_name.items()})

    def delivered(self) -> Counter[str]:
        """By channel: how many messages the state knows to be accepted (a long digest is several)."""
        known = "SELECT channel, sum(parts + (state = 'delivered')) FROM alerts GROUP BY channel"
        try:
            return Counter(dict(self.query(known)))
        except sqlite3.Error as error:
            if "no such column" in str(error):
                raise  # the state's schema is another one now: without this, every duplicate would be allowed
            return Counter()  # there is no state, or none that can be read

    def query(self, words: str) -> list[tuple[Any, ...]]:
        """Asks the state itself. One on a disk of its own is copied first: SQLite does not open files under /proc."""
        database = self.scene.robot.database
        if database.parts[1] != "proc":
            return self.scene.sqlite(words)
        with tempfile.TemporaryDirectory(prefix="lab-") as folder:
            for end in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copyfile(f"{database}{end}", f"{folder}/copy{end}")
            with closing(sqlite3.connect(f"{folder}/copy")) as connection:
                return connection.execute(words).fetchall()

    def settle(self, passes: int = 8, step: timedelta = timedelta(hours=3)) -> None:
        """Passes until nothing waits in the state and every receiver was told; each must end well."""
        for _ in range(passes):
            done = self.life(step=step)
            self.outcome.must(
                done.code == 0 and "Traceback" not in done.err, f"a pass afterwards: exit {done.code}: {done.lines[-1:]}"
            )
            if done.code or (
                not self._waits() and all(self.expected <= set(self.scene.named(name)) for name in self.scene.by_name)
            ):
                return

    def _waits(self) -> int:
        with suppress(sqlite3.Error):
            query = "SELECT (SELECT count(*) FROM alerts WHERE state IN ('queued', 'retry', 'sending')) + count(due) FROM items"
            return int(self.query(query)[0][0])
        return 1

    # ------------------------------------------------------------ judgement

    def judge(self, *, names: Sequence[str] = ()) -> None:
        """Compare the ledgers: what is lost, what came twice, what is left behind."""
        for name in names or self.scene.by_name:
            sink = self.scene.by_name[name]
            told: Counter[str] = Counter()
            ids: set[object] = set()
            for message in list(sink.messages)[self._from.get(name, 0) :]:
                if not message.accepted:
                    continue
                identity = message.headers.get("webhook-id", id(message))
                if identity not in ids:
                    told.update(self.scene.keys(message))
                ids.add(identity)
                self.outcome.misses += [f"{name}: {problem}" for problem in message.problems]
            self.outcome.lost += [f"{key} at {name}" for key in sorted(self.expected - set(told))]
            again = sum(count - 1 for key, count in told.items() if key in self.expected)
            allowed = 0 if sink.kind == "webhook" else self.allowed[name]
            self.outcome.seen += again
            self.outcome.allowed += allowed
            if again > allowed:
                self.outcome.unexcused.append(f"{again} repeats at {name}, allowed {allowed}")
        self.whole()

    def whole(self) -> None:
        """The state is sound, and nothing is left behind."""
        if self.scene.robot.database.exists():
            found = self.query("PRAGMA integrity_check")
            self.outcome.must(found == [("ok",)], f"integrity: {found[:2]}")
        left = self.scene.robot.clear(within=5)
        self.outcome.must(not left, f"{len(left)} processes outlived the bot")
        files = {path.name for path in self.scene.robot.state.iterdir()} if self.scene.robot.state.is_dir() else set()
        strange = sorted(name for name in files if not KEPT.fullmatch(name))
        self.outcome.must(not strange, f"left in the state's folder: {strange}")


@contextmanager
def trial(
    outcome: Outcome,
    *,
    sinks: Sequence[str] = ("slack", "discord", "webhook"),
    feeds: int = 1,
    hosts: tuple[str, ...] = ("127.0.0.1",),
    **options: object,
) -> Iterator[Trial]:
    """A scene with receivers and feeds in a folder of its own, and no baseline yet."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, Scene(Path(folder) / "scene", hosts=hosts) as scene:
        for kind in sinks:
            scene.sink(kind, **{"budget": "1000/1m", **options})  # type: ignore[arg-type]
        for number in range(feeds):
            scene.feed(f"feed-{number}")
        outcome.tries += 1
        yield Trial(scene, outcome)


def cpu(pid: int) -> float:
    """Seconds of CPU that a process used so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def killed(done: Done) -> bool:
    """Whether it died of ``kill -9``."""
    return done.code in {-signal.SIGKILL, 128 + signal.SIGKILL}


def wait_until(holds: Callable[[], object], within: float) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + within
    while not (held := holds()) and time.monotonic() < end:
        time.sleep(0.01)
    return bool(held)
