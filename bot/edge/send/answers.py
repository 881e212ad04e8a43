"""A receiver's answer to one attempt, read into delivered, retry, parked or disabled."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.edge.http.retry import LONGEST
from bot.edge.send import limits
from bot.edge.send.tables import DISCORD, MATTERMOST, SLACK, TEAMS, Meaning
from bot.model import Answer, Channel, Fetched, FetchFailure, Payload

_PASSING = frozenset({408, 425, 429})  # and every 5xx
_TRIES = 3  # attempts after which a 4xx that no table knows counts against the payload: it may yet be a proxy's bad day
_QUOTED = 100  # characters of an unknown answer's body that are shown
_TOKEN = 6  # shorter pieces of an address are words that any answer may have


def read(answer: Fetched | FetchFailure, channel: Channel, payload: Payload, *, attempt: int, now: datetime) -> Answer:
    """What the channel made of the payload. ``attempt`` counts from 1 over the life of the alert."""
    if isinstance(answer, FetchFailure):
        if answer.status is None:
            return _unanswered(answer, channel)
        # The answer's head came, its body did not: the status alone decides.
        answer = Fetched(url="", status=answer.status, headers=_asked(answer.retry_after), body=b"")
    pause = limits.pause(channel, answer)
    meaning, name = _known(channel, answer)
    if answer.status // 100 == 2 and not (meaning and channel.kind == "slack" and answer.status == 200):
        accepted = "; it posts later and does not say whether it could" if channel.kind == "teams" else ""
        why = f"{channel.kind} answered {answer.status}{accepted}"
        return Answer(state="delivered", why=why, status=answer.status, pause=pause)
    meaning = meaning or _by_status(channel, answer, attempt)
    told = Answer(
        state="parked", why=f"{channel.kind} answered {answer.status}{name}: {meaning.words}", status=answer.status, pause=pause
    )
    if meaning.blame == "passing":
        wait, everywhere = limits.wait(channel, answer, now), limits.everywhere(channel, answer)
        return replace(told, state="retry", retry_after=wait, everywhere=everywhere)
    if meaning.blame == "channel":
        return replace(told, state="disabled")
    return replace(told, plain=channel.kind in {"slack", "discord"} and not payload.plain)


def _unanswered(failure: FetchFailure, channel: Channel) -> Answer:
    """No answer at all. What will not pass by itself and never left is a fault of the address: the channel's, not the alert's."""
    final: Literal["parked", "disabled"] = "parked" if failure.sent else "disabled"
    return Answer(
        state="retry" if failure.temporary else final, why=failure.why, retry_after=limits.capped(failure.retry_after),
        ambiguous=failure.sent, pause=limits.SLACK_GAP if channel.kind == "slack" and failure.sent else 0.0,
    )  # fmt: skip


def _known(channel: Channel, answer: Fetched) -> tuple[Meaning | None, str]:
    """What the channel's table says of the body, and how the body named it."""
    if channel.kind == "slack":
        word = answer.body[: limits.READ].decode("utf-8", "replace").strip()
        return SLACK.get(word), f" {word}" if word in SLACK else ""
    if channel.kind == "discord":
        code = limits.body(answer).get("code")
        if isinstance(code, int) and code in DISCORD:
            return DISCORD[code], f" code {code}"
    if channel.kind == "mattermost" and answer.status != 500:  # the same names then tell of its database
        name = str(limits.body(answer).get("id"))
        return MATTERMOST.get(name), f" {name}" if name in MATTERMOST else ""
    if channel.kind == "teams":
        error = limits.body(answer).get("error")
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


def _asked(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"retry-after": str(math.ceil(min(seconds, LONGEST)))}


def quoted(answer: Fetched, channel: Channel) -> str:
    """The start of the body on one printable line. Pieces of the channel's address and its secret become ``***``."""
    text = answer.body[: limits.READ].decode("utf-8", "replace")
    secrets = [value.reveal() for value in (channel.url, channel.secret, *channel.older_secrets) if value is not None]
    tokens = {token for secret in secrets for token in (secret, *re.split(r"[/?&=#:@]+", secret)) if len(token) >= _TOKEN}
    for token in sorted(tokens, key=len, reverse=True):
        text = text.replace(token, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"
