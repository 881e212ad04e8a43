"""Files are written whole or not at all, and nothing is left beside them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.config import write

Link: TypeAlias = Callable[[Path, Path], None]


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def no_second_names(draft: Path, path: Path) -> None:
    """As on a FAT stick."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), str(path))


def state(path: Path) -> tuple[list[str], str, int]:
    """The names in its folder, its text and its mode."""
    return sorted(each.name for each in path.parent.iterdir()), path.read_text(), stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("link", [os.link, no_second_names], ids=["a disk of ours", "one without second names"])
@pytest.mark.parametrize(("mode", "expected"), [(write.OWNER, 0o600), (write.ALL, 0o644)], ids=["its owner's", "everybody's"])
def test_a_new_file_is_there_whole_and_alone(tmp_path: Path, mode: int, expected: int, link: Link) -> None:
    path = tmp_path / "new.toml"
    write.create(path, "Straße\n", mode=mode, link=link)
    assert state(path) == (["new.toml"], "Straße\n", expected)


@pytest.mark.parametrize("link", [os.link, no_second_names], ids=["a disk of ours", "one without second names"])
def test_what_is_there_is_not_written_over(tmp_path: Path, link: Link) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        write.create(path, "theirs", link=link)
    assert state(path) == (["mine"], "mine", 0o644)


def test_a_new_text_takes_the_place_of_the_old_and_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "there"
    path.write_text("old")
    path.chmod(0o640)
    write.replace(path, "new", mode=write.ALL)
    assert state(path) == (["there"], "new", 0o640)
    write.replace(tmp_path / "fresh", "new", mode=write.ALL)
    assert state(tmp_path / "fresh") == (["fresh", "there"], "new", 0o644)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, name = tmp_path / "real", tmp_path / "name"
    real.write_text("old")
    name.symlink_to(real)
    write.replace(name, "new")
    assert (name.is_symlink(), real.read_text()) == (True, "new")


def test_a_text_that_cannot_be_put_in_its_place_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        write.replace(folder, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(FileNotFoundError):
        write.create(tmp_path / "no" / "such", "new")
