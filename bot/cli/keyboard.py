"""Single key presses from a terminal, without Enter."""

from __future__ import annotations

import codecs
import os
import re
import signal
import sys
import termios
import tty
from collections import deque
from types import FrameType, TracebackType
from typing import Any, Self

from bot.cli.terminal import say

# What a terminal sends for arrows and function keys: CSI and SS3 sequences (ECMA-48, 5.4; xterm's "ctlseqs").
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|)", re.DOTALL)
_ENTER = "\r\n"
_END_OF_INPUT = "\x04"  # Ctrl-D


class Keyboard:
    """Reads keys while it is open; the terminal is as it was before afterwards, however the program ends.

    Not click's ``getchar``: between two calls it throws away what was typed meanwhile, and who marks fifty items is fast.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._ahead: deque[str] = deque()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._before: list[Any] = []
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self._fd)
        self._handlers[signal.SIGTERM] = signal.signal(signal.SIGTERM, self._ended)
        self._handlers[signal.SIGCONT] = signal.signal(signal.SIGCONT, self._resumed)
        self._listen()
        return self

    def key(self) -> str:
        """The next key, or the last of those typed ahead. Raises EOFError when the terminal is gone."""
        self._listen()
        while not self._ahead:
            data = os.read(self._fd, 1024)
            if not data:
                raise EOFError
            self._ahead.extend(_SEQUENCE.sub("", self._decoder.decode(data)))
        return self._ahead.popleft()

    def line(self, prompt: str) -> str | None:
        """A line of text, as the terminal lets one type it; None when it was broken off (Ctrl-C, Ctrl-D).

        Not ``input``: a Ctrl-C between its prompt and its reading waits there for the next Enter.
        """
        self.rest()
        begun = self._typed_ahead()
        try:
            say(prompt + begun.rstrip(_END_OF_INPUT), end="")
            sys.stdout.flush()
            if begun.endswith(_END_OF_INPUT):
                return None
            return begun.rstrip(_ENTER) if begun.endswith(tuple(_ENTER)) else self._rest_of(begun)
        except KeyboardInterrupt:
            return None
        finally:
            self._listen()

    def _typed_ahead(self) -> str:
        """What was typed ahead of a line, up to its end."""
        begun = ""
        while self._ahead and not begun.endswith((*_ENTER, _END_OF_INPUT)):
            begun += self._ahead.popleft()
        return begun

    def _rest_of(self, begun: str) -> str | None:
        """A line of which the beginning was typed ahead."""
        data = b""
        while not data.endswith(b"\n"):
            more = os.read(self._fd, 4096)
            if not more:
                return None
            data += more
        return begun + data.decode("utf-8", "replace").rstrip(_ENTER)

    def rest(self) -> None:
        """Give the terminal back as it was, until the next key: for another program on it."""
        termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self.rest()

    def _listen(self) -> None:
        """Keys at once and unseen; Ctrl-C and Ctrl-Z stay what they are. Nothing that was typed is lost (TCSADRAIN)."""
        tty.setcbreak(self._fd, termios.TCSADRAIN)

    def _resumed(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._listen()

    def _ended(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM must not leave a terminal that shows nothing of what is typed."""
        del frame
        self.rest()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
