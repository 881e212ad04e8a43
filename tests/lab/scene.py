"""A scene: web, receivers, the bot's configuration, and a clock that the test moves.

scene.feed("alpha")                      # a feed of the web and of the configuration
scene.once()                             # writes the configuration, moves the clock, runs one pass
scene.feeds["alpha"].add(scene.item("one", title="OpenAI and NATO ..."))
scene.once()
assert scene.named("slack") == ["one"]
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import shapes
from .documents import Item, Kind
from .robot import Done, Robot, table
from .sentences import Event, events
from .sinks import Kind as SinkKind
from .sinks import Message, Sink, Sinks
from .web import FeedPage, Web

START = datetime(2026, 3, 3, 8, tzinfo=UTC)
STORY = "openai-nato"
CONCEPTS: Mapping[str, object] = {
    "openai": ["OpenAI", "Open AI", "ChatGPT maker"],
    "nato": ["NATO", "North Atlantic Treaty Organization"],
    "pentagon": ["Pentagon", "Department of War"],
}
RULE: Mapping[str, object] = {
    "name": STORY,
    "title": "OpenAI, NATO and the Pentagon",
    "query": "openai AND (nato OR pentagon)",
}


class Scene:
    """One bot and its world. ``hosts``: the loopback addresses its web is served at."""

    def __init__(self, root: Path, hosts: tuple[str, ...] = ("127.0.0.1",)) -> None:
        self.robot = Robot(root)
        self._servers = ExitStack()
        self.web = self._servers.enter_context(Web(hosts))
        self.sinks = self._servers.enter_context(Sinks())
        self.now = START
        self.feeds: dict[str, FeedPage] = {}
        self.feed_options: dict[str, dict[str, object]] = {}
        self.channel_options: dict[str, dict[str, object]] = {}
        self.by_name: dict[str, Sink] = {}
        self.bot: dict[str, object] = {"interval": "30s", "contact": "lab@example.org"}
        self.network: dict[str, object] = {"allow": ["127.0.0.0/8"], "host_gap": "0s", "deadline": "5s"}
        self._events = events(seed=1)
        self._rows: list[dict[str, Any]] = []
        self._read_at = -1
        self.story = STORY
        self.stories: str | None = None  # a whole stories.toml to use instead of the lab's rule

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        left = self.robot.clear()
        self._servers.close()
        if error is None:
            assert not left, f"{len(left)} processes outlived the bot"
            self._check_secrets()

    def _check_secrets(self) -> None:
        """No webhook address, no signing key in anything the bot printed or stored."""
        words = [word for sink in self.by_name.values() for word in (sink.token, sink.secret) if word]
        leaks = [leak for word in words for leak in self.robot.printed(word)]
        assert not leaks, f"a secret is in: {leaks}"

    # ------------------------------------------------------------ the world

    def item(self, key: str, **details: Any) -> Item:
        """An item with its page, published at the scene's present unless said otherwise."""
        return self.web.item(key, **{"published": self.now, **details})

    def match(self, key: str, **details: Any) -> Item:
        """An item that matches the rule by its title, unlike any other in its words."""
        return self._told(key, next(event for event in self._events if event.matches and "OpenAI" in event.title), details)

    def other(self, key: str, **details: Any) -> Item:
        """An item that does not match."""
        return self._told(key, next(event for event in self._events if not event.matches), details)

    def _told(self, key: str, event: Event, details: dict[str, Any]) -> Item:
        return self.item(key, **{"title": event.title, "summary": event.summary, "text": event.text, **details})

    def feed(self, name: str, *items: Item, kind: Kind = "rss", host: str | None = None, **options: object) -> FeedPage:
        self.feeds[name] = self.web.feed(name, *items, kind=kind, host=host)
        self.feed_options[name] = options
        return self.feeds[name]

    def sink(self, kind: SinkKind, name: str | None = None, **options: object) -> Sink:
        """A receiver and its channel; addresses and keys reach the bot through its environment."""
        name = name or kind
        variable = "LAB_" + re.sub(r"\W", "_", name.upper())
        sink = self.by_name[name] = self.sinks.open(kind, name)
        self.robot.env[f"{variable}_URL"] = sink.url
        if sink.secret:
            self.robot.env[f"{variable}_SECRET"] = sink.secret
            options = {"secret": f"${{env:{variable}_SECRET}}", **options}
        self.channel_options[name] = {"kind": kind, "url": f"${{env:{variable}_URL}}", **options}
        return sink

    def three_sinks(self, **options: object) -> None:
        for kind in ("slack", "discord", "webhook"):
            self.sink(kind, **options)

    # ------------------------------------------------------------ the bot

    def write(self) -> None:
        """The configuration as it now stands, in three files."""
        channels = "".join(table("[channels]", {"name": name, **o}) for name, o in self.channel_options.items())
        self.robot.write("bot.toml", table("bot", self.bot) + table("network", self.network) + channels)
        feeds = {name: {"name": name, "url": page.url, **self.feed_options[name]} for name, page in self.feeds.items()}
        self.robot.write("feeds.toml", "".join(table("[feeds]", values) for values in feeds.values()))
        rule = table("concepts", CONCEPTS) + table("[stories]", {**RULE, "channels": list(self.channel_options)})
        self.robot.write("stories.toml", self.stories if self.stories is not None else rule)

    def once(self, *, after: timedelta = timedelta(hours=1), within: float = 60) -> Done:
        """One pass, ``after`` the last one on the bot's clock."""
        self.write()
        self.now += after
        return self.robot.run("once", "--now", self.now.isoformat(), within=within).ok()

    # ------------------------------------------------------------ what came of it

    def log(self) -> list[dict[str, Any]]:
        """The log, each row held against the contract; read again only if a command ran since."""
        if self._read_at != len(self.robot.done):
            self._rows = self.robot.log()
            self._read_at = len(self.robot.done)
        problems = [f"{row.get('title')}: {problem}" for row in self._rows for problem in shapes.log_row(row)]
        assert not problems, problems[:5]
        return self._rows

    def rows(self, key: str, feed: str | None = None) -> list[dict[str, Any]]:
        """The log's rows of an item, by the link they carry."""
        return [row for row in self.log() if self.key(row["url"]) == key and feed in {None, row["feed"]}]

    def verdict(self, key: str, feed: str | None = None) -> dict[str, Any]:
        """The one verdict on an item that stands in the log once."""
        rows = self.rows(key, feed)
        assert len(rows) == 1, f"{key} stands {len(rows)} times in the log"
        assert len(rows[0]["verdicts"]) == 1, f"{key} has verdicts {rows[0]['verdicts']}"
        return rows[0]["verdicts"][0]

    def key(self, url: str | None) -> str | None:
        return self.web.key_of(url) if url else None

    def keys(self, message: Message) -> list[str]:
        """The items a message names."""
        return list(dict.fromkeys(key for url in message.urls if (key := self.key(url))))

    def named(self, sink: str) -> list[str]:
        """The items that a receiver accepted messages about, in order, as often as it did."""
        return [key for message in self.by_name[sink].accepted for key in self.keys(message)]

    def assert_valid(self) -> None:
        """No receiver got a single request that breaks its rules."""
        problems = Counter(
            f"{m.sink}: {problem}" for sink in self.by_name.values() for m in sink.messages for problem in m.problems
        )
        assert not problems, problems.most_common(5)

    def assert_named(self, *keys: str) -> None:
        """Each receiver accepted each of these items exactly once, and no other."""
        self.assert_valid()
        for name in self.by_name:
            assert Counter(self.named(name)) == Counter(keys), name

    def sqlite(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.robot.database}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()
