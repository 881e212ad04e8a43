"""An alert as Discord webhook messages: one embed each, or text alone.

Limits (discord-api-docs, resources/message and resources/webhook): embed title and author 256, description 4,096,
6,000 over all embeds, content 2,000. What a character is there is not documented: we count UTF-16 units.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.render import escape
from bot.core.render.parts import Part, Room, joined, parts
from bot.core.render.words import Markup, heading, notice, said, title
from bot.model import Alert

_TITLE, _CONTENT = 256, 2000
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
_AUTHOR = replace(PLAIN, escape=escape.plain)  # an author's name is shown as it is, backslashes too
# 300 units of content for the heading.
_ROOM = Room(size=4096, count=100, plain_size=_CONTENT - 300)


def render(alert: Alert) -> tuple[dict[str, Any], ...]:
    """Messages of one embed each."""
    return tuple(_message({"embeds": [_embed(alert, part)]}) for part in _parts(alert))


def plain(alert: Alert) -> tuple[dict[str, Any], ...]:
    """The same messages as text alone, for after a refused one."""
    return tuple(_message({"content": _content(alert, part), "flags": _SUPPRESS_EMBEDS}) for part in _parts(alert))


def _parts(alert: Alert) -> tuple[Part, ...]:
    return parts(alert.entries, MARKUP, PLAIN, _ROOM)


def _message(content: dict[str, Any]) -> dict[str, Any]:
    """A webhook's default is to mention users that the text names: nobody is meant, whatever a feed writes."""
    return content | {"allowed_mentions": {"parse": []}}


def _content(alert: Alert, part: Part) -> str:
    text = joined(part.plain) if part.entries else notice(alert, PLAIN)
    return "\n".join(filter(None, (heading(alert, PLAIN, part.number, part.total), text)))


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
        "author": {"name": heading(alert, _AUTHOR)},
        "title": escape.fitted(title(entry), _TITLE, escape.discord),
        "description": "\n".join(filter(None, (say.byline, say.quote, say.reason, say.others))),
    } | ({"url": target} if target else {})
