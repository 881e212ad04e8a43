"""``storywatch feed list``, ``import``, ``export`` and ``suggest``: what is written, what is left out and said."""

from __future__ import annotations

import json
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from bot.core import opml

from .conftest import Told
from .place import Place

BOT = '[bot]\ninterval = "10m"\n[network]\nallow = ["127.0.0.0/8"]\n'
STORIES = """\
[concepts]
maker = ["OpenAI", "~Altman"]
pact = [
  "NATO",
  # German
  "Nordatlantikpakt*",   # as they say
  # French, and the acronym
  "OTAN", "Alliance atlantique",
  # Russian
  "НАТО",
]
[[stories]]
name = "deal"
query = "maker AND pact"
[[stories]]
name = "narrow"
query = "maker"
feeds = ["First"]
"""
FEEDS = """\
# ours
[[feeds]]
name = "First"
url = "https://first.example/rss"

[[feeds]]
name = "Quiet"  # rarely
url = "https://quiet.example/rss?a=1&b=2"
interval = "1h"
articles = "never"

[[feeds]]
name = "Keyed"
url = "https://keyed.example/rss"
headers = { Authorization = "Bearer ${file:token}" }
"""


@pytest.fixture
def desk(place: Place) -> Place:
    place.robot.write("bot.toml", BOT)
    place.robot.write("stories.toml", STORIES)
    place.robot.write("feeds.toml", FEEDS)
    (place.robot.root / "token").write_text("a-secret-of-many-letters")
    return place


def feeds(place: Place) -> list[dict[str, Any]]:
    return tomllib.loads(text(place))["feeds"]


def text(place: Place) -> str:
    return (place.config / "feeds.toml").read_text()


def saved(place: Place, content: str | bytes, name: str = "list.opml") -> str:
    path = place.robot.root / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def piped(place: Place, *args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    argv = [*place.robot._command, *place.command(*args)]
    return subprocess.run(
        argv, input=stdin, env=place.robot.env, cwd=place.robot.root, capture_output=True, timeout=60, check=False
    )


# ---------------------------------------------------------------- list


def test_the_list_is_in_the_configurations_order(desk: Place, told: Told) -> None:
    code, out, _ = told(desk, "feed", "list")
    assert code == 0
    assert out.splitlines() == [
        "name\tinterval\tarticles\turl",
        "First\t10m\tall\thttps://first.example/rss",
        "Quiet\t1h\tnever\thttps://quiet.example/rss?a=1&b=2",
        "Keyed\t10m\tall\thttps://keyed.example/rss",
    ]
    rows = [json.loads(line) for line in told(desk, "feed", "list", "--json")[1].splitlines()]
    assert [row["name"] for row in rows] == ["First", "Quiet", "Keyed"]
    assert rows[2]["headers"] == ["Authorization"], "never what they hold"


# ---------------------------------------------------------------- import

OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Old reader</title></head><body>
<outline text="World">
  <outline text="North"><outline text="Harbour &amp; Docks" type="rss" xmlUrl="https://harbour.example/rss" htmlUrl="https://harbour.example/"/>
  <outline title="First" xmlUrl="https://another.example/rss"/></outline>
</outline>
<outline text="Again" xmlUrl="http://www.first.example/rss/"/>
<outline text="Odd" xmlUrl="ftp://odd.example/rss"/>
<outline text="Sly ${env:HOME}" xmlUrl="https://sly.example/${file:/etc/passwd}"/>
<outline text="" xmlUrl="feed://bare.example/rss"/>
<outline text="Harbour twice" xmlUrl="https://harbour.example/rss"/>
</body></opml>
"""
SAID_OF_FTP = '8: left out: url: begins with ftp:, not with http:// or https://: write it whole, as in "https://example.org/rss"'


def test_a_list_of_another_reader_is_added_with_its_groups_as_comments(desk: Place) -> None:
    before = text(desk)
    done = desk.robot.run("feed", "import", saved(desk, OPML)).ok()
    added = text(desk).removeprefix(before)
    assert text(desk).startswith(before), "comments and order stay"
    assert added.startswith('\n# ---- World / North\n\n[[feeds]]\nname = "Harbour & Docks"\n')
    assert feeds(desk)[3:] == [
        {"name": "Harbour & Docks", "url": "https://harbour.example/rss"},
        {"name": "First (2)", "url": "https://another.example/rss"},
        {"name": "Sly {env:HOME}", "url": "https://sly.example/$%7Bfile:/etc/passwd}"},
        {"name": "bare.example", "url": "https://bare.example/rss"},
    ]
    file = desk.robot.root / "list.opml"
    assert [line.removeprefix(f"{file}:") for line in done.err.splitlines()] == [
        '5: the name "First" is taken: it becomes "First (2)"',
        '7: left out: http://www.first.example/rss/ is there already: "First" (feeds.toml:2)',
        SAID_OF_FTP,
        '11: left out: https://harbour.example/rss is there already: "Harbour & Docks" (this list)',
    ]
    assert "4 feeds, 2 feeds there already" in done.out
    assert desk.robot.run("check").ok()
    again = desk.robot.run("feed", "import", saved(desk, OPML)).ok()
    assert ": 0 feeds, 6 feeds there already" in again.out, "a second time adds nothing"
    assert len(feeds(desk)) == 7


def test_a_dry_run_of_an_import_writes_nothing(desk: Place, told: Told) -> None:
    before = text(desk)
    code, out, _ = told(desk, "feed", "import", saved(desk, OPML), "--dry-run")
    assert code == 0
    assert "[[feeds]]" in out
    assert "would be added: 4 feeds" in out
    assert text(desk) == before


def test_a_list_may_come_through_a_pipe(desk: Place) -> None:
    done = piped(desk, "feed", "import", "-", stdin=OPML.encode())
    assert done.returncode == 0, done.stderr
    assert b"standard input:8: left out" in done.stderr
    assert len(feeds(desk)) == 7


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "an entity bomb": (
        "<!DOCTYPE opml [<!ENTITY a 'x'>\n<!ENTITY b '&a;&a;'>]><opml><body/></opml>",
        "line 1: it declares an entity",
    ),
    "an external entity": ("<!DOCTYPE opml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml/>", "line 1: it declares an entity"),
    "no XML": ("hello\n", "line 1: not XML"),
    "a fault in line 3": ("<opml>\n<body>\n<outline text='a & b'/>", "line 3, column "),
    "huge": (b"<opml>" + b" " * 4_000_001, "larger than 4 MB"),
    "a feed": ("<rss version='2.0'/>", "storywatch feed add URL"),
    "no address that can be used": (
        "<opml version='2.0'><body><outline text='x' xmlUrl='gopher://x'/></body></opml>",
        "left out",
    ),
    "no feeds": ("<opml version='2.0'><body><outline text='x'/></body></opml>", "names no feed"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_list_that_is_none_changes_nothing_and_says_where_it_is_wrong(desk: Place, told: Told, case: str) -> None:
    content, words = HOSTILE[case]
    before = text(desk)
    code, _, err = told(desk, "feed", "import", saved(desk, content))
    assert (code, text(desk)) == (1, before)
    assert words in err
    assert err.endswith("nothing was written\n") or "left out" in words


def test_a_file_that_is_not_there_is_said(desk: Place, told: Told) -> None:
    code, _, err = told(desk, "feed", "import", "no-such.opml")
    assert (code, err) == (1, "storywatch: no-such.opml: cannot be read: No such file or directory\n")


# ---------------------------------------------------------------- export


def test_an_export_is_opml_without_secrets_and_comes_back_as_it_was(desk: Place) -> None:
    desk.robot.write("feeds.toml", FEEDS + '\n[[feeds]]\nname = "Secret"\nurl = "https://s.example/${file:token}"\n')
    done = piped(desk, "feed", "export")
    assert done.returncode == 0
    root = ET.fromstring(done.stdout)
    assert [each.get("xmlUrl") for each in root.iter("outline")] == [feed["url"] for feed in feeds(desk)[:3]]
    assert b"a-secret" not in done.stdout + done.stderr
    assert done.stderr.decode().splitlines() == [
        "Keyed: without its headers (Authorization)", "left out: Secret: its address holds a secret",
    ]  # fmt: skip
    desk.robot.write("feeds.toml", "")
    desk.robot.write("stories.toml", "")
    assert piped(desk, "feed", "import", "-", stdin=done.stdout).returncode == 0
    assert [{key: value for key, value in feed.items() if key != "headers"} for feed in tomllib.loads(FEEDS)["feeds"]] == feeds(
        desk
    )


def test_an_export_does_not_write_over_a_file_unasked(desk: Place, told: Told, tmp_path: Path) -> None:
    target = tmp_path / "out.opml"
    assert told(desk, "feed", "export", str(target))[0] == 0
    assert len(opml.read(target.read_bytes()).feeds) == 3
    target.write_text("mine")
    code, _, err = told(desk, "feed", "export", str(target))
    assert (code, target.read_text()) == (1, "mine")
    assert "--force" in err
    assert told(desk, "feed", "export", str(target), "--force")[0] == 0
    assert len(opml.read(target.read_bytes()).feeds) == 3


# ---------------------------------------------------------------- suggest


def test_searches_are_printed_ready_to_paste_by_the_headings_of_the_concepts(desk: Place, told: Told) -> None:
    before = text(desk)
    code, out, err = told(desk, "feed", "suggest", "deal")
    assert code == 0
    found = tomllib.loads(out)["feeds"]
    assert [feed["name"] for feed in found] == [
        f"Google News in {name}: deal" for name in ("English", "French", "German", "Russian")
    ]
    assert (
        found[2]["url"]
        == "https://news.google.com/rss/search?q=OpenAI+(NATO+OR+Nordatlantikpakt+OR+OTAN)+when:7d&hl=de&gl=DE&ceid=DE:de"
    )
    assert found[1]["url"].endswith("q=OpenAI+(NATO+OR+OTAN+OR+%22Alliance+atlantique%22)+when:7d&hl=fr&gl=FR&ceid=FR:fr")
    assert "q=OpenAI+(НАТО+OR+NATO)+when:7d&hl=ru&gl=RU&ceid=RU:ru" in found[3]["url"]
    assert {feed["articles"] for feed in found} == {"never"}
    assert out.count("# not checked") == 4
    assert "none of these addresses was asked" in err
    assert text(desk) == before


def test_searches_are_written_once(desk: Place, told: Told) -> None:
    code, out, _ = told(desk, "feed", "suggest", "deal", "--lang", "de, Japanese", "--write")
    assert code == 0
    assert "written to" in out
    assert [feed["name"] for feed in feeds(desk)[3:]] == ["Google News in German: deal", "Google News in Japanese: deal"]
    assert told(desk, "check")[0] == 0
    code, out, err = told(desk, "feed", "suggest", "deal", "--lang", "de,ja", "--write")
    assert (code, len(feeds(desk))) == (0, 5)
    assert 'the search in German is there already: "Google News in German: deal" (feeds.toml:' in err
    assert told(desk, "feed", "suggest", "deal", "--lang", "de", "--engine", "bing", "--write")[0] == 0
    assert (
        feeds(desk)[5]["url"]
        == "https://www.bing.com/news/search?q=OpenAI+(NATO+OR+Nordatlantikpakt+OR+OTAN)&format=rss&mkt=de-DE"
    )


def test_where_there_is_no_network_that_is_said_of_each(desk: Place) -> None:
    desk.robot.write("bot.toml", BOT + 'proxy = "http://127.0.0.1:9"\n')  # nobody listens there
    done = desk.robot.run("feed", "suggest", "deal", "--lang", "de,fr", "--check").ok()
    assert done.out.count("# could not be checked on ") == 2
    assert "none of these" not in done.err


def test_a_story_that_looks_at_listed_feeds_only_is_pointed_at(desk: Place, told: Told) -> None:
    code, _, err = told(desk, "feed", "suggest", "narrow", "--lang", "en")
    assert code == 0
    assert "narrow looks at the feeds that it lists only" in err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["dael"], '"deal"'),
        (["deal", "--lang", "tlh"], 'no edition is known for "tlh"'),
        (["deal", "--engine", "altavista"], "bing"),
    ],
)
def test_a_wrong_call_says_what_there_is(desk: Place, told: Told, args: list[str], words: str) -> None:
    code, _, err = told(desk, "feed", "suggest", *args)
    assert code == 2
    assert words in err


@pytest.mark.parametrize("name", ["add", "test", "list", "import", "export", "suggest"])
def test_every_command_shows_an_example_of_itself(desk: Place, told: Told, name: str) -> None:
    code, out, _ = told(desk, "feed", name, "--help")
    assert code == 0
    assert f"storywatch feed {name}" in out.split("Examples:")[1]
