"""The bot as a contender: its configuration for the local web, its passes and its daemon as real processes."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench import process
from tests.bench.documents import HINT
from tests.bench.web import Web

INTERVAL = 30.0  # seconds: the shortest that the bot polls at
_PATIENCE = 300.0
_STILL = 0.05  # a process that uses less than this share of a core has nothing to do but to look at the clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One poll of every feed by the running daemon: CPU seconds, and the daemon's largest memory so far in MB."""

    cpu: float
    memory: float
    changed: int  # answers that were no 304, in all that was measured
    polls: int


class Bot:
    """A configuration and a state in a folder."""

    def __init__(self, folder: Path, web: Web | None, *, articles: str = "never", query: str = f"{HINT} AND pentagon") -> None:
        self.folder, self.web = folder, web
        config = folder / "config"
        config.mkdir(parents=True)
        trust = f'ca = "{web.ca}"\n' if web is not None and web.ca is not None else ""
        (config / "bot.toml").write_text(
            f'[bot]\nstate = "seen.sqlite3"\ninterval = "{INTERVAL:.0f}s"\n'
            f'[network]\nallow = ["127.0.0.0/8"]\nhost_gap = "0s"\n{trust}'
            '[[channels]]\nname = "screen"\nkind = "console"\n'
        )
        (config / "stories.toml").write_text(
            f'[[stories]]\nname = "bench"\ntitle = "Bench"\nquery = \'{query}\'\nchannels = ["screen"]\n'
        )
        feeds = enumerate(web.urls if web is not None else [])
        (config / "feeds.toml").write_text(
            "".join(f'[[feeds]]\nname = "desk {n}"\nurl = "{url}"\narticles = "{articles}"\n' for n, url in feeds)
        )

    @property
    def state(self) -> Path:
        """The state's file."""
        return self.folder / "seen.sqlite3"

    def command(self, word: str) -> list[str]:
        """The command line of one of the bot's commands."""
        return process.python("bot", "--config", str(self.folder / "config"), word)

    def once(self) -> process.Spent:
        """One whole pass."""
        return process.run(self.command("once"), self.folder)

    def start_up(self) -> float:
        """CPU seconds of a pass with nothing due."""
        return min(self.once().cpu for _ in range(3))  # the least: whatever is more is the machine's

    def running(self) -> Daemon:
        """The daemon, as a context."""
        return Daemon(self)


class Daemon:
    """``storywatch run``, watched from outside."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._output = (bot.folder / "run.log").open("ab")
        self._process = subprocess.Popen(
            bot.command("run"), stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output, env=process.environment()
        )

    def cycles(self, intervals: int) -> Cycle:
        """What one poll of every feed costs, over so many whole intervals of the daemon at work, its first polls left out.

        Each interval's polls are spread over a little more than the interval; the CPU is divided by the polls there were.
        """
        web = self._bot.web
        assert web is not None
        feeds = len(web.urls)
        web.reset()
        _until(lambda: web.polls() >= feeds)
        self.still()
        web.reset()
        before = process.cpu_of_tree(self._process.pid)
        time.sleep(intervals * INTERVAL)
        spent, counts = process.cpu_of_tree(self._process.pid) - before, web.counts()
        polls = counts["200"] + counts["304"]
        return Cycle(cpu=spent * feeds / polls, memory=self.memory(), changed=counts["200"], polls=polls)

    def still(self) -> None:
        """Wait until nothing is in hand."""

        def quiet() -> bool:
            before = process.cpu_of_tree(self._process.pid)
            time.sleep(1.0)
            return process.cpu_of_tree(self._process.pid) - before < _STILL

        _until(quiet)

    def memory(self) -> float:
        """The main process's largest memory so far, in MB."""
        return process.peak_memory(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(15)
        self._output.close()


def _until(done: Callable[[], bool]) -> None:
    over = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > over:
            raise TimeoutError("the daemon did not come to an end of its work")
        time.sleep(0.2)
