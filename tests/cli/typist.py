"""Somebody at a terminal: a command behind a pseudo-terminal of its own, keys pressed, the screen read, the window resized."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from .place import Place, screen

# A session of its own, with the terminal on fd 0 as the one that Ctrl-C and hanging up come from.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)


class Typist:
    """The command ``args`` in a place; ``sent`` is all that came from it."""

    def __init__(self, place: Place, *args: str, columns: int = 100, env: Mapping[str, str] | None = None) -> None:
        self.sent = ""
        self._master, slave = os.openpty()
        self.resize(columns)
        self.before = termios.tcgetattr(slave)
        argv = [sys.executable, "-c", _TAKE_TERMINAL, *place.robot._command, *place.command(*args)]
        environ = {"TERM": "xterm-256color", **place.robot.env, **(env or {})}
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=environ, cwd=place.robot.root)
        self._slave = slave

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        for fd in (self._master, self._slave):
            with suppress(OSError):
                os.close(fd)

    @property
    def lines(self) -> list[str]:
        """What is to be read on the screen."""
        return screen(self.sent)

    @property
    def settings(self) -> list[object]:
        """How the terminal is set now."""
        return termios.tcgetattr(self._slave)

    def press(self, keys: str) -> Self:
        os.write(self._master, keys.encode())
        return self

    def sees(self, words: str, times: int = 1, within: float = 30) -> Self:
        """Wait until the words were sent so often."""
        end = time.monotonic() + within
        while self.sent.count(words) < times:
            left = end - time.monotonic()
            assert left > 0, f"still not {times} x {words!r}:\n{self.sent}"
            self._read(left)
        return self

    def resize(self, columns: int, rows: int = 40) -> Self:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return self

    def signal(self, number: signal.Signals) -> Self:
        self.process.send_signal(number)
        return self

    def ends(self, within: float = 30) -> int:
        """The exit code, once the command has ended by itself."""
        end = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running:\n{self.sent}"
            self._read(0.1)
        self._read(0)
        return self.process.returncode

    def hang_up(self) -> None:
        """Close the terminal's window."""
        os.close(self._master)

    def _read(self, seconds: float) -> None:
        while select.select([self._master], [], [], seconds)[0]:
            self.sent += os.read(self._master, 65536).decode("utf-8", "replace")
            seconds = 0
