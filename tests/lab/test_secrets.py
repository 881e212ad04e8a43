"""Canary secrets in every place that takes one, hundreds of ways for things to go wrong, and a search of all that comes out.

A secret is a channel's address (its path, a ``sig=`` in its query), a signing key, a feed's header, a feed's address by reference,
the dead-man service's address, the proxy's password. Each canary is another, so that a hit names its path. The hostile catalogue's transport faults are the errors.
"""

from __future__ import annotations

import base64
import itertools
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .hostile import transport
from .hostile.documents import RSS, item, raw, rss
from .hostile.server import Server, Talk
from .robot import Robot, table

KINDS = ("slack", "discord", "webhook")


def canary() -> str:
    return "canary" + secrets.token_hex(10)


def echo(status: str) -> transport.Script:
    """A server that says back what it was asked, in its status line, a header, its body and where it redirects to."""

    def play(talk: Talk) -> None:
        talk.answer(
            f"invalid_token {talk.target}".encode(), f"Location: http://10.0.0.5{talk.target}", status=f"{status} {talk.target}"
        )

    return play


@dataclass(slots=True)
class Leaks:
    """One bot whose every secret is a canary, and what it said and kept."""

    root: Path
    words: dict[str, str] = field(default_factory=dict)  # canary -> where it was put
    seen: dict[str, str] = field(default_factory=dict)  # what came out -> its text
    paths: int = 0
    scripts: dict[str, transport.Script] = field(init=False)
    server: Server = field(init=False)
    port: int = field(init=False)
    robot: Robot = field(init=False)
    proxies: Iterator[str] = field(init=False)
    pings: Iterator[str] = field(init=False)  # how the dead-man service fails, configuration by configuration

    def __post_init__(self) -> None:
        faults = [*transport.cases(), *((f"echo in a {status}", echo(status)) for status in ("200", "302", "400", "404", "500"))]
        self.scripts = dict(faults)
        self.server = Server(route=self._route)
        self.port = self.server.start()
        self.robot = Robot(self.root / "bot")
        self.pings = itertools.cycle(["echo in a 302", "echo in a 500", "echo in a 404", *(name for name, _ in faults[:40:8])])
        self.proxies = iter(("407 Proxy Authentication Required", "502 Bad Gateway", "200 OK"))

    def _route(self, host: str, target: str) -> transport.Script:
        number = host.split(".")
        if target == "/good":
            return transport.page(raw(rss(item(host))), f"Content-Type: {RSS}")
        if host == "127.0.0.1":  # as a proxy
            return transport.page(target.encode(), status=next(self.proxies, "403 Forbidden"))
        return list(self.scripts.values())[(int(number[2]) * 250 + int(number[3]) - 1) % len(self.scripts)]

    def new(self, where: str) -> str:
        word = canary()
        self.words[word] = where
        return word

    def address(self, n: int, block: int, tail: str) -> str:
        return f"http://127.{block}.{n // 250}.{n % 250 + 1}:{self.port}{tail}"

    def play(self, *args: str, within: float = 240) -> None:
        """A command; what it says, and how its processes are listed while it runs."""
        listed = set[str]()
        with self.robot.start(*args) as running:
            end = time.monotonic() + within
            while running.alive and time.monotonic() < end:
                for pid in self.robot.leftovers():
                    with suppress(OSError):
                        listed.add(Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace"))
                time.sleep(0.2)
            done = running.wait(5)
        name = f"{len(self.seen)} {' '.join(args)}"
        self.seen[f"output of {name}"] = done.out + done.err
        self.seen[f"ps during {name}"] = " ".join(listed)

    def hits(self) -> list[str]:
        """Where a canary got out."""
        files = {path.name: path.read_bytes().decode("latin-1") for path in self.robot.state.rglob("*") if path.is_file()}
        return [
            f"{self.words[word]} in {place}"
            for place, text in {**self.seen, **files}.items()
            for word in self.words
            if word in text or base64.b64encode(word.encode()).decode().rstrip("=") in text
        ]

    def configure(self, network: Mapping[str, object], *, by_reference: bool) -> None:
        """A channel and a feed for every fault."""
        channels, feeds = [], [{"name": "good", "url": self.address(0, 9, "/good"), "alert_backlog": 1}]
        for n, name in enumerate(self.scripts):
            token, sig, key = self.new(f"path of {name}"), self.new(f"sig= of {name}"), self.new(f"key of {name}")
            url = self.address(n, 3, f"/services/{token}?sig={sig}").replace("http:", "https:" if n % 20 == 7 else "http:")
            more = {"secret": "whsec_" + base64.b64encode(key.encode()).decode()} if KINDS[n % 3] == "webhook" else {}
            channels.append({"name": f"c{n}", "kind": KINDS[n % 3], "url": self._given(url, by_reference, f"C{n}"), **more})
            header, place = self.new(f"header of {name}"), self.new(f"feed's address of {name}")
            feeds.append({
                "name": f"f{n}", "url": self._given(self.address(n, 4, f"/feed?key={place}"), True, f"F{n}"),
                "headers": {"Authorization": f"Bearer {header}", "X-Key": header},
            })  # fmt: skip
            self.paths += 2
        bot = {"interval": "30s", "healthcheck_url": self._healthcheck(next(self.pings), by_reference)}
        self.robot.write("bot.toml", table("bot", bot) + table("network", network))
        self.robot.write("feeds.toml", "".join(table("[feeds]", feed) for feed in feeds))
        self.robot.write("channels.toml", "".join(table("[channels]", channel) for channel in channels))
        rule = {"name": "lab", "title": "Lab", "query": "openai AND nato", "channels": [channel["name"] for channel in channels]}
        self.robot.write("stories.toml", table("[stories]", rule))

    def _healthcheck(self, script: str, by_reference: bool) -> str:
        """An address of the dead-man service, asked at the end of every pass, that fails in this way."""
        self.paths += 1
        number = list(self.scripts).index(script)
        return self._given(self.address(number, 6, f"/ping/{self.new(f'healthcheck: {script}')}"), by_reference, f"H{number}")

    def _given(self, value: str, by_reference: bool, name: str) -> str:
        if not by_reference:
            return value
        self.robot.env[name] = value
        return f"${{env:{name}}}"


NETWORK = {"allow": ["127.0.0.0/8"], "host_gap": "0s", "deadline": "2s"}


@pytest.fixture(scope="module")
def leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaks]:
    made = Leaks(tmp_path_factory.mktemp("secrets"))
    yield made
    made.robot.clear()
    made.server.stop()


@pytest.mark.lab
@pytest.mark.timeout(900)
def test_no_secret_comes_out_however_channels_feeds_and_the_proxy_fail(leaks: Leaks) -> None:
    leaks.configure(NETWORK, by_reference=False)
    leaks.play("--log-format", "json", "once", "--now", "2026-03-03T08:00:00Z")
    leaks.play("once", "--now", "2026-03-03T09:00:00Z")
    for args in (
        ("status",), ("status", "--json"), ("alerts",), ("alerts", "--json"), ("alerts", "--csv"), ("log", "--json"), ("log", "--csv"),
        ("alerts", "retry"), *(("alerts", "test", f"c{n}") for n in (0, 1, 2, 7, 27)), ("check",), ("check", "--json"),
    ):  # fmt: skip
        leaks.play(*args)
    proxies = (f"127.0.0.1:{leaks.port}", "127.0.0.1:9", "10.0.0.5:3128", "nowhere.invalid:80")
    for day, host in enumerate(proxies, 4):
        password = leaks.new(f"password of the proxy at {host}")
        leaks.configure({**NETWORK, "proxy": f"http://reader:{password}@{host}"}, by_reference=True)
        leaks.play("once", "--now", f"2026-03-{day:02d}T08:00:00Z")
        leaks.paths += 1
    assert leaks.paths >= 60
    logged = next(text for name, text in leaks.seen.items() if name.endswith("log --json") and name.startswith("output"))
    assert '"match"' in logged  # something was to be told: the canaries were on their way
    hits = leaks.hits()
    assert len(hits) == 0, hits[:20]


@pytest.mark.lab
@pytest.mark.timeout(300)
def test_the_address_of_the_dead_man_service_comes_out_nowhere(leaks: Leaks) -> None:
    leaks.configure(NETWORK, by_reference=False)
    for name in ("feeds.toml", "channels.toml"):
        leaks.robot.write(name, "")
    good = table("[feeds]", {"name": "good", "url": leaks.address(0, 9, "/good")})
    leaks.robot.write("stories.toml", good)
    said = []
    for n, script in enumerate(script for script in leaks.scripts if script.startswith("echo")):
        url = leaks._healthcheck(script, by_reference=False)
        leaks.robot.write("bot.toml", table("bot", {"healthcheck_url": url}) + table("network", NETWORK))
        leaks.play("once", "--now", f"2026-04-{n + 1:02d}T08:00:00Z")
        said += [line for line in leaks.robot.done[-1].err.splitlines() if "the healthcheck_url could not be reached" in line]
    assert len(said) >= 4, "it failed, and was told of"
    assert leaks.hits() == []


FAULTS = {
    "a port too large": 'url = "http://hooks.example:99999/{0}"',
    "another scheme": 'url = "ftp://hooks.example/{0}"',
    "no scheme": 'url = "hooks.example/{0}"',
    "a blank": 'url = "https://hooks.example/{0} x"',
    "a user name": 'url = "https://user:{0}@hooks.example/"',
    "no host": 'url = "https:///{0}"',
    "an unknown kind": 'url = "https://hooks.example/{0}"\nkind = "pager"',
    "a key that is none": 'url = "https://hooks.example/x"\nsecret = "{0}"',
    "a key for Slack": 'url = "https://hooks.example/x"\nkind = "slack"\nsecret = "whsec_{0}"',
    "a broken key": 'url = "https://hooks.example/x"\nsecret = "whsec_{0}!"',
    "a short key": 'url = "https://hooks.example/x"\nsecret = "whsec_aaaa"\nurls = "{0}"',
    "an unknown word": 'url = "https://hooks.example/{0}"\ncolour = "{0}"',
    "a wrong budget": 'url = "https://hooks.example/{0}"\nbudget = "many"',
    "a list": 'url = ["https://hooks.example/{0}"]',
    "an open brace": 'url = "${{env:{0}"',
    "an unset variable beside it": 'url = "https://hooks.example/{0}/${{env:UNSET}}"',
    "a broken line": 'url = "https://hooks.example/{0}',
    "a line without a value": "secret = {0}",
}


@pytest.mark.parametrize("command", [("check",), ("check", "--json"), ("once",), ("run",)], ids=" ".join)
def test_no_fault_of_the_configuration_shows_a_secret(tmp_path: Path, command: tuple[str, ...]) -> None:
    """All faults but the broken lines at once: a file that is no TOML hides the others."""
    robot = Robot(tmp_path / "bot")
    words = {canary(): name for name in FAULTS}
    rows = [
        f'[[channels]]\nname = "c{n}"\n' + ("" if "kind" in text else 'kind = "webhook"\n') + text.format(word) + "\n"
        for n, (word, text) in enumerate(zip(words, FAULTS.values(), strict=True))
    ]
    said = ""
    for part in (rows[:-2], rows[-2:-1], rows[-1:]):
        robot.write("channels.toml", "".join(part))
        said += "\n".join(robot.run(*command, within=100).exits(78).lines)
    known = [words[word] for word in words if word in said]
    assert known == [], said


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
@pytest.mark.parametrize("command", [("check",), ("once",)], ids=" ".join)
def test_a_file_that_others_can_read_and_that_holds_a_secret_is_warned_of(tmp_path: Path, command: tuple[str, ...]) -> None:
    robot = Robot(tmp_path / "bot")
    word = canary()
    robot.write("all.toml", table("[channels]", {"name": "c", "kind": "slack", "url": f"https://hooks.example/{word}"}))
    for mode, warned in ((0o644, True), (0o640, True), (0o600, False)):
        (robot.config / "all.toml").chmod(mode)
        done = robot.run(*command, within=100)
        assert ("others can read" in done.out + done.err) == warned, done.err
        assert word not in done.out + done.err
