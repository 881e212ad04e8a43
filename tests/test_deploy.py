"""config/deploy: what its files name is there, and their numbers agree with the code. No engine is needed for that."""

from __future__ import annotations

import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from contextlib import closing
from pathlib import Path

import pytest

from bot import daemon
from bot.config import load
from bot.edge.lock import StateLock
from bot.edge.pool import Pool
from bot.errors import ConfigError, StateBusy, StateError
from tests.cli.place import FIRST, SECOND, THIRD, Place, Web
from tests.test_readme import resolved

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "config/deploy"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MIB = 2**20


# ---------------------------------------------------------------- systemd

UNIT = (DEPLOY / "storywatch.service").read_text(encoding="utf-8")


def unit(text: str) -> dict[str, list[str]]:
    """``Section.Key`` -> its values, in order (systemd.syntax(7)); fails at a line that is neither."""
    section, found = "", dict[str, list[str]]()
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, line
            assert re.fullmatch(r"[A-Za-z]+", key), line
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


SERVICE = unit(UNIT)


def only(key: str) -> str:
    (value,) = SERVICE[key]
    return value


def test_the_unit_starts_a_command_that_is_there() -> None:
    program, *words = shlex.split(only("Service.ExecStart"))
    assert resolved(words).name == "run"
    assert f"python3 -m venv {Path(program).parents[1]} " in README, "where the README installs it"


def test_the_unit_works_where_the_readme_writes_the_configuration() -> None:
    home = only("Service.WorkingDirectory")
    assert f"storywatch init {home}\n" in README
    assert Path(home).name == only("Service.StateDirectory"), "StateDirectory= is below /var/lib"
    user = only("Service.User")
    assert re.search(rf"useradd .*--home-dir {home} .* {user}$", README, re.MULTILINE)
    assert re.search(rf"install .*--owner {user} --group {only('Service.Group')} .* {home}$", README, re.MULTILINE)
    assert f"{home}/config" in SERVICE["Service.ReadOnlyPaths"]


def test_only_what_a_person_must_repair_stays_stopped() -> None:
    usage = 2
    assert {int(code) for code in only("Service.RestartPreventExitStatus").split()} == {usage, ConfigError.exit_code}
    assert {StateError.exit_code, StateBusy.exit_code}.isdisjoint({usage, ConfigError.exit_code})
    assert only("Service.Restart") == "on-failure"


def test_a_start_that_fails_is_tried_again_for_ever_and_not_in_a_storm() -> None:
    """A damaged state exits with 1 as a full disk does, which passes: a bot given up in between would be silent without a word."""
    assert only("Unit.StartLimitIntervalSec") == "0"
    assert int(only("Service.RestartSec")) >= 30


def test_the_unit_waits_as_long_as_the_bot_takes() -> None:
    assert only("Service.Type") == "notify"
    assert int(only("Service.WatchdogSec")) >= 10 * daemon.WATCH_SECONDS, "a busy machine is no hung bot"
    assert int(only("Service.TimeoutStopSec")) > daemon.EXIT_SECONDS
    assert only("Service.KillMode") == "mixed", "SIGTERM is for the bot: it ends its children itself"


def test_a_child_that_takes_all_it_may_does_not_end_the_service() -> None:
    child = inspect.signature(Pool).parameters["memory"].default
    high, most = (int(only(f"Service.{key}").replace("M", "").replace("1G", "1024")) * MIB for key in ("MemoryHigh", "MemoryMax"))
    assert child + 128 * MIB <= high < most
    assert only("Service.OOMPolicy") == "continue"


def test_children_may_set_their_own_limits() -> None:
    denied = [group for value in SERVICE["Service.SystemCallFilter"] if value.startswith("~") for group in value[1:].split()]
    assert SERVICE["Service.SystemCallFilter"][0] == "@system-service"
    assert "@resources" not in denied, "without setrlimit(2) they would parse strangers' bytes without any limit"


def test_the_unit_reaches_feeds_and_its_manager() -> None:
    assert set(only("Service.RestrictAddressFamilies").split()) == {"AF_UNIX", "AF_INET", "AF_INET6"}


def test_a_secret_beside_the_configuration_is_found_by_the_reference_that_the_unit_names(tmp_path: Path) -> None:
    (reference,) = set(re.findall(r"\$\{file:secrets/[^}]+\}", UNIT))
    assert reference in README
    (tmp_path / "config").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "slack").write_text("https://hooks.slack.com/services/T0/B0/x\n")
    (tmp_path / "config/bot.toml").write_text(f'[[channels]]\nname = "newsroom"\nkind = "slack"\nurl = "{reference}"\n')
    (channel,) = load(tmp_path / "config", {}).channels
    assert channel.url is not None
    assert channel.url.reveal() == "https://hooks.slack.com/services/T0/B0/x"


def systemd() -> int:
    """The version of systemd-analyze, 0 where there is none."""
    if shutil.which("systemd-analyze") is None:
        return 0
    said = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True, check=False).stdout
    return int(found[1]) if (found := re.match(r"systemd (\d+)", said)) else 0


@pytest.mark.skipif(systemd() < 250, reason="systemd-analyze of 250 or newer is not here")
def test_systemd_understands_every_line_and_rates_it_safe(tmp_path: Path) -> None:
    file = tmp_path / "storywatch.service"
    file.write_text(UNIT.replace(shlex.split(only("Service.ExecStart"))[0], sys.executable))
    verified = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True, timeout=60, check=False)
    assert "storywatch.service" not in verified.stderr, "what it says of other units of this machine is not ours"
    command = ["systemd-analyze", "security", "--offline=yes", "--json=short", "--threshold=15", str(file)]
    rated = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert rated.returncode == 0, [each["name"] for each in json.loads(rated.stdout) if not each["set"]]
    claimed = re.search(r"rates it (\d\.\d)", " ".join(README.split()))
    plain = subprocess.run([*command[:3], str(file)], capture_output=True, text=True, timeout=60, check=False).stdout
    assert claimed
    assert f": {claimed[1]} " in plain.strip().splitlines()[-1]


# ---------------------------------------------------------------- containers

DOCKERFILE = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
STEPS = [tuple(line.split(maxsplit=1)) for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]


def steps(kind: str) -> list[str]:
    return [rest for word, rest in STEPS if word == kind]


def copied() -> list[str]:
    return [source for rest in steps("COPY") if "--from=" not in rest for source in rest.split()[:-1]]


def test_everything_that_is_copied_into_the_image_is_there_and_enough_to_build() -> None:
    assert not [source for source in copied() if not (ROOT / source).exists()]
    project, wheel = PROJECT["project"], PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["readme"], *project["license-files"], *wheel["packages"], *wheel["force-include"]}
    assert needed <= set(copied())


def test_what_is_copied_is_let_through_and_nothing_else() -> None:
    ignored = [line for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())


def test_the_image_has_a_python_that_the_project_takes() -> None:
    (version,) = (value.partition("=")[2] for value in steps("ARG"))
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, version.split("."))) >= tuple(map(int, least.split(".")))
    assert all(base.startswith("python:${PYTHON}-slim") for base in steps("FROM"))


def test_the_container_runs_a_real_command_and_not_as_root() -> None:
    (entry,), (command,) = steps("ENTRYPOINT"), steps("CMD")
    assert [*json.loads(entry), *json.loads(command)] == [*PROJECT["project"]["scripts"], "run"]
    assert resolved(json.loads(command)).name == "run"
    (user,) = steps("USER")
    assert int(user) > 0
    assert f"--uid {user} " in DOCKERFILE
    assert f"user, {user}." in README


def test_the_state_is_on_the_volume() -> None:
    """A relative state starts beside the folder of the configuration."""
    (volume,), (home,) = steps("VOLUME"), steps("WORKDIR")[1:]
    config = load(ROOT / "config", {})
    assert Path(home) / config.state.relative_to(ROOT.resolve()).parent == Path(volume)
    assert f"storywatch-state:{volume} " in README


def healthy() -> list[str]:
    (check,) = steps("HEALTHCHECK")
    command: list[str] = json.loads(check[check.index("[") :])
    return command


def test_the_container_is_healthy_while_a_bot_holds_the_state_whatever_its_feeds_do(tmp_path: Path) -> None:
    with closing(Web()) as web:
        place = Place(tmp_path / "watch", web)
        place.feeds["Gone"] = {"name": "Gone", "url": f"{web.url}/gone"}
        place.write()
        environ = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}

        def ends(*command: str) -> int:
            return subprocess.run(
                command, cwd=place.robot.root, env=environ, capture_output=True, timeout=60, check=False
            ).returncode

        assert ends(*healthy()) != 0, "there is no state yet"
        for now in (FIRST, SECOND, THIRD):
            place.once(now)
        assert ends(*healthy()) != 0, "nobody is at work"
        lock = StateLock(place.state)
        assert ends("storywatch", "status") == 1, "the feed needs a person"
        assert ends(*healthy()) == 0
        lock.release()
        assert ends(*healthy()) != 0


def test_compose_builds_that_image_from_the_project_and_lets_it_end() -> None:
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    values = dict(re.findall(r"^ +(\w+): ([^#\n]+?)(?: #.*)?$", compose, re.MULTILINE))
    context = (DEPLOY / values["context"]).resolve()
    assert context == ROOT.resolve()
    assert (context / values["dockerfile"]).is_file()
    assert int(values["stop_grace_period"].removesuffix("s")) > daemon.EXIT_SECONDS
    mounts = re.findall(r"^ +- ([^:\s]+):(/\S+?)(?::ro)?(?: #.*)?$", compose, re.MULTILINE)
    assert {target: source for source, target in mounts} == {"/watch/config": "..", steps("VOLUME")[0]: "state"}
    assert (DEPLOY / "..").resolve() == (ROOT / "config").resolve()


# ---------------------------------------------------------------- the README

COMMANDS = [
    line for block in re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE) for line in block.splitlines()
]
OURS = [shlex.split(line) for line in re.findall(r"(?:/bin/|storywatch )(storywatch [^`\n]+)", README)]


def test_every_command_of_ours_is_there_with_its_options() -> None:
    assert {words[-1] for words in OURS} >= {"status", "/var/lib/storywatch"}
    for words in OURS:
        assert resolved(words[1:2] if words[1] == "init" else words[1:])


def test_every_file_that_a_command_names_is_there() -> None:
    named = {word for line in COMMANDS for word in line.split() if word.startswith("config/") and ":" not in word}
    named |= set(re.findall(r"`([\w./-]+\.(?:service|yaml))`", README))
    assert named
    assert not [name for name in named if not ((ROOT / name).exists() or (DEPLOY / name).exists())]
