"""The shelf: the copies of a state that stand beside it, told apart and sorted by their names alone.

seen.sqlite3                            the state
seen.sqlite3.daily-20260304T120000Z     a daily copy; the last three are kept
seen.sqlite3.backup-20260304T120000Z    a copy made by hand; kept until somebody deletes it
seen.sqlite3.damaged-20260304T120000Z   what `storywatch restore` put aside
*.part                                  a copy being written, or left by a run that was killed
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from bot.errors import StateBusy

Kind: TypeAlias = Literal["daily", "backup", "damaged"]

KEPT = 3  # daily copies
PART = ".part"
# Bytes that are cut off a large file at once before it is deleted, and the seconds between two cuts. On ext4 the deletion of
# 447 MB as a whole held a commit beside it up for 198 and 289 ms, in such bites for 57 and 32.
BITE = 8_000_000
BREATH = 0.002
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy on the shelf. ``at``: when it was made, by its name."""

    path: Path
    at: datetime


def place(state: Path, kind: Kind, at: datetime) -> Path:
    """Where a file of that kind and moment stands. A state behind a symbolic link has its shelf where the file is."""
    state = state.resolve()
    return state.with_name(f"{state.name}.{kind}-{at.astimezone(UTC):{_STAMP}}")


def copies(state: Path, *kinds: Kind) -> list[Copy]:
    """The copies on the shelf, the newest first; by default all that can be gone back to."""
    state = state.resolve()
    begins = [f"{state.name}.{kind}-" for kind in kinds or ("daily", "backup")]
    named = [(path, path.name.removeprefix(begin)) for path in _beside(state) for begin in begins if path.name.startswith(begin)]
    found = [Copy(path=path, at=at) for path, stamp in named if (at := _moment(stamp)) is not None]
    return sorted(found, key=lambda copy: (copy.at, copy.path.name), reverse=True)


def _beside(state: Path) -> list[Path]:
    try:
        return list(state.parent.iterdir())
    except OSError:
        return []


def _moment(stamp: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(stamp)  # and not strptime, which compiles a pattern for every part of a date
    except ValueError:
        return None
    return moment if f"{moment:{_STAMP}}" == stamp and moment.tzinfo == UTC else None


def thin(state: Path, now: datetime) -> None:
    """Delete all but the last daily copies. One that is dated later than ``now`` was made under a wrong clock: it goes first."""
    found = sorted(copies(state, "daily"), key=lambda copy: copy.at <= now + timedelta(days=1), reverse=True)
    for copy in found[KEPT:]:
        doomed = copy.path.with_name(copy.path.name + PART)  # what is half deleted must not pass for a copy
        copy.path.replace(doomed)
        _delete(doomed)


def sweep(state: Path) -> None:
    """Delete the unfinished copies of runs that are no more. One being written is locked by its writer."""
    state = state.resolve()
    for path in _beside(state):
        if path.name.startswith(state.name + ".") and path.name.endswith(PART):
            try:
                fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:  # a link, a folder, another user's: not written by us
                continue
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _delete(path)
            except BlockingIOError:
                continue
            finally:
                os.close(fd)


@contextmanager
def draft(target: Path) -> Iterator[tuple[Path, int]]:
    """A new file (0600) and its descriptor; it takes the target's place, whole and on the disk, when the block ends well.

    When it does not, nothing of it stays, and the target is what it was. Raises StateBusy when another process is at it.
    """
    path = target.with_name(target.name + PART)
    fd = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateBusy(f"{target}: another process is writing that copy") from None
        try:
            os.ftruncate(fd, 0)
            yield path, fd
            os.fsync(fd)
            path.replace(target)
            settle(target.parent)
        except BaseException:
            _delete(path)
            raise
    finally:
        os.close(fd)


def settle(folder: Path) -> None:
    """Have the folder's names on the disk: a rename is only then sure to survive a power cut (fsync(2), notes)."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _delete(path: Path) -> None:
    _shorten(path)
    for name in (path.name, *(path.name + end for end in BESIDE)):
        path.with_name(name).unlink(missing_ok=True)


def _shorten(path: Path) -> None:
    """Cut a large file down bit by bit before it is deleted; not where it has another name, whose contents would go too."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:  # not there; or a link, which has nothing to cut
        return
    try:
        found = os.fstat(fd)
        if found.st_nlink == 1:
            for size in range(found.st_size - BITE, 0, -BITE):
                os.ftruncate(fd, size)
                time.sleep(BREATH)
    finally:
        os.close(fd)
