"""An alert as Discord webhook messages: one embed each, or text alone.

Limits (discord-api-docs, resources/message and resources/webhook): embed title and author 256, description 4,096,
6,000 over all embeds, content 2,000. What a character is there is not documented: we count UTF-16 units.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core import mention
from bot.core.render import escape
from bot.core.render.parts import Part, Room, joined, parts
from bot.core.render.words import PLAIN as BARE
from bot.core.render.words import Markup, heading, notice, said, title, topic
from bot.model import Alert

_TITLE, _CONTENT, _THREAD = 256, 2000, 100
_SUPPRESS_EMBEDS = 4  # message flag: no previews of addresses in the text


def _moment(moment: datetime) -> str:
    """Each reader's own local time, and how long ago that is."""
    return f"<t:{int(moment.timestamp())}:f> (<t:{int(moment.timestamp())}:R>)"


MARKUP = Markup(
    escape=escape.discord,
    bold=lambda text: f"**{text}**",
    target=escape.discord_url,
    link=lambda target, label: f"[{label}]({target})",
    moment=_moment,
    quote="> ",
)
# Text alone carries no link: one of the refusals it answers is the filter for harmful links (code 240000).
PLAIN = Markup(
    escape=escape.discord,
    bold=lambda text: text,
    target=lambda _url: None,
    link=lambda _target, label: label,
    moment=lambda moment: f"<t:{int(moment.timestamp())}:f>",
    quote="> ",
)
# 300 units of content for the heading.
_ROOM = Room(size=4096, count=100, plain_size=_CONTENT - 300)


def render(alert: Alert, calls: Sequence[str] = (), *, forum: bool = False) -> tuple[dict[str, Any], ...]:
    """Messages of one embed each. The first calls whom the operator named, in its content: an embed calls nobody.

    ``forum``: every message opens a thread named after what it is about.
    """
    return tuple(
        _message({"embeds": [_embed(alert, part)]} | ({"content": " ".join(calls)} if _called(part, calls) else {}), part, calls)
        | _thread(alert, part, forum=forum)
        for part in _parts(alert, calls)
    )


def plain(alert: Alert, calls: Sequence[str] = (), *, forum: bool = False) -> tuple[dict[str, Any], ...]:
    """The same messages as text alone, for after a refused one."""
    return tuple(
        _message({"content": _content(alert, part, calls), "flags": _SUPPRESS_EMBEDS}, part, calls)
        | _thread(alert, part, forum=forum)
        for part in _parts(alert, calls)
    )


def _parts(alert: Alert, calls: Sequence[str]) -> tuple[Part, ...]:
    return parts(alert.entries, MARKUP, PLAIN, _ROOM.beside(" ".join(calls)))


def _called(part: Part, calls: Sequence[str]) -> bool:
    return bool(calls) and part.number == 1


def _message(content: dict[str, Any], part: Part, calls: Sequence[str]) -> dict[str, Any]:
    """A webhook's default is to mention users that the text names: nobody is meant but whom the operator named."""
    return content | {"allowed_mentions": mention.allowed(calls if _called(part, calls) else ())}


def _thread(alert: Alert, part: Part, *, forum: bool) -> dict[str, Any]:
    if not forum:
        return {}
    number = f" · {part.number} of {part.total}" if part.total > 1 else ""
    return {"thread_name": escape.fitted(topic(alert), _THREAD - len(number), escape.plain) + number}


def _content(alert: Alert, part: Part, calls: Sequence[str]) -> str:
    text = joined(part.plain) if part.entries else notice(alert, PLAIN)
    call = " ".join(calls) if _called(part, calls) else ""
    return "\n".join(filter(None, (call, heading(alert, PLAIN, part.number, part.total), text)))


def _embed(alert: Alert, part: Part) -> dict[str, Any]:
    if alert.type != "digest" and len(part.entries) == 1:
        return _single(alert, part)
    head = heading(alert, MARKUP, part.number, part.total)
    text = joined(part.texts) if part.entries else notice(alert, MARKUP)
    return {"title": head} | ({"description": text} if text else {})


def _single(alert: Alert, part: Part) -> dict[str, Any]:
    entry = part.entries[0]
    say = said(entry, MARKUP)
    target = escape.discord_url(entry.item.url)
    return {
        "author": {"name": heading(alert, BARE)},
        "title": escape.fitted(title(entry), _TITLE, escape.discord),
        "description": "\n".join(filter(None, (say.byline, say.quote, say.reason, say.others))),
    } | ({"url": target} if target else {})
