"""The soak: days on a played clock, and whether anything grows. ``python -m tests.lab.soak --hours 72 --feeds 200``.

The real daemon over real loopback web and receivers; one answer in a hundred goes wrong on either side. Each simulated hour
it is weighed by the kernel's books. Exit 1 when something was lost, came twice without need, or grew.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import scripts, sinks
from .robot import PROJECT
from .scene import Scene
from .server import Reply, Request

HOSTS = tuple(f"127.0.0.{number}" for number in range(1, 9))
LISTED = 30  # items that a feed shows
STANDING = 20  # those that it shows at the start: a state is never empty for long, and SQLite's caches fill with it
SETTLED = 6  # simulated hours until memory is called settled
SLOPE = 1.0  # MB a simulated day: issue 5
WAL = 10 * 2**20
STEP = 2  # simulated minutes between two looks of the clock; feeds are due every five


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The process at one simulated hour."""

    hour: float
    rss: float  # MB
    fds: int
    threads: int
    children: int
    database: float  # MB
    wal: float
    items: int


@dataclass(slots=True, kw_only=True)
class Soak:
    """One run."""

    scene: Scene
    hours: int
    feeds: int
    rng: random.Random
    samples: list[Sample] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    published: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    def prepare(self) -> None:
        """Feeds, receivers, and their one per cent."""
        self.scene.bot.update(interval="5m", keep_text="1d", keep_log="2d")
        self.scene.network["deadline"] = "3s"
        self.scene.three_sinks(budget="1000/1m")
        for number in range(self.feeds):
            host = HOSTS[number % len(HOSTS)]
            standing = [self.scene.other(f"old-{number}-{old}", host=host) for old in range(STANDING)]
            self.scene.feed(f"feed-{number}", *standing, host=host).script = self._web_fault
        self.scene.write()

    def _web_fault(self, request: Request, normal: Reply) -> Reply:
        if self.rng.random() >= 0.01:
            return normal
        name, script = self.rng.choice(
            [("500", scripts.status(500)), ("reset", scripts.reset), ("cut", scripts.truncated), ("html", scripts.html_instead)]
        )
        self.faults[f"feed {name}"] += 1
        return script(request, normal)

    def publish(self, matching: int) -> None:
        """An hour's news: a few matching items among others, on random feeds; some receivers stumble over one of them."""
        for number in range(12):
            name = self.rng.choice(sorted(self.scene.feeds))
            page, host = self.scene.feeds[name], HOSTS[int(name.split("-")[1]) % len(HOSTS)]
            key = f"item-{self.published}"
            self.published += 1
            page.add((self.scene.match if number < matching else self.scene.other)(key, host=host))
            page.show(*page.items[:LISTED])
            if number < matching:
                self.news.append(key)
        for sink in self.scene.by_name.values():
            if self.rng.random() < 0.01 * matching * 4:  # a few more than one in a hundred: there are few messages
                name, answer = self.rng.choice(
                    [("500", sinks.BROKEN), ("reset", sinks.RESET), ("reset after accept", sinks.RESET_AFTER_ACCEPT)]
                )
                self.faults[f"receiver {name}"] += 1
                sink.next(answer)

    def play(self) -> Iterator[Sample]:
        """Run; a sample for each simulated hour."""
        command = [sys.executable, "-m", "tests.lab.inside.played", "--config", str(self.scene.robot.config)]
        command += [self.scene.now.isoformat(), "60", str(STEP)]
        with (self.scene.robot.root / "soak.err").open("w") as said:
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=self.scene.robot.env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
            assert process.stdin is not None
            assert process.stdout is not None
            for line in process.stdout:
                if not line.startswith("at "):
                    continue
                hour = int(line.split()[1]) / 60
                self.samples.append(self.weigh(process.pid, hour))
                yield self.samples[-1]
                if hour < self.hours - 3:  # the last hours are for what is being tried again
                    self.publish(matching=2 if hour >= 1 else 0)
                process.stdin.write("go\n" if hour < self.hours else "end\n")
                process.stdin.flush()
            code = process.wait(30)
        errors = (self.scene.robot.root / "soak.err").read_text()
        assert code == 0, errors[-3000:]
        assert "Traceback" not in errors, errors[errors.index("Traceback") - 500 :][:4000]

    def weigh(self, pid: int, hour: float) -> Sample:
        """By ``/proc`` and the files' sizes."""
        status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
        children = sum(len(path.read_text().split()) for path in Path(f"/proc/{pid}/task").glob("*/children"))
        database = self.scene.robot.database
        wal = database.with_name(database.name + "-wal")
        return Sample(
            hour=hour,
            rss=int(status["VmRSS"].split()[0]) / 1024,
            fds=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
            threads=int(status["Threads"]),
            children=children,
            database=database.stat().st_size / 2**20,
            wal=wal.stat().st_size / 2**20 if wal.exists() else 0.0,
            items=self.scene.sqlite("SELECT count(*) FROM items")[0][0],
        )

    # ------------------------------------------------------------ judgement

    def slope(self) -> float:
        """MB of memory a simulated day, by least squares over the samples after the first hours."""
        late = [sample for sample in self.samples if sample.hour >= SETTLED]
        if len(late) < 3:
            return 0.0
        middle, level = sum(s.hour for s in late) / len(late), sum(s.rss for s in late) / len(late)
        square = sum((s.hour - middle) ** 2 for s in late)
        return 24 * sum((s.hour - middle) * (s.rss - level) for s in late) / square

    def lost(self) -> list[str]:
        """News that a receiver never accepted."""
        told = {name: set(self.scene.named(name)) for name in self.scene.by_name}
        return [f"{key} at {name}" for name, keys in told.items() for key in self.news if key not in keys]

    def twice(self) -> tuple[int, int]:
        """Repeats seen, and those whose earlier message was accepted without an answer: no sender can know."""
        seen = allowed = 0
        for sink in self.scene.by_name.values():
            told: dict[str, bool] = {}
            for message in sink.accepted:
                for key in self.scene.keys(message):
                    if key in told:
                        seen += 1
                        allowed += not told[key]
                    told[key] = message.told
        return seen, allowed

    def misses(self) -> list[str]:
        """What grew, what is gone, what came twice."""
        late = [sample for sample in self.samples if sample.hour >= SETTLED] or self.samples
        half = len(late) // 2 or 1
        found = [f"lost: {what}" for what in self.lost()[:5]]
        seen, allowed = self.twice()
        if seen > allowed:
            found.append(f"{seen} repeats, {allowed} of them excused")
        if self.slope() >= SLOPE:
            found.append(f"memory grows by {self.slope():.2f} MB a simulated day")
        for name in ("fds", "threads", "children"):
            first, last = (max(getattr(s, name) for s in part) for part in (late[:half], late[half:] or late))
            if last > first + 2:
                found.append(f"{name} grow: {first} at most in the first half, {last} in the second")
        if (wal := max(sample.wal for sample in self.samples) * 2**20) >= WAL:
            found.append(f"WAL of {wal / 2**20:.1f} MB")
        return found

    def table(self) -> str:
        """For people."""
        lines = ["| hour | RSS MB | fds | threads | children | db MB | WAL MB | items |", "| ---: " * 8 + "|"]
        every = max(1, len(self.samples) // 12)
        shown = [s for n, s in enumerate(self.samples) if n % every == 0 or s is self.samples[-1]]
        lines += [
            f"| {s.hour:.0f} | {s.rss:.1f} | {s.fds} | {s.threads} | {s.children} | {s.database:.2f} | {s.wal:.2f} | {s.items} |"
            for s in shown
        ]
        seen, allowed = self.twice()
        polls = sum(visit.target.startswith("/feeds/") for visit in self.scene.web.visits)
        lines += [
            "",
            f"{polls:,} polls of {self.feeds} feeds, {self.published} items, {len(self.news)} matching, 3 receivers",
            f"faults: {', '.join(f'{name} {count}' for name, count in sorted(self.faults.items()))}",
            f"memory slope after hour {SETTLED}: {self.slope():+.2f} MB a simulated day",
            f"lost {len(self.lost())}; duplicates allowed/seen {allowed}/{seen}",
        ]
        return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=int, default=72, help="simulated")
    options.add_argument("--feeds", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lab-soak-") as folder, Scene(Path(folder) / "scene", hosts=HOSTS) as scene:
        soak = Soak(scene=scene, hours=chosen.hours, feeds=chosen.feeds, rng=random.Random(chosen.seed))
        soak.prepare()
        for sample in soak.play():
            width = int(24 * sample.hour / chosen.hours)
            end = "\r" if sys.stderr.isatty() else "\n"
            sys.stderr.write(
                f"[{'#' * width:24}] hour {sample.hour:.0f}/{chosen.hours}, {sample.rss:.1f} MB, {time.monotonic() - began:.0f} s{end}"
            )
            sys.stderr.flush()
        misses = soak.misses()
        print(
            f"soak, {chosen.hours} simulated hours in {(time.monotonic() - began) / 60:.0f} minutes, seed {chosen.seed}\n\n{soak.table()}"
        )
    for miss in misses:
        print(f"MISS {miss}; replay: python -m tests.lab.soak --hours {chosen.hours} --feeds {chosen.feeds} --seed {chosen.seed}")
    return 1 if misses else 0


if __name__ == "__main__":
    raise SystemExit(main())
