"""A stream of items under ``kill -9``: what is published must end as alerts, whatever dies on the way.

    python tests/lab/stream.py --items 400 --kills 20 --seed 7

Passes (``once``) follow each other on a simulated clock while feeds grow; seeded kills fall at random times, at
a request to the web, between a receiver's accept and its answer, and just after that answer. Afterwards the bot
runs to quiet, and the ledgers are held against its log. Prints the figures; exit 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from . import oracle
from .documents import Item
from .kills import AtCommit, trap
from .oracle import Figures, Life
from .robot import until
from .scene import Scene
from .sentences import Event, events

RELATED = ("OpenAI and NATO: what we know", "Pentagon staff on OpenAI", "Ten soups for winter")


@dataclass(slots=True, kw_only=True)
class Stream:
    """Feeds that grow with labelled events, and the bot's lives while they do."""

    scene: Scene
    seed: int
    feeds: int = 12
    budget: str = "1000/1m"
    rng: random.Random = field(init=False)
    source: Iterator[Event] = field(init=False)
    events: list[Event] = field(default_factory=list)
    event_of: dict[str, int] = field(default_factory=dict)  # item key -> event
    fresh: set[int] = field(default_factory=set)  # events that came after the baseline
    lives: list[Life] = field(default_factory=list)
    restart: list[float] = field(default_factory=list)  # seconds from a start to its first request
    news: set[str] = field(default_factory=set)  # paths of the feeds that the last publishing changed
    lasted: float = 1.0  # seconds of the last pass that was not killed
    entries: int = 0
    first_pass: float = 0.0

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.source = events(self.seed)
        self.scene.three_sinks(budget=self.budget)
        for number in range(self.feeds):
            self.scene.feed(f"outlet-{number}", kind=("rss", "atom", "rdf", "json")[number % 4])

    # ------------------------------------------------------------ publishing

    def publish(self, count: int, names: Sequence[str] = (), *, matching: bool = False) -> None:
        """New entries on a few feeds: new events, copies of recent ones elsewhere, the same page in a second feed.

        The others rest, some for good: what a poll loses there is not brought back by the feed's next change.
        """
        names = names or self.rng.sample(sorted(self.scene.feeds), 3 if self.lives else self.feeds)
        self.news = {f"/feeds/{name}" for name in names}
        for number in range(count):
            feed = names[number % len(names)]
            copy = self.fresh and not matching and self.rng.random() < 0.25
            item = self._copy(feed) if copy else self._new(feed, matching=matching)
            told = {self.event_of[other.key] for other in self.scene.feeds[feed].items}
            if self.event_of[item.key] not in told:  # a second entry under the same title would be the same item
                self.scene.feeds[feed].add(item)
                self.entries += 1

    def _new(self, feed: str, *, matching: bool) -> Item:
        self.events.append(next(event for event in self.source if event.matches or not matching))
        if self.lives:
            self.fresh.add(len(self.events) - 1)
        return self._item(feed, len(self.events) - 1)

    def _copy(self, feed: str) -> Item:
        number = self.rng.choice(sorted(self.fresh)[-30:])
        known = [key for key, event in self.event_of.items() if event == number]
        page = self.scene.web.pages[f"/a/{self.rng.choice(known)}"]
        return page.item if self.rng.random() < 0.4 else self._item(feed, number)

    def _item(self, feed: str, number: int) -> Item:
        event = self.events[number]
        key = f"e{number}-{feed}"
        self.event_of[key] = number
        if f"/a/{key}" in self.scene.web.pages:
            return self.scene.web.pages[f"/a/{key}"].item
        return self.scene.item(
            key, title=event.title, summary=event.summary, text=event.text, outlet=feed, related=() if event.matches else RELATED
        )

    # ------------------------------------------------------------ passes and kills

    def baseline(self) -> None:
        self.publish(2 * self.feeds)
        self.live(kill=False)
        self.first_pass = time.monotonic()  # its digest names what stood there before: not part of the count

    def live(self, *, kill: bool, step: timedelta = timedelta(minutes=5), through: Sequence[str] = ()) -> bool:
        """One pass; whether it was killed."""
        self.scene.write()
        self.scene.now += step
        visits = len(self.scene.web.visits)
        running = self.scene.robot.start("once", "--now", self.scene.now.isoformat(), through=through)
        laid = trap(self.rng, self.scene, running, lasted=self.lasted, news=self.news)
        if kill:
            laid.lay()
        done = running.wait(120)
        laid.away()
        killed = done.code == -signal.SIGKILL
        if not killed:
            self.lasted = done.ok().seconds
        first = list(self.scene.web.visits)[visits : visits + 1]
        self.restart += [visit.at - running.started for visit in first]
        self.lives.append(Life(started=running.started, killed=killed))
        return killed

    def daemon(self, *, kill_after: int | None) -> None:
        """The daemon on the real clock: killed at that many messages accepted, or stopped when it has no more to say."""
        self.scene.write()
        running = self.scene.robot.start("run")
        quiet, count = running.started + 5, kill_after or 0  # it may take that long to start

        def heard(_: object) -> None:
            nonlocal count, quiet
            quiet = time.monotonic() + 5
            count -= 1
            if count == 0:
                running.process.kill()

        self.scene.sinks.on_accept = heard
        until(lambda: not running.alive or time.monotonic() > quiet, 90, "the daemon's end or rest")
        if running.alive:
            running.signal(signal.SIGTERM)
        done = running.wait(10)
        self.scene.sinks.on_accept = lambda message: None
        self.lives.append(Life(started=running.started, killed=done.code == -signal.SIGKILL))
        if not self.lives[-1].killed:
            done.ok()

    def sweep(self) -> int:
        """A piece of news and a pass that is killed at its first commit, then at its second, until one outlives it; how many."""
        for number in range(1, 200):
            self.publish(1, [f"outlet-{number % self.feeds}"], matching=True)
            killed = self.live(kill=False, through=AtCommit(self.scene.robot.root, number).words)
            self.live(kill=False)
            if not killed:
                return number - 1
        raise AssertionError("one piece of news took 200 commits")

    def settle(self, passes: int = 12) -> None:
        """Passes without kills until two in a row bring no receiver anything new."""
        quiet = 0
        for _ in range(passes):
            before = [len(sink.messages) for sink in self.scene.by_name.values()]
            self.live(kill=False, step=timedelta(hours=3))
            quiet = quiet + 1 if before == [len(sink.messages) for sink in self.scene.by_name.values()] else 0
            if quiet == 2:
                return

    # ------------------------------------------------------------ judgement

    def figures(self) -> Figures:
        """Everything counted, at the ledgers first."""
        rows = self.scene.log()
        matching = sorted(number for number in self.fresh if self.events[number].matches)
        found = Figures(
            items=len(self.scene.web.first_served),
            events=len(self.fresh),
            matches=len(matching),
            kills=sum(life.killed for life in self.lives),
            restarts=len(self.lives) - 1,
            slowest_restart=max(self.restart, default=0.0),
        )
        known = {(row["feed"], self.scene.key(row["url"])) for row in rows}
        found.lost += [
            f"{key} of {feed} is not in the log" for feed, key in self.scene.web.first_served if (feed, key) not in known
        ]
        self._judge_log(found, rows, matching)
        for name, sink in self.scene.by_name.items():
            taken = [(message, self.scene.keys(message)) for message in sink.accepted if message.at > self.first_pass]
            found.alerts[name] = len(taken)
            found.repeats += oracle.repeats(taken, self.lives)
            self._judge_sink(found, rows, name, {key for _, keys in taken for key in keys}, matching)
            found.half += [f"{name}: {problem}" for message in sink.messages for problem in message.problems]
        found.half += [f"integrity: {row}" for row in self.scene.sqlite("PRAGMA integrity_check") if row != ("ok",)]
        found.half += [f"foreign key: {row}" for row in self.scene.sqlite("PRAGMA foreign_key_check")]
        return found

    def _judge_log(self, found: Figures, rows: list[oracle.Row], matching: list[int]) -> None:
        of_item, _ = oracle.developments(rows, self.scene.key)
        matched = {self.event_of[key] for key in of_item}
        found.missed += [f"event {n}: {self.events[n].title}" for n in matching if n not in matched]
        found.wrong += [f"event {n}: {self.events[n].title}" for n in sorted(matched) if not self.events[n].matches]
        told = {key for name in self.scene.by_name for key in self.scene.named(name)}
        found.half += oracle.contradictions(rows, told, self.scene.key)
        found.half += oracle.strangers(rows, self.scene.by_name["webhook"].accepted)

    def _judge_sink(self, found: Figures, rows: list[oracle.Row], name: str, named: set[str], matching: list[int]) -> None:
        of_item, of_development = oracle.developments(rows, self.scene.key)
        told = {self.event_of[key] for key in named}
        found.wrong += [
            f"{name} was told of event {n}" for n in sorted(told) if not self.events[n].matches or n not in self.fresh
        ]
        for number in (n for n in matching if n not in told):
            keys = {key for key, event in self.event_of.items() if event == number}
            kin = {other for key in keys for development in of_item.get(key, ()) for other in of_development[development]}
            (found.folded if kin & named else found.lost).append(f"event {number} at {name}: {self.events[number].title}")


def play(scene: Scene, *, items: int, kills: int, seed: int, budget: str = "1000/1m") -> Figures:
    """The whole run: a baseline, ``items`` entries over passes of which ``kills`` are killed, quiet, judgement."""
    stream = Stream(scene=scene, seed=seed, budget=budget)
    stream.baseline()
    each = max(1, items // max(1, kills))
    done = 0
    for _ in range(3 * kills + 1):
        stream.publish(min(each, max(0, items - stream.entries)))
        done += stream.live(kill=done < kills)
        if done >= kills and stream.entries >= items:
            break
    stream.settle()
    return stream.figures()


def play_sweep(scene: Scene, *, seed: int, budget: str = "1000/1m") -> Figures:
    """A pass killed at each of its commits. Each piece of news in a feed of its own: no later change brings it back."""
    stream = Stream(scene=scene, seed=seed, feeds=30, budget=budget)
    stream.baseline()
    stream.sweep()
    stream.settle()
    return stream.figures()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--items", type=int, default=400)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--budget", default="1000/1m", help="of each channel; a small one makes digests")
    options.add_argument(
        "--sweep", action="store_true", help="instead: kill a pass at its first commit, its second, ... (strace)"
    )
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, Scene(Path(folder) / "scene") as scene:
        if chosen.sweep:
            figures = play_sweep(scene, seed=chosen.seed, budget=chosen.budget)
        else:
            figures = play(scene, items=chosen.items, kills=chosen.kills, seed=chosen.seed, budget=chosen.budget)
    print(f"seed {chosen.seed}\n{figures.table()}")
    return 0 if figures.good else 1
