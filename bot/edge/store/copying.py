"""A copy of the state while others write to it: whole, checked, and never half-written at its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from bot.edge.store import engine, shelf
from bot.edge.store.migrate import HEAD
from bot.errors import StateDamaged, StateError, StateFull, Stopping

Show: TypeAlias = Callable[[int, int], object]  # pages done, pages in all
GoOn: TypeAlias = Callable[[], bool]

# Pages of 4 KB in one step, and bytes that are sent to the disk in one portion. Copying 447 MB (150,000 items) beside a thread
# that commits: in one step its commits took up to 1.3 s; in small ones, but synced only at the end, up to 1.2 s; so 23 ms.
STEP = 64
PORTION = 2_000_000
# What a copy must leave free, or it would take from the state the room for its own writes.
SPARE = 50_000_000
EVERY = timedelta(days=1)
_TICKS = 50_000  # steps of SQLite's machine between two looks whether to go on: a few milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a state or copy: rows of its log and outbox, its schema's revision, its size in bytes."""

    items: int
    alerts: int
    schema: str
    size: int


def _on() -> bool:
    return True


def _unseen(done: int, total: int) -> None:
    del done, total


def copy(state: Path, target: Path, *, show: Show = _unseen, go_on: GoOn = _on) -> Contents:
    """Copy the state as it stands now to ``target``, check the copy, and only then give it its name.

    The writer is not held up: the copy reads one snapshot (sqlite.org/wal.html, "Concurrency"). Raises StateFull when
    there is no room, StateDamaged when the state is (a copy of it would be no good), Stopping when ``go_on`` says no.
    """
    with files(target):
        _need_room(state, target.parent)
    with files(target), shelf.draft(target) as (path, fd), engine.translated(state):
        with closing(_open(state, "mode=ro")) as source, closing(sqlite3.connect(path)) as copied:
            copied.execute("PRAGMA journal_mode=OFF")  # a copy that breaks off is deleted, not mended
            copied.execute("PRAGMA synchronous=OFF")  # the draft is synced as a whole
            source.execute("BEGIN")
            source.execute(
                "SELECT count(*) FROM sqlite_schema"
            ).fetchone()  # from here on one snapshot: a deferred BEGIN has none yet
            source.backup(copied, pages=STEP, progress=_progress(fd, show, go_on))
        # The header's version bytes: no WAL (sqlite.org/fileformat2.html, 1.3.3), so that the one file is all of it.
        os.pwrite(fd, b"\x01\x01", 18)
        try:
            return check(path, go_on=go_on)
        except StateDamaged:  # what is wrong with a copy made page by page is wrong with the state
            raise engine.damaged(state) from None


def _progress(fd: int, show: Show, go_on: GoOn) -> Callable[[int, int, int], None]:
    synced = 0

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal synced
        del status
        if not go_on():
            raise Stopping("the copy was broken off")
        if os.fstat(fd).st_size - synced >= PORTION:
            os.fdatasync(fd)
            synced = os.fstat(fd).st_size
        show(total - remaining, total)

    return progress


def check(path: Path, *, go_on: GoOn = _on) -> Contents:
    """Read a copy through and say what is in it. Raises StateDamaged, or StateError for what is no state of this version."""
    try:
        with closing(_open(path, "mode=ro&immutable=1")) as connection:
            connection.set_progress_handler(lambda: not go_on(), _TICKS)
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found == "ok":
                return _contents(connection, path)
    except sqlite3.OperationalError as error:
        if not go_on():
            raise Stopping("the check was broken off") from None
        raise StateError(f"{path}: cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        raise StateDamaged(f"{path}: damaged ({error})") from error
    raise StateDamaged(f"{path}: damaged ({found})")


def _contents(connection: sqlite3.Connection, path: Path) -> Contents:
    if not connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'").fetchone()[0]:
        raise StateError(f"{path}: not a copy of a state of Storywatch")
    (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if schema > HEAD:
        raise StateError(f"{path}: made by a newer Storywatch (schema {schema}, this one knows {HEAD}); install that version")
    items, alerts = connection.execute("SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM alerts)").fetchone()
    return Contents(items=items, alerts=alerts, schema=schema, size=path.stat().st_size)


def _open(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(engine.uri(path, how), uri=True, timeout=engine.BUSY_SECONDS, check_same_thread=False)
    connection.isolation_level = None
    return connection


def _need_room(state: Path, folder: Path) -> None:
    size = state.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < size + min(size, SPARE):
        raise StateFull(f"{folder}: {free / 1e6:,.0f} MB free, too little for a copy of the state ({size / 1e6:,.0f} MB)")


def daily(state: Path, now: datetime, *, go_on: GoOn = _on) -> Path | None:
    """Make the day's copy if it is due and the state has changed; keep the last three. Returns it, None when none was due.

    Raises what :func:`copy` raises; what was on the shelf stays then.
    """
    with files(state):
        shelf.sweep(state)
        made = shelf.copies(state, "daily")
        if made and (abs(now - made[0].at) < EVERY or _mark(state, "mode=ro") == _mark_of(made[0].path)):
            return None
        target = shelf.place(state, "daily", now)
        copy(state, target, go_on=go_on)
        shelf.thin(state, now)
        return target


def _mark_of(path: Path) -> tuple[object, ...] | None:
    try:
        return _mark(path, "mode=ro&immutable=1")
    except (sqlite3.Error, StateError):
        return None  # a copy that cannot be read is no reason not to make another


def _mark(path: Path, how: str) -> tuple[object, ...]:
    """What tells two states apart, without reading them: polls that found nothing leave it as it is."""
    with engine.translated(path), closing(_open(path, how)) as connection:
        found: tuple[object, ...] = connection.execute(
            "SELECT (SELECT version_num FROM alembic_version), (SELECT group_concat(name || seq) FROM sqlite_sequence),"
            " (SELECT max(judged_at) FROM items), (SELECT count(*) FROM attempts), (SELECT count(*) || max(at) FROM marks),"
            " (SELECT count(first_polled) FROM feeds)"
        ).fetchone()
        return found


@contextmanager
def files(path: Path) -> Iterator[None]:
    """The operating system's errors about a copy as ours."""
    try:
        yield
    except OSError as error:
        raise engine.of_os(path, error) from error
