"""What is allowed in a configuration but hardly meant."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from bot.config.build import Config
from bot.config.entries import Entry, entries
from bot.config.secrets import Resolved, in_clear
from bot.core import query
from bot.errors import Fault
from bot.model import Story

_UTC_HOURS = '{}: the hours are UTC; write timezone = "Europe/Berlin", or "UTC" if that is meant'


def warnings(config: Config, sources: Sequence[Resolved]) -> Iterator[Fault]:
    """Warnings in no order."""
    for kind, help_ in (("feeds", "nothing is polled"), ("stories", "nothing is looked for")):
        if not any(entries(sources, kind)):
            yield Fault(file=config.path.name, line=1, message=f"there are no {kind}: {help_}; write a [[{kind}]] table")
    for origin in sources:
        yield from _file(origin)
    for feed in entries(sources, "feeds"):
        yield from _feed(feed, config)
    for story in entries(sources, "stories"):
        yield from _story(story, config)
    used = {name for story in config.stories for name in story.channels} | set(config.operators)
    for channel in entries(sources, "channels"):
        if channel.name not in used:
            yield channel.fault(f'channel "{channel.name}" is used by no story: name it in a story\'s channels', "name")
    yield from _hours(sources)
    yield from _doubled_addresses(sources)


def advice(config: Config, sources: Sequence[Resolved]) -> Iterator[Fault]:
    """What would make a rule find more: for who asks (`check`), not for every start. At most one line for a concept."""
    told: set[str] = set()
    for story in config.stories:
        for name, said in query.thin(story.query, config.concepts).items():
            origin = next((each for each in sources if name in (each.tables.get("concepts") or {})), None)
            if name not in told and origin is not None:
                told.add(name)
                yield origin.source.fault(("concepts", name), f'concept "{name}" {said}')


def of_stories(config: Config, sources: Sequence[Resolved]) -> Iterator[Fault]:
    """What is hardly meant in stories and concepts alone, in no order."""
    for entry in entries(sources, "stories"):
        yield from _rule(entry, next(story for story in config.stories if story.name == entry.name), config)


def _file(origin: Resolved) -> Iterator[Fault]:
    path = origin.source.path
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 and (key := in_clear(origin.source)):
        advice = f"write ${{env:NAME}} instead, or run: chmod 600 {path.name}"
        name = next(part for part in reversed(key) if isinstance(part, str))
        yield origin.source.fault(key, f"{name}: a secret in a file that others can read (mode {mode:04o}): {advice}")
    for index, text in enumerate(origin.tables.get("network", {}).get("allow", [])):
        if ip_network(text).prefixlen == 0:
            message = f'allow: "{text}" is every address there is, so nothing is guarded any more: name the ranges you need'
            yield origin.source.fault(("network", "allow", index), message)


def _hours(sources: Sequence[Resolved]) -> Iterator[Fault]:
    """Hours of the day, where nobody said whose."""
    if any("timezone" in origin.tables.get("bot", {}) for origin in sources):
        return
    for origin in sources:
        if "heartbeat" in origin.tables.get("bot", {}):
            yield origin.source.fault(("bot", "heartbeat"), _UTC_HOURS.format("heartbeat"))
    for channel in entries(sources, "channels"):
        for key in (key for key in ("quiet", "digest") if channel.has(key) and not channel.has("timezone")):
            yield channel.fault(_UTC_HOURS.format(key), key)


def _feed(feed: Entry, config: Config) -> Iterator[Fault]:
    if config.stories and not any(story.watches(feed.name or "") for story in config.stories):
        yield feed.fault(f'feed "{feed.name}" is watched by no story: it is polled for the log only', "name")


def _story(entry: Entry, config: Config) -> Iterator[Fault]:
    story = next(story for story in config.stories if story.name == entry.name)
    if not story.channels:
        yield entry.fault(f'story "{story.name}" has no channels: what it finds stands in the log only', "name")
    if config.feeds and not any(story.watches(feed.name) for feed in config.feeds):
        yield entry.fault(f'story "{story.name}" watches no feed', "feeds" if story.feeds is not None else "exclude_feeds")
    yield from _rule(entry, story, config)


def _rule(entry: Entry, story: Story, config: Config) -> Iterator[Fault]:
    for message in query.warnings(story.query, config.concepts):
        yield entry.fault(f"query: {message}", "query")


def _doubled_addresses(sources: Sequence[Resolved]) -> Iterator[Fault]:
    first: dict[str, Entry] = {}
    for feed in entries(sources, "feeds"):
        other = first.setdefault(feed.table["url"], feed)
        if other is not feed:
            yield feed.fault(f'feed "{feed.name}" has the same address as "{other.name}"', "url")
