"""A state that cannot be used: one clear line, the right exit code, and not a byte changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from .robot import Done
from .scene import Scene


@pytest.fixture
def used(scene: Scene) -> Scene:
    """A scene whose state holds something worth keeping."""
    scene.sink("webhook")
    feed = scene.feed("alpha")
    scene.once()
    feed.add(scene.match("news"))
    scene.once()
    return scene


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def refused(scene: Scene, codes: set[int], word: str, *command: str, within: float = 60, through: Sequence[str] = ()) -> Done:
    """The command ends with one of these codes and one line that has the word; the file is what it was."""
    before = digest(scene.robot.database)
    done = scene.robot.run(*command, within=within, through=through)
    assert done.code in codes, (done.code, done.lines)
    assert len(done.lines) == 1, done.lines
    assert re.search(word, done.lines[0], re.IGNORECASE), done.lines
    assert digest(scene.robot.database) == before
    return done


@pytest.mark.parametrize("command", ["once", "run", "log", "status"])
def test_a_corrupt_state_is_left_alone(used: Scene, command: str) -> None:
    used.robot.database.write_bytes(b"this was a database once\n" * 400)
    refused(used, {1}, "corrupt|not a database|damaged|no database|malformed", command)


def test_a_state_damaged_in_the_middle_is_left_alone(used: Scene) -> None:
    whole = used.robot.database.read_bytes()
    used.robot.database.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    refused(used, {1}, "corrupt|not a database|damaged|malformed", "once")


@pytest.mark.parametrize("command", ["once", "run", "log"])
def test_a_state_of_a_newer_version_is_left_alone(used: Scene, command: str) -> None:
    with closing(sqlite3.connect(used.robot.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999_later'")
        connection.commit()
    refused(used, {1}, "newer|later|version", command)


def test_a_state_that_another_program_holds_is_busy(used: Scene) -> None:
    with closing(sqlite3.connect(used.robot.database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        refused(used, {75}, "busy|locked|another|use", "once", within=100)


POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


@pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may write anywhere, and no setpriv to stop it"
)
def test_a_read_only_state_is_refused(used: Scene) -> None:
    """Modes bind root only without its powers over files."""
    used.robot.database.chmod(0o400)
    used.robot.state.chmod(0o500)
    try:
        refused(used, {1, 75}, "read.?only|permission|writ", "once", through=POWERLESS if os.geteuid() == 0 else ())
    finally:
        used.robot.state.chmod(0o700)
