"""The daily copy from the side of the loops: a failure is one line, and stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.edge.store import Store, open_state, shelf
from bot.rounds import Crew
from bot.rounds.keeping import AFTER_TROUBLE, Keeping

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_state(tmp_path / "state" / "seen.sqlite3")
    yield store
    store.close()


def crew(*, stopping: bool = False) -> Crew:
    return Crew(clock=lambda: NOW, stopping=lambda: stopping)


def test_the_first_copy_is_made_and_said(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "storywatch")
    keeping = Keeping(store, crew())
    keeping.copy()
    keeping.copy()
    assert caplog.messages == ["daily copy of the state: seen.sqlite3.daily-20260304T120000Z"]
    assert [copy.at for copy in shelf.copies(store.path)] == [NOW]


def test_a_copy_that_fails_is_one_line_and_tried_again_hours_later(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    keeping = Keeping(store, crew(), clock)
    blocked = shelf.place(store.path, "daily", NOW)
    blocked.with_name(blocked.name + ".part").mkdir()
    for _ in range(5):
        keeping.copy()
        clock.now += AFTER_TROUBLE / 10
    assert len(caplog.messages) == 1
    assert "no daily copy of the state could be made" in caplog.messages[0]
    blocked.with_name(blocked.name + ".part").rmdir()
    clock.now += AFTER_TROUBLE
    keeping.copy()
    assert blocked.exists()


def test_being_stopped_is_no_failure(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    Keeping(store, crew(stopping=True)).copy()
    assert not caplog.messages
    assert not shelf.copies(store.path)
