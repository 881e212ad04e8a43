"""``storywatch check --online``: which channels can be reached, as far as that can be asked without posting."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.cli.online import way_in
from bot.cli.output import write_json
from bot.cli.terminal import say
from bot.config import Config
from bot.edge.http import Door
from bot.edge.send.agent import DISCORD_AGENT
from bot.model import Channel, FetchFailure, Network
from bot.workshop import user_agent

_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hook:
    """What is known of a channel. ``ok`` None: it cannot be asked without posting."""

    channel: str
    ok: bool | None
    said: str


def ask_hooks(config: Config, *, as_json: bool) -> int:
    """Ask every Discord webhook about itself (a GET posts nothing); returns the exit code: 1 when one is not there."""
    told = [channel for channel in config.channels if channel.kind != "console"]
    if not told:
        return 0
    door = Door(config.network, user_agent=user_agent(config.network.contact))
    try:
        hooks = [_ask(door, channel, config.network) for channel in told]
    finally:
        door.close()
    if not as_json:
        say()
    for hook in hooks:
        if as_json:
            write_json({"channel": hook.channel, "ok": hook.ok, "said": hook.said})
        else:
            say(f"{hook.channel}: {hook.said}")
    return 1 if any(hook.ok is False for hook in hooks) else 0


def _ask(door: Door, channel: Channel, network: Network) -> _Hook:
    """Discord's "Get Webhook with Token"; no other receiver has the like."""
    if channel.kind != "discord" or channel.url is None:
        said = f"{channel.kind} cannot be asked without posting: storywatch alerts test {channel.name}"
        return _Hook(channel=channel.name, ok=None, said=said)
    address = channel.url.reveal().partition("#")[0].partition("?")[0]
    answer = door.get(address, headers={"User-Agent": DISCORD_AGENT}, inside=True, cap=_ANSWER_BYTES)
    if isinstance(answer, FetchFailure):
        return _Hook(
            channel=channel.name,
            ok=False,
            said=f"the webhook cannot be asked ({answer.why}): see its url{way_in(answer, network)}",
        )
    if answer.status == 200:
        return _Hook(channel=channel.name, ok=True, said=f"the webhook is there{_named(answer.body)}")
    gone = "it was deleted: make a new one" if answer.status in {401, 404} else "ask again later"
    return _Hook(channel=channel.name, ok=False, said=f"the webhook answered {answer.status}: {gone}")


def _named(body: bytes) -> str:
    try:
        name = json.loads(body).get("name")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return f', by the name "{name[:80]}"' if isinstance(name, str) and name else ""
