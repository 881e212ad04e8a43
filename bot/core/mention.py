"""Whom an operator has called beside an alert: how each kind of channel writes it. Feed text never calls anybody.

Slack: "Formatting text for app surfaces" (docs.slack.dev). Discord: "Message formatting" and the object "allowed
mentions" (discord.com/developers/docs). Mattermost: "Mention people" (docs.mattermost.com).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.model import ChannelKind

MOST = 10  # calls of one message: with ten of the longest, 700 units, every message still has room for its content

_FORMS: Mapping[ChannelKind, re.Pattern[str]] = {
    "slack": re.compile(r"<!(?:here|channel|everyone)>|<@[UW][A-Z0-9]{1,30}>|<!subteam\^S[A-Z0-9]{1,30}>"),
    "discord": re.compile(r"@(?:here|everyone)|<@&?[0-9]{1,20}>"),
    "mattermost": re.compile(r"@[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?"),
}
SHOWN: Mapping[ChannelKind, str] = {
    "slack": "<!here>, <!channel>, <@U...> (a member's ID) or <!subteam^S...> (a group's ID)",
    "discord": "@here, @everyone, <@...> (a user's ID) or <@&...> (a role's ID)",
    "mattermost": "@here, @channel, @all or @name (small letters)",
}
_ID = re.compile(r"<@(&?)([0-9]+)>")


def fits(call: str, kind: ChannelKind) -> bool:
    """Whether a channel of that kind calls somebody when it reads this."""
    form = _FORMS.get(kind)
    return form is not None and form.fullmatch(call) is not None


def allowed(calls: Sequence[str]) -> dict[str, Any]:
    """Discord's ``allowed_mentions`` for exactly these calls: whatever else stands in the message calls nobody."""
    ids = [found.groups() for call in calls if (found := _ID.fullmatch(call))]
    users = [number for role, number in ids if not role]
    roles = [number for role, number in ids if role]
    everyone = ["everyone"] if any(call in {"@here", "@everyone"} for call in calls) else []
    return {"parse": everyone} | ({"users": users} if users else {}) | ({"roles": roles} if roles else {})
