"""Fault 9: every answer of the receivers' error tables, and what the sender makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

from .. import sinks
from ..server import Reply
from ..sinks import Answer, Kind
from .row import Case, Outcome
from .trial import Trial, trial

HOUR = timedelta(hours=1)
Table = Mapping[str, tuple[Kind, Answer]]


def _answer(status: int, body: str = "", accepted: bool = False, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(reply=Reply(status=status, body=body.encode(), headers=named), accepted=accepted)


def _discord(status: int, code: int) -> Answer:
    return _answer(status, json.dumps({"message": "no", "code": code}), Content_Type="application/json")


def _big(kind: Kind) -> tuple[Kind, Answer]:
    return kind, Answer(reply=Reply(body=b"ok\n" * 1000, fault="flood", size=10_000_000_000), accepted=True)


DELIVERED: Table = {
    "slack ok": ("slack", sinks.OK["slack"]),
    "slack 204": ("slack", sinks.NO_CONTENT),
    "discord 200": ("discord", sinks.OK["discord"]),
    "discord 204": ("discord", sinks.NO_CONTENT),
    "webhook 202": ("webhook", _answer(202, accepted=True)),
    "webhook 200, garbage": ("webhook", _answer(200, "{]\x00", accepted=True)),
    "webhook 200, an error's words": ("webhook", _answer(200, '{"error": "no_service"}', accepted=True)),
    "webhook 200, 10 GB": _big("webhook"),
}
PASSING: Table = {
    **{f"slack {code}": ("slack", _answer(code, "no")) for code in (500, 502, 503, 504, 408)},
    **{f"discord {code}": ("discord", _answer(code, "<html>")) for code in (500, 502, 503, 520)},
    **{f"webhook {code}": ("webhook", _answer(code)) for code in (500, 502, 503, 504, 425)},
    "slack 500 rollup_error": ("slack", sinks.BROKEN),
    "slack reset": ("slack", sinks.RESET),
    "discord silent": ("discord", sinks.SILENCE),
    "webhook 302": ("webhook", _answer(302, Location="/elsewhere")),
    "discord 130000": ("discord", _discord(503, 130000)),
    "discord 429 without a word": ("discord", _answer(429, "[")),
}
WAITING: Table = {
    "slack 429 in seconds": ("slack", sinks.retry_after(429, 1800)),
    "slack 503 in seconds": ("slack", sinks.retry_after(503, 1800)),
    "discord 429 float": ("discord", sinks.discord_limit(1800.5)),
    "discord 429 global": ("discord", sinks.discord_limit(1800.5, everywhere=True)),
    "webhook 429 in seconds": ("webhook", sinks.retry_after(429, 1800)),
    "webhook 503 in seconds": ("webhook", sinks.retry_after(503, 1800)),
    "webhook 502 in seconds": ("webhook", sinks.retry_after(502, 1800)),
}
DEAD: Table = {
    **{
        f"slack {code} {word}": ("slack", _answer(code, word))
        for code, word in (
            (403, "action_prohibited"), (404, "channel_not_found"), (410, "channel_is_archived"), (404, "no_service"),
            (404, "no_active_hooks"), (404, "no_team"), (403, "team_disabled"), (403, "invalid_token"), (404, "user_not_found"),
            (403, "posting_to_general_channel_denied"), (200, "no_service"),
        )
    },
    **{f"discord {code}": ("discord", _discord(status, code)) for status, code in ((404, 10015), (404, 10003), (401, 50027), (400, 220001))},
    "discord 404 without a code": ("discord", _answer(404, "<html>")),
    "webhook 410": ("webhook", sinks.GONE),
}  # fmt: skip
PAYLOAD: Table = {
    **{
        f"slack {word}": ("slack", _answer(400, word))
        for word in ("invalid_payload", "invalid_blocks", "msg_blocks_too_long", "no_text")
    },
    **{f"discord {code}": ("discord", _discord(400, code)) for code in (50035, 50006, 240000)},
}
AMBIGUOUS: Table = {
    f"{kind} {name}": (kind, answer)
    for kind in ("slack", "discord", "webhook")
    for name, answer in (
        ("reset after accept", sinks.RESET_AFTER_ACCEPT),
        ("502 after accept", Answer(reply=Reply(status=502), accepted=True, told=False)),
        ("silent after accept", sinks.SILENCE_AFTER_ACCEPT),
    )
}  # type: ignore[misc]


def _open(on: Trial, table: Table) -> None:
    on.scene.network["deadline"] = "2s"
    for name, (kind, _) in table.items():
        on.scene.sink(kind, name, budget="1000/1m")
    on.baseline()


def _counts(on: Trial) -> dict[str, int]:
    return {name: len(sink.messages) for name, sink in on.scene.by_name.items()}


def _good(on: Trial) -> None:
    """The receiver that has no fault was served at once, whatever the others did."""
    on.outcome.must(set(on.scene.named("webhook")) == on.expected, "a good receiver had to wait")


def _heard(outcome: Outcome, table: Table, right: Mapping[str, bool], what: str) -> None:
    outcome.note("answers", len(table))
    outcome.tries += len(table) - 1
    for name, holds in right.items():
        outcome.must(holds, f"{name}: {what}")


def delivered(table: Table, outcome: Outcome) -> None:
    """Once is enough, whatever else the answer says."""
    with trial(outcome, sinks=("webhook",)) as on:
        _open(on, table)
        for name, (_, answer) in table.items():
            on.scene.by_name[name].next(answer)
        on.news()
        on.life(step=HOUR)
        _good(on)
        on.life(step=5 * HOUR)
        found = _counts(on)
        _heard(outcome, table, {name: found[name] == 1 for name in table}, "not exactly one request")
        on.judge()


def passing(table: Table, outcome: Outcome) -> None:
    """Tried again later, and delivered."""
    with trial(outcome, sinks=("webhook",)) as on:
        _open(on, table)
        for name, (_, answer) in table.items():
            on.scene.by_name[name].next(answer)
        on.news()
        on.life(step=HOUR)
        _good(on)
        first = _counts(on)
        on.life(step=3 * HOUR)
        second = _counts(on)
        _heard(
            outcome, table, {name: (first[name], second[name]) == (1, 2) for name in table}, "not one request and then one more"
        )
        on.settle(passes=3)
        on.judge()


def waiting(table: Table, outcome: Outcome) -> None:
    """No request before the wait is over, and then soon."""
    with trial(outcome, sinks=("webhook",)) as on:
        at = format_datetime(datetime.now(UTC) + timedelta(seconds=1800), usegmt=True)  # held against the real time
        dated: Table = {"webhook 429 by date": ("webhook", _answer(429, Retry_After=at)), **table}
        _open(on, dated)
        for name, (_, answer) in dated.items():
            on.scene.by_name[name].next(answer)
        on.news()
        on.life(step=HOUR)
        _good(on)
        on.news()  # fresh news is no reason to ask earlier
        on.life(step=timedelta(seconds=1740))
        early = _counts(on)
        on.life(step=timedelta(seconds=120))
        then = _counts(on)
        outcome.note("requests before Retry-After ended", sum(early[name] - 1 for name in dated))
        _heard(outcome, dated, {name: early[name] == 1 and then[name] == 3 for name in dated}, "asked early, or not soon after")
        on.judge()


def dead(table: Table, outcome: Outcome) -> None:
    """One request; then none, whatever news comes, until a person repaired it. Then everything is sent."""
    with trial(outcome, sinks=("webhook",)) as on:
        _open(on, table)
        for name, (_, answer) in table.items():
            on.scene.by_name[name].always(answer)
        for after in (HOUR, HOUR, 24 * HOUR):
            on.news()
            on.life(step=after)
        _good(on)
        found = _counts(on)
        outcome.note("requests after a permanent refusal", sum(found[name] - 1 for name in table))
        _heard(outcome, table, {name: found[name] == 1 for name in table}, "more than one request after a permanent refusal")
        status = on.scene.robot.run("status")
        outcome.must(status.code == 1 and all(name in status.out for name in table), "status does not name every dead channel")
        for name in table:
            on.scene.by_name[name].always(None)
        on.scene.robot.run("alerts", "retry")
        on.settle(passes=3)
        on.judge()


def payload(table: Table, outcome: Outcome) -> None:
    """Refused for what it says: once more as plain text, then parked; the next alert is not held up."""
    with trial(outcome, sinks=("webhook",)) as on:
        _open(on, table)
        for name, (_, answer) in table.items():
            on.scene.by_name[name].next(answer, answer)
        on.news()
        on.life(step=HOUR)
        on.news()
        on.life(step=HOUR)
        on.life(step=30 * HOUR)
        _good(on)
        found = _counts(on)
        right = {name: found[name] == 3 and on.scene.named(name) == ["news-2"] for name in table}
        _heard(outcome, table, right, "not twice for the refused alert and once for the next")
        on.scene.robot.run("alerts", "retry")
        on.settle(passes=3)
        on.judge()


def ambiguous(table: Table, outcome: Outcome) -> None:
    """Accepted, and the sender cannot know: sent once more, under the same id."""
    with trial(outcome, sinks=("webhook",)) as on:
        _open(on, table)
        for name, (_, answer) in table.items():
            on.scene.by_name[name].next(answer)
        on.news()
        for after in (HOUR, 4 * HOUR, 24 * HOUR):
            on.life(step=after)
        _good(on)
        found = _counts(on)
        _heard(outcome, table, {name: found[name] == 2 for name in table}, "not exactly twice")
        on.judge()


def patience(outcome: Outcome) -> None:
    """A receiver that fails for days: ten tries over 75 hours, then parked, and sent when somebody asks."""
    with trial(outcome, sinks=("slack",)) as on:
        on.baseline()
        sink = on.scene.by_name["slack"]
        sink.always(sinks.BUSY)
        on.news()
        began = on.scene.now
        for after in (600, 60, 600, 2400, 9000, 21600, 43200, 57600, 82800, 97200):
            on.life(step=timedelta(seconds=after))
        tries = len(sink.messages)
        parked = on.scene.robot.run("alerts", "--state", "parked", "--json").out.splitlines()
        outcome.must(tries == 10, f"{tries} tries")
        outcome.must(len(parked) == 1 and on.scene.now - began >= timedelta(hours=75), "not parked after the schedule")
        sink.always(None)
        on.scene.robot.run("alerts", "retry")
        on.settle(passes=3)
        on.judge()


PLAYS = {
    "delivered": partial(delivered, DELIVERED),
    "passing": partial(passing, PASSING),
    "Retry-After": partial(waiting, WAITING),
    "permanent for the channel": partial(dead, DEAD),
    "permanent for the payload": partial(payload, PAYLOAD),
    "ambiguous": partial(ambiguous, AMBIGUOUS),
    "75 hours": patience,
}


def cases(full: bool, seed: int) -> Iterable[Case]:
    """One scene for each class of answers, every answer a receiver of its own; the short set leaves the long schedule out."""
    for name, play in PLAYS.items():
        if full or name != "75 hours":
            yield Case(name=name, play=play)
