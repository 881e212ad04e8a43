"""``storywatch log``: what it lists, in which form, and what it does when there is nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.lab.robot import until

from .conftest import Seen, Told
from .place import FIRST, SECOND, STORY, THIRD, Place, item, page

ALL = ["before", "cheese", "rain", "news", "again", "copy", "locked", "odd"]


def rows(out: str) -> dict[str, dict[str, Any]]:
    """The rows of ``--json`` by the beginning of their guid, in their order."""
    found = [json.loads(line) for line in out.splitlines()]
    return {row["guid"].removesuffix("-guid"): row for row in found}


def ago(moment: str) -> str:
    """How long ago that was, as ``--since`` takes it, and half of the hour between two passes more: the tests take their time."""
    return f"{int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()) + 1800}s"


# ---------------------------------------------------------------- filters

FILTERS: dict[str, tuple[list[str], list[str]]] = {
    "no filter gives everything": ([], ALL),
    "a feed": (["--feed", "Alpha News"], ["before", "cheese", "news"]),
    "a story": (["--story", STORY], ALL),
    "a story of another name": (["--story", "nobody"], []),
    "what matched": (["--verdict", "match"], ["news", "copy", "locked", "odd"]),
    "what did not": (["--verdict", "no-match"], ["cheese", "rain"]),
    "what was there before": (["--verdict", "baseline"], ["before"]),
    "what came twice": (["--verdict", "duplicate"], ["again"]),
    "since a time with Z": (["--since", SECOND], ["news", "again", "copy", "locked", "odd"]),
    "since the same time elsewhere": (["--since", "2026-03-03T10:00:00+01:00"], ["news", "again", "copy", "locked", "odd"]),
    "since a time without a zone, which is UTC": (["--since", "2026-03-03T09:00"], ["news", "again", "copy", "locked", "odd"]),
    "since a day": (["--since", "2026-03-03"], ALL),
    "since the day after": (["--since", "2026-03-04"], []),
    "since a duration ago": (["--since", ago(THIRD)], ["again", "copy", "locked", "odd"]),
    "a word of a title": (["--search", "cheese"], ["cheese"]),
    "a word of a summary": (["--search", "wind"], ["rain"]),
    "a word of an article": (["--search", "cleared"], ["news", "copy"]),
    "a word in another case": (["--search", "CHEESE"], ["cheese"]),
    "two words, both needed": (["--search", "openai weighs"], ["copy"]),
    "a phrase": (["--search", '"NATO contract"'], ["copy"]),
    "a beginning": (["--search", "chee*"], ["cheese"]),
    "characters without blanks": (["--search", "北约"], ["news"]),
    "one of those characters": (["--search", "北"], ["rain", "news"]),
    "what FTS5 would take for its own": (["--search", 'a" OR "b NEAR( title:x - ^'], []),
    "nothing but signs": (["--search", '"* ("'], []),
    "all together": (["--feed", "Beta Wire", "--verdict", "match", "--since", THIRD, "--search", "openai"], ["copy", "locked"]),
}


@pytest.mark.parametrize("case", FILTERS)
def test_a_filter_leaves(filled: Place, told: Told, case: str) -> None:
    options, left = FILTERS[case]
    code, out, err = told(filled, "log", "--json", *options)
    assert (code, err) == (0, "")
    assert sorted(rows(out)) == sorted(left)
    ids = [int(row["id"]) for row in rows(out).values()]
    assert ids == sorted(ids), "oldest first"


WRONG: dict[str, tuple[list[str], str]] = {
    "an unknown verdict": (["--verdict", "maybe"], "'match', 'no-match', 'baseline', 'duplicate'"),
    "a number without a unit": (["--since", "2"], "write 2d, 6h or 2026-03-04T12:00:00Z"),
    "a unit in capitals": (["--since", "2D"], "write 2d, 6h or 2026-03-04T12:00:00Z"),
    "a day that is none": (["--since", "2026-02-30"], "neither a duration nor a time"),
    "an unknown option": (["--verdicts", "match"], "--verdict"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_says_what_to_write(filled: Place, told: Told, case: str) -> None:
    options, hint = WRONG[case]
    code, out, err = told(filled, "log", *options)
    assert (code, out) == (2, "")
    assert hint in err


# ---------------------------------------------------------------- JSON: the contract of design.md, section 5


def is_time(value: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", value))


ROW = {
    "id": lambda v: isinstance(v, str) and v,
    "feed": lambda v: isinstance(v, str) and v,
    "guid": lambda v: v is None or isinstance(v, str),
    "url": lambda v: v is None or isinstance(v, str),
    "title": lambda v: isinstance(v, str),
    "published": lambda v: v is None or is_time(v),
    "first_seen": is_time,
    "article": lambda v: v == "read" or re.fullmatch(r"(failed|not read): .+", v),
    "verdicts": lambda v: isinstance(v, list),
}
VERDICT = {
    "story": lambda v: v == STORY,
    "verdict": lambda v: v in {"match", "no-match", "baseline", "duplicate"},
    "score": lambda v: type(v) in {int, float} and 0 <= v <= 1,
    "terms": lambda v: isinstance(v, list) and all(isinstance(term, str) and term for term in v),
    "where": lambda v: v in {None, "title", "summary", "article"},
    "sentence": lambda v: isinstance(v, str),
    "development": lambda v: v is None or isinstance(v, str),
    "alerted": lambda v: isinstance(v, bool),
    "why": lambda v: isinstance(v, str) and v,
}


def test_every_row_has_the_contracts_fields_in_its_order_with_its_types(filled: Place, told: Told) -> None:
    for row in rows(told(filled, "log", "--json")[1]).values():
        assert list(row) == list(ROW)
        assert not [name for name, right in ROW.items() if not right(row[name])], row
        for verdict in row["verdicts"]:
            assert list(verdict) == list(VERDICT)
            assert not [name for name, right in VERDICT.items() if not right(verdict[name])], verdict


def test_the_rows_say_what_happened(filled: Place, told: Told) -> None:
    found = rows(told(filled, "log", "--json")[1])
    verdicts = {key: row["verdicts"][0] for key, row in found.items()}
    assert {key: verdict["verdict"] for key, verdict in verdicts.items()} == {
        "before": "baseline", "cheese": "no-match", "rain": "no-match", "news": "match", "again": "duplicate", "copy": "match",
        "locked": "match", "odd": "match",
    }  # fmt: skip
    assert {key for key, verdict in verdicts.items() if verdict["alerted"]} == {"news", "locked", "odd"}
    assert [found[key]["first_seen"] for key in ("cheese", "news", "copy")] == [FIRST, SECOND, THIRD]
    assert {row["published"] for key, row in found.items() if key != "odd"} == {"2026-03-03T07:30:00Z"}
    assert found["odd"]["published"] is None
    assert found["news"]["url"] == f"{filled.web.url}/p/news", "made absolute"
    assert found["again"]["url"] == f"{filled.web.url}/p/news?utm_source=beta", "otherwise unchanged"


def test_articles_are_read_or_it_says_why_not(filled: Place, told: Told) -> None:
    found = rows(told(filled, "log", "--json")[1])
    assert found["news"]["article"] == "read"
    assert found["locked"]["article"].startswith("failed: ")
    assert "403" in found["locked"]["article"]
    assert found["odd"]["article"] == 'not read: articles = "never" for this feed'


def test_the_evidence_of_a_match_stands_in_its_row(filled: Place, told: Told) -> None:
    verdict = rows(told(filled, "log", "--json")[1])["news"]["verdicts"][0]
    assert {"OpenAI", "NATO"} <= set(verdict["terms"])
    assert verdict["where"] == "title"
    assert verdict["sentence"] == "OpenAI considers a contract with NATO"


def test_a_copy_and_a_duplicate_share_the_development_of_the_first(filled: Place, told: Told) -> None:
    found = {key: row["verdicts"][0] for key, row in rows(told(filled, "log", "--json")[1]).items()}
    assert found["news"]["development"]
    assert found["copy"]["development"] == found["again"]["development"] == found["news"]["development"]
    assert len({found[key]["development"] for key in ("news", "locked", "odd", "before")}) == 4
    assert {found[key]["development"] for key in ("cheese", "rain")} == {None}


def test_an_item_that_still_waits_has_no_verdicts_and_says_so(copy: Place, told: Told) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("DELETE FROM verdicts WHERE item = (SELECT id FROM items WHERE guid = 'odd-guid')")
        connection.execute("UPDATE items SET judged_at = NULL, note = '', due = 0 WHERE guid = 'odd-guid'")
    row = rows(told(copy, "log", "--json", "--feed", "Odd")[1])["odd"]
    assert (row["verdicts"], row["article"]) == ([], "not read: not judged yet")
    assert "not judged yet" in told(copy, "log", "--feed", "Odd")[1]
    assert "not judged yet" in told(copy, "show", row["id"])[1]


# ---------------------------------------------------------------- CSV and tables


def test_csv_has_a_line_for_each_verdict_and_runs_in_no_spreadsheet(filled: Place, told: Told) -> None:
    _, out, _ = told(filled, "log", "--csv")
    head, *lines = csv.reader(io.StringIO(out))
    assert head == ["id", "feed", "guid", "url", "title", "published", "first_seen", "article", "story", "verdict", "score",
                    "terms", "where", "sentence", "development", "alerted", "why"]  # fmt: skip
    assert len(lines) == len(ALL) == len(out.splitlines()) - 1
    (odd,) = (dict(zip(head, line, strict=True)) for line in lines if "odd-guid" in line)
    assert odd["title"].startswith("'=1+1"), "a formula is text"
    assert (odd["verdict"], odd["alerted"], odd["article"]) == ("match", "yes", 'not read: articles = "never" for this feed')
    assert 0 < float(odd["score"]) <= 1


def test_a_pipe_gets_tabs_and_titles(filled: Place, told: Told) -> None:
    _, out, _ = told(filled, "log")
    head, *lines = (line.split("\t") for line in out.splitlines())
    assert head == ["id", "seen", "feed", "verdict", "alerted", "title"]
    assert len(lines) == len(ALL)
    (news,) = (line for line in lines if line[2] == "Alpha News" and line[3].startswith("match"))
    assert news[2:] == ["Alpha News", f"match {STORY}", "yes", "OpenAI considers a contract with NATO"]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_terminal_gets_a_table_that_fits_and_hides_no_title(filled: Place, seen: Seen, columns: int) -> None:
    shown = seen(filled, "log", columns=columns)
    assert shown.code == 0
    assert max(map(len, shown.lines)) <= columns
    head, ruler, *table = shown.lines
    assert head.split() == ["id", "seen", "verdict", "title"]
    assert set(ruler) == {"─"}
    words = " ".join(" ".join(table).split())
    for part in ("The price of cheese", "match, alerted", "baseline", "duplicate", "OpenAI leaves NATO"):
        assert part in words or columns < 80
    assert sum(bool(re.match(r" *\d+ ", line)) for line in table) == len(ALL)
    assert STORY not in words, "where there is one story, its name goes without saying"


def test_a_real_terminal_shows_the_same(filled: Place, seen: Seen) -> None:
    real = filled.on_terminal("log", columns=80)
    assert (real.code, real.lines) == (0, seen(filled, "log", columns=80).lines)


def test_a_long_log_is_shown_in_several_tables_and_no_item_is_left_out(copy: Place, seen: Seen) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)"
            " INSERT INTO items (feed, guid, title, summary, first_seen, outlet, baseline, inside, judged_at, note, tries)"
            " SELECT feed, guid || i, title, '', first_seen, outlet, 0, 0, judged_at, 'read', 0 FROM items, n WHERE guid = 'rain-guid'"
        )
    lines = seen(copy, "log").lines
    assert sum(line.split()[:2] == ["id", "seen"] for line in lines) == 3
    assert sum("Rain in the north" in line for line in lines) == 401


def test_of_several_stories_the_table_names_each(copy: Place, seen: Seen) -> None:
    copy.more["stories"] = [
        {"name": STORY, "title": "One", "query": "openai AND nato"}, {"name": "cheese", "title": "Two", "query": "cheese"},
    ]  # fmt: skip
    copy.write()
    assert f"match {STORY}, alerted" in " ".join(seen(copy, "log", columns=120).text.split())


NOTHING: dict[str, tuple[list[str], str]] = {
    "a filter that nothing passes": (["--since", "2026-03-09"], "nothing in the log fits"),
    "a story that is not configured": (["--story", "nobody"], f'the configuration has no story "nobody", only {STORY}'),
    "a feed that is not configured": (["--feed", "Alpa"], 'no feed "Alpa", only Alpha News, Beta Wire, Gone, Odd'),
}


@pytest.mark.parametrize("case", NOTHING)
def test_where_nothing_is_found_a_person_is_told_why(filled: Place, seen: Seen, case: str) -> None:
    options, why = NOTHING[case]
    shown = seen(filled, "log", *options)
    assert shown.code == 0
    assert why in shown.lines[0]


def test_an_empty_log_is_empty_in_every_form(copy: Place, told: Told, seen: Seen) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("DELETE FROM items")
    assert told(copy, "log", "--json") == (0, "", "")
    assert told(copy, "log") == (0, "id\tseen\tfeed\tverdict\talerted\ttitle\n", "")
    assert len(told(copy, "log", "--csv")[1].splitlines()) == 1
    assert seen(copy, "log").lines[0] == "nothing in the log yet: no feed has listed an item"


# ---------------------------------------------------------------- follow


def judge_again(place: Place, guid: str) -> None:
    """As when a page is asked for a second time, two hours later."""
    with closing(sqlite3.connect(place.state)) as connection, connection:
        connection.execute("UPDATE items SET judged_at = judged_at + 7200000 WHERE guid = ?", [guid])


FORMS = ("--json", "--csv", "--table")


def test_what_is_followed_is_what_was_and_then_each_item_as_it_is_judged(copy: Place) -> None:
    copy.web.answers["/p/more"] = page("OpenAI and NATO have signed the contract, officials of the alliance said on Friday.")
    with ExitStack() as running:
        followers = {
            form: running.enter_context(copy.robot.start("log", form, "--follow", "--verdict", "match")) for form in FORMS
        }

        def lines(title: str) -> set[int]:
            """In how many lines of each follower the title stands."""
            return {sum(title in line for line in follower.said.splitlines()) for follower in followers.values()}

        until(lambda: lines("forged") == {1}, 20, "what the log held")
        assert lines("OpenAI signs") == {0}
        copy.feed("Alpha News", item("more", "OpenAI signs with NATO"), item("rain2", "More rain"))
        copy.once("2026-03-03T11:00:00Z")
        until(lambda: lines("OpenAI signs") == {1}, 5, "the new item")
        judge_again(copy, "copy-guid")
        until(lambda: lines("OpenAI weighs") == {2}, 5, "one more look")
        for follower in followers.values():
            follower.signal(signal.SIGINT)
        done = {form: follower.wait(10) for form, follower in followers.items()}
    assert {each.code for each in done.values()} == {130}
    for title, times in {"OpenAI considers": 1, "OpenAI weighs": 2, "OpenAI signs": 1, "forged": 1, "More rain": 0}.items():
        assert lines(title) == {times}, title
    assert rows(done["--json"].out)["more"]["verdicts"][0]["verdict"] == "match"
    assert {len(row) for row in csv.reader(io.StringIO(done["--csv"].out))} == {17}, "one head, no empty lines"


CLOCKS = {
    "in order": timedelta(minutes=5),
    "stamped before others that overtook it": timedelta(minutes=-1),
    "under a clock that was set back": timedelta(days=-400),
}


@pytest.mark.parametrize("options", [[], ["--verdict", "match"]], ids=["everything", "a filter"])
@pytest.mark.parametrize("clock", CLOCKS)
def test_an_item_is_followed_when_it_is_judged(copy: Place, clock: str, options: list[str]) -> None:
    """The stamp is of the moment when judging begins; it comes to light when that ends."""
    judged_at = int((datetime.fromisoformat(THIRD) + CLOCKS[clock]).timestamp() * 1000)
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        add = "INSERT INTO items (feed, guid, title, summary, first_seen, outlet, baseline, inside, judged_at, note, tries)"
        old = "SELECT feed, ?, 'Late', '', first_seen, outlet, 0, 0, ?, '', 0 FROM items WHERE guid = 'odd-guid'"
        connection.execute(f"{add} {old}", ["late-guid", None])
        connection.execute(f"{add} {old}", ["later-guid", judged_at])
    with copy.robot.start("log", "--json", "--follow", *options) as follower:
        until(lambda: "odd-guid" in follower.said, 20, "what the log held")
        with closing(sqlite3.connect(copy.state)) as connection, connection:
            connection.execute("UPDATE items SET judged_at = ? WHERE guid = 'late-guid'", [judged_at])
            connection.execute(
                'INSERT INTO verdicts SELECT new.id, v.story, v.verdict, v.score, v.terms, v."where", v.sentence, v.why, v.rule,'
                " v.hits, v.development, 0, v.threshold, v.ingredients, v.language, v.read FROM verdicts v JOIN items old ON old.id = v.item AND old.guid = 'odd-guid'"
                " JOIN items new ON new.guid = 'late-guid'"
            )
        until(lambda: re.search('late-guid.*"verdict": "match"', follower.said), 5, "the late item, judged")
        follower.signal(signal.SIGINT)
        done = follower.wait(10)
    assert done.out.count("late-guid") == 2 - bool(options), "without a filter it stood in the list already, not judged yet"
    assert done.out.count("later-guid") == 1 - bool(options)


def test_an_item_that_is_judged_again_is_followed_again(copy: Place) -> None:
    with copy.robot.start("log", "--json", "--follow", "--feed", "Odd") as follower:
        until(lambda: "/p/odd" in follower.said, 20, "what the log held")
        judge_again(copy, "odd-guid")
        until(lambda: follower.said.count("odd-guid") == 2, 5, "the item again")
        follower.signal(signal.SIGINT)
        follower.wait(10)
