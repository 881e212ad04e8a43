"""How the program was called, to be called so again."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.program import called

HERE = Path("/home/ada/my watch")
MODULE = "/home/ada/my watch/bot/__main__.py"

CALLS = {
    "by a path as it was typed": (["./bin/storywatch", "demo"], ["python3", "./bin/storywatch", "demo"], "./bin/storywatch"),
    "by a path with a blank in it": (["../a b/storywatch"], ["python3", "../a b/storywatch"], "'../a b/storywatch'"),
    "by a whole path below this folder": ([f"{HERE}/.venv/bin/storywatch"], ["python3"], ".venv/bin/storywatch"),
    "by a whole path in this folder": ([f"{HERE}/storywatch"], ["python3"], "./storywatch"),
    "by a whole path elsewhere": (["/opt/watch/storywatch", "demo"], ["python3"], "/opt/watch/storywatch"),
    "as a module": ([MODULE, "demo"], [".venv/bin/python", "-m", "bot", "demo"], ".venv/bin/python -m bot"),
    "as a module, with options of python": ([MODULE], ["python3", "-X", "dev", "-m", "bot"], "python3 -X dev -m bot"),
}


@pytest.mark.parametrize("case", CALLS)
def test_it_can_be_called_again(case: str) -> None:
    argv, original, words = CALLS[case]
    assert called(argv, original, {"PATH": "/usr/bin"}, HERE) == words


def on_path(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    program = tmp_path / "bin" / "storywatch"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program, {"PATH": f"/nowhere:{program.parent}"}


def test_what_the_path_finds_is_called_by_its_name(tmp_path: Path) -> None:
    program, environ = on_path(tmp_path)
    assert called([str(program)], ["python3"], environ, HERE) == "storywatch"


def test_what_only_uv_run_finds_is_called_by_its_whole_path(tmp_path: Path) -> None:
    program, environ = on_path(tmp_path)
    assert called([str(program)], ["python3"], environ | {"UV_RUN_RECURSION_DEPTH": "1"}, HERE) == str(program)


def test_another_of_that_name_before_it_is_not_taken_for_it(tmp_path: Path) -> None:
    _, environ = on_path(tmp_path)
    assert called(["/opt/watch/storywatch"], ["python3"], environ, HERE) == "/opt/watch/storywatch"
