"""A sample of ``python -m tests.contracts``, and that its checks can refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from bot.core.render import payloads
from bot.edge.send import signing
from bot.model import Alert, ChannelKind, Payload
from tests.contracts import alerts
from tests.contracts.__main__ import printed, run
from tests.contracts.checks import ALIVE, PROBLEMS, console_problems, signature_problems, teams_problems
from tests.contracts.judge import CALLS, RECEIVERS, SECRETS, Bot, Tally, judge
from tests.contracts.schemas import CONTRACTS, compiled, reference, schema_problems

SAMPLE = 40
needs_contracts = pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason="../shared/contracts is not here: the schemas of Slack and Discord are not checked"
)


def test_no_message_of_a_sample_is_refused_or_calls_anybody() -> None:
    """Quick; the whole of it: ``python -m tests.contracts --alerts 100000``."""
    tallies = run(1, list(RECEIVERS), range(SAMPLE))
    assert {tally.receiver: (tally.generated, tally.refused, tally.alive, tally.examples) for tally in tallies} == {
        kind: (SAMPLE, 0, 0, []) for kind in RECEIVERS
    }


def test_the_longest_digest_is_told_at_every_receiver() -> None:
    number = next(number for number in range(10_000) if len(alerts.make(1, number).entries) == alerts.LONGEST_DIGEST)
    tally = Tally(receiver="teams")
    judge(tally, alerts.make(1, number), number)
    assert (tally.refused, tally.alive) == (0, 0)
    assert tally.messages > 1


def test_an_alert_of_a_seed_is_always_the_same() -> None:
    assert alerts.make(3, 7) == alerts.make(3, 7) != alerts.make(3, 8)


# ---------------------------------------------------------------- a bot that is broken is found out


def _texts(value: Any, change: Callable[[str], str]) -> Any:
    """JSON with every text changed, as far as a channel shows it."""
    if isinstance(value, dict):
        return {
            key: change(inner) if key in _SHOWN and isinstance(inner, str) else _texts(inner, change)
            for key, inner in value.items()
        }
    return [_texts(inner, change) for inner in value] if isinstance(value, list) else value


_SHOWN = {"text", "title", "description", "content", "name", "thread_name"}


def _broken(change: Callable[[Any], Any]) -> Bot:
    def render(alert: Alert, kind: ChannelKind, **asked: Any) -> list[Payload]:
        sent = payloads(alert, kind, **asked)
        return [replace(each, body=json.dumps(change(json.loads(each.body))).encode()) for each in sent]

    return Bot(render=render)


def _bare(text: str) -> str:
    """As if nothing had been escaped."""
    return unescape(re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)).replace("\u200b", "")


def _without(*keys: str) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        if isinstance(body, dict):
            return {key: change(inner) for key, inner in body.items() if key not in keys}
        return [change(inner) for inner in body] if isinstance(body, list) else body

    return change


def _sign_something_else(alert: str, body: bytes, secrets: Any, at: float) -> Mapping[str, str]:
    return signing.headers(alert, body + b" ", secrets, at)


TEXTUAL = ("slack", "discord", "discord forum", "mattermost", "teams")
BROKEN: dict[str, tuple[Bot, tuple[str, ...]]] = {
    "nothing is escaped": (_broken(lambda body: _texts(body, _bare)), TEXTUAL),
    "@here is alive": (
        _broken(lambda body: _texts(body, lambda text: text + " @here")),
        ("slack", "discord", "discord forum", "mattermost"),
    ),
    "<at> is alive": (_broken(lambda body: _texts(body, lambda text: text + " <at>Ann</at>")), ("teams",)),
    "every text is far too long": (_broken(lambda body: _texts(body, lambda text: text + " so long" * 6000)), TEXTUAL[:4]),
    "no text": (_broken(_without("text")), ("slack", "mattermost", "teams")),
    "no list of who may be called": (_broken(_without("allowed_mentions")), ("discord", "discord forum")),
    "no name of a thread": (_broken(_without("thread_name")), ("discord forum",)),
    "no title of an item": (_broken(_without("title")), ("webhook",)),
    "no time": (_broken(_without("timestamp")), ("webhook",)),
    "what is signed is not what is sent": (Bot(sign=_sign_something_else), ("webhook",)),
    "nothing is sent": (Bot(render=lambda *_, **__: ()), tuple(RECEIVERS)),
}


@pytest.mark.parametrize(
    ("case", "receiver"), [(case, receiver) for case, (_, receivers) in BROKEN.items() for receiver in receivers]
)
def test_a_broken_bot_is_found_out_within_a_few_alerts(case: str, receiver: str) -> None:
    (tally,) = run(1, [receiver], range(12), BROKEN[case][0])
    assert tally.refused + tally.alive > 0


def test_an_alert_that_cannot_be_written_is_told_by_its_number_and_the_rest_goes_on() -> None:
    def render(alert: Alert, kind: ChannelKind, **asked: Any) -> Sequence[Payload]:
        if alert.id.endswith("3"):
            raise ZeroDivisionError("no way")
        return payloads(alert, kind, **asked)

    (tally,) = run(1, ["discord"], range(5), Bot(render=render))
    assert (tally.generated, tally.refused, tally.examples) == (5, 1, ["alert 3: ZeroDivisionError: no way"])


def test_a_find_is_printed_with_the_command_that_shows_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally(receiver="discord forum")
    tally.add(17, 1, ["an empty text"], [])
    printed([tally], 5, 1.0)
    assert '--seed 5 --only 17 --receiver "discord forum"' in capsys.readouterr().out


# ---------------------------------------------------------------- each check can refuse


def bodies(kind: Any, calls: tuple[str, ...] = ()) -> dict[str, Any]:
    alert = next(one for number in range(100) if (one := alerts.make(1, number)).type == "development.new")
    body: dict[str, Any] = json.loads(payloads(alert, kind, calls=calls)[0].body)
    return body


SPOILED: dict[str, Any] = {
    "slack: a call of a feed": ("slack", lambda body: body.update(text=body["text"] + " <!channel>")),
    "slack: a name that servers like it call": ("slack", lambda body: body.update(text=body["text"] + " @channel")),
    "discord: everyone": ("discord", lambda body: body["embeds"][0].update(description="@everyone")),
    "discord: a role": ("discord", lambda body: body.update(content="<@&12345>")),
    "mattermost: a name": ("mattermost", lambda body: body.update(text=body["text"] + " @all")),
    "mattermost: Slack's word for it": ("mattermost", lambda body: body.update(text=body["text"] + " \\<!channel>")),
    "teams: a mention": ("teams", lambda body: body["attachments"][0]["content"]["body"][0].update(text="<at>Ann</at>")),
    "teams: an entity": ("teams", lambda body: body["attachments"][0]["content"]["msteams"].update(entities=[{}])),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_mention_that_is_alive_is_seen(case: str) -> None:
    kind, spoil = SPOILED[case]
    body = bodies(kind)
    assert list(ALIVE[kind](body, ())) == []
    spoil(body)
    assert list(ALIVE[kind](body, ())) != []


WRONG: dict[str, Any] = {
    "discord: more is allowed than was asked for": ("discord", lambda body: body.update(allowed_mentions={"parse": ["users"]})),
    "discord: a thread without a name": ("discord", lambda body: body.update(thread_name=" ")),
    "mattermost: a post too long": ("mattermost", lambda body: body.update(text="x" * 16_384)),
    "mattermost: a heading": ("mattermost", lambda body: body.update(text="# x")),
    "mattermost: an address by itself": ("mattermost", lambda body: body.update(text="see www.evil.example")),
    "teams: a key that no card has": ("teams", lambda body: body["attachments"][0]["content"].update(title="x")),
    "teams: a list": ("teams", lambda body: body["attachments"][0]["content"]["body"][0].update(text="- x")),
    "webhook: a null": ("webhook", lambda body: body["data"].update(story=None)),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_message_that_breaks_a_rule_is_refused(case: str) -> None:
    kind, spoil = WRONG[case]
    body = bodies(kind)
    assert list(PROBLEMS[kind](body, ())) == []
    spoil(body)
    assert list(PROBLEMS[kind](body, ())) != []


@pytest.mark.parametrize("kind", CALLS)
def test_a_call_that_the_operator_did_not_ask_for_is_alive_and_one_left_out_is_missed(kind: str) -> None:
    called = bodies(kind, CALLS[kind])
    assert list(ALIVE[kind](called, CALLS[kind])) == []
    assert list(ALIVE[kind](called, ())) != []
    assert list(PROBLEMS[kind](bodies(kind), CALLS[kind])) != []


def test_size_signature_and_terminal_are_checked() -> None:
    assert list(teams_problems(bodies("teams"), (), 28 * 1024 + 1)) == [f"{28 * 1024 + 1} bytes"]
    assert list(console_problems("a\x1b[31m\n\n")) != []
    headers = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"}
    assert len(list(signature_problems(b"{}", headers, SECRETS))) == len(SECRETS)


SCHEMAS = {
    "slack": "slack-message.schema.json",
    "discord": "discord-execute-webhook.schema.json",
    "teams": "teams",
    "webhook": "webhook",
}


def _spoiled(value: Any) -> Iterator[Any]:
    """The value with one thing wrong, for each place in it: another type, nothing, too much, a key that nobody knows."""
    yield from (None, 5, [], {}, "x" * 50_000, [value])
    if isinstance(value, dict):
        yield value | {"nobody knows": 1}
        for key, inner in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            yield from (value | {key: wrong} for wrong in _spoiled(inner))
    if isinstance(value, list):
        yield value * 60
        yield from ([*value[:at], wrong, *value[at + 1 :]] for at, inner in enumerate(value) for wrong in _spoiled(inner))


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_quick_validator_and_jsonschema_agree_on_good_and_on_spoiled_messages(kind: Any) -> None:
    if SCHEMAS[kind].endswith(".json") and not CONTRACTS.is_dir():
        pytest.skip("../shared/contracts is not here: its schemas are not compared")
    good = [json.loads(payload.body) for number in range(20) for payload in payloads(alerts.make(2, number), kind)]
    seen = set()
    for body in (*good, *_spoiled(bodies(kind))):
        verdicts = (compiled(SCHEMAS[kind]).is_valid(body), reference(SCHEMAS[kind]).is_valid(body))
        assert verdicts[0] == verdicts[1], body
        seen.add(verdicts[0])
    assert seen == {True, False}


@needs_contracts
def test_what_only_the_quick_validator_sees_is_said_too() -> None:
    body = bodies("discord")
    body["embeds"][0]["url"] = "https://exa mple.org/\\"
    assert any("uri" in said for said in schema_problems("discord-execute-webhook.schema.json", body))


@needs_contracts
def test_the_published_schemas_are_asked() -> None:
    for kind, name in (("slack", "slack-message.schema.json"), ("discord", "discord-execute-webhook.schema.json")):
        assert schema_problems(name, bodies(kind)) == []
        assert schema_problems(name, {"text": 5, "content": 5}) != []
