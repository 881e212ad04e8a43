"""A start reads the state through, but for one that was closed in order, is as it was left, and was read within a day."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.edge.lock import StateLock
from bot.edge.store import open_state, trust
from bot.errors import StateDamaged

ROOT = Path(__file__).parents[3]


def left(path: Path) -> str:
    """What the owner before left for the next one."""
    lock = StateLock(path)
    lock.release(lock.left)
    return lock.left


def when(path: Path) -> float | None:
    """When the state was read through, by what was left."""
    words = left(path).split()
    return float(words[1]) if words else None


@pytest.fixture(name="closed")
def _closed(path: Path) -> Path:
    """A state that was made, read through and closed in order."""
    open_state(path).close()
    open_state(path).close()
    return path


def test_after_an_orderly_close_a_start_goes_by_the_last_reading_through(closed: Path) -> None:
    before = when(closed)
    assert before is not None
    store = open_state(closed)
    with store.write() as tx:
        tx.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
    store.close()
    assert when(closed) == before, "work of ours is no reason to read it through"


def test_a_day_later_it_is_read_through_again(closed: Path) -> None:
    note, at = left(closed), when(closed)
    assert at is not None
    assert trust.checked(closed, note, at + trust.DAY - 1) == at
    assert trust.checked(closed, note, at + trust.DAY) is None
    assert trust.checked(closed, note, at - 1) is None, "a clock that went back proves nothing"


def touched(path: Path) -> None:
    os.utime(path)


def exchanged(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copy2(path, copy)
    copy.replace(path)


def written_beside(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO meta VALUES ('c', 'd')")


def damaged_and_redated(path: Path) -> None:
    found = path.stat()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def logged(path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(b"what a dead writer left")


@pytest.mark.parametrize("what", [touched, exchanged, written_beside, damaged_and_redated, logged])
def test_a_file_that_is_not_as_it_was_left_is_read_through(closed: Path, what: Callable[[Path], None]) -> None:
    note, at = left(closed), when(closed)
    assert at is not None
    what(closed)
    assert trust.checked(closed, note, at + 1) is None


@pytest.mark.parametrize("note", ["", "closed", "closed x 1 2 3 4 5", "4711", "closed nan 1 2 3 4 5", "\ufffd\ufffd"])
def test_what_is_no_note_proves_nothing(closed: Path, note: str) -> None:
    assert trust.checked(closed, note, 1e9) is None


def test_damage_behind_the_head_is_found_at_the_next_start_though_the_times_were_set_back(closed: Path) -> None:
    found = closed.stat()
    content = bytearray(closed.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    closed.write_bytes(bytes(content))
    os.utime(closed, ns=(found.st_atime_ns, found.st_mtime_ns))
    for _ in range(2):
        with pytest.raises(StateDamaged):
            open_state(closed)
    assert left(closed) == "", "and nobody takes a refused state for one that was closed in order"


def test_who_dies_leaves_no_note(closed: Path) -> None:
    code = "import os, sys; from pathlib import Path; from bot.edge.store import open_state; open_state(Path(sys.argv[1])); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(closed)], cwd=ROOT, check=False, timeout=60).returncode == 9
    assert left(closed) == ""


def test_who_met_damage_or_lost_the_file_leaves_no_note(closed: Path) -> None:
    store = open_state(closed)
    store.distrust()
    store.close()
    assert left(closed) == ""
    store = open_state(closed)
    exchanged(closed)
    store.close()
    assert left(closed) == ""
