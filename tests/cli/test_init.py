"""``storywatch init``."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.config import load

SHIPPED = {"README.md", "bot.toml", "feeds.toml", "stories.toml"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_holds_a_configuration_that_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "deep" / "watch"
    assert main(["init", str(target)]) == 0
    assert {file.name for file in (target / "config").iterdir()} == SHIPPED, "deploy/ belongs to the sources that it installs"
    assert load(target / "config", {}).warnings == ()
    assert main(["--config", str(target / "config"), "check"]) == 0
    assert "openai-nato" in capsys.readouterr().out


def test_it_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "my watch")]) == 0
    told = capsys.readouterr().out
    assert f"cd '{tmp_path / 'my watch'}'" in told
    assert [told.index(f"storywatch {step}") for step in ("check", "once", "run", "log")] == sorted(
        told.index(f"storywatch {step}") for step in ("check", "once", "run", "log")
    )


def test_without_a_folder_it_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert (tmp_path / "config/bot.toml").is_file()
    assert "cd " not in capsys.readouterr().out


def test_files_that_may_hold_secrets_and_the_state_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert main(["init", str(tmp_path)]) == 0
    finally:
        os.umask(before)
    assert {mode(tmp_path / "config" / name) for name in ("bot.toml", "feeds.toml")} == {0o600}
    assert mode(tmp_path / "config/stories.toml") == 0o644
    assert mode(tmp_path / "state") == 0o700
    assert "state" in (tmp_path / "state/README.md").read_text()


@pytest.mark.parametrize("there", ["a file", "a dangling link"])
def test_nothing_is_overwritten_and_nothing_else_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    feeds = tmp_path / "config/feeds.toml"
    feeds.parent.mkdir()
    if there == "a file":
        feeds.write_text("mine")
    else:
        feeds.symlink_to(tmp_path / "elsewhere")
    assert main(["init", str(tmp_path)]) == 1
    assert f"{feeds}: there already" in capsys.readouterr().err
    assert [file.name for file in feeds.parent.iterdir()] == ["feeds.toml"]
    assert not (tmp_path / "state").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_a_state_that_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o755)
    (tmp_path / "state/README.md").write_text("mine")
    assert main(["init", str(tmp_path)]) == 0
    assert (tmp_path / "state/README.md").read_text() == "mine"
    assert mode(tmp_path / "state") == 0o755


def test_a_place_that_cannot_be_written_is_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    assert main(["init", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in line
    assert list((tmp_path / "config").iterdir()) == []


def test_a_file_in_place_of_the_folder_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    assert main(["init", str(tmp_path / "x")]) == 2
