"""Opening the state: files, pragmas, the write lock, and SQLite's errors in our words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import event, exc

from bot.errors import StateBusy, StateError

BUSY_SECONDS = 5.0  # how long a statement waits for another process's lock before it says so
# quick_check reads the whole file, at about 300 MB/s here: beyond this size it would hold up every start.
CHECKED_BYTES = 200_000_000


def create_files(path: Path) -> None:
    """Make the state's folder (0700) and file (0600) where they are missing; SQLite's own files copy the mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StateError(f"{path}: cannot be opened for writing: {error.strerror}") from error


def writer(path: Path) -> sa.Engine:
    """An engine whose every transaction is ``BEGIN IMMEDIATE``.

    A deferred transaction that reads and then writes fails at once when somebody else wrote in
    between, whatever the busy time-out (sqlite.org/lang_transaction.html).
    """
    engine = _engine(path, mode="rw")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reader(path: Path) -> sa.Engine:
    """An engine in autocommit that cannot write: a read never holds the writer up."""
    return _engine(path, mode="ro")


def _engine(path: Path, *, mode: str) -> sa.Engine:
    url = sa.URL.create("sqlite", database=f"file:{_quoted(path)}", query={"mode": mode, "uri": "true"})
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not open transactions of its own
        # FULL: a commit survives a power cut (1.5 ms each here); we commit a few times a minute.
        connection.execute("PRAGMA synchronous=FULL")

    return engine


def _quoted(path: Path) -> str:
    """A path inside an SQLite URI (sqlite.org/uri.html, section 3)."""
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def check(engine: sa.Engine, path: Path) -> None:
    """Refuse a damaged file before anything is written to it."""
    with translated(path), engine.connect() as connection:
        if path.stat().st_size > CHECKED_BYTES:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            return
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StateError(_corrupt(path))


def use_wal(engine: sa.Engine, path: Path) -> None:
    """Readers beside the writer (kept in the file, so once is enough)."""
    with translated(path), engine.connect() as connection:
        # On the driver's connection: SQLAlchemy would open a transaction, and the mode cannot change inside one.
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        driver.execute("PRAGMA journal_mode=WAL")


def _corrupt(path: Path) -> str:
    return f"{path}: the state is damaged (nothing was changed); put a backup in its place, or move it away to start anew"


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as ours, one line each, with what to do next."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError):
        raise  # a bug of ours, which a word about the state would hide
    except exc.DatabaseError as error:
        raise _ours(path, str(error.orig)) from error
    except sqlite3.DatabaseError as error:
        raise _ours(path, str(error)) from error


def _ours(path: Path, said: str) -> StateError:
    if "locked" in said or "busy" in said:
        return StateBusy(f"{path}: locked by another process for {BUSY_SECONDS:.0f} s; is another Storywatch or sqlite3 at work?")
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return StateError(_corrupt(path))
    if "readonly" in said or "unable to open" in said:
        return StateError(f"{path}: cannot be written ({said}); check the owner and the rights of the file and its folder")
    if "full" in said:
        return StateError(f"{path}: no space left on the disk; nothing was lost, free some and start again")
    return StateError(f"{path}: {said}")
