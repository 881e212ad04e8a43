"""Feed bytes to entries: RSS 0.9x, 1.0, 2.0 and Atom by feedparser, JSON Feed by our own room. The only importer of feedparser.

feedparser takes tens of seconds on some inputs under 1 MB, so this runs in a child process that can be killed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.core import cut, dates, document, entries, jsonfeed
from bot.core.text import clean, plain
from bot.errors import ParseError
from bot.model import Entry, ParsedFeed

if TYPE_CHECKING:
    import feedparser

# Entries read of one document, the newest. The longest feeds of real sites have some hundreds; 40,000 items cost
# feedparser 6 s, the first 2,000 of them 0.3 s.
MOST_ENTRIES = 2_000

# What feedparser 6.0.14 may raise on odd input. Seen by feeding it mutated documents: ValueError (numbers beyond chr()
# and int(), an encoding's name that is no UTF-8), KeyError (half a georss or cc element), TypeError (Podlove chapters);
# the others are their neighbours. None of them is worth more than the entry that caused it.
_FEEDPARSER_ERRORS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def feed(body: bytes, *, url: str, content_type: str | None, now: datetime) -> ParsedFeed:
    """The entries of a feed document in its order, whole ones only; ParseError says what the document is instead.

    ``url`` is the address it came from, for relative links. Dates after ``now`` + 24 h are not believed.
    """
    found = document.read(body, content_type)
    if found.kind == "json":
        return jsonfeed.feed(found.body.decode("utf-8", "replace"), url=url, now=now, most=MOST_ENTRIES)
    body, left_out = _bounded(found.body, found.content_type)
    parsed, raw_entries = _parsed(body, found.content_type)
    if not parsed.version and not raw_entries:
        raise ParseError(f"an XML document that is no feed (root <{clean(found.root, 60)}>)")
    over = max(0, len(raw_entries) - MOST_ENTRIES)
    read = [entry for raw in raw_entries[_newest(raw_entries)] if (entry := _entry(raw, url, now)) is not None]
    fitting = entries.within(read)
    return ParsedFeed(
        title=clean(plain(_text(parsed.feed, "title")), entries.TITLE),
        entries=fitting,
        truncated=found.truncated,
        left_out=left_out + over + len(read) - len(fitting),
    )


def _bounded(body: bytes, content_type: str) -> tuple[bytes, int]:
    """The document with its newest entries only, where it has too many and cutting is safe; and how many were cut off."""
    pieces = cut.split(body) if body.count(b"</item") + body.count(b"</entry") > MOST_ENTRIES else None
    if pieces is None or (over := len(pieces.segments) - MOST_ENTRIES) <= 0:
        return body, 0
    ends = _attempt(cut.keep(pieces, (0, -1)), content_type)
    kept = range(len(pieces.segments))[_newest(ends.entries if ends else (), of=len(pieces.segments))]
    return cut.keep(pieces, kept), over


def _newest(raw_entries: Sequence[Any], of: int | None = None) -> slice:
    """Where the newest entries stand among so many: at the beginning, or at the end if the last one is newer than the first."""
    count = len(raw_entries) if of is None else of
    ends = (*raw_entries[:1], *raw_entries[-1:])
    moments = [dates.from_parts(dict.get(raw, "published_parsed") or dict.get(raw, "updated_parsed")) for raw in ends]
    return entries.newest(moments, count, MOST_ENTRIES)


# ---------------------------------------------------------------- feedparser


def _parsed(body: bytes, content_type: str) -> tuple[feedparser.FeedParserDict, list[Any]]:
    """What feedparser makes of it, and the entries: mended if it is not well-formed, one by one if some would be lost."""
    whole = _attempt(body, content_type)
    if whole is None or whole.bozo:
        mended = document.mended(body)
        whole = whole if mended == body else _attempt(mended, content_type)
        pieces = cut.split(mended)
        if pieces is not None and (whole is None or len(whole.entries) < len(pieces.segments)):
            return _piecewise(pieces, content_type)
    if whole is None:
        raise ParseError("a document that cannot be read")
    return whole, whole.entries


def _piecewise(pieces: cut.Cut, content_type: str) -> tuple[feedparser.FeedParserDict, list[Any]]:
    documents = (cut.keep(pieces, [index]) for index in range(len(pieces.segments)))
    good = [parsed for parsed in (_attempt(body, content_type) for body in documents) if parsed is not None]
    if not good:
        raise ParseError("a document of which no entry can be read")
    return good[0], [entry for parsed in good for entry in parsed.entries]


def _attempt(body: bytes, content_type: str) -> feedparser.FeedParserDict | None:
    try:
        return _feedparser(body, content_type)
    except _FEEDPARSER_ERRORS:
        return None


def _feedparser(body: bytes, content_type: str) -> feedparser.FeedParserDict:
    import feedparser  # here, in the child: the bot's own process does without its 15 MB

    # BytesIO: given bytes, feedparser takes them for a file name first and reads that file. The sanitiser and the
    # resolver cost two thirds of the time and are quadratic; markup is dropped and links are resolved by us.
    return feedparser.parse(
        io.BytesIO(body), response_headers={"content-type": content_type}, sanitize_html=False, resolve_relative_uris=False
    )


def _entry(raw: dict[str, Any], url: str, now: datetime) -> Entry | None:
    moments = (dates.from_parts(dict.get(raw, key)) for key in ("published_parsed", "updated_parsed", "created_parsed"))
    return entries.build(
        guid=_text(raw, "id"),
        link=_link(raw),
        base=url,  # an xml:base has been applied by feedparser
        title=_text(raw, "title"),
        summaries=(_text(raw, "summary"), *_contents(raw)),
        published=dates.believable(moments, now),
        source=_outlet(raw),
    )


def _outlet(raw: dict[str, Any]) -> str:
    """The outlet that an aggregator names: RSS ``<source url>``, Atom ``source/title``, Bing's ``News:Source``.

    A source that has an address and no name is called by its host. Bing writes "Reuters on MSN" for what its own site carries.
    """
    source = dict.get(raw, "source")
    if named := _text(source, "title").strip():
        return named
    if named := _text(raw, "news_source").strip():
        return named.removesuffix(" on MSN")
    address = entries.absolute(_text(source, "href") or _text(source, "link"), None)
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def _contents(raw: dict[str, Any]) -> Iterator[str]:
    return (_text(part, "value") for part in raw.get("content") or ())


def _link(raw: dict[str, Any]) -> str:
    """The entry's page. feedparser also calls a guid a link, absolute or not; that is for ``entries.build`` to judge."""
    link = _text(raw, "link")
    if link and link != _text(raw, "id"):
        return link
    return next(_alternates(raw), "")


def _alternates(raw: dict[str, Any]) -> Iterator[str]:
    for link in raw.get("links") or ():
        if _text(link, "rel") == "alternate":
            yield _text(link, "href")


def _text(values: object, key: str) -> str:
    # dict.get: feedparser's own get() answers for some keys with others, and warns while it does
    value = dict.get(values, key) if isinstance(values, dict) else None
    return value if isinstance(value, str) else ""
