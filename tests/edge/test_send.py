"""Sending: what goes over the wire, and what is made of each answer the contracts name."""

import base64
import io
import json
import re
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from bot.edge.send import Sender, signing
from bot.edge.send.tables import DISCORD, MATTERMOST, SLACK, TEAMS
from bot.model import Answer, Channel, Fetched, FetchFailure, Payload, Secret

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"
needs_contracts = pytest.mark.skipif(not CONTRACTS.is_dir(), reason="../shared/contracts is not here: its tables are not checked")

NOW = 1_772_546_700.9
TOKEN = "XyZsecretToken99"
KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
CHANNELS = {
    "slack": Channel(name="desk", kind="slack", url=Secret(f"https://hooks.slack.com/services/T0/B0/{TOKEN}")),
    "discord": Channel(name="desk", kind="discord", url=Secret(f"https://discord.com/api/webhooks/1/{TOKEN}?thread_id=5")),
    "mattermost": Channel(name="desk", kind="mattermost", url=Secret(f"https://chat.example.org/hooks/{TOKEN}")),
    "teams": Channel(name="desk", kind="teams", url=Secret(f"https://x.logic.azure.com/workflows/1?sp=%2Frun&sig={TOKEN}")),
    "webhook": Channel(name="desk", kind="webhook", url=Secret(f"https://example.org/in?key={TOKEN}"), secret=Secret(KEY)),
}
KINDS = list(CHANNELS)
PAYLOAD = Payload(body='{"text":"ü"}'.encode(), content_type="application/json")
PLAIN = Payload(body=b'{"text":"x"}', content_type="application/json", plain=True)


class Door:
    """A door to the network that gives the answer it is told and keeps what it was handed."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def post(self, url, body, headers):
        self.asked.append((url.reveal(), body, dict(headers)))
        return self.answer


def fetched(status=200, body=b"ok", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(url="***", status=status, headers=named, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def send(kind, answer, *, payload=PAYLOAD, attempt=1):
    return Sender(Door(answer).post, io.StringIO(), lambda: NOW).send(CHANNELS[kind], "alr_1", payload, attempt=attempt)


def asked(channel, payload=PAYLOAD):
    door = Door(fetched())
    assert Sender(door.post, io.StringIO(), lambda: NOW).send(channel, "alr_1", payload).state == "delivered"
    return door.asked[0]


# ---------------------------------------------------------------- what is sent


def test_slack_gets_the_bytes_as_json_and_nothing_else():
    assert asked(CHANNELS["slack"]) == (CHANNELS["slack"].url.reveal(), PAYLOAD.body, {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://discord.com/api/webhooks/1/x", "https://discord.com/api/webhooks/1/x?wait=true"),
        (
            "https://discord.com/api/webhooks/1/x?thread_id=5&a=%20",
            "https://discord.com/api/webhooks/1/x?thread_id=5&a=%20&wait=true",
        ),
        (
            "https://discord.com/api/webhooks/1/x?wait=false&thread_id=5#top",
            "https://discord.com/api/webhooks/1/x?thread_id=5&wait=true",
        ),
    ],
)
def test_discord_is_asked_to_wait_until_the_message_is_kept(address, expected):
    url, _, headers = asked(Channel(name="d", kind="discord", url=Secret(address)))
    assert url == expected
    assert re.fullmatch(r"DiscordBot \(\S+, \d[\d.]+\)", headers["User-Agent"])


def test_a_webhook_is_signed_under_the_time_of_this_attempt():
    _, body, headers = asked(CHANNELS["webhook"])
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("alr_1", "1772546700")
    signed = Webhook(KEY).sign("alr_1", datetime.fromtimestamp(1772546700, UTC), body.decode())
    assert headers["webhook-signature"] == signed


def test_a_webhook_without_a_secret_is_named_and_dated_but_not_signed():
    _, _, headers = asked(Channel(name="w", kind="webhook", url=Secret("https://example.org/")))
    assert headers == {"Content-Type": "application/json", "webhook-id": "alr_1", "webhook-timestamp": "1772546700"}


def test_while_secrets_change_every_one_of_them_signs():
    older = ["whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"o", b"p")]
    channel = Channel(
        name="w", kind="webhook", url=Secret("https://example.org/"), secret=Secret(KEY), older_secrets=tuple(map(Secret, older))
    )
    _, body, headers = asked(channel)
    signatures = headers["webhook-signature"].split(" ")
    at = datetime.fromtimestamp(1772546700, UTC)
    assert signatures == [Webhook(key).sign("alr_1", at, body.decode()) for key in (KEY, *older)]


@needs_contracts
def test_the_published_vector_signs_to_its_signature():
    (vector,) = json.loads((CONTRACTS / "standard-webhooks.vectors.json").read_text())["vectors"]
    headers = signing.headers(vector["id"], vector["body"].encode(), [Secret(vector["secret"])], vector["timestamp"])
    assert headers["webhook-signature"] == vector["signature"]


@settings(max_examples=30, derandomize=True, deadline=None)
@given(key=st.binary(min_size=24, max_size=64), body=st.text().map(str.encode))
def test_any_body_under_any_key_is_signed_as_the_reference_library_signs_it(key, body):
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = signing.headers("alr_2", body, [Secret(secret)], NOW)
    signed = Webhook(secret).sign("alr_2", datetime.fromtimestamp(int(NOW), UTC), body.decode())
    assert headers["webhook-signature"] == signed


# ---------------------------------------------------------------- what comes back


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [200, 201, 202, 204, 226])
def test_any_2xx_is_delivered_whatever_the_body(kind, status):
    for body in (b"", b"ok", b"\xff\x00", b"[" * 5000, {"code": 10015}, b"null"):
        answer = send(kind, fetched(status, body))
        later = "; it posts later and does not say whether it could" if kind == "teams" else ""
        pause = 1.0 if kind == "slack" else 0.0
        assert answer == Answer(state="delivered", why=f"{kind} answered {status}{later}", status=status, pause=pause)


@pytest.mark.parametrize("word", SLACK)
def test_a_slack_200_that_is_an_error_word_is_that_error(word):
    answer = send("slack", fetched(200, f" {word}\n".encode()))
    assert answer.state == {"passing": "retry", "payload": "parked", "channel": "disabled"}[SLACK[word].blame]
    assert answer.why == f"slack answered 200 {word}: {SLACK[word].words}"
    assert send("webhook", fetched(200, word.encode())).state == "delivered"


STATES = {
    "permanent_payload": "parked", "permanent_config": "disabled", "permanent_destination": "disabled", "transient": "retry",
}  # fmt: skip


@needs_contracts
def test_slack_errors_are_read_as_the_contract_says():
    table = json.loads((CONTRACTS / "slack-webhook-errors.json").read_text())["errors"]
    assert {row["body"] for row in table} == set(SLACK)
    for row in table:
        for payload in (PAYLOAD, PLAIN):
            answer = send("slack", fetched(row["status"], row["body"].encode()), payload=payload)
            assert answer.state == STATES[row["class"]], row
            assert answer.plain == (row["class"] == "permanent_payload" and not payload.plain), row


@needs_contracts
def test_discord_codes_are_read_as_the_contract_says():
    table = json.loads((CONTRACTS / "discord-rules.json").read_text())["codes"]
    ours = [row for row in table if row["class"] != "permanent_message"]  # we edit no messages
    assert {row["code"] for row in ours} == set(DISCORD)
    for row in ours:
        for status in (row["status"], 400):  # the code counts more than the status beside it
            answer = send("discord", fetched(status, {"message": row["name"], "code": row["code"]}))
            assert answer.state == STATES[row["class"]], row
            assert answer.plain == (row["class"] == "permanent_payload"), row


def mattermost_error(name, status):
    return fetched(status, {"id": name, "message": "no", "detailed_error": "", "request_id": "r1", "status_code": status})


BLAMED = {"channel": "disabled", "payload": "parked", "passing": "retry"}


@pytest.mark.parametrize("name", MATTERMOST)
def test_mattermost_names_what_is_wrong(name):
    answer = send("mattermost", mattermost_error(name, 501 if "disabled" in name else 403))
    assert (answer.state, answer.plain) == (BLAMED[MATTERMOST[name].blame], False)
    assert answer.why.endswith(f" {name}: {MATTERMOST[name].words}")
    assert send("mattermost", mattermost_error(name, 500)).state == "retry", "its database failed, the channel is not to blame"


@pytest.mark.parametrize("code", TEAMS)
def test_a_teams_workflow_names_what_is_wrong(code):
    answer = send("teams", fetched(400, {"error": {"code": code, "message": "no"}}))
    assert (answer.state, answer.plain) == (BLAMED[TEAMS[code].blame], False)
    assert answer.why == f"teams answered 400 {code}: {TEAMS[code].words}"


@pytest.mark.parametrize("kind", ["mattermost", "teams"])
@pytest.mark.parametrize("body", [b"", b"[]", b'{"id": 5, "error": "x"}', b'{"id": null, "error": {"code": [1]}}', b"<html>"])
def test_an_answer_that_names_nothing_is_read_by_its_status(kind, body):
    assert send(kind, fetched(400, body)).state == "retry"
    assert send(kind, fetched(400, body), attempt=3).state == "parked"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 408, 425, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(kind, status):
    for attempt in (1, 3, 50):
        answer = send(kind, fetched(status, b"busy"), attempt=attempt)
        assert (answer.state, answer.status, answer.plain) == ("retry", status, False)


@pytest.mark.parametrize("kind", KINDS)
def test_gone_is_final(kind):
    assert send(kind, fetched(410, b"")).state == "disabled"


def test_discord_asks_not_to_be_called_again_after_a_404():
    assert send("discord", fetched(404, b"<html>")).state == "disabled"
    assert send("slack", fetched(404, b"<html>")).state == "retry"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [400, 401, 403, 413, 422, 451])
def test_an_unknown_4xx_counts_against_the_payload_after_three_tries(kind, status):
    assert [send(kind, fetched(status, b"no"), attempt=attempt).state for attempt in (1, 2, 3, 4)] == ["retry"] * 2 + [
        "parked"
    ] * 2
    assert send(kind, fetched(status), attempt=3).plain == (kind in {"slack", "discord"})
    assert send(kind, fetched(status), attempt=4, payload=PLAIN) == Answer(
        state="parked", why=f"{kind} answered {status}: ok", status=status, pause=1.0 if kind == "slack" else 0.0
    )


WAITS = {
    "seconds": ("slack", fetched(429, b"rate_limited", retry_after="30"), 30.0),
    "a date": ("webhook", fetched(503, b"", retry_after="Tue, 03 Mar 2026 14:06:00 GMT"), 59.1),
    "a date that has passed": ("webhook", fetched(503, b"", retry_after="Tue, 03 Mar 2026 14:00:00 GMT"), 0.0),
    "a year is capped at a day": ("webhook", fetched(429, b"", retry_after="31536000"), 86400.0),
    "nonsense": ("webhook", fetched(429, b"", retry_after="soon"), None),
    "nothing": ("webhook", fetched(429, b""), None),
    "a header on an unknown 4xx": ("webhook", fetched(403, b"", retry_after="7"), 7.0),
    "Discord's float": ("discord", fetched(429, {"message": "slow", "retry_after": 1.337, "global": False}), 1.337),
    "Discord's float and the header: the later": ("discord", fetched(429, {"retry_after": 0.4}, retry_after="1"), 1.0),
    "Discord's float is capped": ("discord", fetched(429, {"retry_after": 1e9}), 86400.0),
    "Discord's nonsense": ("discord", fetched(429, {"retry_after": "soon"}), None),
    "Discord's negative": ("discord", fetched(429, {"retry_after": -1}), None),
    "Discord's NaN": ("discord", fetched(429, b'{"retry_after": NaN}'), None),
    "Discord's infinity": ("discord", fetched(429, b'{"retry_after": Infinity}'), 86400.0),
    "Discord's true": ("discord", fetched(429, {"retry_after": True}), None),
    "a body's wish from others is no wish": ("webhook", fetched(429, {"retry_after": 5}), None),
}


@pytest.mark.parametrize(("kind", "answer", "seconds"), WAITS.values(), ids=WAITS)
def test_a_wait_that_is_asked_for_is_passed_on(kind, answer, seconds):
    told = send(kind, answer)
    assert told.state == "retry"
    assert told.retry_after == (seconds if seconds is None else pytest.approx(seconds))


FAILURES = {
    "a lost answer": (FetchFailure(why="no answer in 30 s", temporary=True), "retry", None),
    "a forbidden address": (FetchFailure(why="the address is private", temporary=False), "disabled", None),
    "an answer that is none": (FetchFailure(why="endless headers", temporary=False, sent=True), "parked", None),
    "a wait": (FetchFailure(why="busy", temporary=True, retry_after=1e9), "retry", 86400.0),
    "a 200 whose body was lost": (FetchFailure(why="cut off", temporary=True, status=200), "delivered", None),
    "a 503 whose body was lost": (FetchFailure(why="cut off", temporary=True, status=503, retry_after=4.2), "retry", 5.0),
    "a 410 whose body was lost": (FetchFailure(why="cut off", temporary=True, status=410), "disabled", None),
}


@pytest.mark.parametrize(("failure", "state", "seconds"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_usable_answer(kind, failure, state, seconds):
    answer = send(kind, failure)
    assert (answer.state, answer.retry_after, answer.status) == (state, seconds, failure.status)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [True, False])
def test_an_answer_that_was_lost_is_ambiguous_once_bytes_may_have_left(kind, sent):
    answer = send(kind, FetchFailure(why="no answer in 30 s", temporary=True, sent=sent))
    assert (answer.state, answer.ambiguous) == ("retry", sent)
    assert answer.pause == (1.0 if sent and kind == "slack" else 0.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_answer_that_came_is_never_ambiguous(kind, status):
    assert not send(kind, fetched(status)).ambiguous
    assert not send(kind, FetchFailure(why="cut off", temporary=True, status=status, sent=True)).ambiguous


LIMITS = {
    "Discord's bucket is empty": ("discord", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "1.25"}, 1.25),
    "Discord's bucket is not empty": ("discord", {"x_ratelimit_remaining": "1", "x_ratelimit_reset_after": "1.25"}, 0.0),
    "an empty bucket that says nothing more": ("discord", {"x_ratelimit_remaining": "0"}, 0.0),
    "nonsense": ("discord", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "soon"}, 0.0),
    "NaN": ("discord", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "nan"}, 0.0),
    "a negative wait": ("discord", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "-1"}, 0.0),
    "a year is capped at a day": ("discord", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "31536000"}, 86400.0),
    "Slack's own second": ("slack", {}, 1.0),
    "others have no such headers": ("webhook", {"x_ratelimit_remaining": "0", "x_ratelimit_reset_after": "9"}, 0.0),
}


@pytest.mark.parametrize(("kind", "headers", "pause"), LIMITS.values(), ids=LIMITS)
@pytest.mark.parametrize("status", [200, 204, 400, 503])
def test_the_pause_before_the_next_message(kind, headers, pause, status):
    assert send(kind, fetched(status, b"", **headers)).pause == pause


GLOBAL = {
    "by the body": ("discord", fetched(429, {"retry_after": 2.5, "global": True}), True),
    "by the header": ("discord", fetched(429, {"retry_after": 2.5}, x_ratelimit_global="true"), True),
    "by the scope": ("discord", fetched(429, {"retry_after": 2.5}, x_ratelimit_scope="global"), True),
    "one webhook's": ("discord", fetched(429, {"retry_after": 2.5, "global": False}, x_ratelimit_scope="user"), False),
    "a receiver of another kind": ("webhook", fetched(429, {"retry_after": 2.5, "global": True}), False),
}


@pytest.mark.parametrize(("kind", "answer", "everywhere"), GLOBAL.values(), ids=GLOBAL)
def test_a_global_limit_is_told_from_one_webhooks(kind, answer, everywhere):
    assert send(kind, answer).everywhere == everywhere


def test_why_is_in_words():
    assert send("slack", fetched(404, b"no_service\n")).why == "slack answered 404 no_service: the webhook was removed"
    assert send("discord", fetched(404, {"code": 10015})).why == "discord answered 404 code 10015: the webhook was deleted"
    assert send("webhook", fetched(503, b"")).why == "webhook answered 503: no reason given"
    assert send("webhook", fetched(302, b"")).why == "webhook answered 302: a redirect, which no webhook follows"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [400, 404, 410, 500])
def test_a_body_that_is_quoted_is_clean_short_and_tells_no_secret(kind, status):
    channel = CHANNELS[kind]
    key = channel.secret.reveal() if channel.secret else TOKEN
    body = f"\x1b[31m no\r\n\u202e such hook: {channel.url.reveal()} {TOKEN} {key} {'x' * 999}"
    why = send(kind, fetched(status, body.encode()), attempt=9).why
    assert why.isprintable()
    assert len(why) <= len(f"{kind} answered 400: ") + 100
    assert TOKEN not in why
    assert key not in why
    assert "such hook: *** *** *** xxx" in why


@pytest.mark.parametrize("secret", ["whsec_%%%", "whsec_a", "ü"])
def test_a_secret_that_cannot_be_used_parks_and_is_not_told(secret):
    channel = Channel(name="w", kind="webhook", url=Secret("https://example.org/"), secret=Secret(secret))
    door = Door(fetched())
    answer = Sender(door.post, io.StringIO()).send(channel, "alr_1", PAYLOAD)
    assert answer == Answer(state="parked", why="a secret of the channel w is not whsec_ and base64")
    assert door.asked == []


def test_a_channel_without_an_address_parks():
    answer = Sender(Door(fetched()).post, io.StringIO()).send(Channel(name="s", kind="slack"), "alr_1", PAYLOAD)
    assert answer == Answer(state="parked", why="the channel s has no url")


# ---------------------------------------------------------------- the console

CONSOLE = Channel(name="here", kind="console")
TEXT = Payload(body="[story]\nüber 北约\n\n".encode(), content_type="text/plain; charset=utf-8")


class Broken(io.StringIO):
    def flush(self):
        raise BrokenPipeError(32, "Broken pipe")


def test_the_console_gets_the_text():
    out = io.StringIO()
    answer = Sender(Door(None).post, out).send(CONSOLE, "alr_1", TEXT)
    assert (answer.state, out.getvalue()) == ("delivered", "[story]\nüber 北约\n\n")


def test_a_terminal_that_knows_no_unicode_is_spelled_to():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    assert Sender(Door(None).post, out).send(CONSOLE, "alr_1", TEXT).state == "delivered"
    assert raw.getvalue() == b"[story]\n\\xfcber \\u5317\\u7ea6\n\n"


def test_a_broken_or_closed_console_is_tried_again():
    closed = io.StringIO()
    closed.close()
    answers = [Sender(Door(None).post, out).send(CONSOLE, "alr_1", TEXT) for out in (Broken(), closed)]
    assert [(answer.state, answer.why) for answer in answers] == [
        ("retry", "the console cannot be written to: BrokenPipeError"),
        ("retry", "the console cannot be written to: ValueError"),
    ]


def test_texts_of_several_threads_do_not_mix():
    class Slow(io.StringIO):
        """Writes letter by letter, so that an unguarded writer would be overtaken."""

        def write(self, text):
            for letter in text:
                super().write(letter)
                turn.wait(0.0005)
            return len(text)

    turn, out = threading.Event(), Slow()
    sender = Sender(Door(None).post, out)
    texts = [letter * 20 + "\n" for letter in "abcd"]
    payloads = [Payload(body=text.encode(), content_type="text/plain") for text in texts]
    threads = [threading.Thread(target=sender.send, args=(CONSOLE, "alr_1", payload)) for payload in payloads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(out.getvalue().splitlines(keepends=True)) == texts


# ---------------------------------------------------------------- over a real socket


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status, answer, headers = self.server.script.pop(0)
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(answer))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def receiver():
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.got, server.script = [], []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(url, body, headers):
    """A door as small as one can be."""
    request = urllib.request.Request(url.reveal(), body, dict(headers), method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            return Fetched(url="", status=answer.status, headers=lower(answer.headers), body=answer.read())
    except urllib.error.HTTPError as answer:
        with answer:
            return Fetched(url="", status=answer.code, headers=lower(answer.headers), body=answer.read())


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def test_a_signed_webhook_over_a_socket(receiver):
    receiver.script = [(429, b"", {"Retry-After": "3"}), (204, b"", {})]
    channel = Channel(
        name="w", kind="webhook", url=Secret(f"http://127.0.0.1:{receiver.server_port}/hook?x=1"), secret=Secret(KEY)
    )
    sender = Sender(post, io.StringIO())
    assert sender.send(channel, "alr_9", PAYLOAD, attempt=1).retry_after == 3.0
    assert sender.send(channel, "alr_9", PAYLOAD, attempt=2).state == "delivered"
    for path, headers, body in receiver.got:
        assert (path, body, lower(headers)["webhook-id"]) == ("/hook?x=1", PAYLOAD.body, "alr_9")
        assert Webhook(KEY).verify(body, lower(headers)) == {"text": "ü"}


def test_discord_over_a_socket(receiver):
    receiver.script = [(200, b'{"id": "1"}', {}), (404, b'{"message": "Unknown Webhook", "code": 10015}', {})]
    channel = Channel(
        name="d", kind="discord", url=Secret(f"http://127.0.0.1:{receiver.server_port}/api/webhooks/1/x?thread_id=2")
    )
    sender = Sender(post, io.StringIO())
    assert [sender.send(channel, "alr_9", PAYLOAD).state for _ in range(2)] == ["delivered", "disabled"]
    path, headers, _ = receiver.got[0]
    assert path == "/api/webhooks/1/x?thread_id=2&wait=true"
    assert headers["User-Agent"].startswith("DiscordBot (")
