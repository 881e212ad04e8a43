"""A configuration without faults, as the rest of the house reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, time, timedelta, tzinfo
from pathlib import Path
from types import MappingProxyType

from bot.config import receivers
from bot.config.schema import BotTable, ChannelTable, FeedTable, File, NetworkTable, StoryTable
from bot.config.secrets import Resolved, hidden
from bot.core import mention
from bot.errors import Fault
from bot.model import Channel, Feed, Hours, Network, Secret, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the user configured, complete and consistent. Paths are absolute.

    ``warnings``: what is hardly meant; ``advice``: what would find more, where that was asked for. ``secrets`` has every text
    that must not be printed, parts of URLs and headers too.
    """

    path: Path
    files: tuple[Path, ...]
    state: Path
    interval: timedelta
    contact: str | None
    operators: tuple[str, ...]
    heartbeat: time | None
    zone: tzinfo  # of the heartbeat, and of channels that name none
    healthcheck: Secret | None
    keep_text: timedelta
    keep_log: timedelta
    network: Network
    feeds: tuple[Feed, ...]
    concepts: Mapping[str, tuple[str, ...]]
    stories: tuple[Story, ...]
    channels: tuple[Channel, ...]
    warnings: tuple[Fault, ...] = ()
    advice: tuple[Fault, ...] = ()
    secrets: tuple[Secret, ...] = ()

    @property
    def urgent(self) -> frozenset[str]:
        """The names of the stories that wait for no channel's hours."""
        return frozenset(story.name for story in self.stories if story.urgent)


def build(path: Path, base: Path, read: Sequence[tuple[Resolved, File]]) -> Config:
    """Joins the files. Text is never kept longer than the item it belongs to."""
    files = [file for _, file in read]
    bot = next((file.bot for file in files if file.bot), None) or BotTable()
    network = next((file.network for file in files if file.network), None) or NetworkTable()
    stories = [table for file in files for table in file.stories]
    zone = bot.timezone or UTC
    channels = tuple(_channel(table, stories, zone) for file in files for table in file.channels)
    return Config(
        path=path,
        files=tuple(origin.source.path for origin, _ in read),
        state=base / bot.state,
        interval=bot.interval,
        contact=bot.contact,
        operators=_once(bot.operators),
        heartbeat=bot.heartbeat,
        zone=zone,
        healthcheck=Secret(bot.healthcheck_url) if bot.healthcheck_url else None,
        keep_text=min(bot.keep_text, bot.keep_log),
        keep_log=bot.keep_log,
        network=_network(network, bot.contact, base),
        feeds=tuple(_feeds(read, bot)),
        concepts=MappingProxyType({name: _once(each) for file in files for name, each in file.concepts.items()}),
        stories=tuple(_story(table) for file in files for table in file.stories),
        channels=channels,
        secrets=tuple(Secret(text) for text in sorted({text for origin, _ in read for text in hidden(origin)})),
    )


def _network(table: NetworkTable, contact: str | None, base: Path) -> Network:
    return Network(
        allow=_once(table.allow),
        host_gap=table.host_gap,
        deadline=table.deadline,
        ca=str(base / table.ca) if table.ca else None,
        proxy=Secret(table.proxy) if table.proxy else None,
        contact=contact,
    )


def _feeds(read: Sequence[tuple[Resolved, File]], bot: BotTable) -> Iterator[Feed]:
    for origin, file in read:
        for number, table in enumerate(file.feeds):
            yield _feed(table, bot, veiled=("feeds", number, "url") in origin.fetched)


def _feed(table: FeedTable, bot: BotTable, *, veiled: bool) -> Feed:
    return Feed(
        name=table.name,
        url=table.url,
        interval=table.interval or bot.interval,
        rhythm=table.rhythm or bot.rhythm,
        articles=table.articles,
        headers=MappingProxyType({name: Secret(value) for name, value in table.headers.items()}),
        alert_backlog=table.alert_backlog,
        veiled=veiled,
    )


def _story(table: StoryTable) -> Story:
    return Story(
        name=table.name,
        title=table.title or table.name,
        query=table.query,
        threshold=table.threshold,
        channels=_once(table.channels),
        feeds=None if table.feeds is None else _once(table.feeds),
        exclude_feeds=_once(table.exclude_feeds),
        urgent=table.urgent,
    )


def _channel(table: ChannelTable, stories: Sequence[StoryTable], zone: tzinfo) -> Channel:
    kind, url = receivers.native(table.kind, table.url or "")
    secret, *older = (Secret(text) for text in table.secret) if table.secret else (None,)
    named = {story.name: tuple(call for call in story.mention if mention.fits(call, kind)) for story in stories}
    return Channel(
        name=table.name,
        kind=kind,
        url=Secret(url) if url else None,
        secret=secret,
        older_secrets=tuple(each for each in older if each),
        forum=table.forum,
        mention=table.mention,
        story_mentions=MappingProxyType({story: calls for story, calls in named.items() if calls}),
        budget=table.budget,
        hours=Hours(zone=table.timezone or zone, quiet=table.quiet, digest=table.digest),
        on_ambiguous=table.on_ambiguous,
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
