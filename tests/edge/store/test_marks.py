"""Marks: one for a story x item, the latest stands; what is marked keeps its text, and a mark goes with its item."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.edge.store import log, marks, retention
from bot.model import Mark

from .conftest import NOW, Filled

LATER = NOW + timedelta(days=1)


def mark(item: int, story: str = "story", *, relevant: bool = True, note: str = "") -> Mark:
    return Mark(item=item, story=story, relevant=relevant, note=note, at=NOW)


def test_the_latest_mark_stands(filled: Filled) -> None:
    one, two = filled.log("One"), filled.log("Two")
    with filled.store.write() as tx:
        for said in (mark(one), mark(one, relevant=False, note="a quiz"), mark(one, "other"), mark(two)):
            marks.put(tx, said)
    with filled.store.read() as connection:
        assert marks.of_items(connection, [one]) == {one: (mark(one, "other"), mark(one, relevant=False, note="a quiz"))}
        assert list(marks.of_story(connection, "story")) == [one, two]


def test_a_mark_can_be_taken_back(filled: Filled) -> None:
    one = filled.log("One")
    with filled.store.write() as tx:
        marks.put(tx, mark(one))
        assert marks.take(tx, one, "story") is True
        assert marks.take(tx, one, "story") is False
        assert marks.of_items(tx, [one]) == {}


def test_what_is_marked_keeps_its_text_as_long_as_the_item(filled: Filled) -> None:
    one, two = filled.log("One"), filled.log("Two")
    for item in (one, two):
        filled.judge(item, "no-match", text="Bodyword")
    with filled.store.write() as tx:
        marks.put(tx, mark(one))
        assert retention.prune_texts(tx, LATER) == 1
        assert [log.find(tx, item, with_text=True).text for item in (one, two)] == ["Bodyword", None]  # type: ignore[union-attr]


def test_a_mark_goes_with_its_item(filled: Filled) -> None:
    one = filled.log("One")
    filled.judge(one, "no-match")
    with filled.store.write() as tx:
        marks.put(tx, mark(one))
        assert retention.prune_items(tx, LATER) == 1
        assert marks.of_story(tx, "story") == {}


# ---------------------------------------------------------------- what is to be reviewed


def test_what_has_no_mark_is_to_be_reviewed_the_latest_first(filled: Filled) -> None:
    one, two, three, four = (filled.log(title) for title in ("One", "Two", "Three", "Four"))
    filled.judge(one)
    filled.judge(two, "baseline")
    filled.judge(three, "no-match")
    filled.judge(four, story="other")
    with filled.store.write() as tx:
        marks.put(tx, mark(one, "other"))
        wanted = marks.Wanted(verdicts=("match", "baseline"))
        assert marks.to_review(tx, wanted, 10) == ([(four, "other"), (two, "story"), (one, "story")], 3)
        assert marks.to_review(tx, wanted, 1) == ([(four, "other")], 3)
        marks.put(tx, mark(one))
        assert marks.to_review(tx, replace(wanted, story="story"), 10) == ([(two, "story")], 1)
        assert marks.to_review(tx, replace(wanted, story="story", marked=True), 10) == ([(two, "story"), (one, "story")], 2)
        assert marks.to_review(tx, replace(wanted, since=LATER), 10) == ([], 0)
        assert marks.to_review(tx, marks.Wanted(verdicts=("no-match",), nearest=True), 10) == ([(three, "story")], 1)
