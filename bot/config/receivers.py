"""What a channel of its kind must have and must not have; whom it and the stories may call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import cast, get_args
from urllib.parse import parse_qsl, urlsplit

from bot.config import rules
from bot.config.entries import Entry, entries, listed
from bot.config.secrets import Resolved
from bot.core import mention
from bot.errors import Fault
from bot.model import ChannelKind

_KINDS = get_args(ChannelKind)
_NAMES = {"slack": "Slack", "discord": "Discord", "mattermost": "Mattermost", "teams": "Teams"}

# Discord's doors for Slack's and GitHub's payloads: they know no blocks and 2,000 characters. The path is Discord's own on every
# server that speaks its API; Mattermost and Rocket.Chat have /hooks/, Slack /services/.
_DOOR = re.compile(r"(/api(?:/v[0-9]+)?/webhooks/[0-9]+/[^/?#]+)/(?:slack|github)/?(?=$|[?#])")


def native(kind: ChannelKind, url: str) -> tuple[ChannelKind, str]:
    """The kind and the address to use: a Discord address for Slack's payloads is a Discord channel without ``/slack``."""
    if kind in {"slack", "discord"} and (found := _DOOR.search(url)):
        return "discord", url.replace(found[0], found[1], 1)
    return kind, url


def faults(sources: Sequence[Resolved]) -> Iterator[Fault]:
    """Everything wrong with channels and with the calls of stories."""
    kinds: dict[str, ChannelKind | None] = {}
    for channel in entries(sources, "channels"):
        kind = _kind(channel)
        kinds[channel.name or ""] = kind
        yield from _channel(channel, kind)
        if kind is not None:
            yield from _calls(channel, kind)
    for story in entries(sources, "stories"):
        yield from _story(story, kinds)


def _kind(channel: Entry) -> ChannelKind | None:
    """Of a mistyped kind: the one that was meant."""
    written, url = channel.table.get("kind"), channel.table.get("url")
    close = get_close_matches(written, _KINDS, n=1) if isinstance(written, str) else []
    if not close:
        return None
    kind = cast("ChannelKind", close[0])
    return native(kind, url)[0] if isinstance(url, str) else kind


def _channel(channel: Entry, kind: ChannelKind | None) -> Iterator[Fault]:
    if kind not in {"console", None} and not channel.has("url"):
        yield channel.fault(f'url is missing: write url = "${{env:{str(kind).upper()}_WEBHOOK_URL}}"')
    if kind == "console" and channel.written("url"):
        yield channel.fault("url: a console has no address: leave it out", "url")
    if kind not in {"webhook", None} and channel.written("secret"):
        yield channel.fault('secret: only kind = "webhook" signs its messages: leave it out', "secret")
    if channel.table.get("forum") is not True:
        return
    if kind not in {"discord", None}:
        yield channel.fault('forum: only kind = "discord" has forums: leave it out', "forum")
    elif _names_thread(channel.table.get("url")):
        yield channel.fault("forum: the url names a thread with ?thread_id= already: leave one of the two out", "forum")


def _names_thread(url: object) -> bool:
    return isinstance(url, str) and any(key == "thread_id" for key, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True))


def _calls(channel: Entry, kind: ChannelKind) -> Iterator[Fault]:
    """Whom a channel calls; ``"@here"`` and ``["@here"]`` are the same."""
    calls = calls_of(channel.table.get("mention"))
    if calls and kind not in mention.SHOWN:
        why = "a card cannot call anybody without their Microsoft ID" if kind == "teams" else "it calls nobody"
        yield channel.fault(f'mention: kind = "{kind}" has no mentions ({why}): leave it out', "mention")
        return
    if len(calls) > mention.MOST:
        yield channel.fault(
            f"mention: {len(calls)} are too many: write at most {mention.MOST}, or the name of a group", "mention"
        )
    for call in calls:
        if not mention.fits(call, kind):
            yield channel.fault(f'mention: "{call[:40]}" calls nobody in {_NAMES[kind]}: write {mention.SHOWN[kind]}', "mention")


def _story(story: Entry, kinds: Mapping[str, ChannelKind | None]) -> Iterator[Fault]:
    """Whom a story calls: each call must mean something in one of its channels at least."""
    calls = calls_of(story.table.get("mention"))
    told = [kinds[name] for name in listed(story.table.get("channels")) if isinstance(name, str) and name in kinds]
    if len(calls) > mention.MOST:
        yield story.fault(_too_many(calls), "mention")
    if not calls or None in told:
        return
    can = [kind for kind in dict.fromkeys(told) if kind in mention.SHOWN]
    if not can:
        yield story.fault("mention: none of the story's channels can call anybody: leave it out", "mention")
        return
    for call in calls:
        if not any(mention.fits(call, kind) for kind in can if kind is not None):
            ways = "; ".join(f"for {_NAMES[kind]} {mention.SHOWN[kind]}" for kind in can if kind is not None)
            yield story.fault(f'mention: "{call[:40]}" calls nobody in the story\'s channels: write {ways}', "mention")


def _too_many(calls: Sequence[str]) -> str:
    return f"mention: {len(calls)} are too many: write at most {mention.MOST}, or the name of a group"


def calls_of(written: object) -> tuple[str, ...]:
    """The calls of a ``mention`` as it was written, one or several; without what is none at all, which is told elsewhere."""
    several = [written] if isinstance(written, str) else listed(written)
    return tuple(dict.fromkeys(call for call in several if isinstance(call, str) and rules.CALL.fullmatch(call)))
