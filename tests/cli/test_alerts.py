"""``storywatch alerts``: the outbox, one alert, retrying, testing a channel."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import load
from bot.edge.store import channels, open_state
from tests.lab.server import Reply

from .conftest import Seen, Told
from .place import FIRST, STORY, THIRD, Place, item


def listed(place: Place, told: Told, *args: str) -> list[dict[str, Any]]:
    code, out, err = told(place, "alerts", "--json", *args)
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


# ---------------------------------------------------------------- the list


def test_the_outbox_is_listed_oldest_first(filled: Place, told: Told) -> None:
    rows = listed(filled, told)
    assert [row["created"] for row in rows] == sorted(row["created"] for row in rows)
    states = {(row["channel"], row["state"]) for row in rows}
    assert states == {("hook", "delivered"), ("newsroom", "parked"), ("flaky", "retry"), ("flaky", "queued")}
    digest = next(row for row in rows if row["type"] == "digest" and row["channel"] == "flaky")
    assert list(digest) == ["id", "type", "channel", "story", "state", "tries", "created", "next_try", "delivered", "why",
                            "ambiguous", "merged_into", "feed", "problem", "items"]  # fmt: skip
    assert (digest["story"], digest["tries"], digest["created"], digest["delivered"]) == (STORY, 3, FIRST, None)
    assert digest["next_try"] > THIRD
    assert "503" in digest["why"]


@pytest.mark.parametrize("state", ["queued", "sending", "delivered", "retry", "parked", "merged"])
def test_one_state_can_be_asked_for(filled: Place, told: Told, state: str) -> None:
    rows = listed(filled, told, "--state", state)
    assert {row["state"] for row in rows} <= {state}
    assert bool(rows) == (state not in {"sending", "merged"})


def test_csv_and_pipes_get_the_whole_id_and_every_column(filled: Place, told: Told) -> None:
    columns = ["id", "channel", "state", "tries", "created", "next try", "about", "why"]
    head, *rows = csv.reader(io.StringIO(told(filled, "alerts", "--csv")[1]))
    assert head == columns
    plain_head, *plain = (line.split("\t") for line in told(filled, "alerts")[1].splitlines())
    assert plain_head == columns
    assert [row[0] for row in rows] == [row[0] for row in plain] == [row["id"] for row in listed(filled, told)]
    assert any(row[6].startswith("'=1+1") for row in rows)


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_gets_a_table_that_says_what_and_why(filled: Place, told: Told, seen: Seen, columns: int) -> None:
    shown = seen(filled, "alerts", columns=columns)
    head, _, *table = shown.lines
    assert head.split() == ["id", "created", "channel", "about", "state"]
    assert max(map(len, shown.lines)) <= columns
    words = " ".join(shown.text.split())
    assert "parked: discord" in words
    assert "retry at" in words
    ids = [line.split()[0] for line in table if re.match("[0-9a-f]{8} ", line)]
    assert ids == [row["id"].removeprefix("alert_")[:8] for row in listed(filled, told)]


def test_where_there_are_none_a_person_is_told_so(filled: Place, seen: Seen) -> None:
    assert seen(filled, "alerts", "--state", "merged").lines[0] == "no alerts in the state merged"


def test_what_was_told_within_a_digest_names_it(copy: Place, told: Told) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute(
            "UPDATE alerts SET state = 'merged', merged_into = 'alert_0123abcd456789ef0123' WHERE channel = 'hook'"
        )
    one = next(row for row in listed(copy, told) if row["channel"] == "hook")
    assert one["merged_into"] == "alert_0123abcd456789ef0123"
    assert "told within the digest 0123abcd" in told(copy, "alerts", "show", one["id"])[1]


def test_options_of_the_list_are_refused_before_a_subcommand(filled: Place, told: Told) -> None:
    code, _, err = told(filled, "alerts", "--state", "parked", "retry")
    assert code == 2
    assert "are for the list" in err


# ---------------------------------------------------------------- one alert


@pytest.mark.parametrize("cut", [26, 14, 0], ids=["by its id", "by the beginning", "by what the table shows"])
def test_an_alert_is_shown_with_every_attempt(filled: Place, told: Told, cut: int) -> None:
    row = listed(filled, told, "--state", "retry")[0]
    wanted = row["id"][:cut] or row["id"].removeprefix("alert_")[:8]
    code, out, _ = told(filled, "alerts", "show", wanted)
    assert code == 0
    first, *lines = out.splitlines()
    assert first.startswith(f"{row['id']}  digest for flaky: retry at 2026-03-03 ")
    assert f"  story    {STORY}" in lines
    assert [
        line for line in lines if line.startswith("  item ") and line.endswith("  OpenAI and NATO have been talking (Alpha News)")
    ]
    attempts = [line for line in lines if line.startswith("  attempt ")]
    assert [line.split()[1] for line in attempts] == ["1", "2", "3"]
    assert all(": retry (discord answered 503" in line for line in attempts)


def test_json_of_an_alert_has_its_ledger(filled: Place, told: Told) -> None:
    row = listed(filled, told, "--state", "parked")[0]
    shown = json.loads(told(filled, "alerts", "show", row["id"], "--json")[1])
    assert shown.items() >= row.items()
    answered = {"at": FIRST, "status": 400, "why": row["why"]}
    assert shown["attempts"] == [  # as it is, then as plain text
        {"number": 1, "state": "retry"} | answered, {"number": 2, "state": "parked"} | answered,
    ]  # fmt: skip


@pytest.mark.parametrize("command", ["show", "retry"])
@pytest.mark.parametrize(
    ("wanted", "why"), [("alert_none", "no such alert"), ("alert_", "alerts begin so"), ("", "no such alert")]
)
def test_an_alert_that_is_not_one_is_refused_with_a_hint(filled: Place, told: Told, command: str, wanted: str, why: str) -> None:
    code, out, err = told(filled, "alerts", command, wanted)
    assert (code, out) == (1, "")
    assert why in err
    assert "`storywatch alerts` lists them" in err
    assert len(err.splitlines()) == 1


# ---------------------------------------------------------------- retry


def test_all_that_is_refused_or_waits_is_queued_again_and_sent_by_the_next_pass(copy: Place, told: Told) -> None:
    held = [row for row in listed(copy, told) if row["state"] in {"parked", "retry"}]
    assert told(copy, "alerts", "retry") == (0, f"{len(held)} alerts queued again\n", "")
    assert {row["state"] for row in listed(copy, told)} == {"delivered", "queued"}
    assert told(copy, "alerts", "retry") == (0, "nothing to retry: no alert is refused or waits\n", "")
    copy.web.answers |= {"/hook/newsroom": Reply(body=b"ok"), "/hook/flaky": Reply(status=204)}
    copy.once(THIRD)
    assert {row["state"] for row in listed(copy, told)} == {"delivered"}


def test_some_can_be_named_and_the_rest_stays(copy: Place, told: Told) -> None:
    first, second, *_ = [row["id"] for row in listed(copy, told, "--state", "parked")]
    assert told(copy, "alerts", "retry", first, first)[1] == "1 alert queued again\n"
    states = {row["id"]: row["state"] for row in listed(copy, told)}
    assert (states[first], states[second]) == ("queued", "parked")


def test_nothing_changes_when_one_of_those_named_cannot_be_retried(copy: Place, told: Told) -> None:
    done = listed(copy, told, "--state", "delivered")[0]["id"]
    parked = listed(copy, told, "--state", "parked")[0]["id"]
    code, out, err = told(copy, "alerts", "retry", parked, done)
    assert (code, out) == (1, "")
    assert f"{done} is delivered" in err
    assert parked in {row["id"] for row in listed(copy, told, "--state", "parked")}


def test_a_disabled_channel_is_enabled_by_a_retry_and_all_that_waits_goes_out_in_order(place: Place, told: Told) -> None:
    place.channel("gone", "webhook", Reply(status=410))
    place.channel("good", "webhook")
    place.feed("A", item("before", "OpenAI and NATO have been talking"))
    place.once(FIRST)
    place.feed("A", item("before", "OpenAI and NATO have been talking"), item("new", "OpenAI signs a contract with NATO"))
    place.once(THIRD)
    assert [request.path for request in place.web.posts].count("/hook/gone") == 1
    assert {row["state"] for row in listed(place, told) if row["channel"] == "gone"} == {"queued"}
    [notice] = [row for row in listed(place, told) if row["type"] == "feed.problem"]
    assert (notice["channel"], notice["feed"], notice["state"]) == ("good", "channel gone", "delivered")
    assert "storywatch alerts retry --channel gone" in notice["problem"]
    code, out, _ = told(place, "status")
    assert code == 1
    assert "channel gone: disabled, 2 alerts waiting" in out
    place.web.answers["/hook/gone"] = Reply(status=204)
    code, out, _ = told(place, "alerts", "test", "gone")
    assert code == 0
    assert "storywatch alerts retry --channel gone" in out
    waiting = [row["id"] for row in listed(place, told) if row["channel"] == "gone"]
    code, out, _ = told(place, "alerts", "retry", "--channel", "gone")
    assert (code, out.splitlines()[0]) == (0, "channel gone: enabled again; what waits for it is sent in order")
    place.web.posts.clear()
    place.once(THIRD)
    assert [request.headers["webhook-id"] for request in place.web.posts if request.path == "/hook/gone"] == waiting
    assert told(place, "status")[0] == 0


# ---------------------------------------------------------------- drop


def test_waiting_and_refused_alerts_can_be_given_up_by_the_beginning_of_their_id(copy: Place, told: Told) -> None:
    [parked, *_] = listed(copy, told, "--state", "parked")
    [blocking] = listed(copy, told, "--state", "retry")
    assert told(copy, "alerts", "drop", parked["id"][6:14], blocking["id"]) == (0, "2 alerts dropped\n", "")
    dropped = {row["id"]: row["why"] for row in listed(copy, told, "--state", "dropped")}
    assert dropped == {row["id"]: f"given up by a person; before that: {row['why']}" for row in (parked, blocking)}
    copy.web.answers["/hook/flaky"] = Reply(status=204)
    copy.once(THIRD)
    assert {row["state"] for row in listed(copy, told) if row["channel"] == "flaky"} == {"delivered", "dropped"}


def test_nothing_is_dropped_when_one_of_those_named_cannot_be(copy: Place, told: Told) -> None:
    done = listed(copy, told, "--state", "delivered")[0]["id"]
    parked = listed(copy, told, "--state", "parked")[0]["id"]
    code, out, err = told(copy, "alerts", "drop", parked, done)
    assert (code, out) == (1, "")
    assert f"{done} is delivered" in err
    assert parked in {row["id"] for row in listed(copy, told, "--state", "parked")}


# ---------------------------------------------------------------- test

ANSWERS: dict[str, tuple[str, Reply, int, str]] = {
    "a webhook that accepts": ("webhook", Reply(status=204), 0, "trial: delivered (webhook answered 204)"),
    "a Slack that accepts": ("slack", Reply(body=b"ok"), 0, "trial: delivered (slack answered 200)"),
    "a Slack whose webhook is gone": ("slack", Reply(status=404, body=b"no_service"), 1, "trial: not delivered (slack answered 404 no_service"),
    "a Discord in trouble": ("discord", Reply(status=503), 1, "trial: not delivered (discord answered 503"),
    "a Teams workflow that accepts": ("teams", Reply(status=202), 0, "trial: delivered (teams answered 202; it posts later"),
    "a Teams workflow that is off": ("teams", Reply(status=400, body=b'{"error": {"code": "WorkflowTriggerIsNotEnabled"}}'), 1,
                                     "trial: not delivered (teams answered 400 WorkflowTriggerIsNotEnabled: the workflow is switched off"),
    "a Mattermost whose webhook is gone": ("mattermost", Reply(status=400, body=b'{"id": "web.incoming_webhook.invalid.app_error"}'), 1,
                                           "trial: not delivered (mattermost answered 400 web.incoming_webhook.invalid.app_error"),
    "a redirect": ("webhook", Reply(status=302, headers={"Location": "/elsewhere"}), 1, "trial: not delivered (webhook answered 302"),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWERS)
def test_a_channel_is_tried_and_what_came_back_is_said(place: Place, told: Told, case: str) -> None:
    kind, reply, expected, answer = ANSWERS[case]
    place.channel("trial", kind, reply)
    place.write()
    code, out, err = told(place, "alerts", "test", "trial")
    assert (code, err) == (expected, "")
    assert out.startswith(answer)
    assert f"\n  status   {reply.status}\n" in out
    assert ("\nMake a new address" in out) == (case == "a Slack whose webhook is gone")
    assert len(place.web.posts) == 1
    assert not place.state.exists(), "past the outbox"


def test_the_sample_looks_like_an_alert_and_says_that_it_is_none(place: Place, told: Told) -> None:
    place.channel("trial", "mattermost", Reply(body=b"ok", headers={"X-Request-Id": "req-7"}))
    place.channels["trial"]["mention"] = "@here"
    place.write()
    code, out, _ = told(place, "alerts", "test", "trial")
    assert code == 0
    assert "\n  body     ok\n  request  x-request-id: req-7\n" in out
    assert out.endswith("\n@here was left out: --mention sends it too\n")
    assert "left out" not in told(place, "alerts", "test", "trial", "--mention")[1]
    quiet, loud = (json.loads(request.body)["text"] for request in place.web.posts)
    assert loud == f"@here\n{quiet}"
    assert quiet.startswith("OpenAI and NATO · TEST, nothing has happened: trial\n**[A sample headline: ")
    assert "\nExample Times · " in quiet


def test_who_accepts_before_posting_is_not_trusted(place: Place, told: Told) -> None:
    place.channel("trial", "teams", Reply(status=202))
    place.write()
    assert "Teams accepts first and posts later: look into the channel." in told(place, "alerts", "test", "trial")[1]


def test_a_connection_that_is_refused_is_said(place: Place, told: Told) -> None:
    place.channel("trial", "webhook")
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, but nobody listens
        place.channels["trial"]["url"] = f"http://127.0.0.1:{unheard.getsockname()[1]}/secret-path-of-the-hook"
        place.write()
        code, out, err = told(place, "alerts", "test", "trial")
    assert (code, err) == (1, "")
    assert out.startswith("trial: not delivered (")
    assert "refused" in out
    assert "secret-path" not in out


def test_a_receiver_that_asked_for_patience_gets_it_from_a_test_too(place: Place, told: Told) -> None:
    place.channel("busy", "slack")
    place.write()
    (channel,) = load(place.config, {}).channels
    store = open_state(place.state)
    with store.write() as tx:
        channels.hold(tx, channel, datetime.now(UTC) + timedelta(minutes=5))
    store.close()
    code, out, err = told(place, "alerts", "test", "busy")
    assert (code, out) == (1, "")
    assert err.startswith("storywatch: busy: its receiver asked to be left alone until ")
    assert place.web.posts == []


def test_a_console_channel_prints_its_sample(place: Place, told: Told) -> None:
    place.channel("desk", "console")
    place.write()
    code, out, _ = told(place, "alerts", "test", "desk")
    assert code == 0
    assert "test" in out.lower()
    assert out.endswith("desk: delivered (written to the console)\n")


def test_a_channel_that_is_not_configured_is_named_with_those_that_are(filled: Place, told: Told) -> None:
    code, out, err = told(filled, "alerts", "test", "newsrom")
    assert (code, out) == (1, "")
    assert err == "storywatch: newsrom: no such channel; configured are: hook, newsroom, flaky\n"
