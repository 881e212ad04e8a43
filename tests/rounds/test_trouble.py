"""What is wrong with the state is said once, and again when it is over."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from bot.errors import StateBusy, StateDamaged, StateFull
from bot.rounds.trouble import AGAIN_SECONDS, Trouble


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "storywatch")
    return caplog


def test_the_same_trouble_every_second_is_one_line_in_ten_minutes(clock: Clock, said: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(clock)
    for _ in range(int(AGAIN_SECONDS * 2)):
        trouble.tell(StateFull("disk full"))
        trouble.look(commits=0)
        clock.now += 1
    assert said.messages == ["disk full", "disk full"]


def test_another_trouble_is_another_line(clock: Clock, said: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(clock)
    trouble.tell(StateFull("disk full"))
    trouble.tell(StateBusy("locked"))
    assert said.messages == ["disk full", "locked"]


def test_the_end_of_it_is_said_once_when_a_commit_went_through(clock: Clock, said: pytest.LogCaptureFixture) -> None:
    trouble = Trouble(clock)
    trouble.look(commits=5)
    trouble.tell(StateFull("disk full"))
    for _ in range(60):
        clock.now += 2
        trouble.look(commits=5)
    assert said.messages == ["disk full"], "nothing was written since"
    for _ in range(3):
        clock.now += 2
        trouble.look(commits=6)
    assert said.messages[1:] == ["the state can be written again; the work goes on"]
    trouble.tell(StateFull("disk full"))
    assert said.messages[2:] == ["disk full"], "new trouble"


def test_damage_is_for_whoever_runs_the_loops_and_the_first_one_counts(tmp_path: Path, said: pytest.LogCaptureFixture) -> None:
    trouble = Trouble()
    first = StateDamaged("damaged")
    trouble.tell(first)
    trouble.tell(StateDamaged("damaged too"))
    assert trouble.fatal is first
    assert not said.messages
