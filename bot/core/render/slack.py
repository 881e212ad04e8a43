"""An alert as Slack messages: Block Kit with a full text beside it, or text alone.

Limits: 50 blocks and 3,000 characters of a section (docs.slack.dev, Block Kit); an undocumented sum over all blocks,
``msg_blocks_too_long``, passed 9,597 characters and refused 11,341 (slackapi/bolt-js#2509, #2867): we stay under 9,000.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core.render import escape
from bot.core.render.parts import Part, Room, joined, parts
from bot.core.render.words import Markup, heading, notice, said, utc
from bot.model import Alert


def _bold(text: str) -> str:
    """Slack reads the asterisks only where they touch a letter, a digit or a link; any other text stays as it is."""
    touches = (text[:1].isalnum() or text[:1] == "<") and (text[-1:].isalnum() or text[-1:] == ">")
    return f"*{text}*" if touches else text


def _moment(moment: datetime) -> str:
    """Each reader's own local time, with UTC for clients that do not know the markup."""
    return f"<!date^{int(moment.timestamp())}^{{date_short_pretty}} {{time}}|{utc(moment)}>"


MARKUP = Markup(
    escape=escape.slack,
    bold=_bold,
    target=escape.slack_url,
    link=lambda target, label: f"<{target}|{label}>",
    moment=_moment,
    quote=">",
    tight=True,
)
# 300 units of the 9,000 for the heading. The text-only form is the same text: 40,000 would be cut (Slack changelog 2018-04).
_ROOM = Room(size=8700, count=43, plain_size=8700)


def render(alert: Alert, calls: Sequence[str] = ()) -> tuple[dict[str, Any], ...]:
    """Block Kit messages, each with all its content as ``text`` too: for notifications, and servers without blocks.

    The first calls whom the operator named.
    """
    call = " ".join(calls)
    return tuple(_message(alert, part, call) | {"blocks": _blocks(alert, part, call)} for part in _parts(alert, call))


def plain(alert: Alert, calls: Sequence[str] = ()) -> tuple[dict[str, Any], ...]:
    """The same messages as text alone, for after a refused one."""
    call = " ".join(calls)
    return tuple(_message(alert, part, call) for part in _parts(alert, call))


def _parts(alert: Alert, call: str) -> tuple[Part, ...]:
    return parts(alert.entries, MARKUP, MARKUP, _ROOM.beside(call))


def _message(alert: Alert, part: Part, call: str) -> dict[str, Any]:
    text = joined(_texts(alert, part))
    head = _called(heading(alert, MARKUP, part.number, part.total), part, call)
    return {"text": f"{head}\n{text}" if text else head, "unfurl_links": False, "unfurl_media": False}


def _called(head: str, part: Part, call: str) -> str:
    return f"{call} {head}" if call and part.number == 1 else head


def _texts(alert: Alert, part: Part) -> tuple[str, ...]:
    return part.texts if part.entries else tuple(filter(None, (notice(alert, MARKUP),)))


def _blocks(alert: Alert, part: Part, call: str) -> list[dict[str, Any]]:
    head = heading(alert, MARKUP, part.number, part.total)
    if alert.type == "digest" or len(part.entries) != 1:
        return [_block(text) for text in (_called(_bold(head), part, call), *_texts(alert, part))]
    say = said(part.entries[0], MARKUP)
    why = "\n".join(filter(None, (say.reason, say.others)))
    top = _block(f"{_bold(say.headline)}\n{say.byline}")
    first = _block(_called(head, part, call), small=True)
    return [first, top, *([_block(say.quote)] if say.quote else []), _block(why, small=True)]


def _block(text: str, *, small: bool = False) -> dict[str, Any]:
    """A section, or a context line in small grey. ``verbatim``: Slack makes no links or mentions of its own in it."""
    content = {"type": "mrkdwn", "text": text, "verbatim": True}
    return {"type": "context", "elements": [content]} if small else {"type": "section", "text": content}
