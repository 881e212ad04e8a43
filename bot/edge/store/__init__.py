"""The state: one SQLite file that is the only truth. The rooms beside this one say what can be done with it.

with store.write() as tx:          # one transaction, all or nothing
    ids = items.add(tx, ...)
    feeds.save(tx, ...)
with store.read() as connection:   # autocommit, never blocks the writer
    log.rows(connection, ...)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa

from bot.edge.store import engine, migrate
from bot.edge.store.lock import StateLock
from bot.errors import StateError

Transaction: TypeAlias = sa.Connection
Reading: TypeAlias = sa.Connection


class Store:
    """An open state. Use :func:`open_state` to work on it, :func:`open_reading` to look at it."""

    def __init__(self, path: Path, *, writer: sa.Engine | None, reader: sa.Engine, lock: StateLock | None) -> None:
        self.path = path
        self._writer, self._reader, self._lock = writer, reader, lock
        self._gate = threading.Lock()
        self._inode = path.stat().st_ino

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction; an exception inside leaves nothing behind. Threads take turns."""
        assert self._writer is not None, "opened for reading"  # noqa: S101 - a programming error
        with self._gate, engine.translated(self.path), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A connection that sees what was committed, and cannot write."""
        with engine.translated(self.path), self._reader.connect() as connection:
            yield connection

    def is_there(self) -> bool:
        """Whether the file we work on is still the one at its path: SQLite writes on into a deleted file unawares."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the files and the lock."""
        self._reader.dispose()
        if self._writer is not None:
            self._writer.dispose()  # last, for it alone can fold the WAL back into the file
        if self._lock is not None:
            self._lock.release()


def open_state(path: Path) -> Store:
    """The state, to work on: alone (or StateBusy), checked, and brought to this version's schema.

    Raises StateError for a state that is damaged, newer, foreign or not writable; nothing is changed then.
    """
    engine.create_files(path)
    lock = StateLock(path)
    writer = engine.writer(path)
    try:
        looker = engine.reader(path)
        engine.check(looker, path)
        migrate.refuse_unknown(looker, path)
        engine.use_wal(writer, path)
        migrate.upgrade(writer, looker, path)
    except BaseException:
        writer.dispose()
        lock.release()
        raise
    return Store(path, writer=writer, reader=looker, lock=lock)


def open_shared(path: Path) -> Store:
    """The state, to change a little beside a running daemon (``alerts retry``): no lock, no migration."""
    reading = open_reading(path)
    return Store(path, writer=engine.writer(path), reader=reading._reader, lock=None)


def open_reading(path: Path) -> Store:
    """The state, to look at. Raises StateError when there is none yet, or when it is not this version's."""
    if not path.exists() or path.stat().st_size == 0:
        raise StateError(f"{path}: no state yet; `storywatch once` or `storywatch run` makes it")
    reader = engine.reader(path)
    migrate.refuse_unknown(reader, path)
    if migrate.revision(reader, path) != migrate.HEAD:
        raise StateError(f"{path}: made by an older Storywatch; `storywatch once` or `storywatch run` brings it up to date")
    return Store(path, writer=None, reader=reader, lock=None)
