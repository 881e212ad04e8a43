"""Opening the state: files, pragmas, the write lock, and SQLite's errors in our words."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from bot.edge.store import shelf
from bot.errors import StateBusy, StateDamaged, StateError, StateFull

BUSY_SECONDS = 5.0  # how long a statement waits for another process's lock before it says so
# quick_check reads the whole file, at about 300 MB/s here: beyond this size it would hold up every start.
# What lies above it is checked once a day, with the daily copy.
CHECKED_BYTES = 200_000_000
# The write-ahead log is cut back to this once it is folded in: a long read (a copy) lets it grow meanwhile.
WAL_BYTES = 16_000_000

# Pages that each reading connection keeps, in KiB. Several threads read; by default (2,000) their caches went on filling for
# days, which the soak showed as memory that grows. The system's own cache holds the file anyway.
READER_KIB = 256


def create_files(path: Path) -> None:
    """Make the state's folder (0700) and file (0600) where they are missing; SQLite's own files copy the mode."""
    if is_gone(path):
        raise gone(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise of_os(path, error) from error


def is_gone(path: Path) -> bool:
    """Whether a state that once was there is missing or empty: its copies are still on the shelf."""
    try:
        size = path.stat().st_size
    except OSError:
        size = 0
    return not size and bool(shelf.copies(path))


def writer(path: Path) -> sa.Engine:
    """An engine whose every transaction is ``BEGIN IMMEDIATE``.

    A deferred transaction that reads and then writes fails at once when somebody else wrote in
    between, whatever the busy time-out (sqlite.org/lang_transaction.html).
    """
    engine = _engine(path, mode="rw")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection  # SQLAlchemy's own way there takes 40 us more
        driver.execute("BEGIN IMMEDIATE")

    return engine


def reader(path: Path) -> sa.Engine:
    """An engine in autocommit that cannot write: a read never holds the writer up."""
    return _engine(path, mode="ro")


def _engine(path: Path, *, mode: str) -> sa.Engine:
    url = sa.URL.create("sqlite", database=uri(path), query={"mode": mode, "uri": "true"})
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        # FULL: a commit survives a power cut (1.5 ms each here); we commit a few times a minute.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
        if mode == "ro":
            connection.execute(f"PRAGMA cache_size=-{READER_KIB}")

    return engine


def uri(path: Path, how: str = "") -> str:
    """A path as an SQLite URI (sqlite.org/uri.html, section 3), with what follows its question mark."""
    quoted = str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?{how}" if how else f"file:{quoted}"


def check(engine: sa.Engine, path: Path) -> None:
    """Refuse a damaged file before anything is written to it."""
    with translated(path), engine.connect() as connection:
        if path.stat().st_size > CHECKED_BYTES:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            return
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise damaged(path)


def use_wal(engine: sa.Engine, path: Path) -> None:
    """Readers beside the writer (kept in the file, so once is enough)."""
    with translated(path), engine.connect() as connection:
        # On the driver's connection: SQLAlchemy would open a transaction, and the mode cannot change inside one.
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        driver.execute("PRAGMA journal_mode=WAL")


def damaged(path: Path) -> StateDamaged:
    """The error for a state whose contents cannot be trusted, with the one command that helps."""
    return StateDamaged(f"{path}: the state is damaged (nothing was changed); {way_out(path)}")


def gone(path: Path) -> StateDamaged:
    """The error for a state that is not there, though copies of it are."""
    return StateDamaged(f"{path}: the state is gone, but copies of it are there; {way_out(path)}")


def way_out(path: Path) -> str:
    """The newest copy of a state and the command that goes back to it, or the one that starts without any."""
    found = shelf.copies(path)
    if not found:
        return "there is no copy of it; to put it aside and start with a new baseline: storywatch restore --empty"
    return f"the newest copy is {found[0].path.name}; to go back to it: storywatch restore"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, one line each, with what to do next."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # a bug of ours, which a word about the state would hide
    except exc.DatabaseError as error:
        raise ours(path, str(error.orig)) from error
    except sqlite3.DatabaseError as error:
        raise ours(path, str(error)) from error


def of_os(path: Path, error: OSError) -> StateError:
    """The operating system's error about the state's files as ours."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StateFull(f"{path}: no space left on the disk")
    return StateError(f"{path}: cannot be opened for writing: {error.strerror}")


def ours(path: Path, said: str) -> StateError:
    """What SQLite said as one of our errors."""
    if "locked" in said or "busy" in said:
        return StateBusy(f"{path}: locked by another process for {BUSY_SECONDS:.0f} s; is another Storywatch or sqlite3 at work?")
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return damaged(path)
    if "readonly" in said or "unable to open" in said:
        return StateError(f"{path}: cannot be written ({said}); check the owner and the rights of the file and its folder")
    if "full" in said:
        return StateFull(f"{path}: no space left on the disk; nothing was lost, and work goes on once there is some")
    if "I/O error" in said:
        return StateError(f"{path}: the disk fails ({said}); nothing was changed, look at the disk and the system's log")
    return StateError(f"{path}: {said}")
