"""Texts that are meant for somebody else's eyes (reliability.md C4, C5), in every place of a feed's item, through the whole bot.

What comes out is looked at where it comes out: the log as a table, JSON and CSV, the log lines, the state, and three receivers.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from .hostile.documents import PLACES, RSS, TEXTS, item, raw, rss
from .scene import Scene
from .server import Reply

SMALL = {name: text for name, text in TEXTS.items() if len(text) < 10_000}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
OBEYED = {
    *map(chr, range(32)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029",
} - {"\n"}


def documents() -> Iterator[bytes]:
    """A feed for each text, with an item for each place: one text's broken markup must not hide the others."""
    for n, (name, text) in enumerate(SMALL.items()):
        items = []
        for place in PLACES:
            value = (
                f"OpenAI and NATO {text}" if place == "title" else f"http://127.0.0.1:9/{n}/{text}" if place == "link" else text
            )
            title = {} if place == "title" else {"title": f"OpenAI and NATO, {place} {n} of {name.strip('<>')}"}
            items.append(item(f"{place}-{n}", **{**title, place: value}))
        yield raw(rss(*items))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Scene(Path(tmp_path_factory.mktemp("texts")) / "scene") as scene:
        scene.three_sinks(budget="1000/1m")
        for n, body in enumerate(documents()):
            feed = scene.feed(f"f{n}", articles="never", alert_backlog=int(n % 20 == 0))
            feed.script = lambda request, normal, body=body: Reply(body=body, headers={"Content-Type": RSS})
        scene.once(within=100)
        yield scene


def test_every_item_is_logged_and_judged_whatever_it_says(told: Scene) -> None:
    rows = told.robot.log()
    assert len(rows) > 0.8 * len(SMALL) * len(PLACES)  # some share their guid or page with another, as the places want it
    assert [row["title"] for row in rows if not row["verdicts"]] == []


def test_no_receiver_is_misled(told: Scene) -> None:
    told.assert_valid()
    assert all(len(sink.accepted) >= 4 for sink in told.by_name.values())
    for message in told.by_name["slack"].accepted:
        text = message.body.decode()
        assert not [
            word
            for word in ("<!channel", "<!here", "<!everyone", "<@U", "<!subteam", "<#C", "<https://evil.example|bbc")
            if word in text
        ]
    for message in told.by_name["discord"].accepted:
        assert message.payload["allowed_mentions"] == {"parse": []}


def test_nothing_that_is_printed_steers_a_terminal_or_forges_a_line(told: Scene) -> None:
    told.robot.run("log").ok()
    told.robot.run("alerts").ok()
    told.robot.run("status")
    for done in told.robot.done:
        bad = {
            character for character in done.out + done.err if character in OBEYED and not (character == "\t" and "\t" in done.out)
        }
        assert bad == set(), done.args
        assert not [line for line in done.lines if line.startswith("2026-03-03T08:00:00Z ERROR forged")]


def test_a_spreadsheet_runs_nothing_and_json_is_json(told: Scene) -> None:
    table = told.robot.run("log", "--csv").ok().out
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA) and not cell.lstrip("-").replace(".", "").isdigit()] == []
    for line in told.robot.run("log", "--json").ok().out.splitlines():
        json.loads(line)


def test_what_is_kept_is_clean_text(told: Scene) -> None:
    import sqlite3

    with closing(sqlite3.connect(told.robot.database)) as state:
        texts = [text for row in state.execute("SELECT title, summary, guid, url, outlet FROM items") for text in row if text]
    assert len(texts) > 500
    unclean = [
        text[:60]
        for text in texts
        if any(unicodedata.category(character) in {"Cc", "Cs"} or character in OBEYED for character in text)
    ]
    assert unclean == []
