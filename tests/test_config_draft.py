"""A draft of stories and concepts beside the configuration: what it takes over, what it ignores, every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import Config, load, load_draft
from bot.errors import ConfigError

LIVE = """\
[bot]
interval = "7m"
[[feeds]]
name = "A"
url = "https://a.example/rss"
[[channels]]
name = "desk"
kind = "console"
[[stories]]
name = "live"
query = "cheese"
channels = ["desk"]
[concepts]
cheese = ["cheese"]
"""
STORY = '[[stories]]\nname = "s"\nquery = "openai"\n'
OPENAI = '[concepts]\nopenai = ["OpenAI"]\n'


@pytest.fixture
def live(tmp_path: Path) -> Config:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "all.toml").write_text(LIVE)
    return load(tmp_path / "config", {})


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "draft.toml"
    path.write_text(text)
    return path


def faults(path: Path, live: Config) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_draft(path, live, {})
    return [str(fault) for fault in caught.value.faults]


def test_the_rule_is_the_drafts_and_everything_else_stays(tmp_path: Path, live: Config) -> None:
    draft = load_draft(written(tmp_path, STORY + OPENAI), live, {})
    assert [story.name for story in draft.stories] == ["s"]
    assert draft.concepts == {"openai": ("OpenAI",)}
    assert (draft.state, draft.interval, draft.feeds) == (live.state, live.interval, live.feeds)
    assert [story.name for story in live.stories] == ["live"], "the configuration itself is untouched"


FINE = {
    "a channel that there is not": 'channels = ["nobody", "desk"]',
    "a feed of the configuration": 'feeds = ["A"]',
    "a feed of the configuration to leave out": 'exclude_feeds = ["A"]',
    "a feed of the draft's own": 'feeds = ["B"]\n[[feeds]]\nname = "B"',
    "other tables, right or wrong": '[bot]\ninterval = "soon"\n[network]\nx = 1\n[[channels]]\nurl = "${env:NOT_SET}"',
}


@pytest.mark.parametrize("case", FINE)
def test_what_a_draft_may_hold_besides(tmp_path: Path, live: Config, case: str) -> None:
    assert load_draft(written(tmp_path, OPENAI + STORY + FINE[case]), live, {}).stories[0].name == "s"


WRONG = {
    "a feed that there is not": (STORY + 'feeds = ["AA"]', ['draft.toml:4: feeds: there is no feed "AA": did you mean "A"?']),
    "no TOML": ("[[stories]]\nname = s", ["draft.toml:2: invalid TOML: invalid value in column 8: text stands in quotes"]),
    "an unknown table": (STORY + "[concept]\nx = 1", ['draft.toml:4: concept: unknown table: did you mean "concepts"?']),
    "an unknown key": (STORY + "treshold = 1", ['draft.toml:4: treshold: unknown key: did you mean "threshold"?']),
    "a query that cannot be read": (
        STORY.replace('"openai"', '"openai AND"'),
        ["draft.toml:3: query, column 11: the query ends after AND: write what AND belongs to, or remove it\n    openai AND\n"],
    ),
    "a wrong spelling": (STORY + '[concepts]\nopenai = ["/(/"]', ['draft.toml:5: openai: "/(/": the regex /(/ cannot be used']),
    "a concept that is empty": (STORY + "[concepts]\nopenai = []", ["draft.toml:5: openai"]),
    "a reference to a secret": (STORY.replace('"openai"', '"${env:X}"'), ["draft.toml:3: query: a reference cannot stand here"]),
    "two stories of a name": (STORY + STORY, ['draft.toml:5: story "s" stands already in draft.toml:2']),
    "no story": (OPENAI, ["draft.toml:1: there are no stories to try: write a [[stories]] table"]),
    "everything at once": (
        STORY.replace('"openai"', '"a AND"') + 'threshold = 3\nfeeds = ["AA"]\n[concepts]\nx = ["*"]',
        ["draft.toml:3: query", "draft.toml:4: threshold", "draft.toml:5: feeds", 'draft.toml:7: x: "*"'],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_fault_of_a_draft_is_told_with_its_line(tmp_path: Path, live: Config, case: str) -> None:
    text, wanted = WRONG[case]
    found = faults(written(tmp_path, text), live)
    assert len(found) >= len(wanted)
    for start in wanted:
        assert any(fault.startswith(start) for fault in found), found


def test_a_draft_may_be_a_folder(tmp_path: Path, live: Config) -> None:
    folder = tmp_path / "drafts"
    folder.mkdir()
    (folder / "a.toml").write_text(STORY)
    (folder / "b.toml").write_text(OPENAI)
    assert load_draft(folder, live, {}).concepts == {"openai": ("OpenAI",)}
    (folder / "c.toml").write_text(OPENAI)
    assert faults(folder, live) == ['c.toml:2: concept "openai" stands already in b.toml:2: put both together']


def test_a_draft_that_is_not_there_is_one_line(tmp_path: Path, live: Config) -> None:
    (line,) = faults(tmp_path / "none.toml", live)
    assert line.endswith("cannot be read (No such file or directory): name a file with the stories and concepts to try")


def test_the_warnings_are_those_of_the_draft(tmp_path: Path, live: Config) -> None:
    text = STORY.replace('"openai"', '"opena"') + 'channels = []\n[concepts]\nopenai = ["OpenAI"]'
    draft = load_draft(written(tmp_path, text), live, {})
    (warning,) = draft.warnings
    assert str(warning).startswith("draft.toml:3: query: 'opena' is looked for as a plain word; did you mean")
