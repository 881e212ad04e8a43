"""``python -m tests.lab.hostile``: the hostile catalogue through the real daemon with its real limits, beside 20 good feeds.

Prints a table; exit 1 when the main process crashed, a feed was left hanging, or a receiver got a payload that breaks its rules.
Lateness of a good feed: from its due time in the state to the request at the server (the daemon's tick is part of it).

Example: python -m tests.lab.hostile --cases 100 --seconds 60
"""

from __future__ import annotations

import argparse
import json
import re
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..robot import Robot
from ..sinks import Sinks
from .world import INTERVAL, Case, World, chosen, configure, every, watch


def run(count: int, seed: int, seconds: float, alone: float = 40) -> dict[str, Any]:
    """The figures of one run, after a shorter one of the good feeds alone: what they and the memory are like undisturbed."""
    before = play([], alone) if alone else {}
    figures = play(chosen(count, seed), seconds)
    undisturbed = {f"undisturbed: {name}": before[name] for name in before if "MB peak" in name or "lateness p" in name}
    return {**figures, **undisturbed}


def play(cases: Sequence[Case], seconds: float) -> dict[str, Any]:
    """The figures of these cases beside the good feeds, for so many seconds."""
    world = World(cases)
    with tempfile.TemporaryDirectory() as folder, Sinks() as receivers:
        robot = Robot(Path(folder) / "bot")
        opened = configure(robot, world, receivers)
        with robot.start("run") as running:
            seen = watch(running, world, robot.database, seconds)
            alive = running.alive
            if alive:
                running.signal(signal.SIGTERM)
            done = running.wait(40)
        overdue = sorted(seen.overdue(max(times[-1] for times in world.visits.values())))
        status = robot.run("status", "--json", within=120)
        log = robot.log()
        left = robot.clear()
        world.server.stop()
        late = sorted(seen.late)
        problems = Counter(problem for sink in opened for message in sink.messages for problem in message.problems)
        wall, slowest = max(world.server.walls, default=(0.0, ""))
        return {
            "cases": len(world.cases), "asked": len(world.asked), "never asked": [
                world.cases[host].name for host in world.cases if host not in world.asked
            ][:5],
            "main alive to the end": alive, "exit": done.code, "seconds to stop": round(_stop(done.err), 1), "tracebacks": done.err.count("Traceback"),
            "items logged": len(log), "receivers took": sum(len(sink.accepted) for sink in opened), "payload problems": dict(problems.most_common(5)),
            "good polls": sum(map(len, world.visits.values())), "lateness p50": _at(late, 0.5), "lateness p99": _at(late, 0.99), "lateness worst": _at(late, 1),
            "lateness allowed": INTERVAL / 10, "overdue at the end": [round(each, 1) for each in overdue[-3:]],
            "worst wall of a response": round(wall, 1), "at": slowest[:60], "killed children": len(re.findall(r"gave no answer within|used more than", done.err)),
            "main MB peak": round(seen.main), "child MB peak": round(seen.child), "left over": left,
            "status exit": status.code, "said": done.err[-1500:] if not alive else "",
        }  # fmt: skip


def _stop(said: str) -> float:
    found = re.search(r"stopped[^\n]*?([0-9.]+) s", said)
    return float(found[1]) if found else 0.0


def _at(values: Sequence[float], share: float) -> float:
    return round(values[min(len(values) - 1, int(share * len(values)))], 2) if values else -1.0


def passed(figures: dict[str, Any]) -> bool:
    """What must hold on any machine; lateness and memory are figures to look at."""
    unharmed = (
        figures["main alive to the end"] and figures["exit"] == 0 and not figures["tracebacks"] and not figures["left over"]
    )
    return bool(unharmed and not figures["payload problems"] and figures["good polls"] and not figures["never asked"])


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m tests.lab.hostile", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--cases", type=int, default=len(every()), help=f"so many of the {len(every())}, drawn by the seed")
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(arguments)
    figures = run(asked.cases, asked.seed, asked.seconds)
    for name, value in figures.items():
        print(json.dumps({name: value}) if asked.json else f"{name:26} {value}")
    print("passed" if passed(figures) else "FAILED")
    return 0 if passed(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
