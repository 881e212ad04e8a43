"""A wrong configuration: everything that is wrong with it in one run, each fault with its file and line."""

from __future__ import annotations

import pytest

from .robot import Done
from .scene import Scene

BOT = """\
[bot]
intervall = "10m"
[network]
deadline = "soon"
[[channels]]
name = "news"
kind = "slak"
url = "${env:LAB_NO_SUCH_URL}"
[[channels]]
name = "hook"
kind = "webhook"
url = "http://127.0.0.1:9/hook"
secret = "${file:/no/such/secret}"
"""
FEEDS = """\
[[feeds]]
name = "alpha"
url = "http://127.0.0.1:9/alpha"
interval = "ten minutes"

[[feeds]]
name = "alpha"
url = "http://127.0.0.1:9/beta"
interval = "5s"

[[feeds]]
name = "gamma"
url = "ftp://127.0.0.1/gamma"
articles = "some"
"""
STORIES = """\
[concepts]
openai = ["OpenAI"]

[[stories]]
name = "one"
title = "One"
query = "openai AND (nato"
channels = ["news", "nowhere"]

[[stories]]
name = "two"
title = "Two"
query = "openai"
channels = ["hook"]
feeds = ["omega"]
"""
BROKEN = """\
# another file, not TOML
[more
"""
FAULTS = {
    "an unknown key": ("bot.toml", (2,), "intervall"),
    "a bad duration": ("bot.toml", (4,), "soon"),
    "an unknown kind": ("bot.toml", (7,), "slak"),
    "a missing variable": ("bot.toml", (8,), "LAB_NO_SUCH_URL"),
    "a missing secret file": ("bot.toml", (13,), "/no/such/secret"),
    "a bad interval": ("feeds.toml", (4,), "ten minutes"),
    "a name used twice": ("feeds.toml", (6, 7), "alpha"),
    "an interval below the least": ("feeds.toml", (9,), "30s"),
    "a scheme that is no web": ("feeds.toml", (13,), "ftp"),
    "a policy that does not exist": ("feeds.toml", (14,), "some"),
    "a wrong query": ("stories.toml", (7,), ""),
    "an unknown channel": ("stories.toml", (8,), "nowhere"),
    "an unknown feed": ("stories.toml", (15,), "omega"),
    "invalid TOML": ("wrong.toml", (2, 3), ""),
}


def broken(scene: Scene) -> None:
    for name, text in {"bot.toml": BOT, "feeds.toml": FEEDS, "stories.toml": STORIES, "wrong.toml": BROKEN}.items():
        scene.robot.write(name, text)


@pytest.fixture(scope="module")
def said(run: Scene) -> Done:
    broken(run)
    return run.robot.run("check")


@pytest.mark.parametrize("fault", FAULTS)
def test_one_run_names_every_fault_where_it_stands(said: Done, fault: str) -> None:
    file, lines, word = FAULTS[fault]
    places = tuple(f"{file}:{line}:" for line in lines)
    assert [line for line in said.lines if line.startswith(places) and word in line], "\n".join(said.lines)


def test_a_name_used_twice_is_shown_at_both_places(said: Done) -> None:
    line = next(line for line in said.lines if line.startswith(("feeds.toml:6:", "feeds.toml:7:")))
    assert "feeds.toml:1" in line or "feeds.toml:2" in line


def test_a_wrong_query_is_shown_with_a_caret(said: Done) -> None:
    at = next(number for number, line in enumerate(said.lines) if line.startswith("stories.toml:7:"))
    assert any(line.strip() == "^" or line.rstrip().endswith("^") for line in said.lines[at : at + 5]), said.lines


def test_the_exit_code_says_bad_configuration_and_nothing_is_started(said: Done, run: Scene) -> None:
    assert said.code == 78
    assert "Traceback" not in said.err
    assert run.robot.run("once").code == 78
    assert run.robot.run("run").code == 78
    assert not run.robot.database.exists()


def test_a_right_configuration_is_called_right(scene: Scene) -> None:
    scene.three_sinks()
    scene.feed("alpha")
    scene.write()
    scene.robot.run("check").ok()
    assert len(scene.web.visits) == 0, "check alone asks nobody"


def test_a_channel_nobody_uses_is_a_warning_only(scene: Scene) -> None:
    scene.sink("slack")
    scene.feed("alpha")
    scene.write()
    scene.robot.write("spare.toml", '[[channels]]\nname = "spare"\nkind = "console"\n')
    done = scene.robot.run("check").ok()
    assert [line for line in done.lines if "spare" in line]


def test_no_configuration_at_all_is_one_line_and_a_way_out(scene: Scene) -> None:
    done = scene.robot.run("check").exits(78)
    assert "Traceback" not in done.err
    assert "init" in " ".join(done.lines)


def test_wrong_use_is_exit_code_two(scene: Scene) -> None:
    assert scene.robot.run("no-such-command").code == 2
