"""A stop takes ten seconds at most, whatever hangs: a locked state, a hung child, a pipe that nobody reads."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from . import scripts, sinks
from .robot import Running, until
from .scene import Scene
from .server import Reply

PIPE_SIZE = 1031  # F_SETPIPE_SZ in <linux/fcntl.h>, see fcntl(2)

pytestmark = pytest.mark.lab  # each waits out one of the ten seconds' worth


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """With a second host: a feed that drips holds its own host's turn."""
    with Scene(tmp_path / "scene", hosts=("127.0.0.1", "127.0.0.2")) as scene:
        yield scene


@pytest.fixture
def watching(scene: Scene) -> Scene:
    """A scene with its baseline taken two hours ago: every feed is due when the daemon starts."""
    scene.three_sinks()
    scene.feed("alpha")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    return scene


@contextmanager
def daemon(scene: Scene, *, through: Sequence[str] = ()) -> Iterator[Running]:
    """The daemon at work."""
    scene.write()
    with scene.robot.start("run", through=through) as running:
        until(lambda: "watching" in running.said or not running.alive, 20, "the daemon at work")
        assert running.alive, running.said
        yield running


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Another program writes to the state meanwhile, such as a backup or a VACUUM."""
    with closing(sqlite3.connect(scene.robot.database, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def stop(running: Running) -> None:
    running.signal(signal.SIGTERM)
    done = running.wait(10.5)
    assert done.code == 0
    assert "Traceback" not in done.err


def children(running: Running) -> list[int]:
    """The processes that read documents for the daemon."""
    pid = running.process.pid
    names = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for name in names for child in name.read_text().split()]
    return [child for child in found if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_change_of_the_configuration_waits_for_a_locked_state_and_a_stop_does_not(watching: Scene) -> None:
    with daemon(watching) as running:
        with locked(watching):
            watching.feed("beta")
            watching.write()
            running.signal(signal.SIGHUP)
            until(lambda: "not in force yet" in running.said, 20, "the complaint")
            assert running.alive
        until(lambda: watching.web.visits_to("/feeds/beta"), 20, "the poll of the feed added meanwhile")
        with locked(watching):
            stop(running)


def test_it_stops_in_time_while_a_child_a_feed_and_a_receiver_hang(watching: Scene) -> None:
    watching.network["deadline"] = "60s"
    watching.feed("drip", host="127.0.0.2").script = scripts.dripping
    watching.by_name["slack"].always(sinks.SILENCE_AFTER_ACCEPT)
    watching.feeds["alpha"].add(watching.match("news"))
    with daemon(watching) as running:
        until(lambda: watching.by_name["slack"].messages, 30, "the message")
        hung = children(running)
        assert hung
        for child in hung:
            os.kill(child, signal.SIGSTOP)
        watching.feed("beta", watching.match("unread"))
        watching.write()
        running.signal(signal.SIGHUP)
        until(lambda: watching.web.visits_to("/feeds/beta"), 20, "a document for the hung child")
        stop(running)


def full(pipe: int) -> bool:
    """Whether the next alert does not fit: each takes more than these 200 bytes, and is written whole (pipe(7), PIPE_BUF)."""
    held = fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4)
    return int.from_bytes(held, sys.byteorder) > 4096 - 200


def test_it_stops_in_time_while_nobody_reads_its_standard_output(scene: Scene) -> None:
    """As with `storywatch run | less`: the console's alerts fill the pipe."""
    scene.feed("alpha")
    scene.sink("slack")
    scene.channel_options["desk"] = {"kind": "console", "budget": "1000/1m"}
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    scene.feeds["alpha"].add(*(scene.match(f"n{n}") for n in range(40)))
    pipe = scene.robot.root / "pipe"
    os.mkfifo(pipe)
    unread = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(unread, PIPE_SIZE, 4096)
    try:
        with daemon(scene, through=("sh", "-c", f'exec "$@" >"{pipe}"', "sh")) as running:
            until(lambda: full(unread), 30, "a full pipe")
            stop(running)
    finally:
        os.close(unread)


def test_a_pass_that_is_stopped_lets_what_is_being_sent_end(scene: Scene) -> None:
    """The receiver has the message and is slow to say so: cut off, the next pass would send it again."""
    scene.feed("alpha")
    scene.sink("slack")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    scene.feeds["alpha"].add(scene.match("news"))
    scene.by_name["slack"].next(sinks.Answer(reply=Reply(status=200, body=b"ok", fault="late", pause=1.5), accepted=True))
    scene.write()
    with scene.robot.start("once") as running:
        until(lambda: scene.by_name["slack"].messages, 30, "the message")
        running.signal(signal.SIGTERM)
        assert running.wait(10.5).code == 128 + signal.SIGTERM
    scene.now = datetime.now(UTC) + timedelta(hours=1)
    scene.once()
    assert len(scene.by_name["slack"].messages) == 1
