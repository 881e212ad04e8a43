"""The rows of the table: each a measure of the bot, a divisor measured in the same run, and what is to be reached.

Every contender gets a local web of its own, which shows it the same documents in the same order. CPU is user + sys of the whole
process tree, start-up taken off on both sides.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import process
from tests.bench.bot import Bot
from tests.bench.documents import HINT, Shape
from tests.bench.web import Web

# A cycle of the floor is one process; the first ones fill its state.
_WARM, _MEASURED = 2, 3
_OLD = 1_000_000  # an id that no item of the bench comes near


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. ``bot`` and ``divisor`` in ``unit``; ``reach``: the ratio to stay under."""

    name: str
    unit: str
    bot: float
    divisor: float
    reach: float

    @property
    def ratio(self) -> float:
        return self.bot / self.divisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    feeds: int
    intervals: int
    logged: tuple[int, int]  # items in the log, small and large


@contextmanager
def _place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="storywatch-bench-") as folder:
        yield Path(folder)


def start_up(size: Size) -> Iterator[Row]:
    """A pass with nothing due; the divisor is one second."""
    with _place() as folder:
        bot = Bot(folder, None)
        bot.once()
        yield Row(name="once with nothing due", unit="s CPU", bot=bot.start_up(), divisor=1.0, reach=0.8)


def steady(size: Size, *, tls: bool = False) -> Iterator[Row]:
    """A poll of every feed by the running daemon, 5 % of them changed, against the floor with its short cuts."""
    shape = Shape(feeds=size.feeds)
    hosts = min(250, size.feeds) if tls else None
    floor = _floor_steady(shape, tls=tls, hosts=hosts)
    with _place() as folder, Web(shape, folder, tls=tls, hosts=hosts) as web, Bot(folder / "bot", web).running() as daemon:
        cycle = daemon.cycles(size.intervals)
    kind = "TLS" if tls else "HTTP"
    name = f"steady cycle, {kind}, {size.feeds} feeds / floor-smart"
    yield Row(name=name, unit="s CPU", bot=cycle.cpu, divisor=floor, reach=1.5)


def unchanged(size: Size) -> Iterator[Row]:
    """What an unchanged answer costs without validators, against a 304."""
    found = []
    for validators in (False, True):
        shape = Shape(feeds=size.feeds, changed=0.0, validators=validators)
        with _place() as folder, Web(shape, folder) as web, Bot(folder / "bot", web).running() as daemon:
            found.append(daemon.cycles(size.intervals).cpu)
    yield Row(name="unchanged 200 without validators / 304", unit="s CPU", bot=found[0], divisor=found[1], reach=2.5)


def cold(size: Size) -> Iterator[Row]:
    """The first poll of every feed, 5 % of the titles hinted and their articles read, against the floor as libraries come."""
    shape = Shape(feeds=size.feeds, hinted=0.05)
    with _place() as folder, Web(shape, folder) as web:
        floor = _floor(folder, web, "--hint", HINT)
    with _place() as folder, Web(shape, folder) as web:
        bot = Bot(folder / "bot", web, articles="hinted")
        spent = bot.once()
        start = _idle(bot)
    cpu = spent.cpu - start.cpu
    yield Row(name=f"cold, {size.feeds} feeds, 5 % hinted / floor", unit="s CPU", bot=cpu, divisor=floor["cpu"], reach=0.95)
    yield Row(name="the same, wall / CPU on two cores", unit="s", bot=spent.wall - start.wall, divisor=cpu, reach=0.65)


def memory(size: Size) -> Iterator[Row]:
    """The main process's largest memory with all feeds, against none."""
    with _place() as folder, Web(Shape(feeds=size.feeds), folder) as web:
        bot = Bot(folder / "bot", web)
        bot.once()
        with bot.running() as daemon:
            daemon.cycles(1)
            large = daemon.memory()
    with _place() as folder, Bot(folder / "bot", None).running() as daemon:
        daemon.still()
        small = daemon.memory()
    yield Row(name=f"peak memory, {size.feeds} feeds / none", unit="MB", bot=large, divisor=small, reach=1.4)


def log_size(size: Size) -> Iterator[Row]:
    """A steady cycle over a large log against a small one."""
    found = []
    for items in reversed(size.logged):
        with _place() as folder, Web(Shape(feeds=size.feeds), folder) as web:
            bot = Bot(folder / "bot", web)
            bot.once()
            _fill(bot.state, items)
            with bot.running() as daemon:
                found.append(daemon.cycles(size.intervals).cpu)
    small, large = size.logged
    name = f"steady, {large:,} items in the log / {small:,}"
    yield Row(name=name, unit="s CPU", bot=found[0], divisor=found[1], reach=1.10)


ROWS: dict[str, Callable[[Size], Iterator[Row]]] = {
    "start": start_up,
    "steady": steady,
    "tls": lambda size: steady(Size(feeds=min(size.feeds, 300), intervals=size.intervals, logged=size.logged), tls=True),
    "unchanged": unchanged,
    "cold": cold,
    "memory": memory,
    "log": log_size,
}


def _floor_steady(shape: Shape, *, tls: bool, hosts: int | None) -> float:
    with _place() as folder, Web(shape, folder, tls=tls, hosts=hosts) as web:
        cycles = [_floor(folder, web, "--smart") for _ in range(_WARM + _MEASURED)]
    return median(cycle["cpu"] for cycle in cycles[_WARM:])


def _floor(folder: Path, web: Web, *options: str) -> dict[str, Any]:
    """One cycle of the floor; what it printed."""
    urls = folder / "urls"
    urls.write_text("\n".join(web.urls))
    trust = ["--ca", str(web.ca)] if web.ca is not None else []
    command = process.python("tests.bench.floor", "--state", str(folder / "floor.db"), "--urls", str(urls), *trust, *options)
    told: dict[str, Any] = json.loads(process.run(command, folder).output.splitlines()[-1])
    return told


def _idle(bot: Bot) -> process.Spent:
    passes = [bot.once() for _ in range(3)]
    return min(passes, key=lambda each: each.cpu)


def _fill(state: Path, items: int) -> None:
    """So many settled items of a feed that is no more, each with its key and a verdict, as a log of years has them."""
    with closing(sqlite3.connect(state)) as db, db:
        rows = range(_OLD, _OLD + items)
        db.executemany(
            "INSERT INTO items(id, feed, guid, url, title, summary, first_seen, outlet, baseline, inside, judged_at, note)"
            " VALUES (?, 'old', ?, ?, 'An old headline of a dozen words or so', 'And its summary', 1, 'old', 0, 0, 1, 'read')",
            ((n, f"g{n}", f"https://old.example/{n}") for n in rows),
        )
        db.executemany("INSERT INTO seen(key, item) VALUES (?, ?)", ((n.to_bytes(16, "big"), n) for n in rows))
        db.executemany(
            "INSERT INTO verdicts(item, story, verdict, score, terms, sentence, why, rule, hits)"
            " VALUES (?, 'bench', 'no-match', 0, '[]', '', 'no word of the story', 'r', '[]')",
            ((n,) for n in rows),
        )
