"""A world for the pipeline: a canned web and scripted channels around the real core and a real state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, load
from bot.edge.store import Store, Transaction, feeds, items, log, lost, open_state, outbox, verdicts
from bot.edge.store.log import LogFilter
from bot.errors import ChildError, StateBusy, Stopping
from bot.model import Answer, Body, Channel, Fetched, FetchFailure, LogRow, OutboxRow, Payload
from bot.pipeline import Edges, Judged, Pipeline, Polled, Sent
from bot.rounds import Crew, Heard, Rounds

START = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
CONFIG = """
[bot]
state = "state/seen.sqlite3"
interval = "10m"
operators = ["ops"]

[concepts]
openai = ["OpenAI"]
nato = ["NATO"]

[[stories]]
name = "story"
title = "OpenAI and NATO"
query = "openai AND nato"
channels = ["room"]

[[channels]]
name = "room"
kind = "webhook"
url = "https://hooks.example.org/room"
budget = "3/10m"

[[channels]]
name = "ops"
kind = "webhook"
url = "https://hooks.example.org/ops"

[[feeds]]
name = "A"
url = "https://a.example.org/rss"

[[feeds]]
name = "B"
url = "https://b.example.org/rss"
"""


def item(
    key: str,
    title: str = "",
    *,
    guid: str | None = None,
    link: str | None = None,
    summary: str = "",
    date: datetime | None = START,
) -> str:
    """One RSS item; its page is at ``https://a.example.org/<key>``."""
    dated = f"<pubDate>{format_datetime(date)}</pubDate>" if date else ""
    return (
        f"<item><title>{escape(title or key)}</title><link>{escape(link or f'https://a.example.org/{key}')}</link>"
        f"<guid isPermaLink='false'>{guid or key}-guid</guid>{dated}<description>{escape(summary)}</description></item>"
    )


def rss(*entries: str, end: str = "</channel></rss>") -> bytes:
    return f"<rss version='2.0'><channel><title>T</title><link>https://a.example.org/</link>{''.join(entries)}{end}".encode()


def page(*paragraphs: str) -> bytes:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return f"<html><body><article>{text}</article></body></html>".encode()


ABOUT = (
    "OpenAI is considering a contract to deploy its technology on the unclassified networks of NATO, a person said.",
    "The alliance did not respond to a request for comment outside of its business hours on Tuesday evening.",
)
OTHER = (
    "The price of cheese rose by four percent in the last quarter, the ministry of agriculture said on Monday morning.",
    "Producers in the mountains blamed the weather, and said that they expected better months in the high pastures.",
)


class Web:
    """Addresses and what they answer; a ledger of what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Fetched | FetchFailure | Callable[[Mapping[str, str]], Fetched | FetchFailure]] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.allowed: list[tuple[bool, list[str]]] = []  # of each: whether it might go inside, and its private headers

    def serve(self, url: str, body: bytes, *, status: int = 200, content_type: str = "text/html", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[url] = Fetched(url=url, status=status, headers={"content-type": content_type, **named}, body=body)

    def feed(self, name: str, *entries: str, **headers: str) -> None:
        self.serve(f"https://{name.lower()}.example.org/rss", rss(*entries), content_type="application/rss+xml", **headers)

    def article(self, key: str, *paragraphs: str) -> None:
        self.serve(f"https://a.example.org/{key}", page(*paragraphs))

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        gate: Any = None,
        inside: bool = False,
        private: Mapping[str, object] | None = None,
        **_: object,
    ) -> Fetched | FetchFailure:
        if gate is not None and (refusal := gate(url, False, 1.0)) is not None:
            return refusal
        self.asked.append((url, headers or {}))
        self.allowed.append((inside, sorted(private or {})))
        answer = self.answers.get(url, FetchFailure(why="refused the connection", temporary=True))
        return answer(headers or {}) if callable(answer) else answer


class Robots:
    """Allows everything but what it is told not to."""

    def __init__(self) -> None:
        self.forbidden: set[str] = set()

    def gate(self, url: str, inside: bool, seconds: float | None = None) -> FetchFailure | None:
        del inside, seconds
        return FetchFailure(why="robots.txt forbids it", temporary=False) if url in self.forbidden else None


class Pool:
    """Runs what it is given right here; ``fails`` names functions whose child is to die."""

    def __init__(self) -> None:
        self.fails: set[str] = set()
        self.deaths = 0

    def run(self, fn: Callable[..., Any], /, *args: object, **kwargs: object) -> Any:
        if fn.__name__ in self.fails:
            self.deaths += 1
            raise ChildError("gave no answer within 12 s", died=True)
        return fn(*args, **kwargs)

    def read(self, fn: Callable[..., Any], body: Body, /, *args: object, **kwargs: object) -> Any:
        return self.run(fn, body if isinstance(body, bytes) else body.read(), *args, **kwargs)

    read_first = read


class Receiver:
    """Channels that answer by script, ``delivered`` when it is empty; a ledger of what was accepted."""

    def __init__(self) -> None:
        self.script: list[Answer] = []
        self.accepted: list[tuple[str, str, Payload]] = []
        self.attempts = 0

    def send(self, channel: Channel, alert_id: str, payload: Payload, *, attempt: int = 1) -> Answer:
        del attempt
        self.attempts += 1
        answer = self.script.pop(0) if self.script else Answer(state="delivered", why="ok", status=200)
        if answer.state == "delivered":
            self.accepted.append((channel.name, alert_id, payload))
        return answer


class FailingStore:
    """A state whose k-th transaction fails when everything in it was done but not committed."""

    def __init__(self, store: Store, fail_at: int) -> None:
        self._store, self.left = store, fail_at

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self._store.write() as tx:
            yield tx
            self.left -= 1
            if self.left == 0:
                raise KilledError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class KilledError(Exception):
    """Stands for the process's death between two instructions."""


class TroubledStore:
    """A state that another process holds whenever ``locked`` says so of the n-th transaction; and a count of them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.locked: Callable[[int], bool] = lambda number: False
        self.opened = 0
        self.for_nothing = 0  # transactions that changed no row

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self.opened += 1
        if self.locked(self.opened):
            raise StateBusy("the state is locked by another process for 5 s")
        with self._store.write() as tx:
            before = _changes(tx)
            yield tx
            self.for_nothing += _changes(tx) == before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _changes(tx: Transaction) -> int:
    driver: Any = tx.connection.driver_connection
    return int(driver.total_changes)


class Hand:
    """Workers that wait for the test: what was submitted runs when it says so."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], object]] = []

    def submit(self, host: str, job: Callable[[], object], *, first: bool = False) -> None:
        del host
        self.jobs.append(job)

    def has_turn(self, host: str) -> bool:
        del host
        return True  # a turn lasts until the job ends

    def run_one(self) -> None:
        self.jobs.pop(0)()

    def run(self) -> None:
        """What stands there now; not what that brings."""
        for _ in self.jobs.copy():
            self.run_one()


class Ticks:
    """The daemon's rounds over a world, tick by tick."""

    def __init__(self, world: World, heard: Heard) -> None:
        self.hand = Hand()
        crew = Crew(clock=lambda: world.now, stopping=lambda: world.stopping, heard=heard)
        self.rounds = Rounds(world.pipeline, self.hand, crew)  # type: ignore[arg-type]

    def poll(self) -> None:
        self.rounds.poll_due()
        self.hand.run()
        self.rounds.flush()

    def judge(self) -> None:
        self.rounds.judge_waiting()
        self.hand.run()
        self.rounds.flush()


class World:
    """Drives the pipeline step by step, as the rounds do, under a clock of its own."""

    def __init__(self, root: Path, text: str = CONFIG) -> None:
        self.root = root
        self.web, self.robots, self.pool, self.receiver = Web(), Robots(), Pool(), Receiver()
        self.now = START
        self.stopping = False
        self.store: Any = open_state(root / "state" / "seen.sqlite3")
        self.results: list[Polled | Judged | Sent] = []
        self.configure(text)

    def configure(self, text: str) -> None:
        (self.root / "config").mkdir(exist_ok=True)
        (self.root / "config" / "bot.toml").write_text(text)
        self.config: Config = load(self.root / "config", {})
        with self.store.write() as tx:
            feeds.sync(tx, self.config.feeds, self.now)

    @property
    def pipeline(self) -> Pipeline:
        edges = Edges(
            store=self.store, door=self.web, robots=self.robots, pool=self.pool, sender=self.receiver,  # type: ignore[arg-type]
            stopping=lambda: self.stopping,
        )  # fmt: skip
        return Pipeline(self.config, edges, chance=lambda: 0.0)

    def poll(self) -> list[Polled]:
        with self.store.write() as tx:
            due = feeds.claim(tx, self.now, lease=timedelta(hours=1), limit=100)
        polled = []
        for state in due:
            try:
                polled.append(self.pipeline.poll(state, self.now))
            except Stopping:
                continue
        with self.store.write() as tx:
            feeds.save_polled(tx, [done.state for done in polled if not done.kept])
        self.pipeline.look(self.now)
        return polled

    def judge(self) -> list[Judged]:
        judged = []
        while True:
            with self.store.write() as tx:
                waiting = items.claim(tx, self.now, lease=timedelta(hours=1), limit=100)
            if not waiting:
                return judged
            done = [self.pipeline.judge(found, self.now) for found in waiting]
            if plain := [result.judgement for result in done if not result.kept]:
                with self.store.write() as tx:
                    verdicts.save(tx, plain)
            judged += done

    def deliver(self) -> list[Sent]:
        sent: list[Sent] = []
        for channel in self.config.channels:
            self.pipeline.deliver(channel, lambda: self.now, sent.append)
        return sent

    def once(self, *, after: timedelta = timedelta(minutes=20)) -> None:
        self.poll()
        self.judge()
        self.pipeline.announce(self.now)
        self.deliver()
        self.now += after

    def restart(self) -> None:
        """As after a kill: leases and half-sent alerts are taken over."""
        with self.store.write() as tx:
            feeds.take_over(tx, timedelta(hours=1), self.now)
            items.take_over(tx, self.now)
            lost.take_over(tx, self.now)

    def log(self, **wanted: Any) -> list[LogRow]:
        with self.store.read() as connection:
            return list(log.rows(connection, LogFilter(**wanted)))

    def verdicts(self) -> dict[str, str]:
        """Title -> verdict of the first story."""
        return {row.item.title: row.verdicts[0].verdict if row.verdicts else "" for row in self.log()}

    def outbox(self) -> list[OutboxRow]:
        with self.store.read() as connection:
            return outbox.rows(connection)

    def told(self, channel: str = "room") -> list[str]:
        """The headlines of the alerts the channel accepted, in order; a digest's as one list."""
        rows = {row.alert.id: row for row in self.outbox()}
        accepted = [rows[alert] for name, alert, _ in self.receiver.accepted if name == channel]
        return [" + ".join(entry.item.title.raw for entry in row.alert.entries) or row.alert.problem.raw for row in accepted]

    def state_of(self, feed: str) -> Any:
        with self.store.read() as connection:
            return feeds.states(connection)[feed]

    def fail_at(self, transaction: int) -> None:
        self.store = FailingStore(getattr(self.store, "_store", self.store), transaction)

    def trouble(self) -> TroubledStore:
        """Put a troubled state in place of the one there is; for the pipelines and rounds made from now on."""
        self.store = TroubledStore(getattr(self.store, "_store", self.store))
        return self.store

    def ticks(self, heard: Heard = lambda result: None) -> Ticks:
        return Ticks(self, heard)

    def asked_for(self, url: str) -> int:
        """How often an address was asked for."""
        return [asked for asked, _ in self.web.asked].count(url)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.web.feed("A")
    world.web.feed("B")
    yield world
    getattr(world.store, "_store", world.store).close()


def changed(fetched: Fetched | FetchFailure, **changes: object) -> Fetched:
    assert isinstance(fetched, Fetched)
    return replace(fetched, **changes)  # type: ignore[arg-type]
