"""``storywatch once``: what a pass says, its clock, its exit codes, its bar, and its end before the end."""

from __future__ import annotations

import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from bot.edge.lock import StateLock
from tests.lab.robot import until
from tests.lab.server import Reply

from .conftest import Told
from .place import FIRST, Place, item, page

LATER = "2026-03-03T11:00:00Z"  # a pass over the filled place
NEWS = item("signed", "OpenAI and NATO sign")
COUNTS = ["polled", "failed", "new", "judged", "match", "no_match", "baseline", "duplicate", "delivered", "parked", "waiting"]


def counts(place: Place, now: str) -> dict[str, Any]:
    return dict(json.loads(place.once(now, "--json")))


# ---------------------------------------------------------------- the summary


def test_a_first_pass_says_what_was_there_before(place: Place) -> None:
    place.channel("hook", "webhook")
    place.feed("Alpha", item("old", "OpenAI and NATO"), articles="never")
    assert place.once(FIRST).splitlines() == [
        "1 feed polled, 1 new item",
        "1 item judged: 0 match, 1 matched before the watch began",
        "1 alert delivered, 0 refused, 0 wait for a later try",
    ]


def test_a_pass_says_what_was_done_and_what_waits(copy: Place) -> None:
    copy.feed("Alpha News", NEWS, item("sun", "Sun in the south"))
    copy.web.answers["/p/sun"] = Reply(status=503)
    first, second, third, fourth, last = copy.once(LATER).splitlines()
    assert first == "4 feeds polled (1 failed), 2 new items"
    assert second == "2 items judged: 1 match"
    assert re.fullmatch(r"1 alert delivered, 1 refused, 5 wait for a later try, the next at 2026-03-03 \d\d:\d\d", third)
    assert fourth == "1 page could not be had, and will be asked for again"
    assert last == "more: storywatch status"
    (done,) = copy.robot.done
    assert done.code == 0, "whatever feeds and channels said"
    assert not {"\x1b", "━"} & set(done.out + done.err), "no bar where nobody looks"


def test_json_is_the_summary_for_machines(copy: Place) -> None:
    copy.feed("Alpha News", NEWS, item("sun", "Sun in the south"))
    copy.web.answers["/p/sun"] = Reply(status=503)
    told = counts(copy, LATER)
    assert list(told) == [*COUNTS, "next_try", "pages_to_read_again", "next_poll", "complete"]
    assert {name: told[name] for name in COUNTS} == {
        "polled": 4, "failed": 1, "new": 2, "judged": 2, "match": 1, "no_match": 1, "baseline": 0, "duplicate": 0, "delivered": 1,
        "parked": 1, "waiting": 5,
    }  # fmt: skip
    assert told["next_try"] > told["next_poll"] > "2026-03-03T11:"
    assert (told["pages_to_read_again"], told["complete"]) == (1, True)


def test_where_nothing_was_due_it_says_when_something_is(copy: Place) -> None:
    first, second, third, _ = copy.once("2026-03-03T10:00:02Z").splitlines()
    assert first == "0 feeds polled, 0 new items"
    assert re.fullmatch(r"no feed was due; the next one is at 2026-03-03 \d\d:\d\d", second)
    assert third.startswith("0 alerts delivered, 0 refused, 4 wait for a later try, the next at ")


# ---------------------------------------------------------------- the clock


def test_now_is_the_time_of_everything_that_is_stored_or_told(copy: Place, told: Told) -> None:
    copy.feed("Alpha News", NEWS, articles="never")
    posts = len(copy.web.posts)
    summary = counts(copy, "2031-05-06T10:00:00+02:00")
    assert summary["next_poll"] > "2031-05-06T08:10:00", "as text: a fraction of a second stands before the Z"
    (row,) = map(json.loads, told(copy, "log", "--json", "--since", "2031-01-01")[1].splitlines())
    assert row["first_seen"] == "2031-05-06T08:00:00Z"
    (message,) = (post for post in copy.web.posts[posts:] if post.path == "/hook/hook")
    assert json.loads(message.body)["timestamp"] == "2031-05-06T08:00:00Z"
    assert abs(int(message.headers["webhook-timestamp"]) - time.time()) < 60, "but not of the signature"


# ---------------------------------------------------------------- exit codes


@pytest.mark.parametrize("command", ["once", "run"])
def test_beside_another_instance_it_gives_way_in_one_line(copy: Place, command: str) -> None:
    lock = StateLock(copy.state)
    try:
        done = copy.robot.run(command).exits(75)
    finally:
        lock.release()
    (line,) = done.lines
    assert re.fullmatch(r"storywatch: .*seen\.sqlite3: another Storywatch works on it \(process \d+\); stop it first", line)


@pytest.mark.parametrize("command", ["once", "run"])
def test_a_wrong_configuration_ends_it_before_it_begins(place: Place, told: Told, command: str) -> None:
    place.feed("Alpha", interval="soon")
    place.write()
    code, out, err = told(place, command)
    assert (code, out) == (78, "")
    assert re.match(r'all\.toml:\d+: interval "soon" is no duration', err)
    assert not place.state.parent.exists()
    assert place.web.asked == []


@pytest.mark.parametrize("now", ["yesterday", "2026-13-01", "0001-01-01", ""])
def test_a_wrong_time_is_a_wrong_call(place: Place, told: Told, now: str) -> None:
    place.write()
    code, out, err = told(place, "once", "--now", now)
    assert (code, out) == (2, "")
    assert "write 2026-03-04 or 2026-03-04T12:00:00Z" in " ".join(err.split())


# ---------------------------------------------------------------- the bar


@pytest.fixture
def told_here(copy: Place) -> Place:
    """A place that tells of a match at the terminal, and has a bad feed to complain of."""
    copy.channels = {}
    copy.channel("desk", "console")
    long = "a headline that is longer than the terminal is wide and must come out in one piece nevertheless"
    rain = [item(f"rain{n}", f"Rain {n}") for n in range(20)]
    copy.feed("Alpha News", item("long", f"OpenAI and NATO: {long}"), *rain, articles="never")
    copy.write()
    return copy


def test_a_terminal_shows_a_bar_and_keeps_every_line_whole(told_here: Place) -> None:
    seen = told_here.on_terminal("once", "--now", LATER)
    assert seen.code == 0
    assert "4 feeds, 21 items, " in seen.sent
    assert "━" in seen.sent
    assert "━" not in seen.text, "gone at the end"
    lines = [line for line in seen.lines if line]
    events = [line.partition("Z ")[2] for line in lines if re.match(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Z]+ ", line)]
    assert "INFO    feed Alpha News: 21 new items" in events
    assert "INFO    feed Gone: the server answered 404 Not Found (4 times in a row)" in events
    assert any("item " in event and "in one piece nevertheless" in event for event in events)
    alert = lines.index("[OpenAI and NATO]")
    assert lines[alert + 1].endswith("in one piece nevertheless"), "an alert of the console comes out whole too"
    assert lines[-4:-2] == ["4 feeds polled (1 failed), 21 new items", "21 items judged: 1 match"]


def test_where_only_stderr_is_a_terminal_alerts_go_where_stdout_goes(told_here: Place, tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        seen = told_here.on_terminal("once", "--now", LATER, stdout=out)
    written = (tmp_path / "out").read_text()
    assert written.startswith("[OpenAI and NATO]\n")
    assert "feeds polled" in written
    assert "\x1b" not in written
    assert "4 feeds, 21 items" in seen.sent
    assert "[OpenAI and NATO]" not in seen.sent


def test_beside_json_alerts_of_the_console_are_out_of_the_way(told_here: Place) -> None:
    done = told_here.robot.run("once", "--json", "--now", LATER).ok()
    assert json.loads(done.out)["delivered"] == 1
    assert "\n[OpenAI and NATO]\n" in done.err


def test_where_only_stdout_is_a_terminal_there_is_no_bar(told_here: Place, tmp_path: Path) -> None:
    with (tmp_path / "err").open("wb") as err:
        seen = told_here.on_terminal("once", "--now", LATER, stderr=err)
    assert "feeds polled" in seen.text
    for text in (seen.sent, (tmp_path / "err").read_text()):
        assert not {"\x1b", "━"} & set(text)


# ---------------------------------------------------------------- an end before the end


SILENCE = Reply(fault="silence")
STUCK = {"at a page": "/p/signed", "at a channel": "/hook/hook"}


@pytest.mark.parametrize("where", STUCK)
def test_sigterm_ends_a_pass_soon_and_the_next_one_does_the_rest(copy: Place, told: Told, where: str) -> None:
    path = STUCK[where]
    copy.web.answers["/p/signed"] = page("OpenAI has signed with NATO at last, the alliance said in Brussels on Friday morning.")
    copy.feed("Alpha News", NEWS, item("sun", "Sun in the south"))
    copy.write()
    healthy, copy.web.answers[path] = copy.web.answers[path], SILENCE
    asked = len(copy.web.asked)
    with copy.robot.start("once", "--json", "--now", LATER) as running:
        until(lambda: path in copy.web.asked[asked:], 20, f"the request for {path}")
        began = time.monotonic()
        running.signal(signal.SIGTERM)
        done = running.wait(10)
    copy.web.answers[path] = healthy
    assert time.monotonic() - began < 10
    assert done.code == 128 + signal.SIGTERM
    assert "Traceback" not in done.err
    assert json.loads(done.out)["complete"] is False
    copy.once("2026-03-03T11:01:00Z")
    rows = [json.loads(line) for line in told(copy, "log", "--json", "--since", LATER)[1].splitlines()]
    assert {row["title"]: [(v["verdict"], v["alerted"]) for v in row["verdicts"]] for row in rows} == {
        "OpenAI and NATO sign": [("match", True)], "Sun in the south": [("no-match", False)],
    }  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_person_who_stops_a_pass_is_told_that_it_is_not_over(place: Place, number: signal.Signals) -> None:
    place.feed("Alpha")
    place.web.answers["/alpha"] = SILENCE
    place.write()
    with place.robot.start("once") as running:
        until(lambda: place.web.asked, 20, "the poll")
        running.signal(number)
        done = running.wait(10)
    assert "Traceback" not in done.err
    if number == signal.SIGTERM:
        assert (done.code, done.out.splitlines()[-1]) == (143, "stopped before the end; the next pass does the rest")
    else:
        assert (done.code, done.out, done.err.splitlines()[-1]) == (130, "", "storywatch: interrupted")
