"""explain: an item that no feed brought, judged now. Asks and reads as ``judge`` does; records nothing, needs no state."""

from __future__ import annotations

from bot.core import decide, page
from bot.core.page import Page
from bot.edge.http import Door, Robots
from bot.edge.pool import Pool
from bot.errors import ChildError
from bot.model import Article, FetchFailure
from bot.pipeline.judge import PAGE_BYTES


class Explainer:
    """Reads pages for whoever asks what the rules make of them."""

    def __init__(self, door: Door, pool: Pool) -> None:
        self.door, self.robots, self.pool = door, Robots(door), pool

    def fetched(self, url: str, title: str) -> Page:
        """The page at an address, which the user gave: it may lie in a range that the configuration allows."""
        answer = self.door.get(url, inside=True, cap=PAGE_BYTES, gate=self.robots.gate)
        if isinstance(answer, FetchFailure):
            return _unread(title, answer.why)
        if answer.status != 200:
            return _unread(title, decide.status_words(answer.status))
        return self.read(answer.body, title, url=answer.url, content_type=answer.headers.get("content-type"))

    def read(self, body: bytes, title: str, *, url: str = "", content_type: str | None = None) -> Page:
        """The page in these bytes. ``url``: where it came from, if anywhere."""
        if not body.strip():
            return _unread(title, "it is empty")
        try:
            return self.pool.run(page.read, body, url=url, content_type=content_type, title=title)
        except ChildError as error:
            return _unread(title, f"reading the page {error}")


def _unread(title: str, why: str) -> Page:
    return Page(title=title, summary="", article=Article(text="", note=f"failed: {why}"))
