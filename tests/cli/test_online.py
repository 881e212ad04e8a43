"""``storywatch check --online``: every feed asked once, nothing kept."""

from __future__ import annotations

import json
import re
import signal
import time
from typing import Any

import pytest

from tests.lab.robot import until
from tests.lab.server import Reply

from .conftest import Told
from .place import Place, item, page, rss

# What a server answers, how many items that makes, and the word that names the problem.
ANSWERS: dict[str, tuple[Reply, int, str]] = {
    "two items": (rss(item("one", "One"), item("two", "Two")), 2, ""),
    "a feed without items": (rss(), 0, ""),
    "a web page": (page("Welcome to our site, where there is no feed."), 0, "a web page"),
    "nothing": (Reply(), 0, "empty"),
    "not found": (Reply(status=404), 0, "404 Not Found"),
    "trouble": (Reply(status=503), 0, "503"),
    "nothing new, though nobody said what is old": (Reply(status=304), 0, "304"),
    "a broken connection": (Reply(fault="reset"), 0, "connection"),
    "half of a feed": (Reply(body=rss(item("one", "One"), item("two", "Two")).body[:-120]), 1, "cut off"),
}


def answers(place: Place, told: Told) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what was said of each feed."""
    code, out, err = told(place, "check", "--online", "--json")
    assert err == ""
    summary, *rows = map(json.loads, out.splitlines())
    assert summary["ok"]
    return code, {row["feed"]: row for row in rows}


@pytest.mark.parametrize("case", ANSWERS)
def test_a_feed_is_asked_and_its_answer_said(place: Place, told: Told, case: str) -> None:
    reply, items, problem = ANSWERS[case]
    place.feed("Alpha")
    place.web.answers["/alpha"] = reply
    place.write()
    code, found = answers(place, told)
    assert list(found["Alpha"]) == ["feed", "items", "newest", "problem"]
    assert (code, found["Alpha"]["items"]) == (1 if problem and not items else 0, items)
    assert found["Alpha"]["newest"] == ("2026-03-03T07:30:00Z" if items else None)
    assert problem in (found["Alpha"]["problem"] or "")
    assert bool(found["Alpha"]["problem"]) == bool(problem)
    assert place.web.asked == ["/alpha"], "once, and no page of it"
    assert not place.state.parent.exists(), "nothing is kept"


def test_of_a_host_that_the_guard_refuses_its_address_and_the_line_that_opens_it_are_said(place: Place, told: Told) -> None:
    place.feed("Inside", url="http://10.20.0.5/rss")
    place.write()
    code, found = answers(place, told)
    assert code == 1
    assert found["Inside"]["problem"] == (
        "its host is at a private or reserved address that is not in network.allow (10.20.0.5). "
        'If it is yours and meant, write under [network]: allow = ["127.0.0.0/8", "10.20.0.5"]'
    )


def test_a_good_feed_is_unharmed_by_bad_ones_and_all_stand_in_the_configurations_order(place: Place, told: Told) -> None:
    for name, (reply, _, _) in ANSWERS.items():
        place.feed(name)
        place.web.answers["/" + re.sub(r"\W+", "-", name)] = reply
    place.write()
    code, found = answers(place, told)
    assert code == 1
    assert list(found) == list(ANSWERS)
    assert {name: row["items"] for name, row in found.items()} == {name: items for name, (_, items, _) in ANSWERS.items()}


def test_people_get_a_table_and_what_to_do(place: Place, told: Told) -> None:
    place.feed("Alpha", item("one", "One"))
    place.feed("Gone")
    place.web.answers["/gone"] = Reply(status=404)
    place.write()
    code, out, _ = told(place, "check", "--online")
    assert code == 1
    assert "no faults" in out, "first what check says anyway"
    assert "\nfeed\titems\tnewest\tproblem\nAlpha\t1\t2026-03-03 " in out
    assert "\nGone\t0\t\tthe server answered 404 Not Found\n" in out
    assert out.endswith("\n1 of 2 feeds with a problem: correct the url, or ask again later\n")


HOOKS: dict[str, tuple[Reply, int, str]] = {
    "one that is there": (
        Reply(body=b'{"id": "1", "name": "Desk", "token": "secret"}'),
        0,
        'the webhook is there, by the name "Desk"',
    ),
    "one that says nothing of itself": (Reply(body=b"[]"), 0, "the webhook is there"),
    "one that was deleted": (Reply(status=404, body=b'{"code": 10015}'), 1, "the webhook answered 404: it was deleted"),
    "a server in trouble": (Reply(status=503), 1, "the webhook answered 503: ask again later"),
    "nobody there": (Reply(fault="reset"), 1, "the webhook cannot be asked ("),
}


@pytest.mark.parametrize("case", HOOKS)
def test_a_discord_webhook_is_asked_about_itself_and_nothing_is_posted(place: Place, told: Told, case: str) -> None:
    reply, expected, said = HOOKS[case]
    place.channel("room", "discord", reply)
    place.channels["room"]["url"] += "?thread_id=5"
    place.channel("desk", "teams")
    place.write()
    code, out, err = told(place, "check", "--online")
    assert (code, err.count("no feeds")) == (expected, 1)
    assert f"\nroom: {said}" in out
    assert out.endswith("desk: teams cannot be asked without posting: storywatch alerts test desk\n")
    assert place.web.asked == ["/hook/room"]
    assert place.web.posts == []


def test_a_wrong_configuration_asks_nobody(place: Place, told: Told) -> None:
    place.feed("Alpha", interval="soon")
    place.write()
    assert told(place, "check", "--online")[0] == 78
    assert place.web.asked == []


def test_a_terminal_shows_how_far_it_is_and_then_only_the_answers(place: Place) -> None:
    place.feed("Alpha", item("one", "One"))
    place.feed("A feed with a name of the kind that takes half a line")
    place.write()
    seen = place.on_terminal("check", "--online")
    assert seen.code == 0
    assert "2 of 2 feeds" in seen.sent, "the bar"
    assert "of 2 feeds" not in seen.text
    assert "━" not in seen.text
    table = seen.lines[next(at for at, line in enumerate(seen.lines) if line.startswith("feed ")) :]
    assert max(map(len, table)) <= 80


def test_a_pipe_gets_no_bar(place: Place) -> None:
    place.feed("Alpha", item("one", "One"))
    place.write()
    done = place.robot.run("check", "--online").ok()
    assert not {"\x1b", "\r"} & set(done.out + done.err)


def test_who_interrupts_does_not_wait_for_a_silent_feed(place: Place) -> None:
    place.feed("Silent")
    place.web.answers["/silent"] = Reply(fault="silence")
    place.write()
    with place.robot.start("check", "--online") as running:
        until(lambda: place.web.asked, 20, "the question")
        began = time.monotonic()
        running.signal(signal.SIGINT)
        done = running.wait(10)
    assert done.code == 130
    assert "Traceback" not in done.err
    assert time.monotonic() - began < 5
