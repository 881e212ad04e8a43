"""What a new match is compared with: of the window's prints the newest, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.edge.store.schema import prints
from bot.edge.store.schema import verdicts as table
from bot.edge.store.verdicts import CANDIDATES, candidates

from .conftest import NOW, Filled

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)


def printed(filled: Filled, numbers: range, *, story: str = "story", development: bool = True, at_once: bool = False) -> None:
    """Matches of a story, a second apart, the item of the highest number last."""
    marks = {"title": "t", "text": b"t", "lead": b"l", "has_article": True}
    said = {"verdict": "match", "score": 1.0, "terms": [], "sentence": "", "why": "", "rule": "", "hits": []}
    with filled.store.write() as tx:
        tx.execute(sa.insert(prints), [{"item": n, "at": NOW if at_once else NOW + n * SECOND, **marks} for n in numbers])
        found = [{"item": n, "story": story, "development": n if development else None, **said} for n in numbers]
        tx.execute(sa.insert(table), found)


@pytest.mark.parametrize("at_once", [False, True], ids=["found one after another", "found at one moment"])
def test_a_match_is_compared_with_the_storys_newest_thousand_of_two_weeks(filled: Filled, at_once: bool) -> None:
    mine = range(1, CANDIDATES + 101)
    printed(filled, mine, at_once=at_once)
    printed(filled, range(5000, 5050), story="another")
    printed(filled, range(6000, 6050), development=False)
    with filled.store.read() as connection:
        found = candidates(connection, "story", NOW - WEEK)
    assert [each.item for each in found] == list(mine[-CANDIDATES:])
    assert (found[0].text, found[0].has_article, found[0].development) == (b"t", True, found[0].item)
    assert found[-1].when == (NOW if at_once else NOW + mine[-1] * SECOND)


def test_what_is_older_than_the_window_is_left_out(filled: Filled) -> None:
    printed(filled, range(1, 11))
    with filled.store.read() as connection:
        assert [each.item for each in candidates(connection, "story", NOW + 8 * SECOND)] == [8, 9, 10]


def test_the_newest_are_found_by_an_index_and_the_others_not_looked_at(filled: Filled) -> None:
    seen: list[str] = []
    with filled.store.read() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(seen.append)
        candidates(connection, "story", NOW)
        driver.set_trace_callback(None)
        plan = [row[-1] for row in driver.execute("EXPLAIN QUERY PLAN " + seen[0])]
    assert any("prints_at" in step for step in plan), plan
    assert not [step for step in plan if "SCAN" in step or "TEMP B-TREE" in step]
