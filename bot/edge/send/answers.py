"""A receiver's answer to one attempt, read into delivered, retry or parked."""

from __future__ import annotations

import json
import math
import re
from datetime import datetime
from typing import Any

from bot.edge.http.retry import LONGEST, retry_after
from bot.edge.send.tables import DISCORD, MATTERMOST, SLACK, TEAMS, Meaning
from bot.model import Answer, Channel, Fetched, FetchFailure, Payload

_PASSING = frozenset({408, 425, 429})  # and every 5xx
_TRIES = 3  # attempts after which a 4xx that no table knows counts against the payload: it may yet be a proxy's bad day
_QUOTED = 100  # characters of an unknown answer's body that are shown
_READ = 65_536  # bytes of a body that are looked at
_TOKEN = 6  # shorter pieces of an address are words that any answer may have


def read(answer: Fetched | FetchFailure, channel: Channel, payload: Payload, *, attempt: int, now: datetime) -> Answer:
    """What the channel made of the payload. ``attempt`` counts from 1 over the life of the alert."""
    if isinstance(answer, FetchFailure):
        if answer.status is None:
            return Answer(
                state="retry" if answer.temporary else "parked", why=answer.why, retry_after=_capped(answer.retry_after)
            )
        # The answer's head came, its body did not: the status alone decides.
        answer = Fetched(url="", status=answer.status, headers=_asked(answer.retry_after), body=b"")
    meaning, name = _known(channel, answer)
    if answer.status // 100 == 2 and not (meaning and channel.kind == "slack" and answer.status == 200):
        accepted = "; it posts later and does not say whether it could" if channel.kind == "teams" else ""
        return Answer(state="delivered", why=f"{channel.kind} answered {answer.status}{accepted}", status=answer.status)
    meaning = meaning or _by_status(channel, answer, attempt)
    why = f"{channel.kind} answered {answer.status}{name}: {meaning.words}"
    if meaning.blame == "passing":
        return Answer(state="retry", why=why, status=answer.status, retry_after=_wait(channel, answer, now))
    simpler = meaning.blame == "payload" and channel.kind in {"slack", "discord"} and not payload.plain
    return Answer(state="parked", why=why, status=answer.status, plain=simpler)


def _known(channel: Channel, answer: Fetched) -> tuple[Meaning | None, str]:
    """What the channel's table says of the body, and how the body named it."""
    if channel.kind == "slack":
        word = answer.body[:_READ].decode("utf-8", "replace").strip()
        return SLACK.get(word), f" {word}" if word in SLACK else ""
    if channel.kind == "discord":
        code = _object(answer).get("code")
        if isinstance(code, int) and code in DISCORD:
            return DISCORD[code], f" code {code}"
    if channel.kind == "mattermost" and answer.status != 500:  # the same names then tell of its database
        name = str(_object(answer).get("id"))
        return MATTERMOST.get(name), f" {name}" if name in MATTERMOST else ""
    if channel.kind == "teams":
        error = _object(answer).get("error")
        name = str(error.get("code")) if isinstance(error, dict) else ""
        return TEAMS.get(name), f" {name}" if name in TEAMS else ""
    return None, ""


def _by_status(channel: Channel, answer: Fetched, attempt: int) -> Meaning:
    said = quoted(answer, channel) or "no reason given"
    if answer.status in _PASSING or answer.status >= 500:
        return Meaning("passing", said)
    if answer.status // 100 == 3:
        return Meaning("passing", "a redirect, which no webhook follows")
    if answer.status == 410 or (answer.status == 404 and channel.kind == "discord"):
        return Meaning("channel", said)
    return Meaning("payload" if answer.status // 100 == 4 and attempt >= _TRIES else "passing", said)


def _wait(channel: Channel, answer: Fetched, now: datetime) -> float | None:
    """Seconds the receiver asked for: never less than the header or, from Discord, the body's finer figure says."""
    asked = [_capped(retry_after(answer.headers, now))]
    if channel.kind == "discord":
        asked.append(_capped(_object(answer).get("retry_after")))
    return max((seconds for seconds in asked if seconds is not None), default=None)


def _capped(seconds: object) -> float | None:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or math.isnan(seconds) or seconds < 0:
        return None
    return float(min(seconds, LONGEST))


def _asked(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"retry-after": str(math.ceil(min(seconds, LONGEST)))}


def _object(answer: Fetched) -> dict[str, Any]:
    try:
        body = json.loads(answer.body[:_READ])
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def quoted(answer: Fetched, channel: Channel) -> str:
    """The start of the body on one printable line. Pieces of the channel's address and its secret become ``***``."""
    text = answer.body[:_READ].decode("utf-8", "replace")
    secrets = [value.reveal() for value in (channel.url, channel.secret, *channel.older_secrets) if value is not None]
    tokens = {token for secret in secrets for token in (secret, *re.split(r"[/?&=#:@]+", secret)) if len(token) >= _TOKEN}
    for token in sorted(tokens, key=len, reverse=True):
        text = text.replace(token, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"
