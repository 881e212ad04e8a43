"""Going back to a copy, or to nothing: the file that was there is put aside, never deleted."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.edge.lock import StateLock
from bot.edge.store import copying, engine, migrate, restored, shelf
from bot.errors import StateError

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. ``copy`` is None where the state begins anew; ``aside``: where the old file went, if there was one.

    ``passed``: newer copies that were no good, and why. ``waiting``: alerts that waited when the copy was made.
    """

    copy: Path | None
    aside: Path | None
    passed: Sequence[str] = ()
    contents: copying.Contents | None = None
    waiting: int = 0


def restore(state: Path, copy: Path | None, now: datetime, *, force: bool = False) -> Restored:
    """Put ``copy``, or the newest good one of the shelf, in the state's place.

    Raises StateBusy while somebody works on the state, StateError when there is nothing to go back to, or nothing to
    mend: a state that is fine is only replaced with ``force``.
    """
    with copying.files(state):
        lock = _alone(state)
        try:
            if not force and not _is_broken(state):
                raise StateError(f"{state}: nothing to restore, the state is fine; to go back to the copy all the same: --force")
            shelf.sweep(state)
            chosen, contents, passed = _choose(state, copy)
            return _put(state.resolve(), chosen, contents, passed, now)
        finally:
            lock.release()


def begin_anew(state: Path, now: datetime, *, force: bool = False) -> Restored:
    """Put an empty state in the place of a damaged one: the next pass is a first pass, with its one digest."""
    with copying.files(state):
        lock = _alone(state)
        try:
            if not force and not _is_broken(state):
                raise StateError(
                    f"{state}: nothing to restore, the state is fine; to start with an empty one all the same: --force"
                )
            shelf.sweep(state)
            target = state.resolve()
            with shelf.draft(_new(target)) as (path, _):
                writer, reader = engine.writer(path), engine.reader(path)
                migrate.upgrade(writer, reader, path)
                reader.dispose()
                writer.dispose()
            return Restored(copy=None, aside=_swap(target, now))
        finally:
            lock.release()


def _alone(state: Path) -> StateLock:
    state.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return StateLock(state)


def _is_broken(state: Path) -> bool:
    """Whether the state cannot be worked on: not there, damaged (read through, indexes too), or somebody else's file."""
    if not state.exists() or state.stat().st_size == 0:
        return True
    try:
        with closing(sqlite3.connect(engine.uri(state.resolve(), "mode=ro"), uri=True)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            # The index of words has a check of its own: integrity_check looks into it only since SQLite 3.44.
            if "search" in tables:
                connection.execute("SELECT count(*) FROM search WHERE search MATCH 'a*'").fetchone()
    except sqlite3.OperationalError as error:  # locked, no rights: not for us to mend
        raise engine.ours(state, str(error)) from error
    except sqlite3.DatabaseError:
        return True
    return bool(found != "ok")


def _choose(state: Path, copy: Path | None) -> tuple[Path, copying.Contents, list[str]]:
    if copy is not None:
        if not copy.is_file():
            raise StateError(f"{copy}: there is no such file")
        return copy, copying.check(copy), []
    passed: list[str] = []
    for kept in shelf.copies(state):
        try:
            return kept.path, copying.check(kept.path), passed
        except StateError as error:
            passed.append(str(error))
    why = f" ({'; '.join(passed)})" if passed else ""
    raise StateError(f"{state}: no good copy beside it{why}; to start with a new baseline: storywatch restore --empty")


def _put(state: Path, copy: Path, contents: copying.Contents, passed: Sequence[str], now: datetime) -> Restored:
    with shelf.draft(_new(state)) as (path, fd):
        with copy.open("rb") as source, os.fdopen(os.dup(fd), "wb") as out:
            shutil.copyfileobj(source, out, _CHUNK)
        waiting = _prepare(path)
    return Restored(copy=copy, aside=_swap(state, now), passed=passed, contents=contents, waiting=waiting)


def _prepare(path: Path) -> int:
    """Mark the copy as gone back to; returns how many alerts wait in it."""
    writer, reader = engine.writer(path), engine.reader(path)
    try:
        with engine.translated(path):
            migrate.upgrade(writer, reader, path)  # a copy of an older version: its tables must be known before they are marked
            with writer.begin() as tx:
                restored.mark(tx)
                waits = "SELECT count(*) FROM alerts WHERE state IN ('queued', 'retry', 'sending')"
                return int(tx.execute(sa.text(waits)).scalar_one())
    finally:
        reader.dispose()
        writer.dispose()


def _new(state: Path) -> Path:
    """What will be the state, made ready under another name."""
    return state.with_name(f"{state.name}.restored{shelf.PART}")


def _swap(state: Path, now: datetime) -> Path | None:
    """Put the state made ready in place, and what was there aside; with hard links, a state is there at every moment.

    The write-ahead log goes first: SQLite would take the old one for the new file's own.
    """
    aside = shelf.place(state, "damaged", now)
    if aside.exists():
        raise StateError(f"{aside}: stands there already; move it away first")
    there = state.exists()
    if there:
        try:
            os.link(state, aside)
        except OSError:  # a file system without hard links
            state.rename(aside)
    for end in shelf.BESIDE:
        with suppress(FileNotFoundError):
            state.with_name(state.name + end).rename(aside.with_name(aside.name + end))
    _new(state).replace(state)
    shelf.settle(state.parent)
    return aside if there else None
