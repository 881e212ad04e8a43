"""A place to try commands in: a configuration, its state, and a small web on loopback.

The readers (``log``, ``show``, ``alerts``, ``status``) run inside the test's process, through ``main``; what polls, stops
or looks at its terminal is a real process.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from tests.lab.robot import Robot, toml
from tests.lab.server import Loopback, Reply, Request

FIRST, SECOND, THIRD = (f"2026-03-03T{hour}:00:00Z" for hour in ("08", "09", "10"))
STORY = "openai-nato"
CONFIG: Mapping[str, Any] = {
    "network": {"allow": ["127.0.0.0/8"], "host_gap": "0s", "deadline": "20s"},
    "concepts": {"openai": ["OpenAI", "ChatGPT maker"], "nato": ["=NATO", "北约"]},
    "stories": [{"name": STORY, "title": "OpenAI and NATO", "query": "openai AND nato", "channels": []}],
}
# What a stranger may put into a title: markup, an escape sequence, a reversed text, a line of its own, a formula.
HOSTILE = "=1+1 [/red] OpenAI \x1b]0;owned\x07\x9b2J \u202eNATO\u202c\n2026-03-03T09:00:00Z ERROR forged <b>@everyone</b>"
ABOUT = (
    "OpenAI is considering a contract to deploy its technology on the unclassified networks of NATO, a person said.",
    "The alliance did not respond to a request for comment outside of its business hours on Tuesday evening.",
    "The company declined to say whether its staff would be cleared for work on site, as others had been before.",
)


def item(key: str, title: str, summary: str = "", *, link: str | None = None) -> str:
    """One RSS item; its page is at ``/p/KEY`` of the same server, its guid ``KEY-guid``."""
    return (
        f"<item><title>{escape(title)}</title><link>{link or f'/p/{key}'}</link><description>{escape(summary)}</description>"
        f"<guid isPermaLink='false'>{key}-guid</guid><pubDate>Tue, 03 Mar 2026 07:30:00 GMT</pubDate></item>"
    )


def rss(*items: str) -> Reply:
    body = f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>"
    return Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml"})


def json_feed(*items: Mapping[str, str]) -> Reply:
    """Of all kinds of feeds the one in which every character may stand."""
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
    return Reply(body=json.dumps(document).encode(), headers={"Content-Type": "application/feed+json"})


def page(*paragraphs: str) -> Reply:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return Reply(body=f"<html><body><article>{text}</article></body></html>".encode(), headers={"Content-Type": "text/html"})


class Web:
    """Answers from a table; whatever is not in it is missing. ``posts``: what was sent to hooks."""

    def __init__(self) -> None:
        self.answers: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.posts: list[Request] = []
        self._server = Loopback(self._respond)
        self.url = f"http://127.0.0.1:{self._server.port}"

    def _respond(self, request: Request) -> Reply:
        self.asked.append(request.path)
        if request.method == "POST":
            self.posts.append(request)
        return self.answers.get(request.path, Reply(status=404))

    def close(self) -> None:
        self._server.close()


class Place:
    """One configuration with its state. ``web`` may be shared between places."""

    def __init__(self, root: Path, web: Web) -> None:
        self.robot, self.web = Robot(root), web
        self.feeds: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, dict[str, Any]] = {}
        self.more: dict[str, Any] = {}

    @property
    def config(self) -> Path:
        return self.robot.config

    @property
    def state(self) -> Path:
        return self.robot.database

    def feed(self, name: str, *items: str, **options: Any) -> None:
        """A feed of the configuration and of the web; called again, it lists other items."""
        path = "/" + re.sub(r"\W+", "-", name.lower())
        self.feeds[name] = {**self.feeds.get(name, {"name": name, "url": self.web.url + path}), **options}
        self.web.answers[path] = rss(*items)

    def channel(self, name: str, kind: str, reply: Reply | None = None) -> None:
        """A channel that every story tells; ``reply`` is what its hook answers."""
        self.channels[name] = {"name": name, "kind": kind}
        if kind != "console":
            self.channels[name]["url"] = f"{self.web.url}/hook/{name}"
            self.web.answers[f"/hook/{name}"] = reply or Reply(status=204)

    def write(self) -> None:
        """Write the configuration as it now stands."""
        tables = {**CONFIG, **self.more}
        tables["stories"] = [{**story, "channels": list(self.channels)} for story in tables["stories"]]
        tables |= {"feeds": list(self.feeds.values()), "channels": list(self.channels.values())}
        self.robot.write("all.toml", "".join(_toml(name, value) for name, value in tables.items())).chmod(0o600)

    def once(self, now: str = FIRST, *args: str) -> str:
        """One pass; returns what it printed."""
        self.write()
        return self.robot.run("once", "--now", now, *args).ok().out

    def command(self, *args: str) -> list[str]:
        """The arguments of ``main``."""
        return ["--config", str(self.config), *args]

    def copied(self, root: Path) -> Place:
        """The same place elsewhere: for a test that changes it."""
        copy = Place(root, self.web)
        shutil.copytree(self.robot.config, copy.robot.config, dirs_exist_ok=True)
        shutil.copytree(self.robot.state, copy.robot.state)
        copy.feeds, copy.channels, copy.more = dict(self.feeds), dict(self.channels), dict(self.more)
        return copy

    def on_terminal(self, *args: str, columns: int = 80, **popen: Any) -> Shown:
        """The command in a terminal of that width: its screen at the end, and every byte it sent."""
        return shown([*self.robot._command, *self.command(*args)], self.robot.env, self.robot.root, columns, **popen)


def fill(place: Place) -> None:
    """Three passes: every verdict, every kind of article, every state that an alert may rest in."""
    place.channel("hook", "webhook")
    place.channel("newsroom", "discord", Reply(status=400, body=b'{"message": "Invalid Form Body", "code": 50035}'))
    place.channel("flaky", "discord", Reply(status=503))
    place.web.answers |= {"/p/news": page(*ABOUT), "/p/copy": page(*ABOUT), "/p/locked": Reply(status=403)}
    alpha = [item("cheese", "The price of cheese rose"), item("before", "OpenAI and NATO have been talking")]
    beta = [item("rain", "Rain in the north", "and 北 wind")]
    place.feed("Alpha News", *alpha)
    place.feed("Beta Wire", *beta)
    place.feed("Gone", articles="never")
    place.web.answers["/gone"] = Reply(status=404)
    place.feed("Odd", articles="never")
    place.web.answers["/odd"] = json_feed()
    place.once(FIRST)
    place.feed("Alpha News", *alpha, item("news", "OpenAI considers a contract with NATO", "It is about 北约 networks."))
    place.once(SECOND)
    place.feed(
        "Beta Wire",
        *beta,
        item("again", "OpenAI considers a contract with NATO", link="/p/news?utm_source=beta"),
        item("copy", "OpenAI weighs a NATO contract"),
        item("locked", "OpenAI leaves NATO waiting"),
    )
    place.web.answers["/odd"] = json_feed({"id": "odd-guid", "url": f"{place.web.url}/p/odd", "title": HOSTILE})
    place.once(THIRD)


def _toml(name: str, value: Any) -> str:
    tables, head = (value, f"[[{name}]]") if isinstance(value, list) else ([value], f"[{name}]")
    return "".join(f"{head}\n" + "".join(f"{key} = {toml(part)}\n" for key, part in each.items()) + "\n" for each in tables)


# ---------------------------------------------------------------- terminals


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a command did to a terminal. ``sent``: the bytes, decoded; ``lines``: what is left to be read."""

    code: int
    sent: str
    lines: Sequence[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def shown(argv: Sequence[str], env: Mapping[str, str], cwd: Path, columns: int, **popen: Any) -> Shown:
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    streams = {"stdin": slave, "stdout": slave, "stderr": slave, **popen}
    process = subprocess.Popen(argv, env={"TERM": "xterm-256color", **env}, cwd=cwd, start_new_session=True, **streams)
    os.close(slave)
    sent = b""
    with suppress(OSError):  # EIO: the other side was closed
        while chunk := os.read(master, 65536):
            sent += chunk
    os.close(master)
    text = sent.decode()
    return Shown(code=process.wait(60), sent=text, lines=screen(text))


_SEQUENCE = re.compile(r"\x1b\[([?0-9;]*)([a-zA-Z])|(\r\n|[\r\n])|([^\x1b\r\n]+)")


def screen(sent: str) -> list[str]:
    """What is to be read after these bytes, on an endless screen without a right edge. Other sequences than a bar needs fail."""
    lines, row, column = [""], 0, 0
    for arguments, final, move, text in _SEQUENCE.findall(sent):
        if text:
            lines[row] = lines[row][:column].ljust(column) + text + lines[row][column + len(text) :]
            column += len(text)
        elif move:
            column = 0
            row += "\n" in move
            lines += [""] * (row + 1 - len(lines))
        elif final == "A":
            row -= int(arguments or 1)
        elif (final, arguments) == ("K", "2"):
            lines[row] = ""
        else:
            assert final in "mhl", f"ESC[{arguments}{final}"
    assert "\x1b" not in _SEQUENCE.sub("", sent)
    return [line.rstrip() for line in lines]
