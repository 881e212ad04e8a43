"""``storywatch replay``: a draft beside the log, for people and machines; wrong drafts; beside a daemon; interrupted."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.edge.store import marks, open_shared
from bot.model import Mark
from tests.lab.robot import until

from .conftest import Told
from .place import HOSTILE, SECOND, STORY, Place

# Of the filled place: "news", "copy", "locked" and "odd" match, "before" stood in a first poll, "cheese" and "rain" do not match,
# "again" is a duplicate. Only "news" and "copy" have a text.
CONCEPTS = '[concepts]\nopenai = ["OpenAI", "ChatGPT maker"]\nnato = ["=NATO", "北约"]\n'
SAME = f'[[stories]]\nname = "{STORY}"\nquery = "openai AND nato"\nchannels = ["nobody"]\n' + CONCEPTS
WIDER = SAME.replace('"openai AND nato"', '"(openai AND nato) OR cheese"')
NARROWER = SAME.replace('"openai AND nato"', '"openai AND nato AND contract"')
OTHER = SAME.replace('"openai AND nato"', "'cheese OR \"considers a contract\"'")


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "draft.toml"


def kinds(out: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for line in out.splitlines():
        told = json.loads(line)
        found.setdefault(told.pop("kind"), []).append(told)
    return found


def replayed(told: Told, place: Place, *args: str) -> dict[str, list[dict[str, Any]]]:
    code, out, err = told(place, "replay", "--json", *args)
    assert (code, err) == (0, "")
    return kinds(out)


def replayed_quietly(told: Told, place: Place, draft: Path) -> dict[str, list[dict[str, Any]]]:
    return kinds(told(place, "replay", "--json", str(draft))[1])


def ids(place: Place) -> dict[str, int]:
    """The items' numbers by the beginning of their guid."""
    with closing(sqlite3.connect(place.state)) as connection:
        return {guid.removesuffix("-guid"): number for number, guid in connection.execute("SELECT id, guid FROM items")}


def mark(place: Place, relevant: Mapping[str, bool], story: str = STORY) -> None:
    numbers, store = ids(place), open_shared(place.state)
    with closing(store), store.write() as tx:
        for guid, said in relevant.items():
            marks.put(tx, Mark(item=numbers[guid], story=story, relevant=said, note="", at=datetime(2026, 3, 4, tzinfo=UTC)))


def content(place: Place) -> list[str]:
    with closing(sqlite3.connect(place.state)) as connection:
        return [line for line in connection.iterdump() if "WITHOUT ROWID" not in line]


# ---------------------------------------------------------------- what it says


def test_without_a_draft_todays_rule_is_tried(filled: Place, told: Told) -> None:
    code, out, err = told(filled, "replay")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[:5] == [
        f"{STORY}: today's rule on 7 items of the log",
        "  left out: 1 duplicate",
        "  judged on title and summary alone: 5 whose page was never read",
        "  live: 7 verdicts in the log",
        "  matches: today 5, live 5",
    ]
    assert re.fullmatch(r"Tue  3 Mar  today  █+ 5", lines[7])
    assert re.fullmatch(r"            live   ▓+ 5", lines[8])
    assert "gained: 0 items" in lines
    assert "lost: 0 items" in lines
    assert lines[-1].startswith("marks: none of these items is marked")


def test_what_a_draft_gains_and_loses_comes_with_the_reasons_of_both(filled: Place, told: Told, draft: Path) -> None:
    draft.write_text(OTHER)
    code, out, err = told(filled, "replay", str(draft))
    assert (code, err) == (0, "")
    numbers = ids(filled)
    gained, lost = out.split("gained: ")[1].split("lost: ")
    assert gained.splitlines()[:4] == [
        "1 item",
        f"+ {numbers['cheese']}  2026-03-03  The price of cheese rose (Alpha News)",
        "    draft 1.00  cheese in the title (its page was never read)",
        "    live  0.00  no word of the story",
    ]
    assert lost.startswith("4 items\n")
    assert f"- {numbers['copy']}  2026-03-03  OpenAI weighs a NATO contract (Beta Wire)" in lost
    assert "    draft 0.00  no word of the story\n    live  1.00  openai and nato in the title" in lost
    assert "draft 2, live 5" in out


def test_machines_get_every_item_every_day_and_both_rules(filled: Place, told: Told, draft: Path) -> None:
    draft.write_text(OTHER)
    found = replayed(told, filled, str(draft), "--limit", "0")
    assert list(found) == ["lost", "gained", "day", "marks", "story"], "items as they come, the story last"
    (gained,) = found["gained"]
    assert {key: gained[key] for key in ("story", "feed", "title", "first_seen", "text", "mark")} == {
        "story": STORY, "feed": "Alpha News", "title": "The price of cheese rose", "first_seen": "2026-03-03T08:00:00Z",
        "text": "never read", "mark": None,
    }  # fmt: skip
    assert gained["draft"] == {"score": 1.0, "why": "cheese in the title"}
    assert gained["live"]["verdict"] == "no-match"
    assert {row["live"]["verdict"] for row in found["lost"]} == {"match", "baseline"}
    assert found["day"] == [{"story": STORY, "day": "2026-03-03", "draft": 2, "live": 5}]
    assert [row["rule"] for row in found["marks"]] == ["draft", "live"]
    assert found["marks"][0] == {
        "story": STORY, "rule": "draft", "marked": 0, "relevant": 0, "hits": 0, "false_alarms": 0, "misses": 0,
        "precision": None, "recall": None, "f1": None,
    }  # fmt: skip
    (story,) = found["story"]
    assert story["draft_rule"] != story["live_rule"]
    assert {key: story[key] for key in ("items", "duplicates", "gained", "lost", "draft_matches", "live_matches")} == {
        "items": 7, "duplicates": 1, "gained": 1, "lost": 4, "draft_matches": 2, "live_matches": 5,
    }  # fmt: skip


def test_a_long_list_is_cut_and_says_how_many_more_there_are(filled: Place, told: Told, draft: Path) -> None:
    draft.write_text(OTHER)
    _, out, _ = told(filled, "replay", str(draft), "--limit", "1")
    lost = out.split("lost: ")[1]
    assert lost.count("\n- ") == 1
    newest = max(number for guid, number in ids(filled).items() if guid in {"before", "copy", "locked", "odd"})
    assert f"\n- {newest}  " in lost
    assert "  and 3 more: --limit 4 shows them, --json has them all" in lost


def test_marks_measure_draft_and_live_on_the_same_items(copy: Place, told: Told, draft: Path) -> None:
    draft.write_text(NARROWER)
    mark(copy, {"news": True, "copy": True, "locked": False, "cheese": False, "again": True})
    mark(copy, {"rain": True}, story="another")
    _, out, _ = told(copy, "replay", str(draft))
    report = out.split("marks: ")[1].splitlines()
    assert report[0] == "4 items, 2 of them relevant; 1 more mark of duplicates, or of items left out"
    assert report[2].split("\t") == ["draft", "1.00 (0.34-1.00)", "1.00 (0.34-1.00)", "1.00 (0.51-1.00)", "2", "0", "0"]
    assert report[3].split("\t")[0::4] == ["live", "2"]
    assert report[3].split("\t")[1].startswith("0.67 (0.2")
    assert "Wilson" in report[4]
    found = replayed(told, copy, str(draft))
    assert [(row["rule"], row["hits"], row["false_alarms"], row["misses"]) for row in found["marks"]] == [
        ("draft", 2, 0, 0), ("live", 2, 1, 0),
    ]  # fmt: skip
    assert found["story"][0]["marks_left_out"] == 1
    assert found["marks"][1]["precision"] == {"value": 0.6667, "low": 0.2077, "high": 0.9385}
    assert {row["mark"] for row in found["lost"]} == {"irrelevant", None}


def test_a_marked_item_without_a_live_verdict_counts_as_one_that_was_not_flagged(copy: Place, told: Told, draft: Path) -> None:
    draft.write_text(SAME.replace(STORY, "newer"))
    mark(copy, {"news": True}, story="newer")
    _, out, _ = told(copy, "replay", str(draft))
    assert "newer: draft.toml on 7 items" in out
    assert "  live: 0 verdicts in the log" in out
    assert "    live  none  the story came later, or did not look at this feed" in out
    assert "marks: 1 item, 1 of them relevant, 1 without a live verdict, which counts as a no" in out


def test_a_pruned_text_is_said_of_the_item_and_in_all(copy: Place, told: Told, draft: Path) -> None:
    draft.write_text(SAME.replace('"openai AND nato"', '"openai AND nato AND cleared"'))
    assert "copy" not in [row["title"] for row in replayed(told, copy, str(draft))["lost"]]
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("DELETE FROM articles WHERE item = ?", [ids(copy)["copy"]])
    _, out, _ = told(copy, "replay", str(draft))
    assert "5 whose page was never read, 1 whose text was pruned" in out
    assert re.search(
        r"weighs a NATO contract.*\n    draft 0\.\d\d  openai and nato found, but not cleared \(its text was pruned\)", out
    )
    assert replayed(told, copy, str(draft))["story"][0]["lost_pruned"] == 1


def test_live_verdicts_of_an_older_rule_are_counted(copy: Place, told: Told) -> None:
    copy.more["concepts"] = {"openai": ["OpenAI"], "nato": ["=NATO"]}
    copy.write()
    _, out, _ = told(copy, "replay")
    assert "  live: 7 verdicts in the log, 7 of them by another version of the rule than today's" in out


SINCE = {SECOND: 4, "2026-03-03T09:30": 3, "2026-03-04": 0}


@pytest.mark.parametrize("since", SINCE)
def test_since_leaves_out_what_is_older(filled: Place, told: Told, since: str) -> None:
    assert replayed(told, filled, "--since", since)["story"][0]["items"] == SINCE[since]


def test_each_story_of_a_draft_is_tried_and_one_can_be_picked(filled: Place, told: Told, draft: Path) -> None:
    draft.write_text(SAME + '[[stories]]\nname = "dairy"\nquery = "cheese"\nfeeds = ["Alpha News"]\n')
    found = replayed(told, filled, str(draft))
    assert [(row["story"], row["items"], row["unwatched"]) for row in found["story"]] == [(STORY, 7, 0), ("dairy", 3, 4)]
    assert "left out: 1 duplicate, 4 of feeds that it does not look at" in told(filled, "replay", str(draft))[1]
    assert [row["story"] for row in replayed(told, filled, str(draft), "--story", "dairy")["story"]] == ["dairy"]
    code, out, err = told(filled, "replay", str(draft), "--story", "diary")
    assert (code, out) == (1, "")
    assert err == f"storywatch: diary: no such story to try; there are: {STORY}, dairy\n"


def test_a_hostile_title_or_feed_is_harmless(copy: Place, told: Told, draft: Path) -> None:
    """No such text comes through the door; but a state may have been made by another version, or changed by hand."""
    draft.write_text(OTHER)
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE items SET title = ?, feed = ?", [HOSTILE, HOSTILE])
        connection.execute("UPDATE verdicts SET why = ?", [HOSTILE])
    _, out, _ = told(copy, "replay", str(draft))
    assert "␛]0;owned" in out
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)
    assert not [line for line in out.splitlines() if line.startswith("2026-")], "no line of its own"
    assert {row["title"] for row in replayed(told, copy, str(draft))["lost"]} == {HOSTILE}


def test_an_empty_log_is_no_fault(place: Place, told: Told) -> None:
    place.feed("Quiet")
    place.once()
    code, out, err = told(place, "replay")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{STORY}: today's rule on 0 items of the log"
    assert "█" not in out


def test_without_a_state_there_is_nothing_to_try_on(place: Place, told: Told) -> None:
    place.write()
    code, out, err = told(place, "replay")
    assert (code, out) == (1, "")
    assert "no state yet" in err


# ---------------------------------------------------------------- wrong drafts

WRONG = {
    "a fault of TOML": (SAME.replace('"OpenAI", "Chat', '"OpenAI" "Chat'), ["draft.toml:6: invalid TOML"]),
    "a query that ends too soon": (
        SAME.replace('nato"\nch', 'nato AND"\nch'),
        ["draft.toml:3: query, column 20: the query ends after AND", "    openai AND nato AND", "                       ^"],
    ),
    "two faults": (
        SAME.replace("AND nato", "AND (nato") + 'x = ["/(/"]\n',
        ["draft.toml:3: query, column 12: this ( is never closed", '    openai AND (nato', '               ^', 'draft.toml:8: x: "/(/"'],
    ),
    "a contradiction": (
        SAME.replace('"openai AND nato"', '"openai AND nato AND NOT openai"'),
        ["draft.toml:3: query, column 21: this NOT leaves nothing to match", "    openai AND nato AND NOT openai", f"{'':24}^"],
    ),
    "a concept that is empty": (SAME.replace('["=NATO", "北约"]', "[]"), ["draft.toml:7: nato has no spelling"]),
    "no file": (None, ["cannot be read (No such file or directory)"]),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_draft_shows_its_faults_and_touches_nothing(filled: Place, told: Told, draft: Path, case: str) -> None:
    text, lines = WRONG[case]
    if text is not None:
        draft.write_text(text)
    before, rule = content(filled), (filled.config / "all.toml").read_bytes()
    code, out, err = told(filled, "replay", str(draft))
    assert (code, out) == (78, "")
    assert len(err.splitlines()) == len(lines)
    for line, start in zip(err.splitlines(), lines, strict=True):
        assert start in line if text is None else line.startswith(start)
    assert (content(filled), (filled.config / "all.toml").read_bytes()) == (before, rule)


def test_a_regex_that_takes_too_long_is_named_at_once_and_counted_at_the_end(copy: Place, told: Told, draft: Path) -> None:
    draft.write_text(SAME.replace('"openai AND nato"', "'/(x|x)+y/ OR cheese'"))
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO articles SELECT id, ? FROM items WHERE guid LIKE 'rain%'", ["x" * 5000])
    code, out, err = told(copy, "replay", str(draft))
    assert code == 0
    assert err == "warning: the regex /(x|x)+y/ takes too long, up to a second an item; where it does, it is left out\n"
    assert "  the regex /(x|x)+y/ took too long on 1 item and was left out there" in out
    assert replayed_quietly(told, copy, draft)["story"][0]["regexes_that_took_too_long"] == {"/(x|x)+y/": 1}


def test_what_is_hardly_meant_in_a_draft_is_warned_of_as_check_does(filled: Place, told: Told, draft: Path) -> None:
    draft.write_text(SAME.replace('"openai AND nato"', '"opena AND nato"'))
    code, _, err = told(filled, "replay", str(draft))
    assert code == 0
    assert err == "draft.toml:3: warning: query: 'opena' is looked for as a plain word; did you mean the concept 'openai'?\n"


# ---------------------------------------------------------------- as a process


def test_it_writes_nothing_and_tells_nobody(copy: Place, draft: Path) -> None:
    draft.write_text(WIDER.replace("nobody", "hook"))
    before, asked, posts = content(copy), len(copy.web.asked), len(copy.web.posts)
    copy.robot.run("replay", str(draft)).ok()
    assert (content(copy), len(copy.web.asked), len(copy.web.posts)) == (before, asked, posts)


def test_it_works_beside_a_running_daemon(copy: Place, draft: Path) -> None:
    draft.write_text(WIDER)
    copy.write()
    with copy.robot.start("run") as daemon:
        until(lambda: "watching 4 feeds" in daemon.said, 20, "the daemon")
        (gained,) = kinds(copy.robot.run("replay", str(draft), "--json").ok().out)["gained"]
        assert gained["title"] == "The price of cheese rose"
        daemon.signal(signal.SIGTERM)
        daemon.wait(20).ok()


def test_a_person_sees_how_far_it_is_and_no_bar_is_left(copy: Place, draft: Path) -> None:
    draft.write_text(WIDER)
    shown = copy.on_terminal("replay", str(draft))
    assert shown.code == 0
    assert "of 7 items, " in shown.sent
    assert "of 7 items" not in shown.text
    assert "gained: 1 item" in shown.text


def test_an_interrupt_ends_it_in_one_line(copy: Place, draft: Path) -> None:
    """A regex that takes its whole second for each item keeps it busy; the terminal tells when it is at work."""
    draft.write_text(f'[[stories]]\nname = "{STORY}"\nquery = "/(x|x)+y/"\n')
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO articles SELECT id, ? FROM items", ["x" * 5000])
    master, slave = os.openpty()
    argv = [*copy.robot._command, *copy.command("replay", str(draft))]
    process = subprocess.Popen(
        argv, env={**copy.robot.env, "TERM": "xterm"}, stdout=subprocess.PIPE, stderr=slave, start_new_session=True
    )
    os.close(slave)
    said = ""
    with closing(os.fdopen(master, "rb", buffering=0)) as terminal:
        while "of 7 items" not in said:
            said += terminal.read(4096).decode()
        process.send_signal(signal.SIGINT)
        try:
            while chunk := terminal.read(4096):
                said += chunk.decode()
        except OSError:  # EIO: the other side was closed
            pass
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (out, "Traceback" in said) == (b"", False)
    assert said.splitlines()[-1].endswith("storywatch: interrupted")
