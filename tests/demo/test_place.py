"""Where a demo is put: a new folder, with a configuration that is right."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from bot import shipped
from bot.config import load
from bot.demo import make, outlets
from bot.demo.place import NAME, fill
from bot.errors import StorywatchError


def test_without_a_wish_each_demo_gets_the_next_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert [str(make(None)) for _ in range(3)] == [NAME, f"{NAME}-2", f"{NAME}-3"]
    (tmp_path / f"{NAME}-4").write_text("a file is in the way as well")
    assert str(make(None)) == f"{NAME}-5"


def test_where_nothing_can_be_made_here_it_goes_to_the_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, temporary = tmp_path / "gone", tmp_path / "temporary"
    gone.mkdir()
    temporary.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    found = [make(None), make(None)]
    assert {folder.parent for folder in found} == {temporary}
    assert len(set(found)) == 2


@pytest.mark.parametrize("there", ["nothing", "an empty folder"])
def test_a_wish_is_followed_where_nothing_would_be_overwritten(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "deep" / "look"
    if there == "an empty folder":
        folder.mkdir(parents=True)
    assert make(folder) == folder
    assert folder.is_dir()


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(StorywatchError, match="something in it already"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_place_where_no_folder_can_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorywatchError, match="no folder can be made there"):
        make(tmp_path / "file" / "below")


def test_the_configuration_is_right_and_follows_the_shipped_story(tmp_path: Path) -> None:
    texts = shipped.texts()
    found = load(fill(tmp_path, texts, outlets(), "http://127.0.0.1:8000"), {})
    assert found.warnings == ()
    assert found.state == tmp_path / "state" / "seen.sqlite3"
    assert [feed.name for feed in found.feeds] == [outlet.name for outlet in outlets()]
    assert (tmp_path / "config/stories.toml").read_text() == texts["stories.toml"]
    assert "not news" in (tmp_path / "README.md").read_text().replace("\n", " ")


def test_nothing_is_overwritten_even_when_two_write_at_once(tmp_path: Path) -> None:
    fill(tmp_path, shipped.texts(), outlets(), "http://127.0.0.1:8000")
    with pytest.raises(StorywatchError, match="cannot be written: File exists"):
        fill(tmp_path, shipped.texts(), outlets(), "http://127.0.0.1:9000")
    assert "9000" not in (tmp_path / "config/feeds.toml").read_text()
