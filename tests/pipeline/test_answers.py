"""Every answer that the contracts name, over a socket: what becomes of the alert, how many requests go out, what status says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli.main import main
from tests.lab.server import Reply

from .lane_place import Lanes, lanes

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"

SLACK = {
    "payload": ["400 invalid_payload", "400 no_text", "400 invalid_blocks", "400 invalid_blocks_format", "400 msg_blocks_too_long",
                "400 too_many_attachments"],
    "channel": ["400 user_not_found", "403 action_prohibited", "403 posting_to_general_channel_denied", "403 invalid_token",
                "404 channel_not_found", "404 no_service", "404 no_service_id", "404 no_active_hooks", "404 no_team",
                "403 team_disabled", "410 channel_is_archived", "200 no_service"],
    "passing": ["429 rate_limited", "500 rollup_error"],
}  # fmt: skip
DISCORD = {
    "payload": ["400 50035", "400 50006", "400 50109", "413 40005", "400 240000"],
    "channel": ["404 10015", "404 10016", "401 50027", "404 10003", "400 220001", "400 220002", "400 220003", "400 40067",
                "400 50083"],
    "passing": ["429 30046", "403 40333", "429 20016", "429 20028", "429 20029", "429 40062", "503 130000"],
}  # fmt: skip
ANY_KIND = {
    "delivered": ["200 ok", "201 <html>", "202 {", "204 "],
    "passing": ["500 no", "502 no", "503 no", "504 no", "408 no", "425 no", "429 no", "302 no", "307 no"],
    "unknown": ["400 no", "401 no", "403 no", "413 no", "422 no"],
    "channel": ["410 gone"],
}  # fmt: skip
FAULTS: dict[str, Reply] = {
    "reset": Reply(fault="reset"),
    "silence": Reply(fault="silence"),
    "an endless answer of 503": Reply(status=503, body=b"x", fault="flood", size=50_000_000),
    "503 cut off": Reply(status=503, body=b"x" * 500, fault="cut"),
    "503 dripped": Reply(status=503, body=b"x" * 500, fault="drip"),
}


def _reply(kind: str, said: str) -> Reply:
    status, word = said.split(" ", 1)
    if kind == "discord" and word.isdecimal():
        return Reply(status=int(status), body=json.dumps({"message": "said so", "code": int(word)}).encode())
    return Reply(status=int(status), body=word.encode())


def _cases() -> Iterator[Any]:
    tables = [("slack", SLACK), ("discord", DISCORD), *((kind, ANY_KIND) for kind in ("slack", "discord", "webhook"))]
    for kind, table in tables:
        for meaning, answers in table.items():
            for said in answers:
                yield pytest.param(kind, meaning, _reply(kind, said), id=f"{kind} {said}".strip())
    for kind in ("slack", "discord", "webhook"):
        for name, reply in FAULTS.items():
            yield pytest.param(kind, "passing", reply, id=f"{kind} {name}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lanes]:
    with lanes(tmp_path_factory.mktemp("answers"), deadline="1s") as place:
        yield place


CASES = list(_cases())


def status(place: Lanes, channel: str, capsys: pytest.CaptureFixture[str]) -> tuple[str, bool]:
    main(["--config", str(place.root / "config"), "status", "--json"])
    [found] = [each for each in json.loads(capsys.readouterr().out)["channels"] if each["name"] == channel]
    return found["state"], found["needs_person"]


@pytest.mark.parametrize(("number", "kind", "meaning", "reply"), [(n, *case.values) for n, case in enumerate(CASES)],
                         ids=[str(case.id) for case in CASES])  # fmt: skip
def test_an_answer_leads_to_its_state_after_so_many_requests_and_status_says_so(
    place: Lanes, capsys: pytest.CaptureFixture[str], number: int, kind: str, meaning: str, reply: Reply
) -> None:
    name = f"channel{number}"
    place.configure((kind, name))
    place.queue(name, "one", "two")
    place.script[name] = [reply]
    forms = 1 if kind == "webhook" else 2  # the rich one, and plain text once that is refused
    place.deliver()
    if meaning == "unknown":  # three tries, then it counts against the payload
        assert (place.states(name), place.requests(name)) == (["retry", "queued"], 1)
        assert status(place, name, capsys) == ("retrying", False)
        for _ in range(4):
            place.deliver(after=timedelta(minutes=6))
        assert (place.states(name)[0], place.requests(name) >= 2 + forms) == ("parked", True)
        assert status(place, name, capsys) == ("refusing", True)
        return
    states, requests, said = {
        "delivered": (["delivered", "delivered"], 2, ("ok", False)),
        "passing": (["retry", "queued"], 1, ("retrying", False)),
        "payload": (["parked", "parked"], 2 * forms, ("refusing", True)),
        "channel": (["queued", "queued"], 1, ("disabled", True)),
    }[meaning]
    assert (place.states(name), place.requests(name)) == (states, requests)
    assert status(place, name, capsys) == said
    place.deliver(after=timedelta(hours=90))
    later = {"delivered": 2, "passing": 2, "payload": 2 * forms, "channel": 1}[meaning]
    assert place.requests(name) == later, "nothing is asked again but what may pass"


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason="../shared/contracts is not here: its tables are not checked")
def test_no_row_of_the_contracts_tables_is_left_out() -> None:
    slack = json.loads((CONTRACTS / "slack-webhook-errors.json").read_text())["errors"]
    ours = {said for answers in SLACK.values() for said in answers}
    assert {f"{row['status']} {row['body']}" for row in slack} <= ours
    discord = json.loads((CONTRACTS / "discord-rules.json").read_text())["codes"]
    edits = {"permanent_message"}  # we edit no messages
    ours = {said for answers in DISCORD.values() for said in answers}
    assert {f"{row['status']} {row['code']}" for row in discord if row["class"] not in edits} == ours
    assert len(CASES) >= 60
