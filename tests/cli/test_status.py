"""``storywatch status``: what needs a person. And what every reader of the state says when it cannot be read."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.edge.lock import StateLock

from .conftest import Seen, Told
from .place import THIRD, Place

READERS = [["log"], ["log", "--json"], ["show", "1"], ["alerts"], ["alerts", "show", "x"], ["alerts", "retry"], ["status"]]


def asked(place: Place, told: Told) -> tuple[int, dict[str, Any]]:
    code, out, err = told(place, "status", "--json")
    assert err == ""
    return code, json.loads(out)


# ---------------------------------------------------------------- the answer


def test_a_bot_in_order_needs_nobody(copy: Place, told: Told) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE alerts SET state = 'delivered'")
        connection.execute("UPDATE feeds SET problem = NULL, lasting = 0, failures = 0, last_ok = last_polled")
    code, out, err = told(copy, "status")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "not running"
    assert out.splitlines()[-1] == "nothing needs a person"
    code, found = asked(copy, told)
    assert (code, found["ok"], found["needs_person"], found["running"], found["unjudged"]) == (0, True, [], None, 0)
    assert {(feed["state"], feed["failures"], feed["problem"]) for feed in found["feeds"]} == {("ok", 0, None)}
    assert found["channels"][0] == {
        "name": "hook", "state": "ok", "delivered": 4, "waiting": 0, "refused": 0, "problem": None, "waits_for": None, "needs_person": False,
        "disabled_since": None, "blocked_by": None,
    }  # fmt: skip


def test_what_needs_a_person_is_said_with_the_reason_and_what_to_do(filled: Place, told: Told) -> None:
    code, out, _ = told(filled, "status")
    assert code == 1
    needs = [line.removeprefix("needs a person: ") for line in out.splitlines() if line.startswith("needs a person: ")]
    assert needs == [
        "feed Gone: the server answered 404 Not Found (3 times in a row); if it stays so, correct its url or remove it",
        "channel newsroom: 4 alerts refused: discord answered 400 code 50035: the message was refused; after repair: storywatch alerts retry",
    ]
    code, found = asked(filled, told)
    assert (code, found["ok"], found["needs_person"]) == (1, False, needs)


def test_each_feed_and_each_channel_has_its_line(filled: Place, told: Told) -> None:
    feeds, channels = told(filled, "status")[1].split("\n\n")[1:3]
    head, *rows = (line.split("\t") for line in feeds.splitlines())
    assert head == ["feed", "state", "last ok", "next poll", "problem"]
    assert [row[:2] for row in rows] == [["Alpha News", "ok"], ["Beta Wire", "ok"], ["Gone", "failing"], ["Odd", "ok"]]
    assert rows[2][2] == "never"
    assert rows[2][4] == "the server answered 404 Not Found (3 times in a row)"
    head, *rows = (line.split("\t") for line in channels.splitlines())
    assert head == ["channel", "state", "delivered", "waiting", "refused", "problem"]
    assert [row[:5] for row in rows] == [
        ["hook", "ok", "4", "0", "0"], ["newsroom", "refusing", "0", "0", "4"], ["flaky", "retrying", "0", "4", "0"],
    ]  # fmt: skip


def test_json_tells_machines_the_same(filled: Place, told: Told) -> None:
    _, found = asked(filled, told)
    gone = next(feed for feed in found["feeds"] if feed["name"] == "Gone")
    assert gone.pop("next_due") > THIRD
    assert gone == {
        "name": "Gone", "state": "failing", "last_polled": THIRD, "last_ok": None, "failures": 3,
        "problem": "the server answered 404 Not Found", "needs_person": True,
        "moved_to": None, "complete_from": None, "gaps": [],
    }  # fmt: skip
    assert [channel["needs_person"] for channel in found["channels"]] == [False, True, False]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_gets_tables_that_fit_and_name_the_problem(filled: Place, seen: Seen, columns: int) -> None:
    shown = seen(filled, "status", columns=columns)
    assert shown.code == 1
    tables = [line for line in shown.lines if not line.startswith("needs a person")]
    assert max(map(len, tables)) <= columns
    words = " ".join(shown.text.split())
    for part in ("feed state last ok next poll problem", "404", "channel state delivered waiting refused problem", "50035"):
        assert part in words


def feed_states(place: Place, told: Told) -> dict[str, str]:
    return {feed["name"]: feed["state"] for feed in asked(place, told)[1]["feeds"]}


@pytest.mark.parametrize(("lasting", "expected"), [(False, 0), (True, 1)], ids=["may pass by itself", "will not"])
def test_a_feed_that_fails_needs_a_person_when_its_problem(copy: Place, told: Told, lasting: bool, expected: int) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE alerts SET state = 'delivered'")
        connection.execute("UPDATE feeds SET lasting = ?, failures = 1 WHERE name = 'Gone'", [lasting])
    code, out, _ = told(copy, "status")
    assert code == expected
    assert "\nGone\tfailing\tnever\t" in out
    assert "in a row" not in out


@pytest.mark.parametrize(("tries", "expected"), [(3, 0), (4, 1)])
def test_a_channel_that_accepts_nothing_needs_a_person_after_half_an_hour(
    copy: Place, told: Told, tries: int, expected: int
) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE alerts SET state = 'delivered' WHERE channel = 'newsroom'")
        connection.execute("UPDATE alerts SET tries = ? WHERE state = 'retry'", [tries])
        connection.execute("UPDATE feeds SET lasting = 0")
    code, found = asked(copy, told)
    assert code == expected
    blocking = found["channels"][2]["blocked_by"]
    trouble = "4 alerts waiting, the first not accepted in 4 tries: discord answered 503: no reason given"
    told_so = f"channel flaky: {trouble}; to give it up: storywatch alerts drop {blocking[6:14]}"
    assert found["needs_person"] == expected * [told_so]


def test_a_feed_that_was_added_is_not_polled_yet_and_one_that_was_removed_is_not_told_of(copy: Place, told: Told) -> None:
    del copy.feeds["Gone"]
    copy.feed("Fresh")
    copy.write()
    assert feed_states(copy, told) == {"Alpha News": "ok", "Beta Wire": "ok", "Odd": "ok", "Fresh": "not polled yet"}


def test_alerts_of_a_channel_that_was_removed_are_not_forgotten(copy: Place, told: Told) -> None:
    for name in ("newsroom", "flaky"):
        del copy.channels[name]
    del copy.feeds["Gone"]
    copy.write()
    code, found = asked(copy, told)
    assert code == 1
    assert {channel["name"]: channel["state"] for channel in found["channels"]} == {
        "hook": "ok", "flaky": "not configured", "newsroom": "not configured",
    }  # fmt: skip
    advice = "not in the configuration any more, but holds 4 alerts; to have them sent, configure a channel of that name"
    assert found["needs_person"] == [f"channel flaky: {advice}", f"channel newsroom: {advice}"]


def test_a_bot_that_runs_is_named_by_its_process(filled: Place, told: Told) -> None:
    lock = StateLock(filled.state)
    try:
        assert told(filled, "status")[1].splitlines()[0] == f"running: process {os.getpid()}"
        assert asked(filled, told)[1]["running"] == os.getpid()
    finally:
        lock.release()
    assert told(filled, "status")[1].splitlines()[0] == "not running"


@pytest.mark.parametrize(("waiting", "words"), [(1, "1 item"), (2, "2 items")])
def test_items_that_wait_are_counted(copy: Place, told: Told, waiting: int, words: str) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE items SET judged_at = NULL, due = 0 WHERE id <= ?", [waiting])
    assert f"waiting to be judged: {words}\n" in told(copy, "status")[1]
    assert asked(copy, told)[1]["unjudged"] == waiting


# ---------------------------------------------------------------- a state that cannot be read


def one_line(told: Told, place: Place, args: list[str]) -> tuple[int, str]:
    """The exit code, and the one line that was printed."""
    code, out, err = told(place, *args)
    assert out == ""
    (line,) = err.splitlines()
    return code, line


@pytest.mark.parametrize("args", READERS, ids=" ".join)
def test_without_a_state_the_way_to_one_is_shown(place: Place, told: Told, args: list[str]) -> None:
    place.write()
    code, line = one_line(told, place, args)
    assert code == 1
    assert line == f"storywatch: {place.state}: no state yet; `storywatch once` or `storywatch run` makes it"
    assert not place.state.parent.exists(), "looking makes none"


def newer(state: Path) -> None:
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(state: Path) -> None:
    state.unlink()
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")


def garbled(state: Path) -> None:
    state.write_bytes(b"no database, this\n" * 500)


def torn(state: Path) -> None:
    whole = state.read_bytes()
    state.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


BROKEN = {
    "from a newer version": (newer, "written by a newer Storywatch"),
    "of another program": (foreign, "not a state of Storywatch"),
    "no database at all": (garbled, "the state is damaged"),
    "damaged behind its head": (torn, "the state is damaged"),
}


@pytest.mark.parametrize("args", READERS, ids=" ".join)
@pytest.mark.parametrize("case", BROKEN)
def test_a_state_is_left_as_it_is_and_refused_in_one_line_when_it_is(copy: Place, told: Told, case: str, args: list[str]) -> None:
    breaks, says = BROKEN[case]
    breaks(copy.state)
    before = copy.state.read_bytes()
    code, line = one_line(told, copy, args)
    assert code == 1
    assert line.startswith(f"storywatch: {copy.state}: ")
    assert says in line
    assert copy.state.read_bytes() == before


def test_a_wrong_configuration_is_no_matter_of_the_state(copy: Place, told: Told) -> None:
    copy.robot.write("all.toml", "[bot]\nstat = 1\n")
    for args in READERS:
        code, out, err = told(copy, *args)
        assert (code, out) == (78, "")
        assert err.startswith("all.toml:2: stat: unknown key")
