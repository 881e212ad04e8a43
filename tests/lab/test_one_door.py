"""No part of the bot, no library and no child process connects or resolves but through the door of bot/edge/http.

The interpreter itself keeps watch: an audit hook (PEP 578) in every python process of a run writes down who connects.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .robot import PROJECT
from .scene import Scene

# Runs in every process of the bot, children too: python imports a module of this name when it starts.
WATCH = """
import json, os, sys
BOOK = os.open(os.environ["LAB_BOOK"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"}
def hook(event, args):
    if event not in EVENTS:
        return
    frame, trail = sys._getframe(1), []
    while frame is not None:
        trail.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
        frame = frame.f_back
    where = str(args[1] if event == "socket.connect" else args[0])
    os.write(BOOK, (json.dumps({"event": event, "where": where, "trail": trail, "pid": os.getpid()}) + "\\n").encode())
sys.addaudithook(hook)
os.write(BOOK, (json.dumps({"event": "start", "where": "", "trail": [], "pid": os.getpid()}) + "\\n").encode())
"""
DOOR = {"socket.connect": "bot/edge/http/line.py:_connect", "socket.getaddrinfo": "bot/edge/http/names.py:system_resolver"}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict]]:
    """Every network call of a run over all that the bot does: feeds, pages, robots.txt, redirects, channels, looking on."""
    root = Path(tmp_path_factory.mktemp("door"))
    (root / "sitecustomize.py").write_text(WATCH)
    with Scene(root / "scene") as scene:
        scene.robot.env |= {"PYTHONPATH": f"{root}:{PROJECT}", "LAB_BOOK": str(root / "book")}
        scene.three_sinks()
        feed = scene.feed("alpha", scene.match("old"))
        named = scene.feed("beta")
        named.url = named.url.replace("127.0.0.1", "localhost")
        scene.once()
        feed.add(scene.match("news"))
        scene.once()
        scene.robot.run("explain", scene.web.page("news").item.link).ok()
        scene.robot.run("check", "--online")
        scene.robot.run("alerts", "test", "slack").ok()
        yield [json.loads(line) for line in (root / "book").read_text().splitlines()]


def test_every_connection_and_every_look_up_comes_through_the_door(book: list[dict]) -> None:
    calls = [call for call in book if call["event"] != "start"]
    strays = [call for call in calls if not any(step.endswith(DOOR.get(call["event"], "nowhere")) for step in call["trail"])]
    assert strays == []
    assert sum(call["event"] == "socket.connect" for call in calls) >= 8
    assert any(call["event"] == "socket.getaddrinfo" for call in calls)


def test_the_children_were_watched_too_and_never_asked_for_anything(book: list[dict]) -> None:
    started = {call["pid"] for call in book if call["event"] == "start"}
    connected = {call["pid"] for call in book if call["event"] == "socket.connect"}
    assert len(started) > len(connected) == 5  # the commands; what else started are their children
