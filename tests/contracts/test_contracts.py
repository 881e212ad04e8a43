"""A sample of ``python -m tests.contracts``, and that its checks can refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.render import payloads
from tests.contracts import alerts
from tests.contracts.__main__ import run
from tests.contracts.checks import ALIVE, PROBLEMS, console_problems, signature_problems, teams_problems
from tests.contracts.judge import CALLS, RECEIVERS, SECRETS, Tally, judge
from tests.contracts.schemas import CONTRACTS, schema_problems

SAMPLE = 40


def test_no_message_of_a_sample_is_refused_or_calls_anybody() -> None:
    """Quick; the whole of it: ``python -m tests.contracts --alerts 100000``."""
    tallies = run(1, range(SAMPLE))
    assert {tally.receiver: (tally.generated, tally.refused, tally.alive, tally.examples) for tally in tallies} == {
        kind: (SAMPLE, 0, 0, []) for kind in RECEIVERS
    }


def test_the_longest_digest_is_told_at_every_receiver() -> None:
    number = next(number for number in range(10_000) if len(alerts.make(1, number).entries) == alerts.LONGEST_DIGEST)
    tally = Tally(receiver="teams")
    judge(tally, "teams", alerts.make(1, number), number)
    assert (tally.refused, tally.alive) == (0, 0)
    assert tally.messages > 1


def test_an_alert_of_a_seed_is_always_the_same() -> None:
    assert alerts.make(3, 7) == alerts.make(3, 7) != alerts.make(3, 8)


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


@pytest.mark.skipif(
    not CONTRACTS.is_dir(), reason="../shared/contracts is not here: the schemas of Slack and Discord are not checked"
)
def test_the_published_schemas_are_asked() -> None:
    for kind, name in (("slack", "slack-message.schema.json"), ("discord", "discord-execute-webhook.schema.json")):
        assert schema_problems(name, bodies(kind)) == []
        assert schema_problems(name, {"text": 5, "content": 5}) != []
