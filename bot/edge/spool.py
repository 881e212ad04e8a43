"""Bodies too large for memory lie in files until they are read: thirty threads may wait with one each, of up to 10 MB.

The files have no name (open(2), O_TMPFILE; tempfile unlinks them at once where a file system has no such thing): they are gone
with the last reference, and with the process however it ends. Where the disk gives no room, a body stays in memory after all: a
full disk costs memory, not news.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

# Bytes of a body that stay in memory. Feeds have some 20 to 200 KB, pages up to 300; 32 threads with as much each have 8 MB.
HELD = 256 * 1024
STEP = 64 * 1024  # per read


class Spooled:
    """A body in a file. ``len`` is its size in bytes."""

    __slots__ = ("__weakref__", "_file", "_size")

    def __init__(self, file: io.FileIO, size: int) -> None:
        self._file, self._size = file, size
        weakref.finalize(self, file.close)

    def __len__(self) -> int:
        return self._size

    def read(self, most: int | None = None) -> bytes:
        """All of it in memory, or the first ``most`` bytes. Raises OSError when the disk cannot give it back."""
        size = self._size if most is None else min(most, self._size)
        found = os.pread(self._file.fileno(), size, 0)
        if len(found) < size:
            raise OSError("a body on disk came back incomplete")
        return found

    def pieces(self) -> Iterator[bytes]:
        """All of it, in small pieces."""
        for at in range(0, self._size, STEP):
            yield os.pread(self._file.fileno(), STEP, at)

    def path(self) -> str | None:
        """Where a child of ours can open it while we keep it; None where the system has no such place."""
        path = f"/proc/{os.getpid()}/fd/{self._file.fileno()}"
        return path if sys.platform == "linux" else None


class Sink:
    """Takes a body piece by piece: up to ``held`` bytes in memory, more into a file in ``folder``."""

    def __init__(self, folder: Path | None = None, held: int = sys.maxsize) -> None:
        self._folder, self._room, self._size = folder, held, 0
        self._held = io.BytesIO()  # its value is taken out without a copy, which joining pieces would be
        self._file: io.FileIO | None = None

    def write(self, piece: bytes | memoryview) -> None:
        """Add a piece."""
        try:
            if self._file is None and self._size + len(piece) > self._room:
                self._move()
            if self._file is not None:
                _put(self._file, piece)
        except OSError:
            self._stay()
        if self._file is None:
            self._held.write(piece)
        self._size += len(piece)

    def done(self) -> bytes | Spooled:
        """What was written; nothing more may be."""
        if self._file is None:
            return self._held.getvalue()
        file, self._file = self._file, None
        return Spooled(file, self._size)

    def _move(self) -> None:
        """Out of memory, into a file."""
        self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # closed by whoever has it last
        _put(self._file, self._held.getbuffer())
        self._held = io.BytesIO()

    def _stay(self) -> None:
        """Back into memory, for good: what a failed write left in the file is not counted yet, and left out."""
        file, self._file, self._room = self._file, None, sys.maxsize
        if file is not None:
            if not self._held.tell():
                self._held.write(os.pread(file.fileno(), self._size, 0))
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()


class Spool:
    """Where large bodies go: files in ``folder``, or in the system's place for such files, which may be in memory."""

    def __init__(self, folder: Path | None = None, held: int = HELD) -> None:
        self._folder, self._most = folder, held

    def sink(self) -> Sink:
        """For one body."""
        return Sink(self._folder, self._most)

    def keep(self, pieces: Iterable[bytes | memoryview]) -> bytes | Spooled:
        """These pieces as one body."""
        with self.sink() as sink:
            for piece in pieces:
                sink.write(piece)
            return sink.done()


def _put(file: io.FileIO, piece: bytes | memoryview) -> None:
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]
