"""``kill -9`` while items stream in: the promise that nothing is lost, on a small scale (stream.py has the large one)."""

from __future__ import annotations

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from .kills import Trap
from .play import Stream, play
from .robot import until
from .scene import Scene

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("seed", "budget"), [(7, "1000/1m"), (8, "4/10m")], ids=["each alone", "with digests"])
def test_passes_that_are_killed_lose_nothing(scene: Scene, seed: int, budget: str) -> None:
    figures = play(scene, items=120, kills=6, seed=seed, budget=budget)
    figures.must_be_good()
    assert figures.kills >= 4
    assert figures.matches > 15


def test_an_item_that_was_not_judged_yet_says_so_and_is_judged_later(scene: Scene) -> None:
    scene.sink("webhook")
    feed = scene.feed("alpha")
    scene.once()
    feed.add(scene.match("news"))
    scene.now += timedelta(hours=1)
    running = scene.robot.start("once", "--now", scene.now.isoformat())
    trap = Trap(scene=scene, victim=running, place="news", nth=1, delay=0, news={"/a/news"})
    trap.lay()
    assert running.wait(60).code == -signal.SIGKILL
    trap.away()
    assert [row["verdicts"] for row in scene.rows("news")] == [[]]
    scene.once()
    scene.assert_named("news")


def test_a_daemon_that_is_killed_again_and_again_loses_nothing(scene: Scene) -> None:
    stream = Stream(scene=scene, seed=9)
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    stream.baseline()
    stream.publish(120)
    for deaths in (5, 12, 25):
        stream.daemon(kill_after=deaths)
    stream.daemon(kill_after=None)
    scene.now = datetime.now(UTC) + timedelta(hours=1)
    stream.settle()
    stream.figures().must_be_good()


def test_a_stopped_daemon_goes_on_where_it_stood(scene: Scene) -> None:
    scene.three_sinks()
    feed = scene.feed("alpha")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    feed.add(*(scene.match(f"news-{n}") for n in range(5)))
    with scene.robot.start("run") as daemon:
        until(lambda: scene.named("webhook"), 30, "the first alert")
        daemon.signal(signal.SIGSTOP)
        time.sleep(1)  # stopped for longer than any pause between two sends
        daemon.signal(signal.SIGCONT)
        until(lambda: all(len(scene.named(name)) == 5 for name in scene.by_name), 30, "all alerts")
    scene.assert_named(*(f"news-{n}" for n in range(5)))
