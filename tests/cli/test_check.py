"""``storywatch check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.cli.main import main

RIGHT = """\
[[feeds]]
name = "A"
url = "https://a.example/rss?key=hush-hush-hush"
[[feeds]]
name = "B"
url = "https://b.example/rss"
interval = "1h"
[concepts]
openai = ["OpenAI", "Open AI"]
nato = ["=NATO", "北约", "=OTAN"]
unused = ["x"]
[[stories]]
name = "one"
title = "One"
query = "openai AND (nato OR drone)"
channels = ["c"]
feeds = ["A"]
[[stories]]
name = "two"
query = "drone"
[[channels]]
name = "c"
kind = "console"
budget = "5/1h"
"""
WARNINGS = [
    'a.toml:5: warning: feed "B" is watched',
    'a.toml:19: warning: story "two" has no channels',
    'a.toml:9: warning: concept "openai" has 1 name only and is in Latin letters only, while nato is in',
]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "a.toml").write_text(RIGHT)
    return folder


def test_a_right_configuration_is_summed_up(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "check"]) == 0
    captured = capsys.readouterr()
    assert f"1 file in {config}: no faults" in captured.out
    assert str(config.parent / "state/seen.sqlite3") in captured.out
    assert "2 feeds, every 10m (1 in a rhythm of their own)" in captured.out
    assert "one: 2 concepts with 5 spellings; looks at 1 feed; tells c" in captured.out
    assert "two: no concepts; looks at 2 feeds; tells nobody" in captured.out
    assert "c: console, at most 5 messages in 1h" in captured.out


def test_warnings_are_shown_and_are_no_failure(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "a.toml").write_text(RIGHT.replace('query = "drone"\n', 'query = "drone"\nfeeds = ["A"]\n'))
    assert main(["--config", str(config), "check"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(WARNINGS)
    assert all(line.startswith(start) for line, start in zip(told, WARNINGS, strict=True))


def test_json_is_the_same_for_programs(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "check", "--json"]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert told["ok"] is True
    assert told["faults"] == []
    assert [(warning["file"], warning["line"]) for warning in told["warnings"]] == [("a.toml", 19), ("a.toml", 9)]
    assert told["feeds"] == ["A", "B"]
    assert told["stories"][0] == {
        "name": "one",
        "title": "One",
        "concepts": ["openai", "nato"],
        "feeds": ["A"],
        "channels": ["c"],
    }
    assert told["channels"] == [{"name": "c", "kind": "console"}]
    assert captured.err == ""
    assert "hush" not in captured.out


def test_faults_are_json_too_with_the_same_exit_code(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "b.toml").write_text("[bot]\nintervall = 1\n")
    assert main(["--config", str(config), "check", "--json"]) == 78
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert [(fault["file"], fault["line"]) for fault in told["faults"]] == [("b.toml", 2)]


def test_several_faults_are_one_line_each(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "b.toml").write_text('[bot]\nintervall = 1\noperators = ["nobody"]\n[network]\ndeadline = "soon"\n')
    assert main(["--config", str(config), "check"]) == 78
    captured = capsys.readouterr()
    assert [line.split(": ")[0] for line in captured.err.splitlines()] == ["b.toml:2", "b.toml:3", "b.toml:5"]
    assert captured.out == ""


def test_advice_is_for_who_asks_and_not_for_every_start(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "a.toml").write_text(RIGHT.replace("a.example", "127.0.0.1:9").replace("b.example", "127.0.0.1:9"))
    assert main(["--config", str(config), "once"]) == 0
    said = capsys.readouterr().err
    assert 'story "two" has no channels' in said
    assert "concept" not in said


def test_a_query_that_nothing_can_match_is_refused_with_its_place(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config / "a.toml").write_text(RIGHT.replace('"openai AND (nato OR drone)"', '"openai AND nato AND NOT openai"'))
    assert main(["--config", str(config), "check"]) == 78
    assert capsys.readouterr().err.splitlines() == [
        "a.toml:15: query, column 21: this NOT leaves nothing to match: the query asks for openai and excludes it: take one of the two out",
        "    openai AND nato AND NOT openai",
        "                        ^",
    ]
