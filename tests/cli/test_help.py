"""``storywatch --help`` and how a call ends: light, lazy, and never with a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click
import pytest

from bot import __version__
from bot.cli.main import COMMANDS, Deferred, LazyGroup, cli, main
from bot.errors import StorywatchError

PROJECT = Path(__file__).parents[2]
HEAVY = {"requests", "sqlalchemy", "feedparser", "trafilatura", "pydantic", "rich", "alembic", "apscheduler", "pebble"}
NAMES = [
    *("init", "demo", "check", "feed", "run", "once", "log", "show", "explain", "mark", "review", "replay", "suggest"),
    *("alerts", "mute", "unmute", "status", "backup", "restore", "completion"),
]


def storywatch(*args: str, environ: dict[str, str] | None = None, redirect: str = "") -> subprocess.CompletedProcess[str]:
    """The bot as another program starts it, under ``sh`` where its output goes somewhere special."""
    command = [sys.executable, "-m", "bot", *args]
    if redirect:
        command = ["sh", "-c", f'"$@" {redirect}', "sh", *command]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=PROJECT, env={**os.environ, **(environ or {})}, timeout=60, check=False
    )


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["chek"], ["completion", "zsh"]], ids=" ".join)
def test_what_needs_no_command_imports_none_of_the_heavy_libraries(args: list[str]) -> None:
    script = (
        f"import json, sys; from bot.cli.main import main; main({args!r}); print(json.dumps(list(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
    assert "click" in loaded
    assert not loaded & HEAVY


def test_help_lists_every_command_in_the_order_a_newcomer_needs_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    listed = told.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == NAMES
    assert "./config" in told
    assert "storywatch once\n" in told, "examples"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_an_example_of_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    (row,) = [each for each in COMMANDS if each.name == name]
    assert find_spec(row.place.partition(":")[0]), "the table names a command that is not there"
    assert main([name, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"storywatch {name}" in told.split("Examples:")[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    (row,) = [each for each in COMMANDS if each.name == name]
    assert row.short_help
    assert row.short_help.endswith(".")
    assert len(row.short_help) <= 60
    assert row.load().help


def test_a_command_whose_module_is_missing_breaks_nothing_but_itself() -> None:
    group = LazyGroup("x", commands=[Deferred("gone", "bot.cli.no_such:gone", "Not there."), COMMANDS[-1]])
    assert "gone" in group.get_help(click.Context(group))
    with pytest.raises(StorywatchError, match="gone is not part of this version"):
        group.main(["gone"], standalone_mode=False)
    assert [item.value for item in group.shell_complete(click.Context(group), "g")] == ["gone"]


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"storywatch {__version__}\n"


WRONG_CALLS = {
    "no command": ([], "Usage: storywatch"),
    "a mistyped command": (["chekc"], "Did you mean 'check'?"),
    "a mistyped option": (["--confg", "x", "check"], "--config"),
    "a log format that does not exist": (["--log-format", "xml", "check"], "text"),
    "an argument too many": (["check", "x"], "unexpected extra argument"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_is_exit_code_two_and_says_what_is_wrong(capsys: pytest.CaptureFixture[str], case: str) -> None:
    args, told = WRONG_CALLS[case]
    assert main(args) == 2
    assert told in capsys.readouterr().err


def test_faults_are_printed_as_they_are_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text('x = 1\n[bot]\n"evil\\u001b[2J" = 1\n')
    assert main(["--config", str(tmp_path), "check"]) == 78
    captured = capsys.readouterr()
    assert captured.out == ""
    first, second = captured.err.splitlines()
    assert first.startswith("a.toml:1: x: unknown table")
    assert second.startswith("a.toml:3: evil␛[2J: unknown key")


def test_where_there_is_no_configuration_one_line_shows_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(tmp_path / "none"), "check"]) == 78
    (line,) = capsys.readouterr().err.splitlines()
    assert "storywatch init" in line


def test_the_environment_may_name_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[bot]\n")
    done = storywatch("check", environ={"STORYWATCH_CONFIG": str(tmp_path)})
    assert done.returncode == 0, done.stderr


def test_both_names_of_the_program_are_one() -> None:
    done = storywatch("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: storywatch")


def test_a_reader_that_has_seen_enough_ends_us_quietly_as_it_ends_others() -> None:
    code = (
        "import os, sys; r, w = os.pipe(); os.close(r); os.dup2(w, 1); from bot.cli.main import main; sys.exit(main(['--help']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_output_that_is_closed_is_no_traceback() -> None:
    assert "Traceback" not in storywatch("--help", redirect=">&-").stderr


def test_a_full_disk_is_one_line() -> None:
    done = storywatch("--help", redirect="> /dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["storywatch: the output cannot be written: No space left on device"]


def test_a_terminal_of_another_encoding_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[channels]]\nname = "北约"\nkind = "console"\n', encoding="utf-8")
    done = storywatch("--config", str(tmp_path), "check", environ={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert "\\u5317" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    assert main(["completion", shell]) == 0
    assert "_STORYWATCH_COMPLETE" in capsys.readouterr().out


def test_completion_completes_commands_and_their_options() -> None:
    def completed(words: str) -> set[str]:
        environ = {"_STORYWATCH_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        return {line.partition(",")[2] for line in storywatch(environ=environ).stdout.splitlines()}

    assert completed("storywatch ") == set(NAMES)
    assert completed("storywatch check --o") == {"--online"}


def test_an_interrupt_is_exit_code_130(capsys: pytest.CaptureFixture[str]) -> None:
    @cli.command("interrupted", hidden=True)
    def interrupted() -> None:
        raise KeyboardInterrupt

    try:
        assert main(["interrupted"]) == 130
        assert capsys.readouterr().err == "storywatch: interrupted\n"
    finally:
        del cli.commands["interrupted"]
