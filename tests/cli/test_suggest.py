"""``storywatch suggest``: what it proposes, that it changes nothing unasked, and how it asks."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.edge.store import marks, open_shared
from bot.model import Mark
from tests.lab.robot import until

from .conftest import Told
from .place import HOSTILE, STORY, Place, Web, item

RULE = f"""\
# our rule
[[stories]]
name = "{STORY}"
query = "openai AND nato"   # both
channels = []

[concepts]
openai = [
  "OpenAI",                 # English
  "ChatGPT maker",
]
nato = ["=NATO", "北约", "Brussels"]  # and Chinese
"""
RELEVANT = [f"OpenAI and NATO agree on {what}" for what in ("maps", "mail", "rules", "a price", "staff", "a date")]
MISSED = ["Altman's lab woos NATO with mail", "NATO hears what Altman's lab offers", "What Altman's lab builds for NATO"]
IRRELEVANT = [f"Rain falls on {town}" for town in ("Oslo", "Rome", "Lima")]
ALARMS = [f"Pub quiz {n}: OpenAI or NATO?" for n in "abc"]
UNMARKED = [
    "Altman's lab and NATO again", "Another pub quiz: OpenAI, NATO", "Wind", "Snow", "OpenAI and NATO go on",
    *(f"Trains run late in {town}" for town in ("Bern", "Graz", "Lyon", "Kyiv", "Baku", "Doha", "Giza", "Hilo", "Ufa", "Brno")),
]  # fmt: skip


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A log of 30 items, 15 of them marked: three missed, three false alarms."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("read") / "place", web)
        titles = [*RELEVANT, *MISSED, *IRRELEVANT, *ALARMS, *UNMARKED]
        place.feed("Wire", *(item(f"k{n}", title) for n, title in enumerate(titles)), articles="never")
        place.robot.write("stories.toml", RULE)
        place.more = {"stories": [], "concepts": {}}
        place.once()
        mark(place, {title: title in RELEVANT + MISSED for title in titles if title not in UNMARKED})
        yield place


@pytest.fixture
def own(read: Place, tmp_path: Path) -> Place:
    return read.copied(tmp_path / "own")


def mark(place: Place, said: dict[str, bool]) -> None:
    numbers, store = ids(place), open_shared(place.state)
    with closing(store), store.write() as tx:
        for title, relevant in said.items():
            marks.put(tx, Mark(item=numbers[title], story=STORY, relevant=relevant, note="", at=datetime(2026, 3, 4, tzinfo=UTC)))


def ids(place: Place) -> dict[str, int]:
    with closing(sqlite3.connect(place.state)) as connection:
        return {title: number for number, title in connection.execute("SELECT id, title FROM items")}


def proposals(told: Told, place: Place, *args: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    code, out, err = told(place, "suggest", "--json", *args)
    assert (code, err) == (0, "")
    *found, story = map(json.loads, out.splitlines())
    assert {each.pop("kind") for each in found} <= {"proposal"}
    assert story.pop("kind") == "story"
    return found, story


def files(place: Place) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(place.config.iterdir())}


# ---------------------------------------------------------------- what it proposes


def test_what_is_missed_is_found_and_what_is_not_meant_excluded(read: Place, told: Told) -> None:
    found, story = proposals(told, read)
    numbers = ids(read)
    (added,) = (each for each in found if each["edit"] == "add")
    assert added["concept"] == "openai"
    assert "altman" in added["spelling"].casefold() or "lab" in added["spelling"]
    assert sorted(added["right"]) == sorted(str(numbers[title]) for title in MISSED)
    assert (added["wrong"], added["log"]) == ([], {"gained": 1, "lost": 0})
    assert (added["before"]["recall"]["value"], added["after"]["recall"]["value"]) == (0.6667, 1.0)
    (excluded,) = (each for each in found if each["edit"] == "exclude")
    assert "quiz" in (excluded["spelling"] + str(excluded["alternatives"])).casefold()
    assert sorted(excluded["right"]) == sorted(str(numbers[title]) for title in ALARMS)
    assert excluded["log"] == {"gained": 0, "lost": 1}
    assert [each["rank"] for each in found] == list(range(1, len(found) + 1))
    assert story == {
        "story": STORY, "enough": True, "marked": 15, "relevant": 9, "left_out": 0, "log_items": 15, "today": story["today"],
        "missed": [str(n) for n in sorted(numbers[title] for title in MISSED)],
        "false_alarms": [str(n) for n in sorted(numbers[title] for title in ALARMS)],
        "proposals": len(found),
    }  # fmt: skip
    assert (story["today"]["hits"], story["today"]["misses"], story["today"]["false_alarms"]) == (6, 3, 3)


def test_each_proposal_has_the_line_to_change(read: Place, told: Told) -> None:
    found, _ = proposals(told, read)
    (added,) = (each for each in found if each["edit"] == "add")
    assert (Path(added["file"]).name, added["line"], added["old"]) == ("stories.toml", 11, [])
    assert added["new"] == [f'  "{added["spelling"]}",']
    (excluded,) = (each for each in found if each["edit"] == "exclude")
    assert (excluded["line"], excluded["old"]) == (4, ['query = "openai AND nato"   # both'])
    assert excluded["new"] == [f"query = 'openai AND nato AND NOT \"{excluded['spelling']}\"'   # both"]


def test_a_person_reads_the_same(read: Place, told: Told) -> None:
    code, out, err = told(read, "suggest")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{STORY}: today's rule on 15 marked items, 9 of them relevant"
    assert lines[1].startswith("  precision 0.67 (0.35-0.88), recall 0.67 (0.35-0.88), F1 0.67 (")
    assert "missed: " in lines[2]
    assert "1. add " in out or "1. exclude " in out
    assert "   F1 0.67 -> 0.80, precision 0.67 -> " in out
    assert "   in the rest of the log: 1 match more, 0 fewer" in out
    assert '   stories.toml:11\n   +   "' in out
    assert '   stories.toml:4\n   - query = "openai AND nato"   # both\n   + query = ' in out
    assert "Nothing was changed" in lines[-2]


def test_it_is_the_same_every_time(read: Place, told: Told) -> None:
    assert told(read, "suggest") == told(read, "suggest")


def test_it_changes_nothing(own: Place, told: Told) -> None:
    before, state = files(own), own.state.read_bytes()
    proposals(told, own)
    told(own, "suggest")
    assert (files(own), own.state.read_bytes()) == (before, state)


FEW = {
    "no marks": [],
    "nine marks": [*RELEVANT, *IRRELEVANT],
    "one kind of marks": [*RELEVANT, *MISSED, "Wind"],
}


@pytest.mark.parametrize("case", FEW)
def test_with_few_marks_it_says_so_and_what_to_do(own: Place, told: Told, case: str) -> None:
    with closing(sqlite3.connect(own.state)) as connection, connection:
        connection.execute("DELETE FROM marks")
    mark(own, {title: case == "one kind of marks" or title not in IRRELEVANT for title in FEW[case]})
    code, out, _ = told(own, "suggest")
    assert code == 0
    assert "too few to learn from" in out
    assert "Mark at least 10, some of each kind: `storywatch review`" in out
    found, story = proposals(told, own)
    assert (found, story["enough"], story["today"]) == ([], False, None)


def test_a_rule_that_agrees_with_the_marks_is_left_alone(own: Place, told: Told) -> None:
    with closing(sqlite3.connect(own.state)) as connection, connection:
        connection.execute("DELETE FROM marks")
    mark(own, dict.fromkeys(RELEVANT, True) | dict.fromkeys([*IRRELEVANT, "Wind", "Snow"], False))
    code, out, _ = told(own, "suggest")
    assert code == 0
    assert out.splitlines()[-1] == "  it agrees with every mark"


def test_marks_that_cannot_be_used_are_counted(own: Place, told: Told) -> None:
    with closing(sqlite3.connect(own.state)) as connection, connection:
        connection.execute("UPDATE items SET duplicate_of = 1 WHERE title LIKE 'Rain falls on Oslo'")
    assert proposals(told, own)[1]["left_out"] == 1
    assert "(1 more mark left out: of duplicates" in told(own, "suggest")[1]
    assert proposals(told, own, "--since", "2026-03-04")[1] | {"today": 0} == {
        "story": STORY, "enough": False, "marked": 0, "relevant": 0, "left_out": 15, "log_items": 0, "today": 0, "missed": [],
        "false_alarms": [], "proposals": 0,
    }  # fmt: skip


def test_a_hostile_text_is_harmless(own: Place, told: Told) -> None:
    with closing(sqlite3.connect(own.state)) as connection, connection:
        connection.execute("UPDATE items SET title = title || ?", [HOSTILE.replace("OpenAI", "").replace("NATO", "")])
    code, out, _ = told(own, "suggest")
    assert code == 0
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out)


def test_a_story_of_another_name_is_said(read: Place, told: Told) -> None:
    code, out, err = told(read, "suggest", "--story", "nobody")
    assert (code, out, err) == (1, "", f"storywatch: nobody: no such story; there are: {STORY}\n")


@pytest.mark.parametrize("args", [["--apply"], ["--apply", "--json"]], ids=" ".join)
def test_where_nobody_can_be_asked_nothing_is_applied(own: Place, told: Told, args: Sequence[str]) -> None:
    before = files(own)
    code, out, err = told(own, "suggest", *args)
    assert (code, out) == (2, "")
    assert "needs a terminal" in err
    assert files(own) == before


# ---------------------------------------------------------------- asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What was said, and how it ended."""

    code: int
    said: str


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Again and again, as people do: a signal between the prompt and the read that follows it only sets a flag in CPython."""
    for _ in range(30):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
            return
    raise AssertionError("thirty interrupts and still there")


def talk(place: Place, *answers: str) -> Talk:
    """``suggest --apply`` on a terminal; each question gets its answer, and the last answer the rest of them."""
    master, slave = os.openpty()
    argv = [*place.robot._command, *place.command("suggest", "--apply")]
    env = {**place.robot.env, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(
        argv, env=env, cwd=place.robot.root, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    said, left = "", list(answers)
    with closing(os.fdopen(master, "r+b", buffering=0)) as terminal:
        try:
            while chunk := terminal.read(4096):
                said += chunk.decode()
                if said.rstrip().endswith("[y/N]:"):
                    answer = left.pop(0) if len(left) > 1 else left[0]
                    if answer == "^C":
                        interrupt(process)
                    else:
                        terminal.write(f"{answer}\n".encode())
                    said += "\n"
        except OSError:  # EIO: the other side was closed
            pass
    return Talk(code=process.wait(30), said=said)


def test_a_yes_changes_the_file_and_keeps_the_one_of_before(own: Place, told: Told) -> None:
    before = files(own)["stories.toml"].decode()
    done = talk(own, "y")
    assert done.code == 0, done.said
    after = files(own)
    assert after["stories.toml.bak"].decode() == before
    assert "stories.toml as it was before: " in done.said
    assert done.said.count("as it was before") == 1, "one backup for all changes"
    assert "changes made; a running bot takes them up by itself" in done.said
    text = after["stories.toml"].decode()
    for kept in ("# our rule", "# both", "# English", "# and Chinese", 'nato = ["=NATO", "北约", '):
        assert kept in text
    assert told(own, "check")[0] == 0
    measured = [json.loads(line) for line in told(own, "replay", "--json")[1].splitlines() if '"marks"' in line]
    assert [(row["hits"], row["misses"], row["false_alarms"]) for row in measured] == [(9, 0, 0), (6, 3, 3)]


def test_a_no_changes_nothing(own: Place) -> None:
    before = files(own)
    done = talk(own, "n")
    assert done.code == 0, done.said
    assert "0 changes made" in done.said
    assert files(own) == before


def test_what_was_accepted_makes_others_needless(own: Place) -> None:
    """Of two ways to put the same verdicts right, one is enough."""
    (own.config / "stories.toml").write_text(RULE.replace('query = "openai AND nato"', 'query = "openai AND (nato OR summit)"'))
    done = talk(own, "y")
    assert done.code == 0
    text = files(own)["stories.toml"].decode()
    assert text.count("AND NOT") <= 1


def test_an_interrupt_at_a_question_leaves_what_was_accepted(own: Place) -> None:
    done = talk(own, "y", "^C")
    assert done.code == 130
    assert done.said.rstrip().endswith("storywatch: interrupted")
    assert "Traceback" not in done.said
    assert files(own)["stories.toml"] != files(own)["stories.toml.bak"]


def test_a_running_bot_takes_the_change_up(own: Place) -> None:
    own.robot.write("all.toml", files(own)["all.toml"].decode())
    with own.robot.start("run") as daemon:
        until(lambda: "watching 1 feed" in daemon.said, 20, "the daemon")
        assert talk(own, "y").code == 0
        until(lambda: "configuration loaded" in daemon.said, 20, "the changed rule in force")
        daemon.signal(signal.SIGTERM)
        daemon.wait(20).ok()
