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
from bot.errors import StateDamaged, StateError

Transaction: TypeAlias = sa.Connection
Reading: TypeAlias = sa.Connection


# How long a thread that is still in a transaction is waited for at the end: one that hangs must not hold up the exit.
CLOSING_SECONDS = 1.0


class Store:
    """An open state. Use :func:`open_state` to work on it, :func:`open_reading` to look at it."""

    def __init__(self, path: Path, *, writer: sa.Engine | None, reader: sa.Engine, lock: StateLock | None) -> None:
        self.path = path
        self._writer, self._reader, self._lock = writer, reader, lock
        self._gate = threading.Lock()
        self._held: sa.Connection | None = None  # the writer's, kept: fetching it anew takes 20 us and a rollback
        self.commits = 0  # transactions that went through: whether the state can be written (again)
        self._file, self._wal = _identity(path), _identity(_wal(path))

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction; an exception inside leaves nothing behind. Threads take turns."""
        assert self._writer is not None, "opened for reading"  # noqa: S101 - a programming error
        with self._gate, engine.translated(self.path):
            if self._held is None:
                self._held = self._writer.connect()
            try:
                with self._held.begin():
                    yield self._held
            except BaseException:
                self._let_go()  # whatever is wrong with it, the next transaction does not inherit it
                raise
        self.commits += 1

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A connection that sees what was committed, and cannot write."""
        with engine.translated(self.path), self._reader.connect() as connection:
            yield connection

    def lost(self) -> StateDamaged | None:
        """What happened to the files under us, if they are not those we opened: SQLite writes on into deleted ones unawares."""
        file, wal = _identity(self.path), _identity(_wal(self.path))
        if file == self._file and wal == (self._wal or wal):
            self._wal = wal
            return None
        what = "its write-ahead log" if file == self._file else "its file"
        happened = "deleted" if (wal if file == self._file else file) is None else "replaced"
        hint = engine.way_out(self.path) if file is None else "start again: what stands there now is checked first"
        return StateDamaged(f"{self.path}: {what} was {happened} while we worked on it; {hint}")

    def close(self) -> None:
        """Let go of the files and the lock."""
        self._reader.dispose()
        if self._writer is not None:
            if self._gate.acquire(timeout=CLOSING_SECONDS):
                self._let_go()
                self._gate.release()
            self._writer.dispose()  # last, for it alone can fold the WAL back into the file
        if self._lock is not None:
            self._lock.release()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _wal(path: Path) -> Path:
    path = path.resolve()
    return path.with_name(path.name + "-wal")


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
    if engine.is_gone(path):
        raise engine.gone(path)
    if not path.exists() or path.stat().st_size == 0:
        raise StateError(f"{path}: no state yet; `storywatch once` or `storywatch run` makes it")
    reader = engine.reader(path)
    migrate.refuse_unknown(reader, path)
    if migrate.revision(reader, path) != migrate.HEAD:
        raise StateError(f"{path}: made by an older Storywatch; `storywatch once` or `storywatch run` brings it up to date")
    return Store(path, writer=None, reader=reader, lock=None)
