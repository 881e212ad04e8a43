"""One alert through one receiver: rendered by the bot, judged by the checks."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.render import payloads
from bot.edge.send import signing
from bot.model import Alert, ChannelKind, Payload, Secret
from tests.contracts.checks import ALIVE, PROBLEMS, console_problems, signature_problems, teams_problems

RECEIVERS: tuple[ChannelKind, ...] = ("slack", "discord", "mattermost", "teams", "webhook", "console")
CALLS: Mapping[str, tuple[str, ...]] = {
    "slack": ("<!here>", "<@U12345>", "<!subteam^S12345>"),
    "discord": ("@here", "<@12345>", "<@&67890>"),
    "mattermost": ("@channel", "@desk.editor"),
}
SECRETS = tuple("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"n", b"o"))


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the alerts of one receiver; of what is wrong, the first few with their numbers."""

    receiver: str
    generated: int = 0
    messages: int = 0
    refused: int = 0
    alive: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, number: int, messages: int, refused: Sequence[str], alive: Sequence[str]) -> None:
        """Count one alert."""
        self.generated, self.messages = self.generated + 1, self.messages + messages
        self.refused, self.alive = self.refused + bool(refused), self.alive + len(alive)
        if (refused or alive) and len(self.examples) < 5:
            self.examples.append(f"alert {number}: {(*refused, *alive)[0]}")


def judge(tally: Tally, kind: ChannelKind, alert: Alert, number: int) -> None:
    """Every second alert calls somebody, every third is in the plain form, every fifth opens a thread."""
    calls = CALLS.get(kind, ()) if number % 2 else ()
    sent = payloads(alert, kind, plain=number % 3 == 0, calls=calls, forum=number % 5 == 0)
    refused, alive = [], []
    for at, payload in enumerate(sent):
        named = () if at else calls
        refused += list(_refused(kind, payload, named))
        if kind in ALIVE:
            alive += list(ALIVE[kind](json.loads(payload.body), named))
    tally.add(number, len(sent), refused if sent else ["no message"], alive)


def _refused(kind: ChannelKind, payload: Payload, calls: Sequence[str]) -> Iterator[str]:
    text = payload.body.decode()
    if kind == "console":
        yield from console_problems(text)
        return
    body = json.loads(text)
    if kind == "teams":
        size = max(len(payload.body), 2 * len(text.encode("utf-16-le")) // 2)
        yield from teams_problems(body, calls, size)
        return
    yield from PROBLEMS[kind](body, calls)
    if kind == "webhook":
        headers = signing.headers("alert_1", payload.body, [Secret(secret) for secret in SECRETS], time.time())
        yield from signature_problems(payload.body, headers, SECRETS)
