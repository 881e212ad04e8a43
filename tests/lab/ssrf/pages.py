"""Feeds named by a public page, as ``feed add`` and ``feed test`` find them: declared straight, and behind a redirect.

All spellings are led through the bot's own search for feeds; some of them through the command itself, which takes a second each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from html import escape

from bot.edge.http import Door
from bot.edge.pool import Pool
from bot.model import Network
from bot.pipeline.look import Looker

from ..robot import Robot
from .spellings import PUBLIC, Spelling

EVERY = 50  # spellings, of which one is led through the command


def page(*links: str) -> bytes:
    """A page that declares these as its feeds."""
    named = "".join(f'<link rel="alternate" type="application/rss+xml" href="{escape(link)}">' for link in links)
    return f"<!doctype html><html><head><title>lab</title>{named}</head><body>lab</body></html>".encode()


def look(spellings: Sequence[Spelling], allow: Sequence[str]) -> Counter[str]:
    """Seek the feed of ``/page/N`` for each spelling, and ask whatever the page names; what it came to."""
    seen = Counter[str]()
    door = Door(Network(allow=tuple(allow), host_gap=timedelta(0), deadline=timedelta(seconds=5)), user_agent="lab")
    pool = Pool(1)
    try:
        looker = Looker(door, pool)
        for number in range(len(spellings)):
            sought = looker.seek(f"http://{PUBLIC}/page/{number}")
            seen["pages"] += 1
            for link in sought.links:
                looked = looker.look(link.url, inside=bool(sought.look.answer and sought.look.answer.inside))
                seen["a feed" if looked.examined else "no feed"] += 1
    finally:
        door.close()
        pool.stop(0.0)
    return seen


def add(robot: Robot, count: int) -> Counter[str]:
    """The same by the command, for some spellings and for both of a page's links; what it exited with."""
    seen = Counter[str]()
    for number in range(0, count, EVERY):
        for pick in ("1", "2"):
            done = robot.run("feed", "add", f"http://{PUBLIC}/page/{number}", "--pick", pick, "--dry-run")
            seen["traceback" if "Traceback" in done.err else f"exit {done.code}"] += 1
    return seen
