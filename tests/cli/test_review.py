"""``storywatch review``, by the keys of somebody at a real pseudo-terminal."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Told
from .place import HOSTILE, STORY, Place
from .test_show import OBEYED, by_guid
from .typist import Typist

PROMPT = " ? > "
LATEST = ["copy", "locked", "news", "before"]  # what holds the rule, the newest first


@pytest.fixture
def copy(copy: Place) -> Place:
    """Without the item that may be logged before or after the others of its pass."""
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("DELETE FROM verdicts WHERE item = (SELECT id FROM items WHERE guid = 'odd-guid')")
        connection.execute("DELETE FROM items WHERE guid = 'odd-guid'")
    return copy


def kept(place: Place) -> dict[str, tuple[bool, str]]:
    """The marks in the state, by the beginning of the item's guid."""
    with closing(sqlite3.connect(place.state)) as connection:
        found = connection.execute("SELECT guid, relevant, marks.note FROM marks JOIN items ON items.id = item").fetchall()
    return {guid.removesuffix("-guid"): (bool(relevant), note) for guid, relevant, note in found}


def flood(place: Place, many: int, title: str = "OpenAI and NATO talk again") -> None:
    """As many matches more, each later than what is there."""
    with closing(sqlite3.connect(place.state)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO items (feed, guid, url, title, summary, first_seen, outlet, baseline, inside, judged_at, note, tries)"
            " SELECT feed, 'more' || i, 'https://example.org/' || i, ? || ' ' || i, '', first_seen, outlet, 0, 0, judged_at, 'read', 0"
            " FROM items, n WHERE guid = 'news-guid'",
            [many, title],
        )
        connection.execute(
            'INSERT INTO verdicts SELECT i.id, v.story, v.verdict, v.score, v.terms, v."where", v.sentence, v.why, v.rule, v.hits,'
            " v.development, 0, v.threshold, v.ingredients, v.language, v.read FROM items i, verdicts v"
            " JOIN items old ON old.id = v.item AND old.guid = 'news-guid' WHERE i.guid LIKE 'more%'"
        )


# ---------------------------------------------------------------- marking


def test_each_key_marks_the_item_on_the_screen_at_once(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees("1 of 4").sees(PROMPT).press("r").sees("2 of 4").sees(PROMPT, 2)
        assert kept(copy) == {"copy": (True, "")}, "kept before the next key"
        typist.press("i").sees("3 of 4").press("s").sees("4 of 4").press("r")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (True, ""), "locked": (False, ""), "before": (True, "")}
    assert "3 marked (2 relevant, 1 irrelevant), 1 skipped, 0 of 4 left" in typist.lines
    assert any("log --marked" in line for line in typist.lines)


def test_an_item_is_shown_with_what_it_takes_to_judge_it(copy: Place, told: Told) -> None:
    item = by_guid(copy, told)["news"]["id"]
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE verdicts SET sentence = 'The deal of OpenAI with 北约 stands.' WHERE item = ?", [item])
    with Typist(copy, "review", "--story", STORY) as typist:
        typist.press("ss").sees("3 of 4").sees(PROMPT, 3).press("q")
        assert typist.ends() == 0
    at = next(number for number, line in enumerate(typist.lines) if line.startswith("3 of 4"))
    title, head, why, sentence = typist.lines[at : at + 4]
    assert title == "3 of 4  OpenAI considers a contract with NATO"
    assert re.fullmatch(rf"  item {item} +Alpha News, 2026-03-03 \d\d:\d\d \S+; match, score 1\.00", head)
    assert why == "  why          openai and nato in the title"
    assert sentence == "  sentence     The deal of OpenAI with 北约 stands."
    assert "\x1b[1;32mOpenAI\x1b[0m\x1b[1m considers a contract with \x1b[0m\x1b[1;32mNATO\x1b[0m" in typist.sent
    assert "with \x1b[1;32m北约\x1b[0m stands" in typist.sent


def test_keys_typed_ahead_are_not_lost(copy: Place) -> None:
    flood(copy, 46)
    with Typist(copy, "review", "--limit", "50") as typist:
        typist.press("ri" * 10).sees("21 of 50").press("ri" * 15)
        assert typist.ends() == 0
    assert len(kept(copy)) == 50
    assert sum(relevant for relevant, _ in kept(copy).values()) == 25


def test_marking_fifty_costs_seconds(copy: Place) -> None:
    """Five minutes for fifty leave six seconds for each: what the program takes of them must not be felt."""
    flood(copy, 46)
    with Typist(copy, "review") as typist:
        typist.sees("1 of 50").sees(PROMPT)
        before = time.monotonic()
        for number in range(2, 51):
            typist.press("r").sees(f"{number} of 50").sees(PROMPT, number)
        typist.press("r").ends()
        assert time.monotonic() - before < 25, "half a second for each on a busy machine; 20 ms on an idle one"
    assert len(kept(copy)) == 50


def test_undo_goes_back_and_takes_the_mark_away(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.press("u").sees("nothing to undo").press("r").sees("2 of 4").press("s").sees("3 of 4")
        typist.press("u").sees("undone: skipped").sees("2 of 4", 2).press("u").sees("undone: relevant").sees("1 of 4", 2)
        typist.sees(PROMPT, 6)
        assert kept(copy) == {}
        typist.press("i").sees("2 of 4", 3).press("q")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (False, "")}
    assert "1 marked (0 relevant, 1 irrelevant), 0 skipped, 3 of 4 left" in typist.lines


def test_undo_puts_an_earlier_mark_back(copy: Place, told: Told) -> None:
    told(copy, "mark", by_guid(copy, told)["copy"]["id"], "irrelevant", "--note", "a quiz")
    with Typist(copy, "review", "--all") as typist:
        typist.sees("  mark         irrelevant: a quiz (").press("r").sees("2 of 4").press("u").sees("1 of 4", 2).sees(PROMPT, 3)
        assert kept(copy) == {"copy": (False, "a quiz")}
        typist.press("q").ends()


def test_a_note_goes_with_the_mark(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT).press("n").sees("note: ").press("a quiz, naïve 北约 r i s\r").sees(PROMPT, 2).press("i").sees(
            "2 of 4"
        )
        typist.sees(PROMPT, 3).press("n").sees("note: ", 2).press("gone\x03").sees("no note").press("r").sees("3 of 4").press("q")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (False, "a quiz, naïve 北约 r i s"), "locked": (True, "")}
    assert "irrelevant: a quiz, naïve 北约 r i s" in typist.sent


def test_a_note_typed_ahead_is_the_note(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT).press("na quiz\ri").sees("2 of 4").press("s").sees("3 of 4").press("nhalf a ").sees("note: ", 2)
        typist.press("note\ri").sees("4 of 4").press("n\x04").sees("no note").press("q")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (False, "a quiz"), "news": (False, "half a note")}


def test_a_browser_opens_the_address_and_what_is_no_web_address_is_only_told(copy: Place, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o755)
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE items SET url = 'file:///etc/passwd' WHERE guid = 'locked-guid'")
    with Typist(copy, "review", env={"BROWSER": str(browser)}) as typist:
        typist.sees(PROMPT).press("o").sees(f"opened: {copy.web.url}/p/copy").press("s").sees("2 of 4").press("o")
        typist.sees("no browser opened: file:///etc/passwd").press("q")
        assert typist.ends() == 0
    assert (tmp_path / "opened").read_text().splitlines() == [f"{copy.web.url}/p/copy"]


def test_without_a_browser_the_address_is_told(copy: Place) -> None:
    with Typist(copy, "review", env={"PATH": "/nonexistent", "BROWSER": ""}) as typist:
        typist.sees(PROMPT).press("o").sees(f"no browser opened: {copy.web.url}/p/copy").press("q")
        assert typist.ends() == 0


def test_the_text_can_be_read_on_the_way(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.press("t").sees("\x1b[1;32mOpenAI\x1b[0m is considering a contract").sees("as others had").press("s").sees(
            "2 of 4"
        )
        typist.press("t").sees("no text is kept (failed: the server answered 403 Forbidden)").press("q")
        assert typist.ends() == 0


def test_other_keys_do_nothing_and_help_names_those_there_are(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT).press("x").sees("no such key").press("\x1b[A\x1b[3~\x1bOP").press("?").sees("u undo the last", 2)
        typist.press("к").sees("no such key", 2).press("R").sees("2 of 4").press("Q")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (True, "")}
    assert typist.sent.count("no such key") == 2, "arrows and function keys are no keys at all"


# ---------------------------------------------------------------- which items


def test_what_is_marked_is_not_asked_for_again(copy: Place, told: Told) -> None:
    found = by_guid(copy, told)
    for key in LATEST[:3]:
        told(copy, "mark", found[key]["id"], "relevant")
    with Typist(copy, "review") as typist:
        typist.sees("1 of 1  ").sees("OpenAI").press("r")
        assert typist.ends() == 0
    with Typist(copy, "review") as typist:
        typist.sees("nothing to review: there is no match without a mark")
        assert typist.ends() == 0
    with Typist(copy, "review", "--all") as typist:
        typist.sees("1 of 4").press("q").ends()


def test_of_many_the_latest_are_asked_for_and_the_others_counted(copy: Place) -> None:
    flood(copy, 10)
    with Typist(copy, "review", "--limit", "3") as typist:
        typist.sees("1 of 3  ").press("sss")
        assert typist.ends() == 0
    assert [number for line in typist.lines if (number := re.search(r"of 3  .* (\d+)$", line))] != []
    assert re.findall(r"of 3  .*?(\d+)\r?$", re.sub("\x1b\\[[0-9;]*m", "", typist.sent), re.MULTILINE) == ["10", "9", "8"]
    assert "11 more wait beyond these: run `storywatch review` again, or give a higher --limit" in typist.lines


def test_the_nearest_misses_come_by_their_score(copy: Place) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        for guid, score in (("cheese-guid", 0.1), ("rain-guid", 0.4)):
            connection.execute("UPDATE verdicts SET score = ? WHERE item = (SELECT id FROM items WHERE guid = ?)", [score, guid])
    with Typist(copy, "review", "--verdict", "no-match") as typist:
        typist.sees("1 of 2  ").sees("Rain in the north").press("r").sees("2 of 2").sees("The price of cheese").press("i")
        assert typist.ends() == 0
    assert kept(copy) == {"rain": (True, ""), "cheese": (False, "")}


def test_misses_without_a_word_of_the_story_are_no_near_ones(copy: Place) -> None:
    with Typist(copy, "review", "--verdict", "no-match") as typist:
        typist.sees("nothing to review: there is no near miss without a mark")
        assert typist.ends() == 0


EMPTY = {
    "a time nothing was seen since": (["--since", "2030-01-01"], "nothing to review: there is no match without a mark"),
    "a story that is not there": (["--story", "nobody"], f'has no story "nobody", only {STORY}'),
    "all, of nothing": (["--since", "2030-01-01", "--all"], "nothing to review: there is no match\r\n"),
}


@pytest.mark.parametrize("case", EMPTY)
def test_where_nothing_is_to_be_reviewed_it_says_so(copy: Place, case: str) -> None:
    options, said = EMPTY[case]
    with Typist(copy, "review", *options) as typist:
        typist.sees(said)
        assert typist.ends() == 0


def test_of_several_stories_each_item_says_which(copy: Place) -> None:
    copy.more["stories"] = [{"name": STORY, "query": "openai AND nato"}, {"name": "cheese", "query": "cheese"}]
    copy.write()
    with Typist(copy, "review") as typist:
        typist.sees(f"match for {STORY}, score").press("q").ends()


def test_an_item_that_goes_meanwhile_is_passed_over(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT)
        with closing(sqlite3.connect(copy.state)) as connection, connection:
            connection.execute("DELETE FROM items WHERE guid IN ('locked-guid', 'news-guid')")
        typist.press("r").sees("4 of 4").press("q")
        assert typist.ends() == 0


# ---------------------------------------------------------------- terminals


def test_ctrl_c_ends_it_and_what_was_marked_stays(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.press("r").sees("2 of 4").sees(PROMPT, 2).press("\x03")
        assert typist.ends() == 130
        assert typist.settings == typist.before, "the terminal is as it was"
    assert kept(copy) == {"copy": (True, "")}
    assert "1 marked (1 relevant, 0 irrelevant), 0 skipped, 3 of 4 left" in typist.lines
    assert "Traceback" not in typist.sent


@pytest.mark.parametrize("key", ["q", "\x04"], ids=["q", "Ctrl-D"])
def test_quitting_leaves_the_terminal_as_it_was(copy: Place, key: str) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT).press(key)
        assert typist.ends() == 0
        assert typist.settings == typist.before


def test_who_ends_it_from_outside_gets_the_terminal_back(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.press("r").sees("2 of 4").sees(PROMPT, 2).signal(signal.SIGTERM)
        assert typist.ends() == -signal.SIGTERM
        assert typist.settings == typist.before
    assert kept(copy) == {"copy": (True, "")}


def test_a_window_that_is_closed_ends_it(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.press("r").sees("2 of 4").sees(PROMPT, 2).hang_up()
        assert typist.process.wait(20) != 0
    assert kept(copy) == {"copy": (True, "")}


def test_stopping_and_going_on_changes_nothing(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT).signal(signal.SIGSTOP).signal(signal.SIGCONT).press("r").sees("2 of 4").press("q")
        assert typist.ends() == 0


def test_a_window_that_is_resized_is_filled_anew(copy: Place) -> None:
    flood(copy, 3, "OpenAI and NATO talk about a contract for the unclassified networks of the alliance, people say, again,")
    with Typist(copy, "review", columns=200) as typist:
        typist.sees("1 of 7").sees(PROMPT).resize(40).press("s").sees("2 of 7").sees(PROMPT, 2).resize(200).press("s")
        typist.sees("3 of 7").sees(PROMPT, 3).press("q")
        assert typist.ends() == 0
    wide, narrow, again = (next(n for n, line in enumerate(typist.lines) if line.startswith(f"{k} of 7")) for k in (1, 2, 3))
    assert len(typist.lines[wide]) > 100
    assert len(typist.lines[again]) > 100
    title = typist.lines[narrow : narrow + 4]
    assert max(map(len, title)) <= 40
    assert title[1].startswith("        "), "below itself"


def test_no_title_is_obeyed(copy: Place) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE items SET title = ?, url = ?, outlet = ?", [HOSTILE, f"https://x/{HOSTILE}", HOSTILE])
        connection.execute("UPDATE verdicts SET sentence = ?, why = ?", ["A" + HOSTILE, HOSTILE])
    with Typist(copy, "review", env={"PATH": "/nonexistent", "BROWSER": ""}) as typist:
        typist.press("o").sees("opened:").press("?s").sees("2 of 4").sees(PROMPT, 4).press("q")
        assert typist.ends() == 0
    assert not OBEYED.search(re.sub("\x1b\\[[0-9;]*m|\r", "", typist.sent))
    assert "[/red]" in typist.sent


TITLES = {
    "Chinese": "OpenAI考虑与北约签约" * 12,
    "right to left": "OpenAI تدرس عقدا مع حلف الناتو في بروكسل " * 6,
    "Thai": "โอเพนเอไอกำลังพิจารณาสัญญากับนาโต" * 6,
    "no blank at all": "x" * 900,
}


@pytest.mark.parametrize("case", TITLES)
def test_a_long_title_in_any_script_is_shown_whole(copy: Place, case: str) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE items SET title = ?", [TITLES[case].strip()])
    with Typist(copy, "review", columns=60) as typist:
        typist.sees(PROMPT).press("q")
        assert typist.ends() == 0
    shown = "".join(re.sub("\x1b\\[[0-9;]*m", "", typist.sent).split())
    assert TITLES[case].replace(" ", "").strip() in shown


def test_where_there_is_no_terminal_it_says_what_to_do_instead(copy: Place, told: Told) -> None:
    code, out, err = told(copy, "review")
    assert (code, out) == (1, "")
    assert "storywatch mark ITEM relevant|irrelevant" in err
    assert len(err.splitlines()) == 1


# ---------------------------------------------------------------- beside others


def test_it_works_beside_a_running_bot(copy: Place) -> None:
    with copy.robot.start("run") as daemon, Typist(copy, "review") as typist:
        typist.sees("1 of 4").press("riri")
        assert typist.ends() == 0
        assert daemon.alive
    assert len(kept(copy)) == 4


def test_a_busy_state_is_told_and_the_key_can_be_pressed_again(copy: Place) -> None:
    with Typist(copy, "review") as typist:
        typist.sees(PROMPT)
        with closing(sqlite3.connect(copy.state, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            typist.press("r").sees("not saved: ").sees("press the key again")
            other.execute("ROLLBACK")
        typist.press("r").sees("2 of 4").press("q")
        assert typist.ends() == 0
    assert kept(copy) == {"copy": (True, "")}


def test_what_was_marked_is_what_the_log_lists(copy: Place, told: Told) -> None:
    with Typist(copy, "review") as typist:
        typist.press("rrq")
        assert typist.ends() == 0
    rows = [json.loads(line) for line in told(copy, "log", "--json", "--marked", "relevant")[1].splitlines()]
    assert [row["guid"] for row in rows] == ["locked-guid", "copy-guid"]
