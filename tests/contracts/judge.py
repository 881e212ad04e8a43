"""One alert through one receiver: rendered by the bot, judged by the checks."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.render import payloads
from bot.edge.send import signing
from bot.model import Alert, ChannelKind, Payload, Secret
from tests.contracts.checks import ALIVE, PROBLEMS, console_problems, signature_problems, teams_problems

# Discord's and Slack's "/slack" address is no receiver of its own: the bot takes it for the Discord channel that it is.
RECEIVERS: Mapping[str, ChannelKind] = {
    "slack": "slack",
    "discord": "discord",
    "discord forum": "discord",
    "mattermost": "mattermost",
    "teams": "teams",
    "webhook": "webhook",
    "console": "console",
}
CALLS: Mapping[str, tuple[str, ...]] = {
    "slack": ("<!here>", "<@U12345>", "<!subteam^S12345>"),
    "discord": ("@here", "<@12345>", "<@&67890>"),
    "mattermost": ("@channel", "@desk.editor"),
}
SECRETS = tuple("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"n", b"o"))
_KEYS = tuple(map(Secret, SECRETS))
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """What is judged: the bot's own, or in a test one that is broken on purpose."""

    render: Callable[..., Sequence[Payload]] = payloads
    sign: Callable[..., Mapping[str, str]] = signing.headers


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the alerts of one receiver; of what is wrong, the first few with their numbers. ``cpu``: seconds."""

    receiver: str
    generated: int = 0
    messages: int = 0
    refused: int = 0
    alive: int = 0
    cpu: float = 0.0
    examples: list[str] = field(default_factory=list)

    def add(self, number: int, messages: int, refused: Sequence[str], alive: Sequence[str]) -> None:
        """Count one alert."""
        self.generated, self.messages = self.generated + 1, self.messages + messages
        self.refused, self.alive = self.refused + bool(refused), self.alive + len(alive)
        if (refused or alive) and len(self.examples) < _EXAMPLES:
            self.examples.append(f"alert {number}: {(*refused, *alive)[0]}")

    def join(self, part: Tally) -> None:
        """Count what another process has counted."""
        self.generated, self.messages = self.generated + part.generated, self.messages + part.messages
        self.refused, self.alive, self.cpu = self.refused + part.refused, self.alive + part.alive, self.cpu + part.cpu
        self.examples = [*self.examples, *part.examples][:_EXAMPLES]


def judge(tally: Tally, alert: Alert, number: int, bot: Bot | None = None) -> None:
    """Every second alert calls somebody, every third is in the plain form. What raises is refused: the rest goes on."""
    began, bot = time.process_time(), bot or Bot()
    kind = RECEIVERS[tally.receiver]
    calls = CALLS.get(kind, ()) if number % 2 else ()
    sent: Sequence[Payload] = ()
    refused, alive = [], []
    try:
        sent = bot.render(alert, kind, plain=number % 3 == 0, calls=calls, forum=tally.receiver == "discord forum")
        refused += [] if sent else ["no message"]
        for at, payload in enumerate(sent):
            named = () if at else calls
            refused += list(_refused(tally.receiver, payload, named, bot))
            if kind in ALIVE:
                alive += list(ALIVE[kind](json.loads(payload.body), named))
    except Exception as error:
        refused.append(f"{type(error).__name__}: {error}")
    tally.add(number, len(sent), refused, alive)
    tally.cpu += time.process_time() - began


def _refused(receiver: str, payload: Payload, calls: Sequence[str], bot: Bot) -> Iterator[str]:
    kind, text = RECEIVERS[receiver], payload.body.decode()
    if kind == "console":
        yield from console_problems(text)
        return
    body = json.loads(text)
    if kind == "teams":
        size = max(len(payload.body), 2 * len(text.encode("utf-16-le")) // 2)
        yield from teams_problems(body, calls, size)
        return
    yield from PROBLEMS[kind](body, calls)
    if kind == "discord" and ("thread_name" in body) != (receiver == "discord forum"):
        yield "a thread where none can be, or none where one must be"
    if kind == "webhook":
        headers = bot.sign("alert_1", payload.body, _KEYS, time.time())
        yield from signature_problems(payload.body, headers, SECRETS)
