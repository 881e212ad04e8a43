"""The lab's receivers: Slack, Discord and a generic webhook that answer by script and keep every byte they accepted.

    with Sinks() as sinks:
        slack = sinks.open("slack")
        slack.next(NO_SERVICE)               # the next request gets this, later ones the usual answer
        slack.always(BUSY)                   # every request from now on

Each message is checked as it comes, accepted or not: :attr:`Message.problems` must stay empty.
"""

from __future__ import annotations

import json
import re
import secrets
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from types import TracebackType
from typing import Any, Literal, Self

from . import contracts
from .ledger import Ledger
from .server import Loopback, Reply, Request

Kind = Literal["slack", "discord", "webhook"]
PATHS: dict[Kind, str] = {"slack": "/services/T000/B000/", "discord": "/api/webhooks/1/", "webhook": "/hook/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply, and whether the receiver took the message; ``told``: whether the sender learns so."""

    reply: Reply
    accepted: bool = False
    told: bool = True


def _json(status: int, body: dict[str, Any], **headers: str) -> Reply:
    return Reply(status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json", **headers})


def _text(status: int, body: str, **headers: str) -> Reply:
    return Reply(status=status, body=body.encode(), headers={"Content-Type": "text/plain", **headers})


def retry_after(status: int, seconds: float) -> Answer:
    return Answer(reply=_text(status, "rate_limited", **{"Retry-After": f"{seconds:g}"}))


def discord_limit(seconds: float, *, everywhere: bool = False) -> Answer:
    """Discord's 429: the wait is a float in the body, and for some limits nowhere else (no ``code``: the documented shape)."""
    headers = {"X-RateLimit-Global": "true"} if everywhere else {"X-RateLimit-Scope": "user"}
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
    return Answer(reply=_json(429, body, **headers))


OK: dict[Kind, Answer] = {
    "slack": Answer(reply=_text(200, "ok"), accepted=True),
    "discord": Answer(
        reply=_json(200, {"id": "1100000000000000001", "type": 0, "content": "", "channel_id": "1"}), accepted=True
    ),
    "webhook": Answer(reply=_text(200, ""), accepted=True),
}
NO_CONTENT = Answer(reply=Reply(status=204), accepted=True)
BROKEN = Answer(reply=_text(500, "rollup_error"))
BUSY = Answer(reply=_text(503, "busy"))
NO_SERVICE = Answer(reply=_text(404, "no_service"))
SLACK_200_NO_SERVICE = Answer(reply=_text(200, "no_service"))
UNKNOWN_WEBHOOK = Answer(reply=_json(404, {"message": "Unknown Webhook", "code": 10015}))
GONE = Answer(reply=_text(410, "gone"))
SILENCE = Answer(reply=Reply(fault="silence"))
RESET = Answer(reply=Reply(fault="reset"))
RESET_AFTER_ACCEPT = Answer(reply=Reply(fault="reset"), accepted=True, told=False)
SILENCE_AFTER_ACCEPT = Answer(reply=Reply(fault="silence"), accepted=True, told=False)

_URL = re.compile(r"https?://[^\s<>|\"')\]\\]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request to a sink: what it said, what was answered, what is wrong with it."""

    at: float  # monotonic
    sink: str
    headers: dict[str, str]
    body: bytes
    payload: Any  # the JSON, None where it is none
    status: int
    accepted: bool
    told: bool
    problems: tuple[str, ...]

    @property
    def urls(self) -> list[str]:
        """Every address the message names, in order, each once."""
        return list(dict.fromkeys(url for text in texts(self.payload) for url in _URL.findall(unescape(text))))

    @property
    def type(self) -> str | None:
        """A generic webhook's type; the other kinds have none."""
        return self.payload.get("type") if isinstance(self.payload, dict) else None


def texts(value: Any) -> Iterator[str]:
    """Every string inside a JSON value, keys left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


@dataclass(slots=True, kw_only=True)
class Sink:
    """One receiver. ``secret`` is what a webhook is signed with; its URL carries a token that must never be printed."""

    kind: Kind
    name: str
    url: str
    token: str
    secret: str | None
    messages: Ledger[Message] = field(default_factory=Ledger)
    usual: Answer | None = None
    script: deque[Answer] = field(default_factory=deque)

    def next(self, *answers: Answer) -> None:
        self.script.extend(answers)

    def always(self, answer: Answer | None) -> None:
        """From now on; None repairs the receiver."""
        self.script.clear()
        self.usual = answer

    @property
    def accepted(self) -> list[Message]:
        return [message for message in self.messages if message.accepted]

    def take(self, request: Request) -> tuple[Message, Reply]:
        answer = self.script.popleft() if self.script else self.usual or OK[self.kind]
        try:
            payload = json.loads(request.body)
        except ValueError:
            payload = None
        message = Message(
            at=request.at,
            sink=self.name,
            headers=dict(request.headers),
            body=request.body,
            payload=payload,
            status=answer.reply.status,
            accepted=answer.accepted,
            told=answer.told,
            problems=tuple(contracts.problems(self.kind, request, payload, self.secret)),
        )
        self.messages.add(message)
        return message, answer.reply


class Sinks:
    """The server the receivers live on. ``on_accept`` is called after a message is in the ledger and before it is answered."""

    def __init__(self) -> None:
        self.all: dict[str, Sink] = {}
        self.on_accept: Callable[[Message], None] = lambda message: None
        self._loopback = Loopback(self._respond)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loopback.close()

    def down(self) -> None:
        """Be gone from the network: connections break, new ones are refused."""
        self._loopback.down()

    def up(self) -> None:
        """Be back where it was."""
        self._loopback.up()

    def open(self, kind: Kind, name: str | None = None) -> Sink:
        token = "canary" + secrets.token_hex(12)
        sink = Sink(
            kind=kind,
            name=name or kind,
            url=f"http://127.0.0.1:{self._loopback.port}{PATHS[kind]}{token}",
            token=token,
            secret=contracts.new_secret() if kind == "webhook" else None,
        )
        self.all[PATHS[kind] + token] = sink
        return sink

    def _respond(self, request: Request) -> Reply:
        sink = self.all.get(request.path)
        if sink is None:
            return Reply(status=404, body=b"no such hook")
        message, reply = sink.take(request)
        if message.accepted:
            self.on_accept(message)
        return reply
