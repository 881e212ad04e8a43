"""What makes two items the same: each case is one article that must be told once, however its feed behaves."""

from __future__ import annotations

from collections import Counter

import pytest

from . import scripts
from .scene import Scene

DRESSED = {
    "a guid that changes at each poll": scripts.changing_guid,
    "a date that changes at each poll": scripts.redated,
    "a headline that is edited": scripts.retitled,
    "http and https by turns": scripts.other_scheme,
    "tracking parameters": scripts.tracked,
}
OTHERS = ("a feed emptied and refilled", "the same article in two feeds", "a feed that moved", "a feed cut short")


@pytest.fixture(scope="module")
def played(run: Scene) -> Scene:
    """All cases at once, each in feeds of its own: five passes."""
    run.three_sinks(budget="1000/1m")
    for number, (name, dress) in enumerate(DRESSED.items()):
        run.feed(name.replace(" ", "-"), kind=("rss", "atom")[number % 2]).dress = dress
    for name in ("refilled", "twin-1", "twin-2", "moved", "cut", "ids"):
        run.feed(name)
    run.once()
    for name in DRESSED:
        run.feeds[name.replace(" ", "-")].add(run.match(name))
    fill(run)
    run.once()
    full, cut = run.feeds["refilled"].items, run.feeds["cut"]
    run.feeds["refilled"].show()
    cut.script = scripts.truncated
    moved = run.feeds["moved"]
    run.feed("moved", *moved.items).url = run.web.url("/feeds/moved?v=2")
    run.feeds["twin-2"].add(run.web.page(OTHERS[1]).item)
    run.once()
    run.feeds["refilled"].show(*full)
    cut.script = None
    run.once()
    run.once()
    return run


def fill(run: Scene) -> None:
    run.feeds["refilled"].add(run.match(OTHERS[0]))
    run.feeds["twin-1"].add(run.match(OTHERS[1]))
    run.feeds["moved"].add(run.match(OTHERS[2]))
    run.feeds["cut"].add(run.match(OTHERS[3]), run.other("a filler"), run.other("another"))
    run.feeds["ids"].add(*(run.match(f"id {n}", target=f"/story.php?id={n}") for n in (1, 2)))


@pytest.mark.parametrize("case", [*DRESSED, *OTHERS])
def test_one_article_is_one_alert(played: Scene, case: str) -> None:
    assert {name: played.named(name).count(case) for name in played.by_name} == {"slack": 1, "discord": 1, "webhook": 1}


def test_parameters_that_tell_articles_apart_are_kept(played: Scene) -> None:
    assert [played.named(name).count(f"id {n}") for name in played.by_name for n in (1, 2)] == [1] * 6


def test_a_second_feed_with_the_article_is_logged_as_a_duplicate(played: Scene) -> None:
    first, second = (played.verdict(OTHERS[1], feed) for feed in ("twin-1", "twin-2"))
    assert (first["verdict"], second["verdict"]) == ("match", "duplicate")
    assert (second["development"], second["alerted"]) == (first["development"], False)


def test_the_log_does_not_grow_with_every_poll(played: Scene) -> None:
    rows = Counter(played.key(row["url"]) for row in played.log())
    assert {case: rows[case] for case in ("a date that changes at each poll", *OTHERS)} == {
        "a date that changes at each poll": 1,
        **dict.fromkeys(OTHERS, 1),
        "the same article in two feeds": 2,
    }


def test_every_payload_was_right(played: Scene) -> None:
    played.assert_valid()
