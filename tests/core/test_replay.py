"""A draft beside the log's verdicts: what is gained and lost, counted by day, and measured on the marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import match, replay
from bot.core.measure import Measure
from bot.core.replay import Tally, Trial
from bot.model import Change, Past, Said, Story

NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
STORY = Story(name="s", title="S", query="openai AND nato", exclude_feeds=("Elsewhere",))
RULE = match.compile_rule(STORY, {"openai": ["OpenAI"], "nato": ["NATO"]})
BOTH, ONE = "OpenAI and NATO agree", "OpenAI agrees"


def said(*, holds: bool, rule: str = RULE.version, verdict: str = "") -> Said:
    return Said(verdict=verdict or ("match" if holds else "no-match"), score=0.7 if holds else 0.1, why="why live", rule=rule)  # type: ignore[arg-type]


def past(number: int, title: str, live: Said | None, **changes: object) -> Past:
    told = {"id": number, "feed": "A", "url": None, "title": title, "summary": "", "text": None, "note": "failed: 403",
            "first_seen": NOW, "said": {} if live is None else {"s": live}}  # fmt: skip
    return Past(**{**told, **changes})  # type: ignore[arg-type]


def tried(
    items: Iterable[Past], marks: Mapping[int, bool] | None = None, today: str | None = RULE.version
) -> tuple[Tally, list[Change]]:
    tally, heard = Tally(), list[Change]()
    trial = Trial(story=STORY, rule=RULE, today=today, marks=marks or {})
    for item in items:
        replay.again(item, [(trial, tally)], heard.append)
    return tally, heard


CHANGES = {
    "held, and holds": (past(1, BOTH, said(holds=True)), None),
    "held not, and holds not": (past(1, ONE, said(holds=False)), None),
    "held not, and holds": (past(1, BOTH, said(holds=False)), "gained"),
    "held, and holds not": (past(1, ONE, said(holds=True)), "lost"),
    "stood in a first poll, and holds": (past(1, BOTH, said(holds=True, verdict="baseline")), None),
    "stood in a first poll, and holds not": (past(1, ONE, said(holds=True, verdict="baseline")), "lost"),
    "was never judged for the story, and holds": (past(1, BOTH, None), "gained"),
    "was never judged for the story, and holds not": (past(1, ONE, None), None),
    "holds by its summary": (past(1, ONE, said(holds=False), summary="NATO agrees too."), "gained"),
    "holds by its text": (past(1, "A deal", said(holds=False), text="OpenAI and NATO agree. NATO and OpenAI like it."), "gained"),
    "held, but stands in a feed that the draft leaves out": (past(1, BOTH, said(holds=True), feed="Elsewhere"), "lost"),
    "stands in a feed that neither looks at": (past(1, BOTH, None, feed="Elsewhere"), None),
    "a text of a mark alone": (past(1, "", said(holds=False)), None),
}


@pytest.mark.parametrize("case", CHANGES)
def test_an_item_is_gained_or_lost_where_draft_and_log_differ(case: str) -> None:
    item, kind = CHANGES[case]
    tally, heard = tried([item])
    assert [change.kind for change in heard] == ([kind] if kind else [])
    assert (tally.gained, tally.lost) == (kind == "gained", kind == "lost")


def test_a_change_has_the_reasons_of_both() -> None:
    _, (gained, lost, unwatched) = tried(
        [past(1, BOTH, said(holds=False)), past(2, ONE, said(holds=True)), past(3, BOTH, said(holds=True), feed="Elsewhere")],
        {2: False},
    )
    assert (gained.score, gained.why) == (1.0, "openai and nato in the title")
    assert gained.live is not None
    assert (gained.live.score, gained.live.why, gained.mark) == (0.1, "why live", None)
    assert (lost.why, lost.mark) == ("openai found, but not nato", False)
    assert (unwatched.score, unwatched.why) == (0.0, "the draft does not look at this feed")


def test_matches_are_counted_by_day_of_utc() -> None:
    elsewhere = NOW.astimezone(tz=None) + timedelta(minutes=29)
    tally, _ = tried([
        past(1, BOTH, said(holds=True)), past(2, BOTH, said(holds=False), first_seen=elsewhere),
        past(3, ONE, said(holds=True), first_seen=NOW + timedelta(minutes=30)), past(4, ONE, said(holds=False)),
    ])  # fmt: skip
    assert {day: n for day, n in tally.draft_days.items() if n} == {date(2026, 3, 4): 2}
    assert {day: n for day, n in tally.live_days.items() if n} == {date(2026, 3, 4): 1, date(2026, 3, 5): 1}


def test_what_was_left_to_judge_on_is_counted() -> None:
    tally, heard = tried([
        past(1, BOTH, said(holds=True), text="OpenAI and NATO.", note="read"),
        past(2, ONE, said(holds=True), note="read"),
        past(3, ONE, said(holds=False), note="not read: articles = never"),
        past(4, BOTH, None, feed="Elsewhere"),
    ])  # fmt: skip
    assert (tally.items, tally.pruned, tally.never_read, tally.unwatched) == (3, 1, 1, 1)
    assert (tally.lost, tally.lost_pruned, heard[0].state) == (1, 1, "pruned")


def test_verdicts_of_other_versions_of_the_rule_are_counted() -> None:
    items = [past(1, BOTH, said(holds=True)), past(2, BOTH, said(holds=True, rule="older")), past(3, BOTH, None)]
    assert (tried(items)[0].said, tried(items)[0].said_otherwise) == (2, 1)
    assert tried(items, today=None)[0].said_otherwise == 2


def test_draft_and_live_are_measured_on_the_marked_items_only() -> None:
    items = [
        past(1, BOTH, said(holds=True)), past(2, BOTH, said(holds=False)), past(3, ONE, said(holds=True)),
        past(4, ONE, None), past(5, BOTH, said(holds=True)), past(6, BOTH, None, feed="Elsewhere"),
    ]  # fmt: skip
    tally, _ = tried(items, {1: True, 2: True, 3: False, 4: True, 6: True, 99: True})
    assert tally.draft == Measure(hits=2, misses=2, rejected=1)
    assert tally.live == Measure(hits=1, misses=3, false_alarms=1)
    assert tally.marked_unsaid == 2


def test_a_regex_that_takes_too_long_is_named_with_its_items() -> None:
    story = Story(name="s", title="", query="a OR /(x|x)+y/")
    tally = Tally()
    trial = Trial(story=story, rule=match.compile_rule(story, {}), today=None, marks={})
    for number, title in enumerate(("x" * 4000, "a", "x" * 4000)):
        replay.again(past(number, title, None), [(trial, tally)], lambda change: None)
    assert tally.tripped == {"/(x|x)+y/": 2}


words = st.lists(st.sampled_from(["OpenAI", "NATO", "cheese"]), max_size=4).map(" ".join)
lives = st.one_of(st.none(), st.booleans().map(lambda holds: said(holds=holds)))
logs = st.lists(st.tuples(words, lives, st.sampled_from(["A", "Elsewhere"]), st.sampled_from([None, True, False])), max_size=12)


@settings(derandomize=True, deadline=None)
@given(logs)
def test_the_counts_are_those_of_judging_each_item_for_itself(log: list[tuple[str, Said | None, str, bool | None]]) -> None:
    items = [past(number, title, live, feed=feed) for number, (title, live, feed, _) in enumerate(log)]
    marks = {number: mark for number, (*_, mark) in enumerate(log) if mark is not None}
    tally, heard = tried(items, marks)
    draft = {item.id: STORY.watches(item.feed) and match.judge(RULE, replay.texts_of(item)).holds for item in items}
    live = {item.id: "s" in item.said and item.said["s"].holds for item in items}
    assert {change.item for change in heard if change.kind == "gained"} == {n for n in draft if draft[n] and not live[n]}
    assert {change.item for change in heard if change.kind == "lost"} == {n for n in draft if live[n] and not draft[n]}
    assert tally.draft_days.total() == sum(draft.values())
    assert tally.live_days.total() + tally.gained - tally.lost == tally.draft_days.total()
    assert tally.draft.marked == tally.live.marked == len(marks)
    assert tally.draft.hits == sum(draft[n] for n, relevant in marks.items() if relevant)
