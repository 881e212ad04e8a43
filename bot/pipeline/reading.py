"""A feed's answer read: what in its document did not stand in the one before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import cut, decide, listed, parse
from bot.core.cut import Cut
from bot.core.pace import wishes
from bot.core.pace.wishes import Wishes
from bot.edge.store import feeds
from bot.model import Body, FeedState, Fetched, ParsedFeed
from bot.pipeline.edges import Edges

# Items of a document up to which those already seen are cut out of it: where each begins and ends takes 200 bytes in our own
# process, and a document of 10 MB may have 700,000. Feeds have hundreds; of longer ones the newest 2,000 are read anyway.
MOST_CUT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The entries of a document that were not in the one before.

    ``standing``: fingerprint -> item of those that were. ``marks``: the fingerprint of each entry,
    or empty where the document could not be cut.
    """

    parsed: ParsedFeed
    wishes: Wishes
    standing: Mapping[int, int] = field(default_factory=dict)
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    """What of a document has to be parsed. ``body``: only the items that are ``marks``; None: all of it, or nothing."""

    wishes: Wishes
    cut: bool = False
    body: Body | None = None
    closed: bool = True
    standing: Mapping[int, int] = field(default_factory=dict)
    marks: tuple[int, ...] = ()


def digest(body: Body) -> bytes:
    """What tells whether a body is the one of before."""
    made = hashlib.blake2b(digest_size=16)
    for piece in (body,) if isinstance(body, bytes) else body.pieces():
        made.update(piece)
    return made.digest()


class Reader:
    """Reads documents in children, less what is known of them: parsing is what polls cost."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges

    def read(self, before: FeedState, answer: Fetched, now: datetime) -> Document:
        """The document of an answer. Raises ParseError, ChildError."""
        rest = self._rest(before, answer.whole)
        if not rest.cut:
            return Document(parsed=self._parse(answer.whole, before, answer, now), wishes=rest.wishes)
        if rest.body is None:
            parsed = ParsedFeed(title="", entries=(), truncated=not rest.closed)
        else:
            parsed = self._parse(rest.body, before, answer, now)
            if len(parsed.entries) != len(rest.marks):  # the cut was wrong about this document: read it whole
                return Document(parsed=self._parse(answer.whole, before, answer, now), wishes=rest.wishes)
        return Document(parsed=parsed, wishes=rest.wishes, standing=rest.standing, marks=rest.marks)

    def _rest(self, before: FeedState, body: Body) -> _Rest:
        """Cut what stood in the document before out of this one, by its raw bytes. One from disk is in memory only here."""
        with nullcontext() if isinstance(body, bytes) else self._edges.desk.whole():
            held = body if isinstance(body, bytes) else body.read()
            asks = wishes.of_document(held)
            few = held.count(b"</item") + held.count(b"</entry") <= MOST_CUT
            pieces = cut.split(held) if few else None
            return _Rest(wishes=asks) if pieces is None else self._cut(before, pieces, asks)

    def _cut(self, before: FeedState, pieces: Cut, asks: Wishes) -> _Rest:
        with self._edges.store.read() as connection:
            known = listed.unpack(feeds.listed(connection, before.name))
        marks = pieces.fingerprints()
        standing = {mark: known[mark] for mark in marks if mark in known}
        unseen = [n for n, mark in enumerate(marks) if mark not in known]
        if len(unseen) > parse.MOST_ENTRIES:  # which of them are read depends on the whole document
            return _Rest(wishes=asks)
        body = self._edges.spool.keep(pieces.pieces(unseen)) if unseen else None
        news = tuple(marks[n] for n in unseen)
        return _Rest(wishes=asks, cut=True, body=body, closed=pieces.closed, standing=standing, marks=news)

    def _parse(self, body: Body, before: FeedState, answer: Fetched, now: datetime) -> ParsedFeed:
        read = self._edges.pool.read_first if decide.proven(before) else self._edges.pool.read
        return read(parse.feed, body, url=answer.url, content_type=answer.headers.get("content-type"), now=now)
