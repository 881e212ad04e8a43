"""The log for trying rules on: which items, in which order, with what, and how much memory that takes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import ANY

import pytest
import sqlalchemy as sa

from bot.edge.store import past, retention
from bot.edge.store.past import _PAGE
from bot.edge.store.schema import articles, items
from bot.model import Extent, Past, Said

from .conftest import NOW, Filled

DAY = timedelta(days=1)


@pytest.fixture
def log(filled: Filled) -> Filled:
    """Five items: matched with a text, not matched without one, a duplicate, one not judged yet, one of two stories."""
    one = filled.log("One", summary="First")
    filled.judge(one, text="A text.")
    filled.judge(filled.log("Two", now=NOW + DAY), "no-match")
    filled.judge(filled.log("One again", now=NOW + DAY, duplicate_of=one), "duplicate")
    filled.log("Four", now=NOW + 2 * DAY)
    five = filled.log("Five", now=NOW + 3 * DAY)
    filled.judge(five, "baseline", text="Another.")
    filled.judge(five, "no-match", story="other", text="Another.")
    return filled


def test_an_item_comes_with_its_texts_and_what_was_said_of_it(log: Filled) -> None:
    with log.store.read() as connection:
        first, second, fifth = past.rows(connection)
    assert first == Past(
        id=1, feed="Example", url="https://example.org/Example-1", title="One", summary="First", text="A text.", note="read",
        first_seen=NOW, said={"story": Said(verdict="match", score=0.9, why="both in the title", rule="r1")},
    )  # fmt: skip
    assert (second.title, second.text, second.said["story"].holds) == ("Two", None, False)
    assert {story: said.verdict for story, said in fifth.said.items()} == {"story": "baseline", "other": "no-match"}
    assert fifth.said["story"].holds


def test_duplicates_and_items_not_judged_yet_are_counted_and_left_out(log: Filled) -> None:
    with log.store.read() as connection:
        assert past.extent(connection) == Extent(items=3, duplicates=1, waiting=1)
        assert [row.title for row in past.rows(connection)] == ["One", "Two", "Five"]


SINCE = {
    "its very moment": (NOW + DAY, ["Two", "Five"], Extent(items=2, duplicates=1, waiting=1)),
    "a moment later": (NOW + DAY + timedelta(milliseconds=1), ["Five"], Extent(items=1, duplicates=0, waiting=1)),
    "after everything": (NOW + 9 * DAY, [], Extent(items=0, duplicates=0, waiting=0)),
    "before everything": (NOW - 9 * DAY, ["One", "Two", "Five"], Extent(items=3, duplicates=1, waiting=1)),
}


@pytest.mark.parametrize("case", SINCE)
def test_since_is_when_an_item_was_first_seen(log: Filled, case: str) -> None:
    since, titles, extent = SINCE[case]
    with log.store.read() as connection:
        assert [row.title for row in past.rows(connection, since)] == titles
        assert past.extent(connection, since) == extent


def test_what_there_is_of_the_article_is_told(log: Filled) -> None:
    with log.store.write() as tx:
        assert retention.prune_texts(tx, NOW + DAY) == 1
    with log.store.read() as connection:
        assert [row.state for row in past.rows(connection)] == ["pruned", "never read", "there"]


def test_some_items_can_be_asked_for_by_their_ids(log: Filled) -> None:
    with log.store.read() as connection:
        assert [row.title for row in past.of_ids(connection, {5, 1, 3, 4, 99})] == ["One", "Five"]
        assert list(past.of_ids(connection, [])) == []


def many(filled: Filled, count: int, text: str) -> None:
    row = {"feed": "f", "title": "t", "summary": "s", "first_seen": NOW, "outlet": "f", "baseline": False, "inside": False,
           "judged_at": NOW, "note": "read"}  # fmt: skip
    with filled.store.write() as tx:
        tx.execute(sa.insert(items), [{"id": 3 * number, **row} for number in range(1, count + 1)])
        tx.execute(sa.insert(articles), [{"item": 3 * number, "text": text} for number in range(1, count + 1)])


def test_every_item_comes_once_over_all_pages_whatever_gaps_there_are(filled: Filled) -> None:
    many(filled, 2 * _PAGE + 1, "x")
    with filled.store.read() as connection:
        assert [row.id for row in past.rows(connection)] == [3 * number for number in range(1, 2 * _PAGE + 2)]
        assert [row.id for row in past.rows(connection, every=6)] == [6 * number for number in range(1, _PAGE + 1)]


def test_what_is_logged_meanwhile_is_not_waited_for(filled: Filled) -> None:
    many(filled, _PAGE + 1, "x")

    def endless() -> Iterator[int]:
        with filled.store.read() as connection:
            for row in past.rows(connection):
                filled.judge(filled.log("More"), "no-match")
                yield row.id

    assert len(list(endless())) == _PAGE + 1


def test_only_one_text_is_held_at_a_time(filled: Filled) -> None:
    """Pages count items, and an article may have 5 MB: a page of such must not be held at once."""
    many(filled, 100, "x" * 1_000_000)
    with filled.store.read() as connection:
        tracemalloc.start()
        for row in past.rows(connection):
            assert row == ANY
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 10_000_000
