"""An alert as plain text for a terminal: no escape sequence of ours, and none of a feed's left alive."""

from __future__ import annotations

from bot.core.render import escape
from bot.core.render.parts import joined
from bot.core.render.words import Detail, Markup, heading, notice, told, utc
from bot.model import Alert

MARKUP = Markup(
    escape=escape.terminal,
    bold=lambda text: text,
    target=escape.web_link,
    link=lambda target, label: f"{label}\n{target}",
    moment=utc,
    quote="> ",
)


def render(alert: Alert) -> str:
    """The alert with every entry in full, however many there are; ends with an empty line."""
    texts = [told(entry, MARKUP, Detail.FULL).replace("\n", "\n  ") for entry in alert.entries] or [notice(alert, MARKUP)]
    return "\n".join(filter(None, (f"[{heading(alert, MARKUP)}]", joined(texts)))) + "\n\n"
