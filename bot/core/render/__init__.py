"""An alert as what its channel is sent: one payload, or several where one message cannot hold a digest's entries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bot.core.render import console, discord, slack, webhook
from bot.model import Alert, ChannelKind, Payload

__all__ = ["payloads"]


def payloads(alert: Alert, kind: ChannelKind, *, plain: bool = False) -> tuple[Payload, ...]:
    """The messages of an alert for a channel of that kind, in the order to send them; at least one.

    ``plain`` asks for the text-only form, for Slack and Discord after a refused payload: the same entries stand in the
    same messages as in the rich form. The other kinds have one form and one message.
    """
    if kind == "console":
        return (Payload(body=console.render(alert).encode("utf-8", "replace"), content_type="text/plain; charset=utf-8"),)
    if kind == "webhook":
        return _json([webhook.render(alert)])
    room = slack if kind == "slack" else discord
    return _json(room.plain(alert), plain=True) if plain else _json(room.render(alert))


def _json(bodies: Iterable[dict[str, Any]], *, plain: bool = False) -> tuple[Payload, ...]:
    """A lone surrogate, which no JSON in UTF-8 can carry, becomes "?" rather than hold the alert back for ever."""
    return tuple(
        Payload(
            body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
            content_type="application/json",
            plain=plain,
        )
        for body in bodies
    )
