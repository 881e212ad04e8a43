"""What an answer says of the receiver's limits: how long to leave it alone, and who else must.

Discord: topics/rate-limits of discord/discord-api-docs @ c98d64b (2026-08-06). Its limits are never to be hard-coded: the
headers tell them. A bucket (``X-RateLimit-Bucket``) counts per webhook, the "top-level resource" of its route; as nothing
else of Discord is asked here, the channels that share one are those of one webhook address, whatever the bucket is called.
Slack: one message a second (docs.slack.dev, rate limits of incoming webhooks); it tells of a limit only when it is broken.
"""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

from bot.edge.http.retry import LONGEST, retry_after
from bot.model import Channel, Fetched

SLACK_GAP = 1.0  # seconds between two messages to one channel
READ = 65_536  # bytes of a body that are looked at


def wait(channel: Channel, answer: Fetched, now: datetime) -> float | None:
    """Seconds the receiver asked for: never less than the header or, from Discord, the body's finer figure says."""
    asked = [capped(retry_after(answer.headers, now))]
    if channel.kind == "discord":
        asked.append(capped(body(answer).get("retry_after")))
    return max((seconds for seconds in asked if seconds is not None), default=None)


def everywhere(channel: Channel, answer: Fetched) -> bool:
    """Whether the wait is for all of this bot's requests to Discord: its global limit."""
    if channel.kind != "discord" or answer.status != 429:
        return False
    named = answer.headers.get("x-ratelimit-global", "").lower() == "true" or answer.headers.get("x-ratelimit-scope") == "global"
    return named or body(answer).get("global") is True


def pause(channel: Channel, answer: Fetched) -> float:
    """Seconds before the channel's next message: Slack's gap; Discord's ``Reset-After`` once nothing of the bucket remains."""
    if channel.kind == "slack":
        return SLACK_GAP
    if channel.kind != "discord" or answer.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return 0.0
    try:
        return capped(float(answer.headers.get("x-ratelimit-reset-after", ""))) or 0.0
    except ValueError:
        return 0.0


def capped(seconds: object) -> float | None:
    """A wait that makes sense, a day at most; None for everything else."""
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or math.isnan(seconds) or seconds < 0:
        return None
    return float(min(seconds, LONGEST))


def body(answer: Fetched) -> dict[str, Any]:
    """The JSON object that the answer's body is, or an empty one."""
    try:
        found = json.loads(answer.body[:READ])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
