"""One pass of the real workshop whose edges tell when they are used."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from .points import Points


class Told:
    """An edge of the workshop with a checkpoint before and after each of some calls; all else is the edge's own."""

    def __init__(self, edge: Any, points: Points, calls: dict[str, Any]) -> None:
        self._edge, self._points, self._calls = edge, points, calls

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._edge, name)
        if name not in self._calls:
            return method

        def told(*args: Any, **options: Any) -> Any:
            what = self._calls[name](args, options)
            self._points.reach(f"{what}: begins")
            result = method(*args, **options)
            self._points.reach(f"{what}: ends")
            return result

        return told


def once(points: Points, args: list[str]) -> int:
    """``--config DIR once --now TIME`` with told edges: poll, judge, deliver, as the command does."""
    from bot import logs
    from bot.config import load
    from bot.rounds import once as one_pass
    from bot.workshop import Workshop

    path, now = Path(args[args.index("--config") + 1]), datetime.fromisoformat(args[args.index("--now") + 1])
    config = load(path, os.environ)
    logs.set_up("text", config.secrets)
    stop = threading.Event()
    with Workshop(config, stop, sys.stdout) as workshop:
        edges = workshop.edges
        workshop.edges = replace(
            edges,
            door=Told(edges.door, points, {"get": lambda args, options: "page" if options.get("gate") else "feed"}),
            pool=Told(
                edges.pool,
                points,
                {
                    run: lambda args, options: "parse" if args[0].__name__ == "feed" else "extract"
                    for run in ("read", "read_first")
                },
            ),
            sender=Told(edges.sender, points, {"send": lambda args, options: "send"}),
            robots=edges.robots,
        )
        rounds = workshop.rounds(lambda: now)

        def wait(done: Any) -> None:
            while not done():
                rounds.crew.changed.wait(0.2)
                rounds.crew.changed.clear()

        one_pass(rounds, wait)
        points.reach("pass: over")
        rounds.close()
        points.reach("shutdown: begins")
    points.reach("shutdown: ends")
    return 0
