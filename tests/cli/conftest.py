"""A place for each test, and one that is filled once for all tests that only read."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from bot.cli.main import main

from .place import Place, Shown, Web, fill, screen


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(Web()) as web:
        yield Place(tmp_path / "place", web)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Three passes lie behind it: see :func:`fill`. Not to be changed: ``copy`` is for that."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("filled") / "place", web)
        fill(place)
        yield place


@pytest.fixture
def copy(filled: Place, tmp_path: Path) -> Iterator[Place]:
    """The filled place, to be changed; its web is put back afterwards."""
    answers = dict(filled.web.answers)
    yield filled.copied(tmp_path / "copy")
    filled.web.answers = answers


Told = Callable[..., tuple[int, str, str]]
Seen = Callable[..., Shown]


class Terminal(io.StringIO):
    """What both streams are to a reader of the state that is started at a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Calls a command in a place, in this process, as if at a terminal; ``Place.on_terminal`` is the real thing."""

    def see(place: Place, *args: str, columns: int = 80) -> Shown:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm-256color")
        terminal = Terminal()
        with redirect_stdout(terminal), redirect_stderr(terminal):
            code = main(place.command(*args))
        return Shown(code=code, sent=terminal.getvalue(), lines=screen(terminal.getvalue()))

    return see


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    """Calls a command in a place, in this process: its exit code, what it printed, what it complained of."""

    def tell(place: Place, *args: str) -> tuple[int, str, str]:
        code = main(place.command(*args))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return tell
