"""``storywatch demo`` as a stranger sees it: real processes, at a terminal, in a pipe, interrupted."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from bot.cli.main import main
from tests.lab.robot import DEAD_PROXY, until

from .place import Shown, shown

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]  # whole plays take half a minute each

PROJECT = Path(__file__).parents[2]
CALL = [sys.executable, "-m", "bot"]
ENV = {
    "PATH": os.environ["PATH"],
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "PYTHONPATH": str(PROJECT),
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), DEAD_PROXY),
}
FAST = ("--seconds", "3")
WITHIN = 110
STAMP = re.compile(r"(Fri|Sat|Sun|Mon|Tue|Wed) [ 12]\d (Feb|Mar) \d\d:\d\d  ")


def start(*args: str, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*CALL, *args], cwd=cwd, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What it printed; it must have ended well, and quietly."""
    out, err = process.communicate(timeout=WITHIN)
    assert (process.returncode, err) == (0, ""), out[-2000:] + err
    return out, err


def commands(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if " -m bot " in line]


# ---------------------------------------------------------------- at a terminal


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shown, Path]:
    """One demo at a terminal of 80 columns, and where it was called."""
    cwd = tmp_path_factory.mktemp("demo here")
    return shown([*CALL, "demo", *FAST], ENV, cwd, 80), cwd


def test_it_ends_well_and_leaves_a_folder_that_it_names(seen: tuple[Shown, Path]) -> None:
    told, cwd = seen
    assert told.code == 0
    assert "Configuration and log: storywatch-demo" in told.lines
    assert sorted(path.name for path in (cwd / "storywatch-demo").iterdir()) == ["README.md", "config", "state"]


def test_it_says_first_what_it_is_and_what_it_is_not(seen: tuple[Shown, Path]) -> None:
    first = " ".join(seen[0].lines[:3])
    assert "6 days of a story, 27 February to 4 March 2026" in first
    assert "invented outlets" in first
    assert "not news" in first


def test_alerts_come_with_their_time_and_what_happens_besides_in_one_line(seen: tuple[Shown, Path]) -> None:
    lines = seen[0].lines
    stamped = [line for line in lines if STAMP.match(line)]
    heads = [line for line in stamped if line.endswith("[OpenAI, NATO and the Pentagon]")]
    assert len(heads) > 10
    deal = lines.index("OpenAI to deploy its models on the Pentagon's classified network")
    assert lines[deal - 1] in heads
    assert lines[deal + 1].startswith("  http://127.0.0.1:")
    notes = [STAMP.sub("", line) for line in stamped if line not in heads]
    for words in ("first poll of 15 feeds", "Harbour Post: a copy", "an item again (the same address as item",
                  "Rampart Review: the server answered 503", "Rampart Review: works again", "403 Forbidden; judged on title and summary",
                  "a consent notice instead of the article"):  # fmt: skip
        assert [note for note in notes if words in note], words


def test_a_bar_shows_how_far_it_is_and_is_gone_at_the_end(seen: tuple[Shown, Path]) -> None:
    told, _ = seen
    assert re.search(r"(Sat|Sun|Mon|Tue) .. (Feb|Mar) \d\d:\d\d · \d+ items · \d+ alerts?", told.sent)
    assert "━" in told.sent
    assert "━" not in told.text


def test_it_ends_with_a_table_a_chart_and_what_to_try_next(seen: tuple[Shown, Path]) -> None:
    lines = list(seen[0].lines)
    at = next(n for n, line in enumerate(lines) if line.startswith("The days are over, after "))
    end = lines[at:]
    assert re.search(r"15 feeds, 75 items, \d+ matched, \d+ alerts, 4 copies folded into them\.", end[0] + end[1])
    assert re.search(r"day \(UTC\) +seen +matched +folded +alerted", "\n".join(end))
    assert len([line for line in end if re.match(r"(Fri|Sat|Sun|Mon|Tue|Wed) .*[█▓░]", line)]) == 6
    assert any("█ alerted   ▓ folded   ░ other" in line for line in end)
    assert len(commands(end)) == 5
    too_wide = [line for line in end if cell_len(line) > 80 and line.strip() not in commands(end) and "items" not in line]
    assert not too_wide


def test_each_command_it_names_can_be_copied_as_it_stands(seen: tuple[Shown, Path]) -> None:
    told, cwd = seen
    named = commands(told.lines)
    assert [command.partition(" -m bot ")[2].split()[-1] for command in named][-2:] == ["status", "mywatch"]
    for command in named:
        done = subprocess.run(["sh", "-c", command], cwd=cwd, env=ENV, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert done.stdout
    (status,) = [command for command in named if command.endswith("status")]
    done = subprocess.run(["sh", "-c", status], cwd=cwd, env=ENV, capture_output=True, text=True, timeout=60, check=True)
    assert "nothing needs a person" in done.stdout


# ---------------------------------------------------------------- elsewhere


def test_in_a_pipe_there_are_no_colours_and_two_can_play_at_once(tmp_path: Path) -> None:
    both = [start("demo", *FAST, cwd=tmp_path), start("demo", *FAST, cwd=tmp_path)]
    told = [ended(process)[0] for process in both]
    assert {path.name for path in tmp_path.iterdir()} == {"storywatch-demo", "storywatch-demo-2"}
    for out in told:
        assert not {"\x1b", "\r", "━"} & set(out)
        assert "\nThe days are over, " in out
        assert "day (UTC)\tseen\tmatched\tfolded\talerted\n" in out
    assert len({re.findall(r"http://127.0.0.1:(\d+)", out)[0] for out in told}) == 2


def test_a_reader_that_has_seen_enough_ends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = f"{shlex.join(CALL)} demo look --seconds 40 | head -n 8"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], cwd=tmp_path, env=ENV, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (141, "")
    assert main(["--config", str(tmp_path / "look/config"), "log", "--json"]) == 0
    assert 15 < len(capsys.readouterr().out.splitlines()) < 75


def test_an_interrupt_ends_it_with_the_summary_so_far(tmp_path: Path) -> None:
    process = start("demo", "look", "--json", "--seconds", "40", cwd=tmp_path)
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    os.killpg(process.pid, signal.SIGINT)
    rest, err = process.communicate(timeout=WITHIN)
    assert (process.returncode, err) == (0, "")
    summary = json.loads(rest.splitlines()[-1])
    assert first["type"] == "development.new"
    assert (summary["type"], summary["complete"]) == ("summary", False)
    assert 15 < summary["seen"] < 75
    assert summary["alerted"] >= 1
    assert main(["--config", str(tmp_path / "look/config"), "status"]) == 0


def test_an_interrupt_is_no_traceback_at_any_moment(tmp_path: Path) -> None:
    """While it starts: from the moment that its folder is there."""
    for number, wait in enumerate((0.0, 0.3)):
        folder = tmp_path / str(number)
        process = start("demo", str(folder), "--seconds", "200", cwd=tmp_path)
        until((folder / "config/stories.toml").exists, 60, "the folder")
        time.sleep(wait)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=WITHIN)
        assert (process.returncode, err) in {(0, ""), (130, "storywatch: interrupted\n")}
        assert process.returncode == 130 or "Stopped on Friday, 27 February" in out


# ---------------------------------------------------------------- wrong calls


def test_a_folder_with_something_in_it_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"storywatch: {tmp_path}: there is something in it already; name a new folder, or none"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "inf", "nan"])
def test_a_wrong_number_of_seconds_is_a_wrong_call(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--seconds", seconds]) == 2
    assert "--seconds" in capsys.readouterr().err
