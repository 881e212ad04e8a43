"""The bot as an outsider sees it: a command that is run, killed and read. Never imported.

    robot = Robot(tmp_path)
    robot.write("bot.toml", "...")
    robot.run("once", "--now", "2026-03-03T08:00:00Z").ok()
    with robot.start("run") as daemon:
        daemon.kill()

``LAB_BOT`` names another command to test, such as an installed ``storywatch``.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = shlex.split(os.environ.get("LAB_BOT", "")) or [sys.executable, "-m", "bot"]
DEAD_PROXY = "http://127.0.0.1:9"  # the environment's proxies are not used: whatever goes there fails
MARK = "LAB_ROBOT"  # in the environment of the bot and so of all its children


def until(holds: Callable[[], object], within: float, what: str) -> None:
    """Return as soon as ``holds()``; fail, saying what was awaited, after that many seconds."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"after {within:g} s still not: {what}")
        time.sleep(0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A finished command. ``code`` is negative for a signal, as in :mod:`subprocess`."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    def ok(self) -> Done:
        return self.exits(0)

    def exits(self, code: int) -> Done:
        """This exit code, and nothing unexpected on the way: the bot logs those with their traceback and goes on."""
        if self.code != code or "Traceback" in self.err:
            raise AssertionError(
                f"{' '.join(self.args)}: exit {self.code}, wanted {code}\n{self.out[-2000:]}\n{self.err[-4000:]}"
            )
        return self

    @property
    def lines(self) -> list[str]:
        """What it said, on either stream, empty lines left out."""
        return [line for line in (self.out + "\n" + self.err).splitlines() if line.strip()]


class Running:
    """A bot at work."""

    def __init__(self, robot: Robot, args: tuple[str, ...], argv: Sequence[str], env: Mapping[str, str]) -> None:
        self.args = args
        self._files = [robot.root / f"run-{len(robot.done):03d}-{time.monotonic_ns()}.{end}" for end in ("out", "err")]
        self._robot = robot
        self.started = time.monotonic()
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            self.process = subprocess.Popen(argv, cwd=robot.root, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill()

    @property
    def said(self) -> str:
        """Both streams so far."""
        return "".join(file.read_text(errors="replace") for file in self._files)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> Done:
        """``kill -9`` of this one process: its children are its own business."""
        self.process.kill()
        return self.wait(10)

    def wait(self, within: float) -> Done:
        """The finished command; one that is late is aborted with its stack in the message."""
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # faulthandler is on
            self.process.wait(10)
            raise AssertionError(f"{' '.join(self.args)}: still running after {within:g} s\n{self.said[-6000:]}") from None
        out, err = (file.read_text(errors="replace") for file in self._files)
        done = Done(args=self.args, code=self.process.returncode, out=out, err=err, seconds=time.monotonic() - self.started)
        self._robot.done.append(done)
        return done


class Robot:
    """A configuration directory, a state beside it, and the commands run on them."""

    def __init__(self, root: Path, *, command: Sequence[str] = COMMAND) -> None:
        self.root = root
        self.config = root / "config"
        self.state = root / "state"
        self.config.mkdir(parents=True)
        self.done: list[Done] = []
        self._command = list(command)
        self._mark = uuid.uuid4().hex
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(PROJECT),
            "PYTHONFAULTHANDLER": "1",
            MARK: self._mark,
            **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), DEAD_PROXY),
        }

    @property
    def database(self) -> Path:
        return self.state / "seen.sqlite3"

    def write(self, name: str, text: str) -> Path:
        """A file of the configuration, put in place whole."""
        path = self.config / name
        draft = path.with_name(path.name + ".draft")
        draft.write_text(text)
        return draft.rename(path)

    def start(self, *args: str, env: Mapping[str, str] | None = None, through: Sequence[str] = ()) -> Running:
        """The command, running. ``through``: words before it, such as ``setpriv ...``."""
        argv = [*through, *self._command, "--config", str(self.config), *args]
        return Running(self, args, argv, {**self.env, **(env or {})})

    def run(self, *args: str, within: float = 60, through: Sequence[str] = ()) -> Done:
        return self.start(*args, through=through).wait(within)

    def log(self, *args: str) -> list[dict[str, Any]]:
        """The rows of ``log --json``."""
        return [json.loads(line) for line in self.run("log", "--json", *args).ok().out.splitlines() if line.strip()]

    def leftovers(self) -> list[int]:
        """Process ids of the bot and its children that are still there."""
        return [pid for pid in _pids() if self._mine(pid)]

    def _mine(self, pid: int) -> bool:
        try:
            dead = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
            return not dead and f"{MARK}={self._mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except (OSError, IndexError):
            return False

    def clear(self, within: float = 5) -> list[int]:
        """Wait for children to follow their parent; those that do not are ended, and named."""
        end = time.monotonic() + within
        while (left := self.leftovers()) and time.monotonic() < end:
            time.sleep(0.05)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return left

    def printed(self, word: str) -> list[str]:
        """Where a secret word got out: commands that printed it, files of the state that hold it."""
        said = [f"output of {' '.join(done.args)}" for done in self.done if word in done.out + done.err]
        files = [path for path in self.state.rglob("*") if path.is_file()] if self.state.is_dir() else []
        return said + [path.name for path in files if word.encode() in path.read_bytes()]


def _pids() -> Iterator[int]:
    yield from (int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal())


class Notices:
    """The service manager's end of ``sd_notify``: a datagram socket that remembers what came."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="lab-")  # a socket's path has at most 107 bytes
        self.path = f"{self._folder}/notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._socket.setblocking(False)
        self._lines: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._socket.close()
        shutil.rmtree(self._folder)

    @property
    def lines(self) -> list[str]:
        while True:
            try:
                self._lines += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self._lines


# ---------------------------------------------------------------- configuration


def toml(value: object) -> str:
    """A value in TOML: strings, numbers, booleans, lists and inline tables."""
    if isinstance(value, (str, bool, int, float)):
        return json.dumps(value, ensure_ascii=False)  # a JSON string of ours is a TOML basic string
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(toml, value)) + "]"
    raise TypeError(f"no TOML for {value!r}")


def table(name: str, values: Mapping[str, object]) -> str:
    """``[name]`` and its keys, or ``[[name]]`` for a name in double brackets."""
    return "\n".join([f"[{name}]", *(f"{json.dumps(key)} = {toml(value)}" for key, value in values.items())]) + "\n\n"
