"""What a command loads when there is nothing for it to do: the start is paid by every restart, pass and trial."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.main import main
from bot.edge.lock import StateLock

PROJECT = Path(__file__).parents[2]
CONFIG = """
[[feeds]]
name = "Desk"
url = "http://127.0.0.1:9/feed"
[network]
allow = ["127.0.0.0/8"]
[[stories]]
name = "s"
query = "openai AND (nato OR pentagon)"
channels = ["screen"]
[[channels]]
name = "screen"
kind = "console"
"""
PARSERS = {"feedparser", "trafilatura", "lxml", "pebble", "multiprocessing"}
NETWORK = {"requests", "urllib3", "protego"}
STATE = {"sqlalchemy", "alembic", "sqlite3"}


@pytest.fixture(name="config")
def _config(tmp_path: Path) -> Path:
    """A configuration whose one feed was asked at noon, in vain."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "all.toml").write_text(CONFIG)
    assert main(["--config", str(tmp_path / "config"), "once", "--now", "2026-03-03T12:00:00Z"]) == 0
    return tmp_path / "config"


def loaded(config: Path, *args: str) -> tuple[int, set[str]]:
    """The exit code of a command and the libraries and rooms that its process had loaded in the end."""
    line = ["--config", str(config), *args]
    script = f"import json, sys; from bot.cli.main import main; code = main({line!r}); print(json.dumps([code, *sys.modules]), file=sys.stderr)"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True, env=environ
    )
    code, *names = json.loads(done.stderr.splitlines()[-1])
    return code, {name if name.startswith("bot.") else name.partition(".")[0] for name in names}


def test_a_pass_with_nothing_due_loads_neither_network_nor_parsers_nor_the_units_of_work(config: Path) -> None:
    code, names = loaded(config, "once", "--now", "2026-03-03T12:00:10Z")
    assert code == 0
    assert "sqlalchemy" in names
    assert not names & (PARSERS | NETWORK | {"alembic", "apscheduler", "rich", "regex"})
    assert not names & {
        "bot.pipeline.poll",
        "bot.pipeline.judge",
        "bot.pipeline.deliver",
        "bot.core.match",
        "bot.core.render.slack",
    }


@pytest.mark.parametrize("command", ["once", "run"])
def test_a_second_instance_is_turned_away_by_the_configuration_and_the_lock_alone(config: Path, command: str) -> None:
    lock = StateLock(config.parent / "state" / "seen.sqlite3")
    try:
        code, names = loaded(config, command)
    finally:
        lock.release()
    assert code == 75
    assert "bot.edge.lock" in names
    assert not names & (PARSERS | NETWORK | STATE | {"apscheduler", "bot.workshop", "bot.core.match"})
