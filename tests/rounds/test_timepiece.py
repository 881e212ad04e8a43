"""A machine's clock that jumps while the bot runs: what is due comes after the time that was left, neither early nor late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.daemon import Setting
from bot.edge.store import feeds as rows
from bot.edge.store.schema import feeds
from bot.model import Feed
from bot.rounds import Crew, Rounds
from bot.rounds.timepiece import Timepiece
from tests.lab.server import Reply
from tests.pipeline.lane_place import Lanes, lanes

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
JUMPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=-1), timedelta(days=3652), timedelta(days=-3652)]


class Machine:
    """A machine whose clock is put ahead and back; ``ran``: seconds since it was started, which nobody can change."""

    def __init__(self) -> None:
        self.ran, self.ahead = 1000.0, timedelta()

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.ran) + self.ahead


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Lanes]:
    with lanes(tmp_path) as place:
        yield place


class AtWork:
    """Lanes under a timepiece."""

    def __init__(self, place: Lanes) -> None:
        self.machine = Machine()
        self.timepiece = Timepiece(self.machine.wall, lambda: self.machine.ran)
        nobody: Any = None
        crew = Crew(clock=self.timepiece, stopping=place.stop.is_set, timepiece=self.timepiece)
        self.rounds = Rounds(place.pipeline, nobody, crew)

    def tick(self, seconds: float) -> None:
        """So many seconds of real time pass, then the daemon looks for what is due."""
        self.machine.ran += seconds
        self.rounds.deliver_due()
        while self.rounds.sending():
            threading.Event().wait(0.005)


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_receiver_that_asked_for_a_minute_is_asked_after_a_minute(place: Lanes, by: timedelta) -> None:
    place.configure(("slack", "room"))
    bot = AtWork(place)
    place.queue("room", "one")
    place.script["room"] = [Reply(status=429, headers={"Retry-After": "60"}), Reply(status=200, body=b"ok")]
    bot.tick(0.0)
    assert place.requests("room") == 1
    bot.machine.ahead += by
    bot.tick(59.0)
    assert place.requests("room") == 1, "not before"
    bot.tick(2.0)
    assert place.states("room") == ["delivered"]
    assert abs(bot.timepiece() - bot.machine.wall()) < timedelta(seconds=1)


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_feed_is_due_after_the_time_that_was_left(place: Lanes, by: timedelta) -> None:
    place.configure(("slack", "room"))
    bot = AtWork(place)
    with place.store.write() as tx:
        rows.sync(tx, [Feed(name="A", url="https://a.example.org/", interval=timedelta(minutes=10))], bot.timepiece())
        tx.execute(sa.update(feeds).values(next_due=bot.timepiece() + timedelta(seconds=60)))
    bot.machine.ahead += by
    bot.tick(0.0)
    with place.store.read() as connection:
        left = connection.execute(sa.select(feeds.c.next_due)).scalar_one() - bot.machine.wall()
    assert abs(left - timedelta(seconds=60)) < timedelta(milliseconds=2)


def test_a_bot_that_was_slow_to_look_sees_no_jump() -> None:
    machine = Machine()
    timepiece = Timepiece(machine.wall, lambda: machine.ran)
    machine.ahead = timedelta(seconds=0.4)
    assert not timepiece.jump()
    machine.ahead = timedelta(seconds=-2)
    assert timepiece.jump() == timedelta(seconds=-2)
    timepiece.follow(timepiece.jump())
    assert timepiece() == machine.wall()
    machine.ran += 86_400
    assert not timepiece.jump(), "time that passes is none"


def test_the_daemons_own_clock_is_a_timepiece_and_tells_the_real_time() -> None:
    clock = Setting().clock
    assert isinstance(clock, Timepiece)
    assert abs(clock() - datetime.now(UTC)) < timedelta(seconds=1)
