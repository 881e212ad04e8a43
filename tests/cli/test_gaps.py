"""What the log cannot vouch for, in ``log --gaps`` and ``status``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime

from .conftest import Told
from .place import FIRST, SECOND, Place


def gap(place: Place, feed: str, *, count: int = 1) -> None:
    since, until = (round(datetime.fromisoformat(moment).timestamp() * 1000) for moment in (FIRST, SECOND))
    with closing(sqlite3.connect(place.state)) as connection, connection:
        connection.execute("DELETE FROM gaps")
        for number in range(count):
            row = (feed, since + number, until + number, 30)
            connection.execute("INSERT INTO gaps (feed, since, until, entries) VALUES (?, ?, ?, ?)", row)


def test_without_a_gap_that_is_said(copy: Place, told: Told) -> None:
    gap(copy, "Alpha News", count=0)
    assert told(copy, "log", "--gaps")[1] == "no gap: every two polls of a feed overlapped\n"
    [line] = [line for line in told(copy, "status")[1].splitlines() if line.startswith("complete from ")]
    assert line.endswith(" on")


def test_a_gap_is_listed_for_people_and_machines(copy: Place, told: Told) -> None:
    gap(copy, "Alpha News")
    head, row = (line.split("\t") for line in told(copy, "log", "--gaps")[1].splitlines())
    assert head == ["feed", "from", "to", "new items after it"]
    assert (row[0], row[3]) == ("Alpha News", "30")
    found = {"from": FIRST, "to": SECOND, "entries": 30}
    assert json.loads(told(copy, "log", "--gaps", "--json")[1]) == {"feed": "Alpha News", **found}
    assert told(copy, "log", "--gaps", "--csv")[1].splitlines()[1] == f"Alpha News,{FIRST},{SECOND},30"
    assert told(copy, "log", "--gaps", "--json", "--feed", "Beta Wire")[1] == ""
    assert told(copy, "log", "--gaps", "--json", "--since", "2026-03-05")[1] == ""
    feeds = {feed["name"]: feed for feed in json.loads(told(copy, "status", "--json")[1])["feeds"]}
    assert (feeds["Alpha News"]["gaps"], feeds["Beta Wire"]["gaps"]) == ([found], [])
    assert feeds["Alpha News"]["complete_from"] == FIRST


def test_status_names_the_newest_gaps_and_counts_the_others(copy: Place, told: Told) -> None:
    gap(copy, "Alpha News", count=5)
    lines = told(copy, "status")[1].splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("complete from "))
    assert lines[begin].endswith(" on, except")
    assert [line.startswith("  Alpha News: ") for line in lines[begin + 1 : begin + 5]] == [True, True, True, False]
    assert lines[begin + 4] == "  2 earlier gaps: storywatch log --gaps"


def test_a_feed_that_moved_or_was_stopped_shows_it(copy: Place, told: Told) -> None:
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        connection.execute("UPDATE feeds SET adopted = 'https://new.example.org/rss' WHERE name = 'Alpha News'")
        connection.execute("UPDATE feeds SET stopped = 1, next_due = NULL WHERE name = 'Gone'")
    feeds = {feed["name"]: feed for feed in json.loads(told(copy, "status", "--json")[1])["feeds"]}
    assert feeds["Alpha News"]["moved_to"] == "https://new.example.org/rss"
    assert (feeds["Gone"]["state"], feeds["Gone"]["next_due"]) == ("stopped", None)
    out = told(copy, "status")[1]
    assert "moved for good to https://new.example.org/rss, and asked there" in out
    assert "404 Not Found (3 times in a row), so it is not asked any more" in out
