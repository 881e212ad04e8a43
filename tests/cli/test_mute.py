"""``storywatch mute`` and ``unmute``; and what ``status`` and ``alerts`` say of what waits."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Told
from .place import STORY, Place


def muted(place: Place, told: Told) -> list[tuple[str, str]]:
    code, out, err = told(place, "mute", "--json")
    assert (code, err == "" or err == "nothing is muted\n") == (0, True)
    return [(row["kind"], row["name"]) for row in map(json.loads, out.splitlines())]


def test_a_story_and_a_feed_are_muted_listed_and_unmuted(copy: Place, told: Told) -> None:
    code, out, err = told(copy, "mute", STORY, "--for", "2d")
    assert (code, err) == (0, "")
    assert out.startswith(f"story {STORY} is muted until 20")
    told(copy, "mute", "Alpha News", "--until", "2090-03-09T08:00:00Z")
    assert muted(copy, told) == [("story", STORY), ("feed", "Alpha News")]
    head, *rows = (line.split("\t") for line in told(copy, "mute")[1].splitlines())
    assert (head, [row[:2] for row in rows]) == (["muted", "name", "until"], [["story", STORY], ["feed", "Alpha News"]])
    assert told(copy, "unmute", "Alpha News") == (0, "feed Alpha News is muted no more\n", "")
    assert muted(copy, told) == [("story", STORY)]


def test_json_tells_the_mute_that_was_set(copy: Place, told: Told) -> None:
    out = told(copy, "mute", "Alpha News", "--until", "2090-03-09T08:00:00Z", "--json")[1]
    assert json.loads(out) == {"kind": "feed", "name": "Alpha News", "until": "2090-03-09T08:00:00Z"}


def test_for_counts_from_now(copy: Place, told: Told) -> None:
    begun = datetime.now(UTC)
    until = datetime.fromisoformat(json.loads(told(copy, "mute", STORY, "--for", "1d12h", "--json")[1])["until"])
    assert timedelta(hours=36) - timedelta(seconds=1) <= until - begun <= timedelta(hours=36, minutes=2)


def test_status_tells_what_is_muted(copy: Place, told: Told) -> None:
    told(copy, "mute", "Alpha News", "--until", "2090-03-09T08:00:00Z")
    assert json.loads(told(copy, "status", "--json")[1])["mutes"] == [
        {"kind": "feed", "name": "Alpha News", "until": "2090-03-09T08:00:00Z"}
    ]
    assert "\nmuted: feed Alpha News until 2090-03-0" in told(copy, "status")[1]


def test_what_has_run_out_is_not_listed_and_a_time_past_is_said_to_be_so(copy: Place, told: Told) -> None:
    code, out, err = told(copy, "mute", STORY, "--until", "2026-03-03T08:00:00Z")
    assert (code, "is past" in err, out.startswith("story")) == (0, True, True)
    assert muted(copy, told) == []
    assert told(copy, "mute")[2] == "nothing is muted\n"


def test_a_name_of_a_story_and_a_feed_has_to_be_told_apart(copy: Place, told: Told) -> None:
    copy.feed(STORY)
    copy.write()
    code, _, err = told(copy, "mute", STORY, "--for", "2d")
    assert (code, "say which with --story or --feed" in err) == (2, True)
    for which in ("--feed", "--story"):
        assert told(copy, "mute", STORY, "--for", "2d", which)[0] == 0
    assert sorted(muted(copy, told)) == [("feed", STORY), ("story", STORY)]
    code, _, err = told(copy, "unmute", STORY)
    assert (code, "say which with --story or --feed" in err) == (2, True)
    assert told(copy, "unmute", STORY, "--feed")[0] == 0
    assert muted(copy, told) == [("story", STORY)]


WRONG: dict[str, tuple[list[str], int, str]] = {
    "an unknown name, with the nearest": (["mute", "openai-nat", "--for", "2d"], 2, f'did you mean "{STORY}"?'),
    "a feed's name that is near": (["mute", "Alpha New", "--for", "2d"], 2, 'there is no story or feed "Alpha New": did you mean "Alpha News"?'),
    "a feed as a story": (["mute", "Alpha News", "--story", "--for", "2d"], 2, 'there is no story "Alpha News"'),
    "no end": (["mute", STORY], 2, "say how long"),
    "two ends": (["mute", STORY, "--for", "2d", "--until", "2090-01-01"], 2, "say how long"),
    "no duration": (["mute", STORY, "--for", "soon"], 2, "is no duration"),
    "nothing": (["mute", STORY, "--for", "0s"], 2, "is nothing"),
    "an end of nothing": (["mute", "--for", "2d"], 2, "which story or feed"),
    "to unmute what is not muted": (["unmute", STORY], 1, f'nothing of the name "{STORY}" is muted'),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_call_is_refused_and_mutes_nothing(copy: Place, told: Told, case: str) -> None:
    args, code, why = WRONG[case]
    done = told(copy, *args)
    assert done[:2] == (code, "")
    assert why in " ".join(done[2].split())
    assert muted(copy, told) == []


# ---------------------------------------------------------------- what waits


def queued_under(copy: Place, **options: Any) -> None:
    """All four alerts of a channel wait under such options."""
    copy.channels = {**copy.channels, "flaky": {**copy.channels["flaky"], **options}}
    copy.write()
    with closing(sqlite3.connect(copy.state)) as connection, connection:
        now = int(datetime.now(UTC).timestamp() * 1000)
        connection.execute(
            "UPDATE alerts SET state = 'queued', due = NULL, tries = 0, why = '', created = ? WHERE channel = 'flaky'", [now]
        )


def test_status_and_alerts_say_until_when_quiet_hours_hold(copy: Place, told: Told) -> None:
    now = datetime.now(UTC)
    end = f"{now + timedelta(hours=2):%H:%M}"
    queued_under(copy, quiet=f"{now - timedelta(hours=2):%H:%M}-{end}", timezone="UTC")
    channels = {each["name"]: each for each in json.loads(told(copy, "status", "--json")[1])["channels"]}
    assert channels["flaky"]["waits_for"] == f"4 alerts: quiet hours until {end}"
    assert channels["hook"]["waits_for"] is None
    assert f"quiet hours until {end}" in told(copy, "status")[1]
    rows = [json.loads(line) for line in told(copy, "alerts", "--json", "--state", "queued")[1].splitlines()]
    assert {row["why"] for row in rows if row["channel"] == "flaky"} == {f"quiet hours until {end}"}
    assert {row["next_try"][11:16] for row in rows if row["channel"] == "flaky"} == {end}
    shown = told(copy, "alerts", "show", rows[0]["id"])[1]
    assert f": queued: quiet hours until {end}\n" in shown


def test_and_when_a_digest_comes(copy: Place, told: Told) -> None:
    at = f"{datetime.now(UTC) + timedelta(hours=5):%H:%M}"
    queued_under(copy, digest=f"daily {at}", timezone="UTC")
    channels = {each["name"]: each for each in json.loads(told(copy, "status", "--json")[1])["channels"]}
    # The fourth is a digest already: the budget made it.
    assert channels["flaky"]["waits_for"] == f"3 alerts: digest at {at}"
