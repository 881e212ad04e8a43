"""An alert as what its channel is sent: one payload, or several where one message cannot hold a digest's entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.render import console, discord, mattermost, slack, teams, webhook
from bot.model import Alert, Channel, ChannelKind, Payload

__all__ = ["for_channel", "payloads"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def for_channel(alert: Alert, channel: Channel, *, plain: bool = False) -> tuple[Payload, ...]:
    """The messages of an alert for a channel, which calls whom the configuration says; see :func:`payloads`."""
    return payloads(alert, channel.kind, plain=plain, calls=channel.calls(alert.story), forum=channel.forum)


def payloads(
    alert: Alert, kind: ChannelKind, *, plain: bool = False, calls: Sequence[str] = (), forum: bool = False
) -> tuple[Payload, ...]:
    """The messages of an alert for a channel of that kind, in the order to send them; at least one.

    ``plain`` asks for the text-only form, for Slack and Discord after a refused payload: the same entries stand in the
    same messages as in the rich form. The other kinds have one form, and console and webhook one message. ``calls``: whom the
    first message calls, written as the kind asks (:mod:`~bot.core.mention`). ``forum``: Discord opens threads.
    """
    match kind:
        case "console":
            text = console.render(alert).encode("utf-8", "replace")
            return (Payload(body=text, content_type="text/plain; charset=utf-8"),)
        case "webhook":
            return _json([webhook.render(alert)])
        case "teams":
            return _json(teams.render(alert))
        case "mattermost":
            return _json(mattermost.render(alert, calls))
        case "slack":
            return _json((slack.plain if plain else slack.render)(alert, calls), plain=plain)
        case "discord":
            return _json((discord.plain if plain else discord.render)(alert, calls, forum=forum), plain=plain)


def _json(bodies: Iterable[dict[str, Any]], *, plain: bool = False) -> tuple[Payload, ...]:
    """A lone surrogate, which no JSON in UTF-8 can carry, becomes "?" rather than hold the alert back for ever."""
    return tuple(
        Payload(
            body=_ENCODER.encode(body).encode("utf-8", "replace"),
            content_type="application/json",
            plain=plain,
        )
        for body in bodies
    )
