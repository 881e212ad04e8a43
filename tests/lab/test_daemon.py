"""The daemon among its signals: it says when it is ready, stops in time, and never drops a working configuration."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from . import scripts, sinks
from .robot import Notices, Running, until
from .scene import Scene


@contextmanager
def daemon(scene: Scene, *args: str) -> Iterator[Running]:
    """The daemon, ready."""
    scene.write()
    with Notices() as notices, scene.robot.start(*args, "run", env={"NOTIFY_SOCKET": notices.path}) as running:
        until(lambda: "READY=1" in notices.lines or not running.alive, 20, "READY=1")
        assert running.alive, running.said
        yield running


def stop(running: Running) -> None:
    running.signal(signal.SIGTERM)
    done = running.wait(10).ok()
    assert "Traceback" not in done.err


@pytest.fixture
def watching(scene: Scene) -> Scene:
    """A scene with its baseline taken two hours ago: every feed is due when the daemon starts."""
    scene.three_sinks()
    scene.feed("alpha")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    return scene


def test_it_polls_alerts_and_stops(watching: Scene) -> None:
    watching.feeds["alpha"].add(watching.match("news"))
    with daemon(watching) as running:
        until(lambda: all(watching.named(name) for name in watching.by_name), 30, "an alert at each receiver")
        stop(running)
    watching.assert_named("news")
    assert not watching.robot.clear(within=3)


def test_it_stops_in_time_while_a_feed_drips(watching: Scene) -> None:
    watching.network["deadline"] = "30s"
    watching.feeds["alpha"].script = scripts.dripping
    with daemon(watching) as running:
        until(lambda: len(watching.web.visits_to("/feeds/alpha")) > 1, 30, "the poll of the dripping feed")
        stop(running)


def test_it_stops_in_time_while_a_receiver_is_silent(watching: Scene) -> None:
    watching.feeds["alpha"].add(watching.match("news"))
    watching.by_name["slack"].next(sinks.SILENCE_AFTER_ACCEPT)
    with daemon(watching) as running:
        until(lambda: len(watching.by_name["slack"].messages), 30, "the message")
        stop(running)
    watching.once(after=timedelta(hours=4))
    assert [set(watching.named(name)) for name in watching.by_name] == [{"news"}] * 3


def test_a_changed_file_is_taken_up_and_a_wrong_one_is_not(watching: Scene) -> None:
    with daemon(watching) as running:
        watching.feed("beta")
        watching.write()
        until(lambda: watching.web.visits_to("/feeds/beta"), 20, "the poll of a feed added to the file")
        right = (watching.robot.config / "feeds.toml").read_text()
        watching.robot.write("feeds.toml", right + '[[feeds]]\nname = "gamma"\nurll = "x"\n')
        running.signal(signal.SIGHUP)
        until(lambda: "feeds.toml:" in running.said, 20, "the complaint")
        assert running.alive
        watching.feed("delta")
        watching.write()
        running.signal(signal.SIGHUP)
        until(lambda: watching.web.visits_to("/feeds/delta"), 20, "the poll of the repaired file's feed")
        stop(running)


def test_a_second_instance_is_turned_away_and_readers_are_not(watching: Scene) -> None:
    with daemon(watching) as running:
        for command in ("run", "once"):
            done = watching.robot.run(command, within=20).exits(75)
            assert len(done.lines) == 1, done.lines
        watching.robot.run("log").ok()
        assert watching.robot.run("status").code in {0, 1}
        assert running.alive
        stop(running)


def test_the_log_can_be_followed(watching: Scene) -> None:
    watching.feeds["alpha"].add(watching.match("news"))
    with watching.robot.start("log", "--follow", "--json") as follower, daemon(watching) as running:
        until(lambda: "/a/news" in follower.said, 30, "the item in the followed log")
        follower.signal(signal.SIGINT)
        assert follower.wait(10).code in {0, 130, -signal.SIGINT}
        stop(running)


def test_every_line_of_a_machine_log_is_json(watching: Scene) -> None:
    watching.feeds["alpha"].add(watching.match("news"))
    with daemon(watching, "--log-format", "json") as running:
        until(lambda: watching.named("slack"), 30, "an alert")
        stop(running)
    events = [json.loads(line) for line in watching.robot.done[-1].err.splitlines() if line.strip()]
    assert events
