"""An alert as Adaptive Cards 1.4 in the envelope of a Microsoft Teams workflow.

A message may have 28 KB in all (learn.microsoft.com, "Create an Incoming Webhook"); whether of UTF-8 or of the UTF-16
that Teams keeps is not said, so we stay within both. The workflow accepts first and posts later: a card that Teams then
refuses is lost in silence, so there is no plain form to fall back to, and nothing here is near a limit.
A card calls a person only through an entity beside its text; we send none.
"""

from __future__ import annotations

import json
from typing import Any

from bot.core.render import escape
from bot.core.render.parts import Part, Room, parts
from bot.core.render.words import Markup, heading, notice, utc
from bot.model import Alert

MARKUP = Markup(
    escape=escape.teams,
    bold=lambda text: f"**{text}**",
    target=escape.markdown_url,
    link=lambda target, label: f"[{escape.teams_label(label)}]({target})",
    moment=utc,
    quote="“",
    unquote="”",
)
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
_LINE = 2 * len('{"type":"TextBlock","text":"","wrap":true,"spacing":"None"},')


def _cost(text: str) -> int:
    """Bytes of the text's lines as blocks of a card, by the larger of both encodings."""
    written = json.dumps(text, ensure_ascii=False)
    return max(len(written.encode("utf-8", "replace")), 2 * escape.units(written)) + _LINE * (1 + text.count("\n"))


# 28 KB without 2 KB for the envelope and the heading.
_ROOM = Room(size=26_000, count=200, plain_size=26_000, measure=_cost)


def render(alert: Alert) -> tuple[dict[str, Any], ...]:
    """Messages of one card each."""
    return tuple(_message(alert, part) for part in parts(alert.entries, MARKUP, MARKUP, _ROOM))


def _message(alert: Alert, part: Part) -> dict[str, Any]:
    texts = part.texts if part.entries else tuple(filter(None, (notice(alert, MARKUP),)))
    blocks = [_block(heading(alert, MARKUP, part.number, part.total), weight="Bolder")]
    for text in texts:
        first, *more = filter(None, text.split("\n"))
        blocks += [_block(first, spacing="Medium"), *(_block(line, spacing="None") for line in more)]
    card = {"$schema": _SCHEMA, "type": "AdaptiveCard", "version": "1.4", "body": blocks, "msteams": {"width": "Full"}}
    return {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]}


def _block(text: str, **look: str) -> dict[str, Any]:
    """One line: Teams reads a single line break on some devices and not on others."""
    return {"type": "TextBlock", "text": text, "wrap": True} | look
