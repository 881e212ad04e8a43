"""The entry script: ``python -m tests.lab.inside PLAN [--edges] -- COMMAND OF THE BOT``."""

from __future__ import annotations

import sys
from typing import Any

from .points import Plan, Points


def listen(points: Points) -> None:
    """Python's own audit events (PEP 578) as points: files, locks, sockets, names."""

    def hear(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            name = str(args[0])
            if name.endswith(".toml"):
                points.reach("config: opened")
            elif name.endswith(".sqlite3"):
                points.reach("state: made")
        elif event == "fcntl.flock":
            points.reach("lock: taken")
        elif event == "sqlite3.connect":
            points.reach("state: opened")
        elif event == "socket.getaddrinfo":
            points.reach("name: looked up")
        elif event == "socket.connect":
            points.reach("socket: connects")
        elif event == "import" and args[0] == "pebble":
            points.reach("children: wanted")

    sys.addaudithook(hear)


def main() -> int:
    """Start the bot under the plan."""
    from . import database, edges  # here: a child of the pool imports this file too, and has no use for them

    words = sys.argv[1:]
    command = words[words.index("--") + 1 :]
    bot = command[command.index("--config") :]  # whatever starts the bot, only its arguments count here
    points = Points(plan=Plan.read(words[0]))
    database.watch(points)
    listen(points)
    try:
        if "--edges" in words[: words.index("--")]:
            return edges.once(points, bot)
        from bot.cli.main import main as storywatch

        return storywatch(bot)
    finally:
        points.keep()


if __name__ == "__main__":
    sys.exit(main())
