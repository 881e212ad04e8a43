"""What runs within the namespace: the real bot, led to every spelling on every path. Prints what the canaries saw, as JSON."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from ..robot import Robot, table
from .hooks import lead
from .pages import add, look, page
from .spellings import FORBIDDEN_4, FORBIDDEN_6, PUBLIC, ZONE, Spelling, every
from .world import Names, World, everything_is_ours, whole

PATHS = (
    "feed", "feed's redirect", "feed named by a page", "that one's redirect", "article", "article's redirect", "robots.txt",
    "webhook", "webhook's redirect",
)  # fmt: skip
_FAULT = re.compile(r"^(\w+\.toml):(\d+): ", re.MULTILINE)
_RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>lab</title>{}</channel></rss>'


class Lab:
    """The bot's configuration for a table of spellings, and the web that leads it to them."""

    def __init__(self, root: Path, spellings: Sequence[Spelling], allow: Sequence[str]) -> None:
        self.spellings, self.robot, self.allow = spellings, Robot(root), allow
        self.asked: Counter[str] = Counter()

    def answer(self, method: str, host: str, target: str) -> bytes:
        """The public web. A host ``rN`` sends whoever asks for its robots.txt to spelling N."""
        led = target.startswith("/to/") or host.endswith(f".r.{ZONE}")
        self.asked[f"{method} {'a redirect' if led else 'others'}"] += 1
        if target == "/robots.txt":
            return self._led(int(host[1 : host.index(".")])) if host.endswith(f".r.{ZONE}") else whole(b"", "404 Not Found")
        if target.startswith("/page/"):
            number = int(target[6:])
            return whole(page(self.spellings[number].url, f"/to/{number}"), "200 OK", "Content-Type: text/html")
        if target.startswith("/list/"):
            return whole(_RSS.format("".join(self._items(target[6:]))).encode(), "200 OK", "Content-Type: application/rss+xml")
        if target.startswith("/to/"):
            return self._led(int(target[4:])) if target[4:].isdigit() else whole(b"", "404 Not Found")
        return whole(b"fine", "200 OK", "Content-Type: text/html")

    def _led(self, number: int) -> bytes:
        return whole(b"", "302 Found", f"Location: {self.spellings[number].url}")

    def _items(self, path: str) -> list[str]:
        links = {
            "straight": [each.url for each in self.spellings],
            "led": [f"http://{PUBLIC}/to/{number}" for number in range(len(self.spellings))],
            "robots": [f"http://r{number}.r.{ZONE}/page" for number in range(len(self.spellings))],
            "news": [f"http://{PUBLIC}/story"],
        }[path]
        words = "nato openai" if path == "news" else "nato"  # a hint: the page is read; and no match without it
        return [
            f"<item><guid>{path}-{n}</guid><title>{words} {path} {n}</title><link>{escape(link)}</link></item>"
            for n, link in enumerate(links)
        ]

    @property
    def network(self) -> dict[str, object]:
        """The ``[network]`` table."""
        return {"allow": list(self.allow), "host_gap": "0s", "deadline": "5s"}

    def write(self) -> int:
        """The configuration; the feeds that its own check refuses are taken out, and counted."""
        feeds = [("list", f"http://{PUBLIC}/list/{name}") for name in ("straight", "led", "robots")]
        feeds += [("feed", each.url) for each in self.spellings]
        feeds += [("led", f"http://{PUBLIC}/to/{number}") for number in range(len(self.spellings))]
        left_out: set[int] = set()
        for _ in range(5):
            self._write(feeds, left_out)
            done = self.robot.run("check", within=120)
            faults = [int(line) for _, line in _FAULT.findall(done.out + done.err)] if done.code else []
            if not faults:
                break
            left_out.update((line - 1) // 8 for line in faults)
        return len(left_out)

    def _write(self, feeds: list[tuple[str, str]], left_out: set[int]) -> None:
        """Eight lines a table, so that a fault's line tells which one it is about."""
        rows = [_eight(table("[feeds]", {"name": f"{kind}{n}", "url": url})) for n, (kind, url) in enumerate(feeds)]
        self.robot.write("feeds.toml", "".join(r if n not in left_out else "\n" * 8 for n, r in enumerate(rows)))
        self.robot.write("bot.toml", table("bot", {"interval": "30s"}) + table("network", self.network))
        console = table("[channels]", {"name": "out", "kind": "console"})
        rule = {"name": "lab", "title": "Lab", "query": "openai AND nato", "channels": ["out"]}
        self.robot.write("stories.toml", console + table("[stories]", rule))


def _eight(text: str) -> str:
    return text + "\n" * (8 - text.count("\n"))


def _tried(lab: Lab) -> dict[str, int]:
    """What the bot says it could not reach: the proof that it was led there at all. The verdict is the canaries' alone."""
    rows = lab.robot.log()
    found = Counter(row["guid"].partition("-")[0] for row in rows if row["article"].startswith("failed:"))
    found["feeds"] = len({row for row in lab.robot.done[-2].err.splitlines() if " WARNING feed " in row})
    return dict(found)


def run(sample: int, rounds: int, seed: int, allow: Sequence[str]) -> dict[str, object]:
    """Lead the bot everywhere; the figures."""
    began = time.monotonic()
    spellings = every()[::sample]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
        subprocess.run(["mount", "--bind", f"{folder}/resolv.conf", "/etc/resolv.conf"], check=True)
        everything_is_ours()
        lab = Lab(Path(folder) / "bot", spellings, allow)
        world, names = World(lab.answer), {each.name: (each.a, each.aaaa) for each in spellings if each.name}
        Names(names)
        heard = world.control([*FORBIDDEN_4, *FORBIDDEN_6])
        refused = lab.write()
        done = lab.robot.run("once", "--now", "2026-03-03T08:00:00Z", within=1500)
        tried = _tried(lab) if done.code == 0 else {}
        addresses = [*(each.url for each in spellings), *(f"http://{PUBLIC}/to/{n}" for n in range(len(spellings)))]
        hooks = lead(Path(folder) / "hooks", addresses, lab.network, f"http://{PUBLIC}/list/news")
        found, added = look(spellings, allow), add(lab.robot, len(spellings))
        hits = dict(world.hits)
        from .flips import flip

        flips = flip(rounds, seed)
        return {
            "spellings": len(spellings), "combinations": len(spellings) * len(PATHS), "refused by check": {"feed": refused, "webhook": hooks.refused},
            "canaries heard in a trial": heard, "exit": done.code or len(hooks.failed),
            "traceback": "Traceback" in done.err or hooks.traceback or bool(added["traceback"]),
            "tried": {**tried, "alerts": hooks.tried}, "feeds named by pages": dict(found), "feed add": dict(added), "asked": dict(lab.asked),
            "accepts": hits, "flips": dict(flips), "accepts after flips": world.hits.total(),
            "seconds": round(time.monotonic() - began), "said": "".join((done.err[-3000:] if done.code else "", *hooks.failed)),
        }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--sample", type=int, default=1)
    options.add_argument("--flips", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--allow", action="append", default=[])
    chosen = options.parse_args()
    print(json.dumps(run(chosen.sample, chosen.flips, chosen.seed, chosen.allow)))


if __name__ == "__main__":
    main()
