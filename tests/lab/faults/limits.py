"""Faults 17, 18 and 20: children that die or hang, limits of the process, retention under load."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from ..robot import Running
from .networks import at_work
from .row import Case, Outcome
from .signals import _afterwards, _ended, daemon
from .trial import Trial, trial, wait_until


def children(running: Running) -> list[int]:
    """The processes that read documents for the bot."""
    found = []
    for names in Path(f"/proc/{running.process.pid}/task").glob("*/children"):
        for child in names.read_text().split():
            try:
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.append(int(child))
            except OSError:
                continue  # it died meanwhile
    return found


def struck(number: signal.Signals, times: int, outcome: Outcome) -> None:
    """Its children get the signal again and again while it reads; the news arrives, and no zombie stays."""
    with trial(outcome) as on:
        with daemon(on) as running:
            at_work(running)
            hit, ends = set[int](), time.monotonic() + 30 + 3 * times
            for turn in range(times):
                on.news()
                running.signal(signal.SIGHUP)
                wait_until(lambda: set(children(running)) - hit, max(0.1, min(15.0, ends - time.monotonic())))
                for child in set(children(running)) - hit:
                    os.kill(child, number)
                    hit.add(child)
                if turn == 0:
                    outcome.note("memory before, MB", _rss(running))
            outcome.note("children struck", len(hit))
            outcome.must(hit, "no child was there to strike")
            outcome.must(wait_until(lambda: on.expected <= set(on.scene.named("slack")), 180), f"no alert: {running.said[-300:]}")
            zombies = [child for child in hit if _state(child) == "Z"]
            outcome.must(not zombies, f"{len(zombies)} zombies")
            outcome.note("memory after, MB", _rss(running))
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        _afterwards(on)


def _rss(running: Running) -> int:
    lines = Path(f"/proc/{running.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) // 1024


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return ""


def child_cases(full: bool, seed: int) -> Iterable[Case]:
    """SIGSEGV, SIGKILL, and a stop that no SIGTERM ends."""
    for index, number in enumerate((signal.SIGSEGV, signal.SIGKILL, signal.SIGSTOP)):
        if full or index == seed % 3:
            yield Case(name=f"{number.name} to the children", play=partial(struck, number, 6 if full else 2))


LIMITS = {
    "64 files": "ulimit -n 64",
    "40 files": "ulimit -n 40",
    "20 files": "ulimit -n 20",
    "memory of 1.5 GB": "ulimit -v 1500000",
    "memory of 400 MB": "ulimit -v 400000",
    "memory of 200 MB": "ulimit -v 200000",
    "files of 64 KB": "ulimit -f 64",
}


def limited(limit: str, outcome: Outcome) -> None:
    """A pass under a limit of the system works or says why; the next one without it has lost nothing."""
    with trial(outcome) as on:
        on.baseline()
        on.news(3)
        done = on.life(through=("sh", "-c", f'{limit}; exec "$@"', "sh"), counted=True)
        outcome.note("worked under the limit" if done.code == 0 else "said why")
        outcome.must(done.code in {0, 1, 75}, f"exit {done.code}: {done.lines[-2:]}")
        outcome.must("Traceback" not in done.err, f"a traceback: {done.lines[-1:]}")
        on.settle(passes=4)
        on.judge()


def limit_cases(full: bool, seed: int) -> Iterable[Case]:
    """All; in short two."""
    names = list(LIMITS)
    for name in names if full else (names[seed % 3], names[3 + seed % 4]):
        yield Case(name=name, play=partial(limited, LIMITS[name]))


# ---------------------------------------------------------------- 20: retention


def retention(count: int, outcome: Outcome) -> None:
    """So many old items go while a daemon works: how long another writer has to wait, and whether pruned items come back."""
    with trial(outcome, feeds=8) as on:
        on.scene.bot.update(keep_text="1d", keep_log="2d")
        for number in range(8):
            on.scene.feed_options[f"feed-{number}"] = {"articles": "never"}
        for number in range(count):
            on.scene.feeds[f"feed-{number % 8}"].add(on.scene.other(f"old-{number}"))
        on.scene.now = datetime.now(UTC) - timedelta(days=3)
        on.baseline()
        on.news()
        waits: list[float] = []
        done = threading.Event()
        with on.lived(), on.start("run") as running:
            prober = threading.Thread(target=_probe, args=(on, waits, done))
            prober.start()
            gone = wait_until(lambda: _items(on) < 8, 120)
            outcome.must(gone, f"not pruned: {_items(on)} items left")
            outcome.must(wait_until(lambda: on.expected <= set(on.scene.named("slack")), 60), "no alert while it prunes")
            done.set()
            prober.join()
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        outcome.measure("lock, s", *waits)
        outcome.note("items pruned", count)
        _afterwards(on)
        again = [key for sink in on.scene.by_name for key in on.scene.named(sink) if key.startswith("old-")]
        outcome.must(not again, f"pruned items came back: {again[:3]}")
        outcome.must(_items(on) < 8, "pruned items are in the log again")


def _items(on: Trial) -> int:
    try:
        return int(on.query("SELECT count(*) FROM items")[0][0])
    except sqlite3.Error:
        return 10**9


def _probe(on: Trial, waits: list[float], done: threading.Event) -> None:
    """Another writer, every 20 ms: how long it waits for its turn."""
    while not done.wait(0.02):
        try:
            with closing(sqlite3.connect(on.scene.robot.database, isolation_level=None, timeout=10)) as other:
                other.execute("PRAGMA busy_timeout = 0")
                began = time.monotonic()
                while time.monotonic() - began < 10:
                    try:
                        other.execute("BEGIN IMMEDIATE")
                        other.execute("ROLLBACK")
                        break
                    except sqlite3.OperationalError:
                        done.wait(0.001)
                waits.append(time.monotonic() - began)
        except sqlite3.OperationalError:
            continue


def retention_cases(full: bool, seed: int) -> Iterable[Case]:
    """Four thousand items; a few hundred in short."""
    count = 4000 if full else 400
    yield Case(name=f"{count} old items", play=partial(retention, count))
