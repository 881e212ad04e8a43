"""look: a feed asked and read for a person, and a page asked for its feeds. Records nothing, needs no state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from bot.core import decide, discover, examine, page
from bot.core.decide import Problem
from bot.core.discover import Found, Link
from bot.core.examine import Examined
from bot.core.quality import REASONS
from bot.edge.http import Door, Robots
from bot.edge.pool import Pool
from bot.errors import ChildError, ParseError
from bot.model import Fetched, FetchFailure, Secret
from bot.pipeline.poll import FEED_BYTES

_NONE: Mapping[str, Secret] = MappingProxyType({})
_PAGE = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_BEGINNING = 4_096  # bytes in which a page says that it is one
_FOREIGN = frozenset(REASONS.values())  # what may stand in the place of a page: consent and pay walls, robot checks, error pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What came of asking one address. ``examined`` is there where it is a feed, ``problem`` where it gives nothing usable."""

    url: str
    answer: Fetched | None = None
    examined: Examined | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an address led to: itself a feed, or a ``page`` that names ``links``; ``title`` is the page's."""

    look: Look
    page: bool = False
    title: str = ""
    links: tuple[Link, ...] = ()


class Looker:
    """Asks for feeds through the one door, and reads them in children."""

    def __init__(self, door: Door, pool: Pool) -> None:
        self.door, self.robots, self.pool = door, Robots(door), pool

    def look(self, url: str, *, private: Mapping[str, Secret] = _NONE, inside: bool = True) -> Look:
        """Ask for a feed. ``inside``: the address is the user's own, or came from within the ranges that are allowed."""
        return self._read(url, self.door.get(url, private=private, inside=inside, cap=FEED_BYTES))

    def seek(self, url: str) -> Sought:
        """Ask an address that the user gave, a feed's or a page's; of a page, the feeds that it names."""
        look = self.look(url)
        if look.answer is None or look.examined is not None or look.answer.status != 200:
            return Sought(look=look)
        answer = look.answer
        if not _PAGE.search(answer.body[:_BEGINNING]):
            return Sought(look=look)
        try:
            found: Found = self.pool.run(
                discover.links, answer.body, url=answer.url, content_type=answer.headers.get("content-type"),
                header=answer.headers.get("link", ""),
            )  # fmt: skip
        except ChildError as error:
            return Sought(look=Look(url=url, answer=answer, problem=f"looking through the page {error}"))
        return Sought(look=look, page=True, title=found.title, links=found.links)

    def guess(self, page_: Fetched) -> Iterator[Look]:
        """Ask the customary addresses of the site that a page came from, as far as its robots.txt lets us."""
        for link in discover.guesses(page_.url):
            answer = self.door.get(link.url, inside=page_.inside, cap=FEED_BYTES, gate=self.robots.gate)
            yield self._read(link.url, answer)

    def again(self, look: Look, *, private: Mapping[str, Secret] = _NONE) -> Fetched | FetchFailure | None:
        """Ask a second time, with the validators of the first answer; None where it had none."""
        headers = validators(look.answer)
        if look.answer is None or not headers:
            return None
        asked = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return self.door.get(
            look.url,
            headers={asked[name]: value for name, value in headers.items()},
            private=private,
            inside=True,
            cap=FEED_BYTES,
        )

    def _read(self, url: str, answer: Fetched | FetchFailure) -> Look:
        if isinstance(answer, FetchFailure):
            return Look(url=url, problem=answer.why)
        if (problem := decide.answer_problem(answer, None, conditional=False)) is not None:
            return self._useless(url, answer, problem)
        content_type = answer.headers.get("content-type")
        try:
            found = self.pool.run(examine.read, answer.body, url=answer.url, content_type=content_type, now=datetime.now(UTC))
        except (ParseError, ChildError) as error:
            said = str(error) if isinstance(error, ParseError) else f"reading it {error}"
            return self._useless(url, answer, Problem(why=said, lasting=True))
        return Look(url=url, answer=answer, examined=found)

    def _useless(self, url: str, answer: Fetched, problem: Problem) -> Look:
        """An answer that gives no feed: the problem as a poll would name it, and which wall stands there, if one does."""
        named = decide.turned_away(problem, answer)
        wall = self._wall(answer) if named is problem else None
        return Look(url=url, answer=answer, problem=named.why + (f": {wall}" if wall else ""))

    def _wall(self, answer: Fetched) -> str | None:
        """What the page in the feed's place says to its readers, if it is one of the known notices."""
        if not _PAGE.search(answer.body[:_BEGINNING]):
            return None
        try:
            read = self.pool.run(page.read, answer.body, url=answer.url, content_type=answer.headers.get("content-type"))
        except ChildError:
            return None
        why = read.article.note.removeprefix("failed: ")
        return why.removesuffix(" instead of the article") if why in _FOREIGN else None


def validators(answer: Fetched | None) -> dict[str, str]:
    """What the next request could be made conditional by: ``etag`` and ``last-modified``, as far as the answer has them."""
    headers = {} if answer is None else answer.headers
    return {name: headers[name] for name in ("etag", "last-modified") if headers.get(name)}
