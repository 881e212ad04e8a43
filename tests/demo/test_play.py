"""The days of the demo, played to the real daemon in a process of its own; what the log says of them afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.demo import START, Piece, outlets

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]  # whole plays take half a minute each

PIECES = {piece.key: piece for outlet in outlets() for piece in outlet.pieces}
OWN = [piece for piece in PIECES.values() if not piece.again]
PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A play that is over: what it printed, and its log by the keys of the pieces."""

    said: list[dict[str, Any]]
    log: dict[str, dict[str, Any]]
    status: dict[str, Any]

    def verdict(self, key: str) -> dict[str, Any]:
        (verdict,) = self.log[key]["verdicts"]
        return dict(verdict)


def call(*args: str, cwd: Path) -> str:
    argv = [sys.executable, "-m", "bot", *args]
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("play")
    said = [json.loads(line) for line in call("demo", "look", "--json", "--seconds", "3", cwd=folder).splitlines()]
    rows = [json.loads(line) for line in call("--config", "look/config", "log", "--json", cwd=folder).splitlines()]
    status = json.loads(call("--config", "look/config", "status", "--json", cwd=folder))
    return Played(said=said, log=by_key(rows), status=status)


def by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The rows by piece. One that is listed again has its page's address, and comes later."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        key = urlsplit(row["url"]).path.rpartition("/")[2]
        again = [piece.key for piece in PIECES.values() if piece.again == key]
        found[again[0] if key in found else key] = row
    assert len(found) == len(rows)
    return found


def test_every_piece_is_seen_once(played: Played) -> None:
    assert set(played.log) == set(PIECES)


@pytest.mark.parametrize("piece", [piece for piece in OWN if piece.relevant], ids=lambda piece: piece.key)
def test_every_piece_of_the_story_is_told_of_or_folded(played: Played, piece: Piece) -> None:
    verdict = played.verdict(piece.key)
    assert verdict["verdict"] == "match"
    alerted = [key for key in PIECES if played.log[key]["verdicts"][0]["development"] == verdict["development"]]
    assert any(played.verdict(key)["alerted"] for key in alerted)


@pytest.mark.parametrize("piece", [piece for piece in OWN if not piece.relevant and not piece.hard], ids=lambda piece: piece.key)
def test_everyday_news_is_not_told_of(played: Played, piece: Piece) -> None:
    assert played.verdict(piece.key)["verdict"] == "no-match"
    in_baseline = piece.at < START
    assert in_baseline == ("first poll" in played.log[piece.key]["article"])


@pytest.mark.parametrize("piece", [piece for piece in OWN if piece.copy_of], ids=lambda piece: piece.key)
def test_a_copy_alerts_once_together_with_its_source(played: Played, piece: Piece) -> None:
    copy, source = played.verdict(piece.key), played.verdict(piece.copy_of)
    assert copy["development"] == source["development"]
    assert {copy["alerted"], source["alerted"]} == {True, False}


@pytest.mark.parametrize("piece", [piece for piece in PIECES.values() if piece.again], ids=lambda piece: piece.key)
def test_what_is_listed_again_is_a_duplicate(played: Played, piece: Piece) -> None:
    assert played.verdict(piece.key)["verdict"] == "duplicate"
    assert played.log[piece.key]["guid"].endswith(piece.guid)


def test_a_page_that_cannot_be_had_is_judged_on_title_and_summary(played: Played) -> None:
    notes = {piece.page: played.log[piece.key]["article"] for piece in OWN if piece.page != "article"}
    assert notes == {
        "forbidden": "failed: the server answered 403 Forbidden",
        "consent": "failed: a consent notice instead of the article",
    }


def test_what_was_published_while_its_feed_was_down_is_seen_after_it(played: Played) -> None:
    assert played.log["rr-amend"]["first_seen"] >= "2026-03-03T03:00:00Z"
    notices = [said["data"] for said in played.said if said["type"] == "feed.problem"]
    assert {notice["feed"] for notice in notices} <= {"Rampart Review"}
    assert len(notices) <= 2, "once when it breaks and once when it works again; at a fast play it fails too seldom for either"
    assert all("works again" in notice["problem"] for notice in notices[1:])


def test_all_times_are_those_of_the_play(played: Played) -> None:
    times = [row["first_seen"] for row in played.log.values()]
    assert min(times) == "2026-02-27T06:00:00Z"
    assert max(times) <= "2026-03-04T20:00:00Z"
    assert all(row["published"] <= row["first_seen"] for row in played.log.values())
    alerts = [said for said in played.said if said["type"] == "development.new"]
    assert all(alert["timestamp"] >= alert["data"]["item"]["first_seen"] for alert in alerts)
    assert [alert["timestamp"] for alert in alerts] == sorted(alert["timestamp"] for alert in alerts)


def test_the_lines_for_machines_say_what_the_log_says(played: Played) -> None:
    *alerts, summary = played.said
    told = {alert["data"]["item"]["id"] for alert in alerts if alert["type"] == "development.new"}
    assert told == {row["id"] for row in played.log.values() if row["verdicts"][0]["alerted"]}
    assert (summary["type"], summary["complete"]) == ("summary", True)
    verdicts = Counter(row["verdicts"][0]["verdict"] for row in played.log.values())
    assert (summary["seen"], summary["matched"], summary["alerted"]) == (len(PIECES), verdicts["match"], len(told))
    assert summary["folded"] == summary["matched"] - summary["alerted"]
    assert [day["day"] for day in summary["days"]] == ["2026-02-27", "2026-02-28", *(f"2026-03-0{n}" for n in range(1, 5))]
    for name in ("seen", "matched", "folded", "alerted"):
        assert sum(day[name] for day in summary["days"]) == summary[name]


def test_afterwards_nothing_needs_a_person(played: Played) -> None:
    assert (played.status["ok"], played.status["running"], played.status["unjudged"]) == (True, None, 0)
    assert {feed["state"] for feed in played.status["feeds"]} == {"ok"}
    assert [(channel["state"], channel["waiting"]) for channel in played.status["channels"]] == [("ok", 0)]
