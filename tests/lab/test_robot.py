"""The lab's hands: starting, killing and clearing away processes, with a stand-in for the bot."""

from __future__ import annotations

import signal
import socket
import sys
import tomllib
from pathlib import Path

import pytest

from .robot import Notices, Robot, table, toml, until


def robot(root: Path, program: str) -> Robot:
    """A robot whose bot is this program; its arguments are ``--config DIR ...`` as always."""
    return Robot(root / "scene", command=[sys.executable, "-c", program])


def test_a_command_is_read_on_both_streams_with_its_exit_code(tmp_path: Path) -> None:
    done = robot(tmp_path, "import sys; print(sys.argv[3:]); print('!', file=sys.stderr); sys.exit(3)").run("once", "--now", "x")
    assert (done.code, done.lines) == (3, ["['once', '--now', 'x']", "!"])
    with pytest.raises(AssertionError, match="exit 3, wanted 0"):
        done.ok()


def test_the_environments_proxies_lead_nowhere(tmp_path: Path) -> None:
    assert "127.0.0.1:9" in robot(tmp_path, "import os; print(os.environ['http_proxy'])").run().out


def test_a_late_command_is_ended_and_shows_where_it_stood(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"(?s)still running.*Current thread"):
        robot(tmp_path, "import time; time.sleep(60)").run(within=0.5)


def test_a_killed_bot_leaves_a_child_and_it_is_found(tmp_path: Path) -> None:
    program = "import subprocess, time; subprocess.Popen(['sleep', '60']); print('up', flush=True); time.sleep(60)"
    bot = robot(tmp_path, program)
    with bot.start("run") as running:
        until(lambda: "up" in running.said, 10, "the child")
        assert len(bot.leftovers()) == 2
        assert running.kill().code == -signal.SIGKILL
    assert len(bot.clear(within=0.2)) == 1
    until(lambda: not bot.leftovers(), 5, "the child's end")


def test_a_secret_is_found_in_output_and_in_files(tmp_path: Path) -> None:
    bot = robot(tmp_path, "print('the canary sings')")
    bot.run("status")
    bot.state.mkdir()
    bot.database.write_bytes(b"\0canary\0")
    assert bot.printed("canary") == ["output of status", "seen.sqlite3"]
    assert bot.printed("parrot") == []


def test_notices_reach_the_service_manager() -> None:
    with Notices() as notices, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bot:
        bot.sendto(b"READY=1\nSTATUS=up", notices.path)
        assert notices.lines == ["READY=1", "STATUS=up"]


def test_a_deadline_that_passes_says_what_was_awaited() -> None:
    with pytest.raises(AssertionError, match=r"after 0.05 s still not: rain"):
        until(lambda: False, 0.05, "rain")


def test_values_survive_toml() -> None:
    values = {"text": 'a "b" \\ ü 北约\n', "flag": True, "number": 3, "list": ["x", "y"], "headers": {"X-Key": "${env:K}"}}
    assert tomllib.loads(table("bot", values)) == {"bot": values}
    with pytest.raises(TypeError):
        toml(object())
