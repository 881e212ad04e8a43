"""Lanes over real parts: a state, the door, the sender, and a receiver on loopback that answers by script."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import Config, load
from bot.edge.http import Door
from bot.edge.send import Sender
from bot.edge.store import Store, channels, lost, open_state, outbox
from bot.model import Alert, Foreign, OutboxRow
from bot.pipeline import Edges, Pipeline, Sent
from tests.lab.server import Loopback, Reply, Request

PATHS = {"slack": "/services/T0/B0/", "discord": "/api/webhooks/1/", "webhook": "/hook/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request at the receiver: to which channel, when by the place's real clock, and its headers."""

    channel: str
    at: datetime
    headers: Mapping[str, str]
    body: bytes


class Lanes:
    """Drives lanes under two clocks: ``now``, the bot's, and ``real``, which moves only while a lane rests."""

    def __init__(self, root: Path, *, deadline: str = "10s") -> None:
        self.root, self._deadline = root, deadline
        self.store: Store = open_state(root / "state" / "seen.sqlite3")
        self.now = self.real = datetime(2026, 3, 3, 8, tzinfo=UTC)
        self.script: dict[str, list[Reply]] = {}  # per channel: one after the other; the last one for ever
        self.arrived: list[Arrival] = []
        self.sent: list[Sent] = []
        self.stop = threading.Event()
        self.rested: list[float] = []
        self.on_request: Callable[[], object] = lambda: None
        self._web = Loopback(self._respond)
        self.config: Config
        self.door: Door

    def close(self) -> None:
        self.door.close()
        self._web.close()
        self.store.close()

    def configure(self, *wanted: tuple[str, str], operators: str = "", more: Mapping[str, str] | None = None) -> None:
        """Channels of (kind, name); ``more``: further lines of a channel's table, by its name."""
        text = f'[bot]\nstate = "state/seen.sqlite3"\noperators = [{operators}]\n'
        text += f'[network]\nallow = ["127.0.0.0/8"]\nhost_gap = "0s"\ndeadline = "{self._deadline}"\n'
        for kind, name in wanted:
            url = f"http://127.0.0.1:{self._web.port}{PATHS[kind]}{name}-secret-token"
            lines = (more or {}).get(name, "")
            text += f'[[channels]]\nname = "{name}"\nkind = "{kind}"\nurl = "{url}"\n{lines}\n'
        (self.root / "config").mkdir(exist_ok=True)
        (self.root / "config" / "bot.toml").write_text(text)
        self.config = load(self.root / "config", {})
        self.door = Door(self.config.network, user_agent="lanes")
        with self.store.write() as tx:
            channels.sync(tx, self.config.channels, self.now)

    def queue(self, channel: str, *problems: str) -> list[str]:
        alerts = [
            Alert(id=outbox.new_id(), type="feed.problem", channel=channel, created=self.now, feed="A", problem=Foreign(problem))
            for problem in problems
        ]
        with self.store.write() as tx:
            for alert in alerts:
                outbox.queue(tx, alert)
        return [alert.id for alert in alerts]

    @property
    def pipeline(self) -> Pipeline:
        unused: Any = None
        edges = Edges(
            store=self.store, door=self.door, robots=unused, pool=unused, sender=Sender(self.door.post, io.StringIO()),
            stopping=self.stop.is_set, rest=self._rest, real=lambda: self.real,
        )  # fmt: skip
        return Pipeline(self.config, edges, chance=lambda: 0.0)

    def deliver(self, *, after: timedelta = timedelta()) -> None:
        """What one tick of the daemon does: every lane that is due."""
        self.now += after
        with self.store.read() as connection:
            due = channels.due(connection, self.config.channels, self.now)
        for channel in due:
            self.pipeline.deliver(channel, lambda: self.now, self.sent.append)

    def restart(self) -> None:
        with self.store.write() as tx:
            channels.sync(tx, self.config.channels, self.now)
            lost.take_over(tx, self.now, [each.name for each in self.config.channels if each.on_ambiguous == "hold"])

    def rows(self, channel: str) -> list[OutboxRow]:
        with self.store.read() as connection:
            return [row for row in outbox.rows(connection) if row.alert.channel == channel]

    def states(self, channel: str) -> list[str]:
        return [row.state for row in self.rows(channel)]

    def requests(self, channel: str) -> int:
        return sum(arrival.channel == channel for arrival in self.arrived)

    def _rest(self, seconds: float) -> None:
        self.rested.append(seconds)
        self.real += timedelta(seconds=seconds)

    def _respond(self, request: Request) -> Reply:
        name = request.path.rsplit("/", 1)[1].removesuffix("-secret-token")
        self.arrived.append(Arrival(channel=name, at=self.real, headers=request.headers, body=request.body))
        self.on_request()
        script = self.script.get(name, [])
        if not script:
            return Reply(status=200, body=b"ok")
        return script.pop(0) if len(script) > 1 else script[0]


@contextmanager
def lanes(root: Path, *, deadline: str = "10s") -> Iterator[Lanes]:
    place = Lanes(root, deadline=deadline)
    try:
        yield place
    finally:
        place.close()
