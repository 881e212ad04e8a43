"""One entry of a feed, whatever its format, from raw values to a clean ``Entry``."""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from urllib.parse import urljoin, urlsplit

from bot.core.text import clean, harmless, plain, shorten
from bot.model import Entry

TITLE = 500
SUMMARY = 5_000
SOURCE = 200
GUID = 1_000
URL = 8_192  # what servers accept in a request line, and more than any article has
# Characters of all entries of one document, and of their summaries: what a document tells goes through our own process, a few
# documents at a time. A first poll of 400 articles in full stays within; what is longer keeps the beginning of each summary.
DOCUMENT, SUMMARIES = 4_000_000, 2_000_000
_HEADLINE = 120  # characters of the summary that stand in for a missing title


def build(
    *, guid: str, link: str, base: str, title: str, summaries: Iterable[str], published: datetime | None, source: str = ""
) -> Entry | None:
    """An entry of cleaned text and an absolute address; None when nothing in it could tell it from another.

    The summary is the first of ``summaries`` that has any text. Without a link, a guid that is itself an address serves
    as one. A missing title becomes the first words of the summary; of a title that ends in " - Outlet" (Google News) the
    outlet is cut off when it is the entry's source.
    """
    guid = _bounded(clean(guid, len(guid)))
    url = absolute(link, base) or absolute(guid, None)
    outlet = clean(plain(source), SOURCE)
    summary = next(filter(None, (clean(plain(markup), SUMMARY) for markup in summaries)), "")
    title = clean(plain(title), TITLE) or shorten(summary, _HEADLINE)
    if outlet:
        title = title.removesuffix(f" - {outlet}") or title
    if not (guid or url or title):
        return None
    return Entry(guid=guid or None, url=url, title=title, summary=summary, published=published, source=outlet or None)


def absolute(link: str, base: str | None) -> str | None:
    """``link`` as the feed spells it if it is an http(s) address, else resolved against ``base``; None if that is none."""
    link = harmless(link).strip()
    try:
        parts = urlsplit(link)
        if base and link and not parts.scheme:
            link = urljoin(base, link)
            parts = urlsplit(link)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(link) <= URL
    except ValueError:  # an IPv6 address that is none
        return None
    return link if usable else None


def newest(ends: Sequence[datetime | None], count: int, most: int) -> slice:
    """Where the newest ``most`` of ``count`` entries stand in a document whose first and last are from ``ends``.

    Feeds list the newest first; some begin with the oldest, and of those the end is what matters.
    """
    first, last = (*ends, None, None)[:2]
    rising = first is not None and last is not None and first < last
    return slice(max(0, count - most), count) if rising else slice(0, most)


def within(found: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries of one document, as far as they have room together: their summaries cut alike, and the oldest left out."""
    summaries = sum(len(entry.summary) for entry in found)
    if summaries > SUMMARIES:
        found = [replace(entry, summary=shorten(entry.summary, SUMMARIES // len(found))) for entry in found]
    sizes = [len(entry.guid or "") + len(entry.url or "") + len(entry.title) + len(entry.summary) for entry in found]
    if sum(sizes) <= DOCUMENT:
        return tuple(found)
    ends = [entry.published for entry in (found[0], found[-1])]
    rising = newest(ends, len(found), 1).start > 0
    room = bisect(list(accumulate(reversed(sizes) if rising else sizes)), DOCUMENT)
    return tuple(found[newest(ends, len(found), room)])


def _bounded(guid: str) -> str:
    """A guid too long to keep is kept by its beginning and its hash: still the same for the same guid."""
    if len(guid) <= GUID:
        return guid
    return f"{guid[: GUID - 72]} sha256:{hashlib.sha256(guid.encode()).hexdigest()}"
