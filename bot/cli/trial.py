"""``storywatch alerts test``: a sample to a channel, what came back, and what to do about it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bot.cli.terminal import safe
from bot.config import Config
from bot.core import render
from bot.core.render.sample import sample
from bot.edge.http import Door
from bot.edge.send import Sender
from bot.edge.send.answers import quoted
from bot.edge.store import outbox
from bot.model import Answer, Channel, Fetched, FetchFailure, Secret
from bot.workshop import user_agent

# What receivers call the number under which their operators find a request.
_REQUEST_IDS = ("x-slack-req-id", "x-request-id", "x-ms-workflow-run-id", "x-ms-request-id", "cf-ray")
_ACCEPTED: Mapping[str, str] = {
    "teams": "Teams accepts first and posts later: look into the channel. Nothing there after a minute? Open Workflows in Teams, "
    "then the workflow's run history: it says why the card was refused.",
}
_REPAIR: Mapping[str, str] = {
    "slack": "Make a new address: api.slack.com/apps > your app > Incoming Webhooks > Add New Webhook.",
    "discord": "Make a new address: the channel's settings > Integrations > Webhooks. A forum needs forum = true.",
    "mattermost": "Look at Integrations > Incoming Webhooks in Mattermost: is it there, and may its owner post to the channel?",
    "teams": "Open the workflow in Teams: is it on, and may anyone trigger it? Then copy its whole address again, sig= too.",
    "webhook": "The receiver must answer 2xx within [network] deadline; its log says why it did not.",
}


def send_sample(config: Config, channel: Channel, *, call: bool) -> tuple[Answer, list[str]]:
    """Send the sample past the outbox: what was made of it, and the lines that tell a person. ``call``: with its mentions."""
    story = next((story for story in config.stories if channel.name in story.channels), None)
    alert = sample(outbox.new_id(), channel, story, datetime.now(UTC))
    calls = channel.calls(alert.story)
    payload = render.payloads(alert, channel.kind, calls=calls if call else (), forum=channel.forum)[0]
    back: list[Fetched | FetchFailure] = []
    door = Door(config.network, user_agent=user_agent(config.network.contact))

    def post(url: Secret, body: bytes, headers: Mapping[str, str]) -> Fetched | FetchFailure:
        back.append(door.post(url, body, headers))
        return back[-1]

    try:
        answer = Sender(post, sys.stdout).send(channel, alert.id, payload)
    finally:
        door.close()
    left_out = calls if not call else ()
    return answer, [safe(line) for line in _lines(channel, answer, back[-1] if back else None, left_out)]


def _lines(channel: Channel, answer: Answer, back: Fetched | FetchFailure | None, left_out: tuple[str, ...]) -> Iterator[str]:
    delivered = answer.state == "delivered"
    yield f"{channel.name}: {'delivered' if delivered else 'not delivered'} ({answer.why})"
    if isinstance(back, Fetched):
        yield f"  status   {back.status}"
        yield f"  body     {quoted(back, channel) or '(empty)'}"
        yield from (f"  request  {name}: {_printable(back.headers[name])}" for name in _REQUEST_IDS if back.headers.get(name))
    if delivered and channel.kind in _ACCEPTED:
        yield _ACCEPTED[channel.kind]
    if not delivered:
        yield _advice(channel, answer, back)
    if left_out:
        yield f"{' '.join(left_out)} was left out: --mention sends it too"


def _advice(channel: Channel, answer: Answer, back: Fetched | FetchFailure | None) -> str:
    if isinstance(back, FetchFailure) and back.status is None:
        return "No answer came. Is the url right, and the host reachable? A private address must be in [network] allow."
    if answer.state == "retry" and answer.status is not None and (answer.status == 429 or answer.status >= 500):
        return "This passes: the bot would try again by itself. Test again in a minute."
    return _REPAIR.get(channel.kind, "See the line above.")


def _printable(text: str) -> str:
    return re.sub(r"[^ -~]", "", text)[:80]
