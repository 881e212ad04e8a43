"""An alert as Mattermost messages: text in its Markdown.

A post holds 16,383 characters since 5.0 (``model.PostMessageMaxRunesV2``); a longer one the server cuts in two wherever it
is, so we part it ourselves. There is no such thing as Discord's ``allowed_mentions``: a name in the text is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.render import escape
from bot.core.render.parts import Part, Room, joined, parts
from bot.core.render.words import Markup, heading, notice, utc
from bot.model import Alert

MARKUP = Markup(
    escape=escape.mattermost,
    bold=lambda text: f"**{text}**",
    target=escape.mattermost_url,
    link=lambda target, label: f"[{label}]({target})",
    moment=utc,
    quote="> ",
    unquote="\n",  # else the next line belongs to the quote
)
# 383 units of the post for the heading.
_ROOM = Room(size=16_000, count=1000, plain_size=16_000)


def render(alert: Alert, calls: Sequence[str] = ()) -> tuple[dict[str, Any], ...]:
    """Messages of text; the first calls whom the operator named."""
    call = " ".join(calls)
    told = parts(alert.entries, MARKUP, MARKUP, _ROOM.beside(call))
    return tuple({"text": "\n".join(filter(None, (call if part.number == 1 else "", _text(alert, part))))} for part in told)


def _text(alert: Alert, part: Part) -> str:
    head = heading(alert, MARKUP, part.number, part.total)
    text = joined(part.texts) if part.entries else notice(alert, MARKUP)
    return f"{head}\n{text}".rstrip("\n")
