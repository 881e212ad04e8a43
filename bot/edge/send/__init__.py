"""An alert's payload to its channel, and what came back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TextIO, TypeAlias

from bot.edge.send import answers, signing
from bot.edge.send.agent import DISCORD_AGENT
from bot.model import Answer, Channel, Fetched, FetchFailure, Payload, Secret

__all__ = ["Post", "Sender"]

Post: TypeAlias = Callable[[Secret, bytes, Mapping[str, str]], Fetched | FetchFailure]


class Sender:
    """Sends payloads; may be used from several threads at once.

    ``post`` is the door to the network, ``out`` where the console's alerts go, ``clock`` the real time in Unix seconds:
    receivers refuse a signature that is minutes off, whatever time the bot is told to assume.
    """

    def __init__(self, post: Post, out: TextIO, clock: Callable[[], float] = time.time) -> None:
        self._post, self._out, self._clock = post, out, clock
        self._console = threading.Lock()

    def send(self, channel: Channel, alert_id: str, payload: Payload, *, attempt: int = 1) -> Answer:
        """One attempt, the ``attempt``-th of this alert, counted from 1. Every outcome is an answer; nothing is raised."""
        if channel.kind == "console":
            return self._write(payload)
        if channel.url is None:
            return Answer(state="parked", why=f"the channel {channel.name} has no url")
        at = self._clock()
        headers = {"Content-Type": payload.content_type}
        try:
            headers |= _extra(channel, alert_id, payload, at)
        except ValueError:  # without its text: it could quote the secret
            return Answer(state="parked", why=f"a secret of the channel {channel.name} is not whsec_ and base64")
        url = _waiting(channel.url) if channel.kind == "discord" else channel.url
        answer = self._post(url, payload.body, headers)
        return answers.read(answer, channel, payload, attempt=attempt, now=datetime.fromtimestamp(at, UTC))

    def _write(self, payload: Payload) -> Answer:
        encoding = self._out.encoding or "utf-8"
        text = payload.body.decode().encode(encoding, "backslashreplace").decode(encoding)
        try:
            with self._console:
                self._out.write(text)
                self._out.flush()
        except (OSError, ValueError) as error:  # ValueError: the stream was closed
            return Answer(state="retry", why=f"the console cannot be written to: {type(error).__name__}")
        return Answer(state="delivered", why="written to the console")


def _extra(channel: Channel, alert_id: str, payload: Payload, at: float) -> dict[str, str]:
    if channel.kind == "webhook":
        secrets = (*([channel.secret] if channel.secret else []), *channel.older_secrets)
        return signing.headers(alert_id, payload.body, secrets, at)
    return {"User-Agent": DISCORD_AGENT} if channel.kind == "discord" else {}


def _waiting(url: Secret) -> Secret:
    """The address with ``wait=true``: without it Discord reports no error for a message that it did not keep."""
    address, _, query = url.reveal().partition("#")[0].partition("?")
    others = (pair for pair in query.split("&") if pair and pair.partition("=")[0] != "wait")
    return Secret(f"{address}?{'&'.join((*others, 'wait=true'))}")
