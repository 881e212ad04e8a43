"""``storywatch show``: one item with its receipt, for a person and for a program. And hostile text, wherever it is printed."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from .conftest import Seen, Told
from .place import ABOUT, HOSTILE, STORY, Place


def by_guid(place: Place, told: Told) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in told(place, "log", "--json")[1].splitlines()]
    return {row["guid"].removesuffix("-guid"): row for row in found}


# ---------------------------------------------------------------- finding

SPELLINGS = {
    "its id": "{id}",
    "the address as the feed gives it": "{web}/p/news",
    "another scheme": "{https}/p/news",
    "parameters of a campaign": "{web}/p/news?utm_source=mail&utm_medium=x",
    "a fragment": "{web}/p/news#section-2",
    "the address of its duplicate": "{web}/p/news?utm_source=beta",
}


@pytest.mark.parametrize("case", SPELLINGS)
def test_an_item_is_found_by(filled: Place, told: Told, case: str) -> None:
    row = by_guid(filled, told)["news"]
    wanted = SPELLINGS[case].format(id=row["id"], web=filled.web.url, https=filled.web.url.replace("http:", "https:"))
    code, out, err = told(filled, "show", wanted, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["id"] == row["id"]


@pytest.mark.parametrize("wanted", ["999", "0", "9" * 30, "https://example.org/never", "cheese", "", "'); DROP TABLE items; --"])
def test_an_item_that_is_not_there_is_one_line_with_a_hint(filled: Place, told: Told, wanted: str) -> None:
    code, out, err = told(filled, "show", "--", wanted)
    assert (code, out) == (1, "")
    assert err == f"storywatch: {wanted}: not in the log; `storywatch log --search WORDS` finds items by their words\n"


# ---------------------------------------------------------------- the receipt


def test_json_is_the_row_of_the_log_and_everything_behind_it(filled: Place, told: Told) -> None:
    row = by_guid(filled, told)["news"]
    whole = json.loads(told(filled, "show", row["id"], "--json")[1])
    assert {name: whole[name] for name in row if name != "verdicts"} == {name: row[name] for name in row if name != "verdicts"}
    (verdict,) = whole["verdicts"]
    assert verdict.items() >= row["verdicts"][0].items()
    assert re.fullmatch("[0-9a-f]+", verdict["rule"])
    assert {"term": "OpenAI", "concept": "openai", "where": "title", "start": 0, "end": 6} in verdict["hits"]
    assert whole["text"] == "\n".join(ABOUT)
    assert (whole["summary"], whole["outlet"], whole["duplicate_of"]) == ("It is about 北约 networks.", "Alpha News", None)
    assert whole["also_logged_as"] == [by_guid(filled, told)["again"]["id"]]
    assert {(alert["channel"], alert["state"]) for alert in whole["alerts"]} == {
        ("hook", "delivered"), ("newsroom", "parked"), ("flaky", "queued"),
    }  # fmt: skip


def test_a_person_reads_the_whole_receipt(filled: Place, told: Told) -> None:
    found = by_guid(filled, told)
    _, out, _ = told(filled, "show", found["news"]["id"])
    assert out.startswith(f"item {found['news']['id']}  OpenAI considers a contract with NATO\n")
    facts = dict(re.findall(r"^  ([a-z]+) {2,}(.*)$", out, re.MULTILINE))
    assert facts["address"] == f"{filled.web.url}/p/news"
    assert facts["feed"] == "Alpha News"
    assert facts["article"] == "read"
    assert facts["summary"] == "It is about 北约 networks."
    assert facts["also"] == f"logged as item {found['again']['id']}"
    assert re.fullmatch(r"2026-03-03 \d\d:\d\d \S+", facts["seen"]), "with the name of the time zone"
    assert f"story {STORY}: match, alerted\n" in out
    assert "openai and nato in the title" in facts["why"]
    assert re.fullmatch(r"1\.00; the threshold is 0\.50 \(rule [0-9a-f]+\)", facts["score"])
    (verdict,) = json.loads(told(filled, "show", found["news"]["id"], "--json")[1])["verdicts"]
    parts = [(f"{part['points']:+.2f}", part["name"], part["said"]) for part in verdict["ingredients"]]
    assert re.findall(r"^ {15}([+-]\d\.\d\d)  (\w+) +(\S.*)$", out, re.MULTILINE)[: len(parts)] == parts
    columns = {re.search(rf"\S+  {name} +", out)[0].__len__() for _, name, _ in parts}  # type: ignore[index]
    assert len(columns) == 1, "aligned"
    total = sum(part["points"] for part in verdict["ingredients"])
    assert (f"\n{' ' * 15}{total:+.2f}  in all; a score is at least 0 and at most 1\n" in out) == (total > 1.004)
    assert "  found        OpenAI  openai  title 0; article 0\n               NATO    nato    title 33; article 90\n" in out
    assert "               北约    nato    summary 12\n" in out, "as wide as NATO on a terminal"
    assert facts["sentence"] == "OpenAI considers a contract with NATO [title]"
    assert facts["read"] == "title, summary, article (3 sentences)"
    assert facts["language"] == "en"
    assert facts["development"].endswith(': "OpenAI considers a contract with NATO", 2 items from Alpha News, Beta Wire')
    assert re.search(r"^alert alert_\w+ \(development.new\) for newsroom: parked \(.*code 50035.*\)$", out, re.MULTILINE)
    assert out.endswith("article text\n" + "".join(f"  {paragraph}\n" for paragraph in ABOUT))


REASONS = {
    "cheese": ("no-match", "no word of the story", "in the feed's first poll"),
    "before": ("baseline", "openai and nato in the title", "in the feed's first poll"),
    "again": ("duplicate", "", "duplicate    of item"),
    "copy": ("match", "near-verbatim copy of item", ""),
    "locked": ("match, alerted", "openai and nato in the title", "failed: "),
}


@pytest.mark.parametrize("key", REASONS)
def test_yes_and_no_alike_have_their_reason(filled: Place, told: Told, key: str) -> None:
    verdict, why, more = REASONS[key]
    _, out, _ = told(filled, "show", by_guid(filled, told)[key]["id"])
    assert f"story {STORY}: {verdict}\n" in out
    assert re.search(rf"^  why          .*{why}", out, re.MULTILINE)
    assert more in out


def test_of_very_many_finds_a_person_sees_some_and_a_program_all(copy: Place, told: Told) -> None:
    row = by_guid(copy, told)["news"]
    hits = [
        {"term": f"NATO{number}", "concept": "nato", "where": "article", "start": at, "end": at + 4}
        for number in range(30) for at in range(0, 90, 10)
    ]  # fmt: skip
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE verdicts SET hits = ? WHERE item = ?", [json.dumps(hits), int(row["id"])])
    out = told(copy, "show", row["id"])[1]
    assert out.count("  nato  article 0, 10, 20, 30, 40, 50 and 3 more\n") == 20
    assert "and 10 more: --json has them all" in out
    assert len(json.loads(told(copy, "show", row["id"], "--json")[1])["verdicts"][0]["hits"]) == 270


def test_a_program_reads_what_a_score_is_made_of(filled: Place, told: Told) -> None:
    (verdict,) = json.loads(told(filled, "show", by_guid(filled, told)["news"]["id"], "--json")[1])["verdicts"]
    assert (verdict["threshold"], verdict["language"], verdict["read"]) == (0.5, "en", "title, summary, article (3 sentences)")
    assert [part["name"] for part in verdict["ingredients"]][:2] == ["headline", "opening"]
    points = sum(part["points"] for part in verdict["ingredients"])
    assert verdict["score"] == round(min(1.0, max(0.0, points)), 2)
    assert {type(part["said"]) for part in verdict["ingredients"]} == {str}


def test_a_receipt_of_an_older_version_is_shown_without_what_it_does_not_say(copy: Place, told: Told) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE verdicts SET threshold = 0, ingredients = '[]', language = NULL, read = ''")
    out = told(copy, "show", by_guid(copy, told)["news"]["id"])[1]
    assert re.search(r"^  score        1\.00 \(rule [0-9a-f]+\)$", out, re.MULTILINE)
    assert not re.search("threshold|headline|  language|  read ", out)


def test_a_terminal_shows_the_words_in_colour_and_breaks_no_word(filled: Place, seen: Seen, told: Told) -> None:
    item = by_guid(filled, told)["news"]["id"]
    shown = seen(filled, "show", item, columns=60)
    assert "\x1b[1;32mOpenAI\x1b[0m is considering a contract" in shown.sent
    assert max(map(len, shown.lines)) <= 60
    folded = " ".join(line.strip() for line in shown.lines)
    assert "(development.new) for hook" in folded
    assert " ".join(ABOUT) in folded
    (at,) = (number for number, text in enumerate(shown.lines) if text.startswith("  development"))
    assert shown.lines[at + 1].startswith(" " * 15), "what goes on below begins under the same column"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=["NO_COLOR", "dumb"])
def test_who_wants_no_colours_gets_none(filled: Place, told: Told, environ: dict[str, str]) -> None:
    item = by_guid(filled, told)["news"]["id"]
    filled.robot.env.update(environ)
    try:
        assert "\x1b" not in filled.on_terminal("show", item).sent
    finally:
        for name in environ:
            del filled.robot.env[name]


# ---------------------------------------------------------------- hostile text

PRINTERS = {
    "log": ["log"],
    "log --json": ["log", "--json"],
    "log --csv": ["log", "--csv"],
    "show": ["show", "{id}"],
    "show --json": ["show", "{id}", "--json"],
    "alerts": ["alerts"],
    "alerts --json": ["alerts", "--json"],
    "alerts --csv": ["alerts", "--csv"],
    "alerts show": ["alerts", "show", "{alert}"],
    "status": ["status"],
    "status --json": ["status", "--json"],
}
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


@pytest.fixture(scope="module")
def poisoned(filled: Place, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, dict[str, str]]:
    """A state in which the text stands as it came: as if the cleaning of feeds had failed."""
    place = filled.copied(tmp_path_factory.mktemp("poisoned") / "place")
    with closing(sqlite3.connect(place.state)) as connection, connection:
        (item,) = connection.execute("SELECT id FROM items WHERE guid = 'odd-guid'").fetchone()
        (alert,) = connection.execute("SELECT id FROM alerts WHERE channel = 'newsroom' ORDER BY seq DESC").fetchone()
        connection.execute("UPDATE items SET title = ?, summary = ?, note = 'read'", [HOSTILE, HOSTILE])
        connection.execute("UPDATE verdicts SET sentence = ?, why = ?", [HOSTILE, HOSTILE])
        connection.execute(
            "UPDATE alerts SET why = ?, content = json_set(content, '$.entries[0].item.title', ?)", [HOSTILE, HOSTILE]
        )
        connection.execute("UPDATE feeds SET problem = ? WHERE problem IS NOT NULL", [HOSTILE])
        connection.execute("UPDATE attempts SET why = ?", [HOSTILE])
        connection.execute("INSERT INTO articles (item, text) VALUES (?, ?)", [item, HOSTILE])
    return place, {"id": str(item), "alert": alert}


@pytest.mark.parametrize("printer", PRINTERS)
def test_no_text_is_obeyed_by_a_pipes_reader(poisoned: tuple[Place, dict[str, str]], told: Told, printer: str) -> None:
    place, names = poisoned
    code, out, err = told(place, *(word.format(**names) for word in PRINTERS[printer]))
    assert code in {0, 1}
    assert err == ""
    assert "[/red]" in out, "shown as it is, not taken for markup"
    assert not OBEYED.search(out)
    assert not re.search("^2026-03-03T09:00:00Z ERROR", out, re.MULTILINE), "no line of its own"
    assert not re.search('(^|[,"])=1', out, re.MULTILINE) or not printer.endswith("csv")


@pytest.mark.parametrize("printer", ["log", "show", "alerts", "alerts show", "status"])
def test_no_text_is_obeyed_by_a_terminal(poisoned: tuple[Place, dict[str, str]], seen: Seen, printer: str) -> None:
    place, names = poisoned
    shown = seen(place, *(word.format(**names) for word in PRINTERS[printer]), columns=120)
    assert "[/red]" in " ".join(shown.text.split())
    assert not OBEYED.search(re.sub("\x1b\\[[0-9;]*m", "", shown.sent)), "but for our own colours"
    assert "\x1b[31m" not in shown.sent
