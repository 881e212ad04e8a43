"""Copies of the state and the way back to one: nothing lost, nothing told twice one by one, and the old file kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from .robot import PROJECT, until
from .scene import Scene
from .test_daemon import daemon, stop


def damage(scene: Scene) -> None:
    """Everything but the first page is noise."""
    with scene.robot.database.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(scene.robot.database.stat().st_size - 4096))


def names(scene: Scene, word: str) -> list[str]:
    return sorted(path.name for path in scene.robot.state.iterdir() if word in path.name)


def asked(scene: Scene, feed: str) -> int:
    return len(scene.web.visits_to(f"/feeds/{feed}"))


@pytest.fixture
def told(scene: Scene) -> Scene:
    """A scene that has told one item; the day's copy does not know the second and third."""
    scene.three_sinks()
    for name in ("alpha", "beta"):
        scene.feed(name)
    scene.once()
    scene.feeds["alpha"].add(scene.match("one"))
    scene.once(after=timedelta(hours=25))
    scene.feeds["alpha"].add(scene.match("two"))
    scene.feeds["beta"].add(scene.match("three"))
    scene.once()
    return scene


def test_a_restored_state_tells_what_may_repeat_in_one_digest_and_loses_nothing(told: Scene) -> None:
    told.assert_named("one", "two", "three")
    damage(told)
    (line,) = told.robot.run("once").exits(1).lines
    assert "is damaged" in line
    assert names(told, "daily")[-1] in line
    assert line.endswith("storywatch restore")
    before = told.robot.database.read_bytes()
    told.robot.run("restore").ok()
    (aside,) = names(told, "damaged")[:1]
    assert (told.robot.state / aside).read_bytes() == before
    told.feeds["beta"].add(told.match("four"))
    told.once()
    for sink in told.by_name.values():
        assert sorted(told.keys(sink.accepted[-1])) == ["four", "three", "two"], "one digest of all that the copy did not know"
        assert len(sink.accepted) == 4
    assert "may repeat" in told.by_name["slack"].accepted[-1].body.decode()
    told.feeds["alpha"].add(told.match("five"))
    told.once()
    assert [told.keys(sink.accepted[-1]) for sink in told.by_name.values()] == [["five"]] * 3, "later news comes as ever"
    told.assert_valid()
    assert all(told.verdict(key)["alerted"] for key in ("one", "two", "three", "four", "five"))


def test_a_kill_between_the_polls_of_a_restored_state_and_its_digest_changes_nothing(told: Scene) -> None:
    damage(told)
    told.robot.run("restore").ok()
    told.write()
    visits = asked(told, "alpha")
    with told.robot.start("run") as running:
        until(lambda: asked(told, "alpha") > visits or not running.alive, 40, "the poll")
        running.kill()
    told.now = datetime.now(UTC)
    told.once(after=timedelta(hours=3))
    told.once(after=timedelta(hours=3))
    for name in told.by_name:
        messages = [message for message in told.by_name[name].accepted if {"two", "three"} & set(told.keys(message))][2:]
        assert {key for message in messages for key in told.keys(message)} == {"two", "three"}
        assert len(messages) <= 2, "one digest; two if the kill fell between its parts"


def test_a_new_beginning_tells_one_digest(told: Scene) -> None:
    damage(told)
    told.robot.run("restore", "--empty").ok()
    before = len(told.by_name["slack"].accepted)
    told.once()
    assert len(told.by_name["slack"].accepted) == before + 1


def test_a_copy_made_by_hand_while_the_daemon_works(scene: Scene, tmp_path: Path) -> None:
    scene.sink("webhook")
    scene.feed("alpha")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    scene.feeds["alpha"].add(scene.match("news"))
    target = tmp_path / "copy.sqlite3"
    with daemon(scene) as running:
        until(lambda: scene.named("webhook"), 40, "the alert")
        told = json.loads(scene.robot.run("backup", "--json", str(target)).ok().out)
        assert (told["items"], told["alerts"], told["bytes"]) == (1, 1, target.stat().st_size)
        again = scene.robot.run("backup", str(target)).exits(1)
        assert "--force" in again.lines[0]
        scene.robot.run("backup", "--force", str(target)).ok()
        assert "stop it first" in scene.robot.run("restore", "--force", str(target)).exits(75).lines[0]
        stop(running)
    scene.robot.run("restore", "--force", str(target)).ok()


@pytest.mark.parametrize("how", ["damaged", "replaced", "deleted"])
def test_a_daemon_whose_state_is_spoilt_ends_at_once_and_says_why(scene: Scene, how: str) -> None:
    scene.sink("webhook")
    scene.feed("alpha")
    scene.now = datetime.now(UTC) - timedelta(hours=2)
    scene.once()
    with daemon(scene) as running:
        if how == "damaged":
            damage(scene)
            scene.feeds["alpha"].add(scene.match("news"))
        else:
            content = scene.robot.database.read_bytes()
            scene.robot.database.unlink()
            if how == "replaced":
                scene.robot.database.write_bytes(content)
        done = running.wait(60).exits(1)
    assert how in done.lines[-1]
    assert sum("ERROR" in line for line in done.lines) <= 2, "no line a second"


def test_a_second_daemon_under_another_name_of_the_state_is_turned_away(scene: Scene, tmp_path: Path) -> None:
    scene.sink("webhook")
    scene.feed("alpha")
    scene.once()
    alias = tmp_path / "alias.sqlite3"
    alias.symlink_to(scene.robot.database)
    with daemon(scene) as running:
        scene.bot["state"] = str(alias)
        scene.write()
        assert "another Storywatch" in scene.robot.run("once").exits(75).lines[-1]
        stop(running)


# ---------------------------------------------------------------- a small disk


@pytest.fixture
def small_disk() -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces here: a disk of 3 MB cannot be mounted")


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_is_one_line_and_the_work_goes_on_by_itself(tmp_path: Path) -> None:
    """The scenario below, in a namespace of its own."""
    command = ["unshare", "-rm", sys.executable, "-m", "tests.lab.test_copies", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def full_disk(root: Path) -> None:
    """Fill the disk beside the working daemon, let news come, make room: all news arrives, once."""
    with Scene(root / "scene") as scene:
        scene.robot.state.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(scene.robot.state)], check=True)
        scene.sink("webhook")
        scene.feed("alpha", interval="30s")
        scene.now = datetime.now(UTC) - timedelta(hours=2)
        scene.once()
        with daemon(scene) as running:
            until(lambda: asked(scene, "alpha") > 1, 30, "the first poll")
            ballast = scene.robot.state / "ballast"
            with ballast.open("wb", buffering=0) as file:
                try:
                    while file.write(b"x" * 4096):
                        pass
                except OSError:
                    pass
            scene.feeds["alpha"].add(*(scene.match(f"news-{n}") for n in range(5)))
            until(lambda: "no space left" in running.said, 50, "the complaint")
            assert running.alive
            assert running.said.count("nothing was lost") <= 2, running.said
            ballast.unlink()
            until(lambda: len(set(scene.named("webhook"))) == 5, 60, "the news")
            until(lambda: "can be written again" in running.said, 30, "the end of the trouble")
            stop(running)
        assert sorted(scene.named("webhook")) == [f"news-{n}" for n in range(5)]
        assert sum(path.stat().st_size for path in scene.robot.state.glob("*-wal")) < 1_000_000
        assert not list(scene.robot.state.glob("*.part*"))


if __name__ == "__main__":
    full_disk(Path(sys.argv[1]))
