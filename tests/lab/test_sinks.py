"""The lab's receivers: what they accept, what they refuse to call right."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import standardwebhooks

from . import contracts, sinks
from .server import Request
from .shapes import log_row
from .sinks import Message, Sink, Sinks

TIME = "2026-03-03T08:00:00Z"
ENTRY = {
    "development": {"id": "d1", "headline": "H", "items": 1, "outlets": ["Example"]},
    "item": {"id": "i1", "feed": "f", "url": "http://127.0.0.1/a/one", "title": "T", "first_seen": TIME},
    "match": {"score": 0.5, "terms": ["NATO"], "where": "title", "sentence": "T"},
}
NEW = {"type": "development.new", "timestamp": TIME, "data": {"alert": "a1", "story": "s", **ENTRY}}
DIGEST = {"type": "digest", "timestamp": TIME, "data": {"alert": "a1", "story": "s", "items": [ENTRY, ENTRY]}}
SLACK = {"text": "T", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<http://127.0.0.1/a/one|T>"}}]}
DISCORD = {"embeds": [{"title": "T", "url": "http://127.0.0.1/a/one"}], "allowed_mentions": {"parse": []}}


@pytest.fixture
def receivers() -> Iterator[Sinks]:
    with Sinks() as receivers:
        yield receivers


def post(sink: Sink, payload: dict[str, Any], **headers: str) -> tuple[int, bytes]:
    host, _, target = sink.url.removeprefix("http://").partition("/")
    client = http.client.HTTPConnection(host, timeout=2)
    try:
        client.request(
            "POST",
            f"/{target}?wait=true",
            json.dumps(payload),
            {"Content-Type": "application/json", "User-Agent": "t", **headers},
        )
        answer = client.getresponse()
        return answer.status, answer.read()
    finally:
        client.close()


def signed(sink: Sink, payload: dict[str, Any]) -> dict[str, str]:
    stamp, identity = str(int(time.time())), payload["data"]["alert"]
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": contracts.sign(str(sink.secret), identity, stamp, json.dumps(payload).encode()),
    }


def last(sink: Sink) -> Message:
    return list(sink.messages)[-1]


@pytest.mark.parametrize(("kind", "payload", "answer"), [("slack", SLACK, b"ok"), ("discord", DISCORD, b'{"id"')])
def test_a_right_message_is_accepted_and_names_its_item(receivers: Sinks, kind, payload, answer: bytes) -> None:
    sink = receivers.open(kind)
    status, body = post(sink, payload)
    assert (status, body.startswith(answer)) == (200, True)
    assert (last(sink).accepted, last(sink).problems, last(sink).urls) == (True, (), ["http://127.0.0.1/a/one"])


@pytest.mark.parametrize("payload", [NEW, DIGEST], ids=["new", "digest"])
def test_a_signed_webhook_is_right_for_us_and_for_the_official_verifier(receivers: Sinks, payload) -> None:
    sink = receivers.open("webhook")
    post(sink, payload, **signed(sink, payload))
    assert last(sink).problems == ()
    standardwebhooks.Webhook(str(sink.secret)).verify(last(sink).body, last(sink).headers)


def test_the_published_vector_is_signed_as_published() -> None:
    body, secret = b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert (
        contracts.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_wrong_key_an_old_stamp_and_a_foreign_id_are_noticed(receivers: Sinks) -> None:
    sink = receivers.open("webhook")
    right = signed(sink, NEW)
    for change, word in [
        ({"webhook-signature": "v1,AAAA"}, "wrong signature"),
        ({"webhook-timestamp": "1614265330"}, "off"),
        ({"webhook-id": "other"}, "alert's id"),
        ({"webhook-id": "a.b"}, "webhook-id"),
    ]:
        post(sink, NEW, **{**right, **change})
        assert any(word in problem for problem in last(sink).problems), (change, last(sink).problems)


def without(payload: dict[str, Any], *path: str) -> dict[str, Any]:
    copy = json.loads(json.dumps(payload))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return copy


def changed(payload: dict[str, Any], value: object, *path: str) -> dict[str, Any]:
    copy = json.loads(json.dumps(payload))
    inner = copy
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("kind", "payload", "word"),
    [
        ("webhook", without(NEW, "data", "item", "id"), "item.id is missing"),
        ("webhook", changed(NEW, None, "data", "item", "published"), "item.published is 'None'"),
        ("webhook", changed(NEW, 1, "data", "extra"), "has ["),
        ("webhook", changed(NEW, 1.5, "data", "match", "score"), "match.score"),
        ("webhook", changed(NEW, "2026-03-03T08:00:00+02:00", "timestamp"), "timestamp"),
        ("webhook", changed(NEW, "2026-03-03 08:00", "data", "item", "first_seen"), "first_seen"),
        ("webhook", changed(DIGEST, [], "data", "items"), "empty digest"),
        ("webhook", changed(NEW, "news", "type"), "not a payload of ours"),
        ("slack", without(SLACK, "text"), "no text"),
        ("slack", changed(SLACK, "see <!channel>", "text"), "mentions somebody"),
        ("slack", changed(SLACK, [SLACK["blocks"][0]] * 51, "blocks"), "51 blocks"),
        ("slack", changed(SLACK, [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}], "blocks"), "slack_sdk"),
        (
            "slack",
            changed(SLACK, [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}] * 4, "blocks"),
            "characters",
        ),
        ("discord", {"allowed_mentions": {"parse": []}}, "neither content nor embeds"),
        ("discord", without(DISCORD, "allowed_mentions"), "allowed_mentions"),
        ("discord", changed(DISCORD, [{"description": "x" * 3500}] * 2, "embeds"), "over 6000"),
        ("discord", changed(DISCORD, [{"title": "𝄞" * 129}], "embeds"), "title over 256"),
        ("discord", changed(DISCORD, [{"url": "http://a/"}] * 2, "embeds"), "same url"),
        ("discord", changed(DISCORD, "x", "blocks"), "unknown keys"),
    ],
)
def test_a_wrong_message_is_called_wrong(kind, payload, word: str) -> None:
    request = Request(at=0, method="POST", target="/?wait=true", headers={}, body=b"", host="")
    found = list(contracts.problems(kind, request, payload, None))
    assert any(word in problem for problem in found), found


def test_answers_come_by_script_and_the_usual_one_returns(receivers: Sinks) -> None:
    slack = receivers.open("slack")
    slack.next(sinks.BROKEN, sinks.retry_after(429, 30), sinks.NO_SERVICE, sinks.SLACK_200_NO_SERVICE, sinks.NO_CONTENT)
    answers = [post(slack, SLACK)[0] for _ in range(6)]
    assert answers == [500, 429, 404, 200, 204, 200]
    assert [message.accepted for message in slack.messages] == [False, False, False, False, True, True]


def test_a_receiver_that_resets_after_it_accepted_keeps_the_message(receivers: Sinks) -> None:
    slack = receivers.open("slack")
    for answer, accepted in [(sinks.RESET, False), (sinks.RESET_AFTER_ACCEPT, True)]:
        slack.next(answer)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            post(slack, SLACK)
        assert (last(slack).accepted, last(slack).told) == (accepted, not accepted)


ROW = {
    "id": "1",
    "feed": "f",
    "guid": None,
    "url": "http://x/",
    "title": "T",
    "published": None,
    "first_seen": TIME,
    "article": "read",
    "verdicts": [
        {
            "story": "s",
            "verdict": "match",
            "score": 1,
            "terms": ["NATO"],
            "where": "title",
            "sentence": "T",
            "development": "d",
            "alerted": True,
            "why": "because",
        }
    ],
}


@pytest.mark.parametrize(
    ("row", "problems"),
    [
        (ROW, []),
        (without(ROW, "guid"), ["row.guid is missing"]),
        (changed(ROW, 7, "id"), ["row.id is '7'"]),
        (changed(ROW, "404", "article"), ["row.article is '404'"]),
        (changed(ROW, [{**ROW["verdicts"][0], "development": None}], "verdicts"), ["a match without a development"]),
    ],
    ids=["right", "a field missing", "a number for an id", "an article without a why", "a half match"],
)
def test_a_row_of_the_log_is_held_against_the_contract(row, problems: list[str]) -> None:
    assert list(log_row(row)) == problems
