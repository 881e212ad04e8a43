"""The state: one SQLite file that is the only truth. The rooms beside this one say what can be done with it.

with store.write() as tx:          # one transaction, all or nothing
    ids = items.add(tx, ...)
    feeds.save(tx, ...)
with store.read() as connection:   # autocommit, never blocks the writer
    log.rows(connection, ...)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import sqlalchemy as sa

from bot.edge.lock import StateLock
from bot.edge.store import engine, migrate, trust
from bot.errors import StateBusy, StateDamaged, StateError, StateFull

Transaction: TypeAlias = sa.Connection
Reading: TypeAlias = sa.Connection


# How long a thread that is still in a transaction is waited for at the end: one that hangs must not hold up the exit.
CLOSING_SECONDS = 1.0


class Store:
    """An open state. Use :func:`open_state` to work on it, :func:`open_reading` to look at it."""

    def __init__(
        self, path: Path, *, writer: sa.Engine | None, reader: sa.Engine, lock: StateLock | None, checked: float | None = None
    ) -> None:
        """``checked``: when the file was found sound from end to end, in Unix seconds."""
        self.path = path
        self._checked = checked
        self._writer, self._reader, self._lock = writer, reader, lock
        self._gate = threading.Lock()
        self._held: sa.Connection | None = None  # the writer's, kept: fetching it anew takes 20 us and a rollback
        self.commits = 0  # transactions that went through: whether the state can be written (again)
        self._file, self._wal = _identity(path), _identity(_wal(path))

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction; an exception inside leaves nothing behind. Threads take turns."""
        assert self._writer is not None, "opened for reading"  # noqa: S101 - a programming error
        with self._gate, self._sound():
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
        with self._sound(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _sound(self) -> Iterator[None]:
        try:
            with engine.translated(self.path):
                yield
        except StateError as error:
            if not isinstance(error, StateBusy | StateFull):
                self.distrust()
            raise

    def distrust(self) -> None:
        """Damage was found, or may be there: the next start reads the state through."""
        self._checked = None

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
        """Let go of the files and the lock; where all is well, with a note that spares the next start the reading through."""
        same = self.lost() is None
        self._reader.dispose()
        if self._writer is not None:
            if self._gate.acquire(timeout=CLOSING_SECONDS):
                self._let_go()
                self._gate.release()
            self._writer.dispose()  # last, for it alone can fold the WAL back into the file
        if self._lock is not None:
            self._lock.release(trust.note(self.path, self._checked) if same and self._checked is not None else "")


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
    """The state, to work on: alone (or StateBusy), checked if need be, and brought to this version's schema.

    Raises StateError for a state that is damaged, newer, foreign or not writable; nothing is changed then.
    """
    engine.create_files(path)
    lock = StateLock(path)
    writer = engine.writer(path)
    try:
        looker = engine.reader(path)
        now = time.time()
        checked = trust.checked(path, lock.left, now)
        if checked is None:
            engine.check(looker, path)
        migrate.refuse_unknown(looker, path)
        engine.use_wal(writer, path)
        migrate.upgrade(writer, looker, path)
    except BaseException:
        writer.dispose()
        lock.release()
        raise
    return Store(path, writer=writer, reader=looker, lock=lock, checked=checked or now)


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
