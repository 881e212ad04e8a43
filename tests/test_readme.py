"""The README is true: every command in it runs, every option and file it names is there, its examples load."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click
import pytest

from bot.cli.main import cli, main
from bot.config import load
from bot.core import query
from tests.cli.place import Place, Web, item

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = ROOT / ".ci/run"
PROGRAM = ".venv/bin/storywatch"
FENCES = re.findall(r"^ *```(\w+)\n(.*?)^ *```$", README, re.DOTALL | re.MULTILINE)
PROSE = re.sub(r"^ *```.*?^ *```$", "", README, flags=re.DOTALL | re.MULTILINE)
SPANS = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", PROSE)]
LINES = [line for kind, text in FENCES if kind == "console" for line in text.splitlines() if line]
COMMANDS = [command for line in LINES for command in line.split("   #")[0].strip().split(" && ")]
OURS = [command for command in COMMANDS if command.startswith(PROGRAM)]
DEMO, FIRST, *OTHERS = OURS  # the demonstration stands for itself; the first pass fills the state that the others read
NAMED = [part for span in SPANS for part in span.split(" && ") if re.match(r"(\.venv/bin/)?storywatch\b", part)]


# ---------------------------------------------------------------- commands in blocks


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A folder that holds config/, as a checkout does, and the state that the README's first command makes."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("readme") / "place", web)
        place.channel("desk", "console")
        news = [item(f"n{n}", f"OpenAI and NATO: a classified talk (北约), part {n}") for n in range(45)]
        place.feed("Alpha", *news, articles="never", alert_backlog=1)
        place.write()
        argv = [sys.executable, "-m", "bot", *shlex.split(FIRST)[1:]]
        done = subprocess.run(
            argv, cwd=place.robot.root, env=place.robot.env, capture_output=True, text=True, timeout=60, check=True
        )
        assert "45 new items" in done.stdout
        yield place


def test_the_readme_has_the_commands_that_a_newcomer_needs() -> None:
    assert (f"{PROGRAM} demo", f"{PROGRAM} once") == (DEMO, FIRST)
    assert {shlex.split(command)[1] for command in OTHERS} >= {"log", "show", "status", "alerts"}


@pytest.mark.parametrize("command", OTHERS)
def test_every_command_of_ours_runs_and_finds_something(
    watched: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.chdir(watched.robot.root)
    assert main(shlex.split(command)[1:]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1


def test_what_installs_and_tests_is_what_ci_runs() -> None:
    if not CI.is_file():
        pytest.skip("no .ci/run here: a source distribution comes without it")
    ci = CI.read_text()
    (tests,) = (line for line in LINES if "'.[test]'" in line)
    assert """grep -m 1 -F "'.[test]'" README.md""" in ci, "CI takes the install and test command out of the README"
    assert next(line for line in README.splitlines() if "'.[test]'" in line) == tests
    install, _, pytest_command = tests.rpartition(" && ")
    assert install == "python3 -m venv .venv && .venv/bin/pip install '.[test]'"
    assert pytest_command == ".venv/bin/pytest"
    derived = {*install.split(" && "), pytest_command}
    # The same as CI spells them, in a virtual environment of its own.
    spelled = {
        "python3 -m venv .venv": r'^python3 -m venv "\S+"$',
        ".venv/bin/pip install .": r'^"\S+/pip" install .*"\$work/clone"$',
    }
    for command in set(COMMANDS) - set(OURS) - derived:
        assert command in spelled, f"nobody runs: {command}"
        assert re.search(spelled[command], ci, re.MULTILINE), f"CI does not run: {command}"
    assert re.search(r"^venv/bin/storywatch demo ", ci, re.MULTILINE), "CI runs the demonstration out of the installed wheel"


# ---------------------------------------------------------------- commands, options and files in the text


def resolved(words: Sequence[str]) -> click.Command:
    """The command that the words name; fails at one that is not there, and at an option it does not have."""
    command: click.Command = cli
    left = iter(words)
    for word in left:
        if word.startswith("-"):
            (option,) = [each for each in command.params if word in each.opts] or [None]
            assert option is not None or word in {"-h", "--help"}, f"{command.name} has no option {word}"
            if isinstance(option, click.Option) and not option.is_flag:
                next(left, None)  # an option whose value may be left out may stand last
        elif isinstance(command, click.Group):
            _, found, _ = command.resolve_command(click.Context(command), [word])
            assert found is not None
            command = found
    return command


@pytest.mark.parametrize("named", sorted({*NAMED, *OURS}))
def test_every_command_that_is_named_is_there_with_its_options(named: str) -> None:
    assert resolved(shlex.split(named)[1:])


def all_options() -> set[str]:
    found = {"--help"}
    waiting: list[click.Command] = [cli]
    while waiting:
        command = waiting.pop()
        found |= {name for param in command.params for name in param.opts}
        if isinstance(command, click.Group):
            names = command.list_commands(click.Context(command))
            waiting += [each for name in names if (each := command.resolve_command(click.Context(command), [name])[1])]
    return found


def test_every_option_that_is_named_is_one_of_a_command() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert named
    assert named <= all_options()


def test_every_file_that_is_linked_or_named_is_there() -> None:
    linked = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    named = [span for span in SPANS if re.fullmatch(r"\w[\w./-]*(\.toml|\.md|/)", span)]
    assert named
    assert not [name for name in (*linked, *named) if not (ROOT / name).exists()]


# ---------------------------------------------------------------- examples of configuration


def test_the_examples_of_configuration_load_together_without_a_warning(tmp_path: Path) -> None:
    blocks = [text for kind, text in FENCES if kind == "toml"]
    channel, story = (textwrap.dedent(block) for block in blocks)
    more = '[bot]\noperators = ["newsroom"]\n[[feeds]]\nname = "A"\nurl = "https://a.example/rss"\n[[channels]]\nname = "desk"\nkind = "console"\n'
    for name, text in {"story": story, "channel": channel, "more": more}.items():
        (tmp_path / f"{name}.toml").write_text(text)
    config = load(tmp_path, {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x"})
    assert config.warnings == ()
    assert [story.name for story in config.stories] == ["chip-exports"]
    assert {channel.name for channel in config.channels} == {"newsroom", "desk"}


QUERIES = ['"phrases"', "title:word", "a NEAR/10 b", "wild*cards", "=CaseSensitive", "/regex/"]


@pytest.mark.parametrize("text", QUERIES)
def test_every_form_of_a_query_that_is_named_can_be_read(text: str) -> None:
    assert text in SPANS
    assert query.parse(text, {})
    assert query.parse(f"({text}) AND NOT (x OR y)", {})
