"""``storywatch mark`` and ``log --marked``: what the user said of items."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Seen, Told
from .place import HOSTILE, STORY, Place
from .test_show import OBEYED, by_guid


@pytest.fixture
def ids(copy: Place, told: Told) -> dict[str, str]:
    return {key: row["id"] for key, row in by_guid(copy, told).items()}


def marks(place: Place, told: Told, *args: str) -> dict[str, list[dict[str, Any]]]:
    """The marks of each item that ``log --marked`` lists."""
    rows = [json.loads(line) for line in told(place, "log", "--json", *(args or ("--marked",)))[1].splitlines()]
    return {row["guid"].removesuffix("-guid"): row["marks"] for row in rows}


# ---------------------------------------------------------------- marking


def test_an_item_is_marked_by_its_number_or_address(copy: Place, told: Told, ids: dict[str, str]) -> None:
    assert told(copy, "mark", ids["news"], "relevant") == (
        0, f"item {ids['news']} is relevant to {STORY}: OpenAI considers a contract with NATO\n", "",
    )  # fmt: skip
    code, out, _ = told(copy, "mark", f"{copy.web.url}/p/copy?utm_source=x", "irrelevant", "--note", " a  copy\nof it ")
    assert (code, out.startswith(f"item {ids['copy']} is irrelevant")) == (0, True)
    found = marks(copy, told)
    assert {key: (mark["story"], mark["relevant"], mark["note"]) for key, (mark,) in found.items()} == {
        "news": (STORY, True, ""), "copy": (STORY, False, "a copy of it"),
    }  # fmt: skip
    at = datetime.fromisoformat(found["news"][0]["at"])
    assert timedelta() <= datetime.now(UTC) - at < timedelta(minutes=5)


def test_the_latest_word_stands_and_can_be_taken_back(copy: Place, told: Told, ids: dict[str, str]) -> None:
    told(copy, "mark", ids["news"], "irrelevant", "--note", "a quiz")
    assert "(it was irrelevant)" in told(copy, "mark", ids["news"], "relevant")[1]
    ((mark,),) = marks(copy, told).values()
    assert (mark["relevant"], mark["note"]) == (True, ""), "the note belonged to the other word"
    assert told(copy, "mark", ids["news"], "--clear") == (
        0, f"item {ids['news']} has no mark for {STORY} any more: OpenAI considers a contract with NATO\n", "",
    )  # fmt: skip
    assert marks(copy, told) == {}
    code, out, err = told(copy, "mark", ids["news"], "--clear")
    assert (code, out, err) == (1, "", f"storywatch: item {ids['news']} has no mark for {STORY}\n")


def test_the_same_word_again_keeps_its_note(copy: Place, told: Told, ids: dict[str, str]) -> None:
    told(copy, "mark", ids["news"], "irrelevant", "--note", "a quiz")
    assert "(it was" not in told(copy, "mark", ids["news"], "irrelevant")[1]
    assert [mark["note"] for (mark,) in marks(copy, told).values()] == ["a quiz"]
    told(copy, "mark", ids["news"], "irrelevant", "--note", "")
    assert [mark["note"] for (mark,) in marks(copy, told).values()] == [""]


def test_a_mark_changes_no_verdict(copy: Place, told: Told, ids: dict[str, str]) -> None:
    before = told(copy, "log", "--json")[1]
    told(copy, "mark", ids["news"], "irrelevant")
    assert told(copy, "log", "--json")[1] == before, "and without --marked the log is as the contract has it"


def test_the_story_is_the_one_that_judged_the_item_or_has_to_be_named(copy: Place, told: Told, ids: dict[str, str]) -> None:
    copy.more["stories"] = [{"name": STORY, "query": "openai AND nato"}, {"name": "cheese", "query": "cheese"}]
    copy.write()
    assert told(copy, "mark", ids["news"], "relevant")[0] == 0, "only one of them judged it"
    assert told(copy, "mark", ids["news"], "irrelevant", "--story", "cheese")[0] == 0, "any that is configured may be meant"
    assert [(mark["story"], mark["relevant"]) for mark in marks(copy, told)["news"]] == [("cheese", False), (STORY, True)]
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("DELETE FROM verdicts WHERE item = ?", [ids["rain"]])
    code, _, err = told(copy, "mark", ids["rain"], "relevant")
    assert (code, f"item {ids['rain']} was judged for no story: name one with --story" in err) == (2, True)


WRONG = {
    "no word": (["{news}"], 2, "say relevant or irrelevant, or --clear"),
    "a word and --clear": (["{news}", "relevant", "--clear"], 2, "say relevant or irrelevant, or --clear"),
    "another word": (["{news}", "perhaps"], 2, "'relevant', 'irrelevant'"),
    "a note to nothing": (["{news}", "--clear", "--note", "x"], 2, "a note goes with a mark"),
    "an item that is not there": (["999", "relevant"], 1, "999: not in the log"),
    "an address that is not there": (["https://example.org/x", "relevant"], 1, "not in the log"),
    "an unknown story": (["{news}", "relevant", "--story", "openai-nat"], 2, f'did you mean "{STORY}"?'),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_mark_is_refused_and_nothing_is_kept(copy: Place, told: Told, ids: dict[str, str], case: str) -> None:
    args, code, why = WRONG[case]
    done = told(copy, "mark", *(arg.format(**ids) for arg in args))
    assert done[:2] == (code, "")
    assert why in done[2]
    assert marks(copy, told) == {}


def test_without_a_state_there_is_nothing_to_mark(place: Place, told: Told) -> None:
    place.write()
    code, out, err = told(place, "mark", "1", "relevant")
    assert (code, out) == (1, "")
    assert "no state yet" in err


def test_marks_are_kept_beside_a_running_bot(copy: Place, told: Told, ids: dict[str, str]) -> None:
    with copy.robot.start("run") as daemon:
        for key, word in (("news", "relevant"), ("copy", "irrelevant"), ("news", "irrelevant")):
            assert told(copy, "mark", ids[key], word)[0] == 0
        assert daemon.alive
    assert {key: mark["relevant"] for key, (mark,) in marks(copy, told).items()} == {"news": False, "copy": False}


def test_a_state_that_is_held_too_long_is_said_to_be_busy(copy: Place, told: Told, ids: dict[str, str]) -> None:
    with closing(sqlite3.connect(copy.state, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, out, err = told(copy, "mark", ids["news"], "relevant")
        other.execute("ROLLBACK")
    assert (code, out) == (75, "")
    assert "locked by another process" in err


# ---------------------------------------------------------------- showing


@pytest.fixture
def marked(copy: Place, told: Told, ids: dict[str, str]) -> Place:
    told(copy, "mark", ids["news"], "relevant")
    told(copy, "mark", ids["odd"], "irrelevant", "--note", HOSTILE)
    told(copy, "mark", ids["cheese"], "irrelevant")
    return copy


CHOICES = {
    "all of them": (["--marked"], ["cheese", "news", "odd"]),
    "all, said in full": (["--marked", "any"], ["cheese", "news", "odd"]),
    "the relevant": (["--marked", "relevant"], ["news"]),
    "the irrelevant": (["--marked=irrelevant"], ["cheese", "odd"]),
    "of a story": (["--marked", "--story", STORY], ["cheese", "news", "odd"]),
    "of another story": (["--story", "nobody", "--marked"], []),
    "of a verdict": (["--marked", "irrelevant", "--verdict", "no-match"], ["cheese"]),
    "of a feed": (["--marked", "--feed", "Odd"], ["odd"]),
}


@pytest.mark.parametrize("case", CHOICES)
def test_of_the_log_are_listed(marked: Place, told: Told, case: str) -> None:
    options, left = CHOICES[case]
    assert sorted(marks(marked, told, *options)) == left


def test_json_has_the_marks_only_when_they_are_asked_for(marked: Place, told: Told) -> None:
    plain = [json.loads(line) for line in told(marked, "log", "--json")[1].splitlines()]
    assert not [row for row in plain if "marks" in row]
    with_marks = [json.loads(line) for line in told(marked, "log", "--json", "--marked")[1].splitlines()]
    for row in with_marks:
        assert {name: value for name, value in row.items() if name != "marks"} in plain


def test_csv_has_three_columns_more_and_runs_in_no_spreadsheet(marked: Place, told: Told, ids: dict[str, str]) -> None:
    head, *lines = csv.reader(io.StringIO(told(marked, "log", "--csv", "--marked")[1]))
    assert head[-3:] == ["mark", "note", "marked_at"]
    found = {line[0]: dict(zip(head, line, strict=True)) for line in lines}
    assert {key: found[ids[key]]["mark"] for key in ("cheese", "news", "odd")} == {
        "cheese": "irrelevant", "news": "relevant", "odd": "irrelevant",
    }  # fmt: skip
    assert found[ids["odd"]]["note"].startswith("'=1+1")


def test_csv_keeps_a_mark_for_a_story_that_never_judged_the_item(marked: Place, told: Told, ids: dict[str, str]) -> None:
    marked.more["stories"] = [{"name": STORY, "query": "openai AND nato"}, {"name": "cheese", "query": "cheese"}]
    marked.write()
    told(marked, "mark", ids["rain"], "irrelevant", "--story", "cheese")
    head, *lines = csv.reader(io.StringIO(told(marked, "log", "--csv", "--marked")[1]))
    rows = [dict(zip(head, line, strict=True)) for line in lines if line[0] == ids["rain"]]
    assert [(row["story"], row["verdict"], row["mark"]) for row in rows] == [
        (STORY, "no-match", ""),
        ("cheese", "", "irrelevant"),
    ]
    assert "story cheese: never judged\n  mark         irrelevant (" in told(marked, "show", ids["rain"])[1]


def test_a_table_and_a_pipe_get_a_column(marked: Place, told: Told, seen: Seen) -> None:
    head, *lines = (line.split("\t") for line in told(marked, "log", "--marked")[1].splitlines())
    assert head == ["id", "seen", "feed", "verdict", "alerted", "mark", "title"]
    assert {line[-1]: line[-2] for line in lines}["The price of cheese rose"] == f"irrelevant {STORY}"
    shown = seen(marked, "log", "--marked", "relevant", columns=120)
    assert shown.lines[0].split() == ["id", "seen", "verdict", "mark", "title"]
    assert "relevant" in shown.lines[2].split(), "where there is one story, its name goes without saying"


def test_where_nothing_is_marked_a_person_is_told_how(copy: Place, seen: Seen) -> None:
    assert "`storywatch review` walks the latest matches" in " ".join(seen(copy, "log", "--marked").lines)


def test_show_tells_the_mark(marked: Place, told: Told, ids: dict[str, str]) -> None:
    assert "\n  mark         relevant (20" in told(marked, "show", ids["news"])[1]
    out = told(marked, "show", ids["odd"])[1]
    assert "\n  mark         irrelevant: =1+1 [/red] OpenAI" in out
    assert not OBEYED.search(out)
    (mark,) = json.loads(told(marked, "show", ids["odd"], "--json")[1])["marks"]
    assert (mark["story"], mark["relevant"]) == (STORY, False)
    assert mark["note"].startswith("=1+1")
