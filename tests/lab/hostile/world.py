"""500 hostile feeds and pages beside 20 good feeds, the real daemon between them, and what it costs."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from .. import sinks
from ..robot import Robot, Running, table
from . import documents, transport
from .server import Script, Server, Talk

INTERVAL = 30.0
GOOD = 20
_NEWS_EVERY = 20.0  # seconds between two new items of a good feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A hostile feed, or a good feed whose one item leads to a hostile page."""

    name: str
    script: Script
    page: bool = False


def every() -> list[Case]:
    """The whole catalogue, the same in every run."""
    found = [Case(name=f"feed: {name}", script=script) for name, script in transport.cases()]
    found += [Case(name=f"page: {name}", script=script, page=True) for name, script in transport.cases()]
    found += [Case(name=f"feed: {name}", script=_whole(body, kind)) for name, body, kind in documents.feeds()]
    found += [Case(name=f"page: {name}", script=_whole(body, kind), page=True) for name, body, kind in documents.pages()]
    return found


def chosen(count: int, seed: int) -> list[Case]:
    """So many of them, every family in proportion."""
    found = every()
    return random.Random(seed).sample(found, min(count, len(found)))


def _whole(body: bytes, kind: str) -> Script:
    return transport.page(body, f"Content-Type: {kind}")


class World:
    """The web of one run. Every case has a host of its own: one turn at a time is a host's, not a feed's."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = {f"127.{1 + n // 60_000}.{n // 250 % 240}.{1 + n % 250}": case for n, case in enumerate(cases)}
        self.names = {host: f"case{n}" for n, host in enumerate(self.cases)}
        self.visits: dict[str, list[float]] = {}  # good feed -> wall clock of each request
        self.asked: set[str] = set()
        self.began = time.time()
        self.server = Server(route=self._route)
        self.port = self.server.start()

    def feeds(self) -> Iterator[dict[str, object]]:
        for n in range(GOOD):
            yield {"name": f"good{n}", "url": f"http://127.250.0.{n + 1}:{self.port}/good/{n}"}
        for host, name in self.names.items():
            yield {"name": name, "url": f"http://{host}:{self.port}/feed", "alert_backlog": 3}

    def _route(self, host: str, target: str) -> Script:
        if target.startswith("/good/"):
            self.visits.setdefault(f"good{target[6:]}", []).append(time.time())
            return self._good
        case = self.cases.get(host)
        if case is None or target in {"/robots.txt", "/ok"}:
            return transport.page(b"", status="404 Not Found")
        self.asked.add(host)
        if case.page and target == "/feed":
            return self._leading
        return case.script

    def _leading(self, talk: Talk) -> None:
        link = f"http://{talk.host}:{self.port}/page"
        talk.answer(documents.raw(documents.rss(documents.item(talk.host, link=link))), f"Content-Type: {documents.RSS}")

    def _good(self, talk: Talk) -> None:
        newest = int((time.time() - self.began) / _NEWS_EVERY)
        items = (
            documents.item(f"{talk.target}-{n}", title=f"Harbour news {n}", link=f"http://{talk.host}:{self.port}/a/{n}")
            for n in range(newest, newest - 30, -1)
        )
        talk.answer(documents.raw(documents.rss(*items)), f"Content-Type: {documents.RSS}")


@dataclass(slots=True, kw_only=True)
class Watch:
    """Looks at the running bot from outside, four times a second: memory by the kernel's books, due times by the state."""

    running: Running
    database: Path
    visits: dict[str, list[float]]
    main: float = 0.0
    child: float = 0.0
    late: list[float] = field(default_factory=list)
    _due: dict[str, float] = field(default_factory=dict)
    _heard: dict[str, int] = field(default_factory=dict)

    def look(self) -> None:
        """One look."""
        pid = self.running.process.pid
        self.main = max(self.main, peak(pid))
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            with suppress(OSError):
                self.child = max([self.child, *(peak(int(child)) for child in task.read_text().split())])
        for name, visits in self.visits.items():
            new, self._heard[name] = visits[self._heard.get(name, 0) :], len(visits)
            if new and name in self._due:
                self.late.append(new[0] - self._due.pop(name))
        with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as state:
            rows = state.execute("SELECT name, next_due FROM feeds WHERE name LIKE 'good%' AND next_due IS NOT NULL")
            now = time.time()
            self._due |= {name: due / 1000 for name, due in rows if due / 1000 > now}

    def overdue(self, now: float) -> list[float]:
        """How late those are that were due and did not come."""
        return [now - due for due in self._due.values() if due < now]


def peak(pid: int) -> float:
    """The most memory a process ever had, in MB; 0 for one that is gone."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    return 0.0


def configure(robot: Robot, world: World, receivers: sinks.Sinks) -> list[sinks.Sink]:
    """The real limits (deadline 30 s, the pool's own), every case a feed, three receivers."""
    opened = [receivers.open(kind) for kind in ("slack", "discord", "webhook")]
    channels = [
        {
            "name": sink.kind,
            "kind": sink.kind,
            "url": sink.url,
            "budget": "1000/1m",
            **({"secret": sink.secret} if sink.secret else {}),
        }
        for sink in opened
    ]
    network = {"allow": ["127.0.0.0/8"], "host_gap": "0s"}
    robot.write("bot.toml", table("bot", {"interval": "30s"}) + table("network", network))
    robot.write("channels.toml", "".join(table("[channels]", channel) for channel in channels))
    (robot.config / "channels.toml").chmod(0o600)
    robot.write("feeds.toml", "".join(table("[feeds]", feed) for feed in world.feeds()))
    rule = {"name": "lab", "title": "Lab", "query": "openai AND nato", "channels": [sink.kind for sink in opened]}
    robot.write("stories.toml", table("[stories]", rule))
    return opened


def watch(running: Running, world: World, database: Path, seconds: float) -> Watch:
    """Look on until the time is over or the bot is gone."""
    seen = Watch(running=running, database=database, visits=world.visits)
    end, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < end and running.alive:
        seen.look()
        pause.wait(0.25)
    return seen
