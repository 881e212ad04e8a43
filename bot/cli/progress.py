"""How far a long command is, for a person who looks on: one line below the log, gone at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn, TypeAlias

from bot.cli.output import on_terminal

Show: TypeAlias = Callable[[int, int, str], None]

_BAR = 24  # columns; with the words and the time it fits into 80


def leave(code: int) -> NoReturn:
    """End the process at once, but not without the terminal's cursor, which a bar hides."""
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), b"\x1b[?25h\n")
    os._exit(code)


@contextmanager
def bar(words: str) -> Iterator[Show]:
    """A bar on stderr, if that is a terminal. ``show(done, total, words)`` moves it, from any thread.

    What is printed meanwhile goes above it, stdout too where that is a terminal: open the bar before
    anything keeps ``sys.stdout`` or ``sys.stderr`` to itself.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, words: None  # noqa: ARG005 - nobody looks
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    # Soft wrap: lines printed above the bar must come out as they are, for whoever copies one.
    console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, emoji=False)
    columns = (BarColumn(bar_width=_BAR), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=on_terminal()) as progress:
        task = progress.add_task(words, total=None)

        def show(done: int, total: int, words: str) -> None:
            progress.update(task, completed=done, total=max(done, total), description=words)

        yield show
