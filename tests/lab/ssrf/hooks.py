"""The bot's channels, led to every spelling: straight, and by a redirect of the public web.

In lots, each with a state of its own: of a channel that is refused all the others are told, and of 2,400 at once that
makes three million messages (it once took the lab from minutes to hours).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..robot import Robot, table

LOT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """What came of it. ``tried``: alerts that got no answer, the proof that the bot was led there at all."""

    refused: int  # by the configuration's own check
    tried: int
    failed: tuple[str, ...]  # what lots said that did not run to their end
    traceback: bool


def lead(root: Path, hooks: Sequence[str], network: Mapping[str, object], feed: str) -> Led:
    """Send an alert to each address. ``feed``: where an item stands that matches."""
    fit = _fit(Robot(root / "check"), hooks, network, feed)
    tried, failed, traceback = 0, [], False
    for number, start in enumerate(range(0, len(fit), LOT)):
        robot = Robot(root / f"lot{number}")
        _write(robot, fit[start : start + LOT], network, feed)
        done = robot.run("once", "--now", "2026-03-03T08:00:00Z", within=300)
        traceback = traceback or "Traceback" in done.err
        if done.code:
            failed.append(done.err[-1000:])
            continue
        alerts = map(json.loads, robot.run("alerts", "--json", within=120).ok().out.splitlines())
        tried += sum(bool(alert["tries"]) for alert in alerts)
    return Led(refused=len(hooks) - len(fit), tried=tried, failed=tuple(failed), traceback=traceback)


def _fit(robot: Robot, hooks: Sequence[str], network: Mapping[str, object], feed: str) -> list[str]:
    """Those that the check of the configuration lets pass. All faults come in one run, so a second one finds no more."""
    _write(robot, hooks, network, feed)
    done = robot.run("check", "--json", within=120)
    faults = json.loads(done.out)["faults"] if done.code else []
    out = {(fault["line"] - 1) // 8 for fault in faults if fault["file"] == "channels.toml"}
    return [url for number, url in enumerate(hooks) if number not in out]


def _write(robot: Robot, hooks: Sequence[str], network: Mapping[str, object], feed: str) -> None:
    """Eight lines a table, so that a fault's line tells which one it is about."""
    rows = [table("[channels]", {"name": f"c{n}", "kind": "webhook", "url": url}) for n, url in enumerate(hooks)]
    robot.write("channels.toml", "".join(row + "\n" * (8 - row.count("\n")) for row in rows))
    robot.write("bot.toml", table("bot", {"interval": "30s"}) + table("network", network))
    news = {"name": "news", "url": feed, "articles": "never", "alert_backlog": 1}
    names = [f"c{n}" for n in range(len(hooks))]
    rule = {"name": "lab", "title": "Lab", "query": "openai AND nato", "channels": names}
    robot.write("stories.toml", table("[feeds]", news) + table("[stories]", rule))
