"""One instance per state: an advisory lock that the kernel frees with its owner, even after kill -9."""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path

from bot.errors import StateBusy, StateError

_MOST = 500  # bytes of the file that are read: a process, and a line of numbers


class StateLock:
    """Holds ``<state>.lock`` until :meth:`release` or the end of the process.

    ``flock`` and not a pid file: a pid file outlives its process and lies (flock(2)). Children are
    started by exec, and the descriptor is close-on-exec, so none of them keeps the lock (trap 6).
    ``left`` is what the owner before wrote when it let go; empty after one that died.
    """

    def __init__(self, state: Path) -> None:
        self.path = _beside(state)
        try:
            self._fd = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StateError(f"{self.path}: cannot be opened: {error.strerror}") from error
        if not self._take():
            found = os.pread(self._fd, 20, 0).decode("ascii", "replace").partition("\n")[0]
            os.close(self._fd)
            raise _busy(state, found)
        _, _, self.left = os.pread(self._fd, _MOST, 0).decode("ascii", "replace").rstrip("\n").partition("\n")
        try:
            self._write(f"{os.getpid()}\n")
            if self.left:
                os.fsync(self._fd)  # or a power cut could bring it back, and what this owner does be taken for closed in order
        except OSError as error:
            os.close(self._fd)
            raise StateError(f"{self.path}: cannot be written: {error.strerror}") from error

    def _write(self, text: str) -> None:
        """Over what stands there: on a full disk, what was given back first could not be had again."""
        os.pwrite(self._fd, text.encode(), 0)
        os.ftruncate(self._fd, len(text))

    def _take(self) -> bool:
        """Three tries within a tenth of a second: `storywatch status` holds the lock for an instant to see whether it is free."""
        for wait in (0.05, 0.05, 0.0):
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                threading.Event().wait(wait)
            else:
                return True
        return False

    def release(self, leave: str = "") -> None:
        """Let the next instance in; ``leave``: a line for it, where all ended in order."""
        if leave:
            with suppress(OSError):  # a full disk: the next start reads the state through
                self._write(f"{os.getpid()}\n{leave}\n")
        os.close(self._fd)


def refuse_second(state: Path) -> None:
    """Raise StateBusy while another process works on the state. For who is about to load much only to take the lock then.

    Nothing is held afterwards and nothing made: the lock itself is taken where the state is opened.
    """
    if (found := owner(state)) is not None:
        raise _busy(state, str(found or ""))


def _busy(state: Path, found: str) -> StateBusy:
    return StateBusy(f"{state}: another Storywatch works on it (process {found or 'unknown'}); stop it first")


def owner(state: Path) -> int | None:
    """The process that works on the state now, if any."""
    try:
        fd = os.open(_beside(state), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(fd, 20, 0).partition(b"\n")[0] or 0)
    else:
        return None
    finally:
        os.close(fd)


def _beside(state: Path) -> Path:
    """The lock's file, beside the state itself: a symbolic link to the state must not lead to another lock."""
    state = state.resolve()
    return state.with_name(state.name + ".lock")
