"""From a page to its feeds: what the page declares, what it links to, and, last and few, the customary addresses.

Own reading with the standard library's forgiving parser: only the start tags of links are looked at, whatever is broken around
them. It takes its time on hostile markup, so it runs in a child process. Sources: HTML's ``<link rel=alternate>`` (the "feed
autodiscovery" of the HTML standard, section 4.6.7.1), RFC 8288 for the same in a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal, TypeAlias
from urllib.parse import urljoin, urlsplit, urlunsplit

from bot.core import charset
from bot.core.entries import absolute
from bot.core.text import clean

How: TypeAlias = Literal["declared", "linked", "guessed"]

# Media types of feeds. text/xml and application/json name no feed, but beside rel=alternate nothing else is meant by them;
# JSON of other kinds (an oEmbed card, WordPress's own API) has other types, or "json" in its path only.
_KINDS: Mapping[str, str] = {
    "application/rss+xml": "RSS", "application/x-rss+xml": "RSS", "application/rdf+xml": "RSS", "text/rss+xml": "RSS",
    "application/atom+xml": "Atom", "text/atom+xml": "Atom", "application/feed+json": "JSON Feed", "text/xml": "XML",
    "application/xml": "XML",
}  # fmt: skip
_JSON = "application/json"
_TITLE = 120
# Feeds named by one page that are told: sites declare a feed for each of their sections; nobody picks from more.
MOST = 20
# Characters of a page that are looked at. Declarations stand in the head; the largest heads seen are under 300 KB.
_LOOKED_AT = 1_000_000

# A link that says by its address that it leads to a feed. Matched against its path alone.
_FEED_PATH = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:rss|atom|feed|feeds/[^/]+|index\.xml|feed\.(?:xml|json)|rss\.xml))/?$", re.IGNORECASE
)

# Where blog software and site generators put their feed (WordPress; Ghost and many newspapers; Hugo; Jekyll). Few: each is
# a request to a server that never named the address.
_CUSTOMARY = ("/feed", "/rss", "/index.xml", "/feed.xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address where a feed should be. ``title``: what the page calls it; ``kind``: what it says it is, if it does."""

    url: str
    how: How
    title: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a page says of feeds: ``links`` has those it declares, or, if it declares none, those that it links to."""

    title: str
    links: tuple[Link, ...] = ()


def links(body: bytes, *, url: str, content_type: str | None, header: str = "") -> Found:
    """The feeds that a page names, in its order. ``url``: where it came from; ``header``: its ``Link`` header, if any."""
    reader = _Reader(url)
    text = charset.decode(body, content_type) or body.decode("latin-1")
    reader.feed(text[:_LOOKED_AT])
    declared = _once([*_of_header(header, url), *reader.declared])
    return Found(title=clean(reader.title, _TITLE), links=tuple((declared or _once(reader.linked))[:MOST]))


def guesses(url: str) -> tuple[Link, ...]:
    """The customary addresses of a site's feed: for a page that names none."""
    parts = urlsplit(url)
    return tuple(
        Link(url=urlunsplit((parts.scheme, parts.netloc, path, "", "")), how="guessed")
        for path in _CUSTOMARY
        if parts.path != path
    )


def address(text: str) -> str:
    """What a user gave as an address, whole: ``feed:`` addresses and those without a scheme are taken for https."""
    text = text.strip()
    bare = re.sub(r"^feed:(?://)?(?=https?://)", "", text, flags=re.IGNORECASE)
    bare = re.sub(r"^feed://", "https://", bare, flags=re.IGNORECASE)
    if re.match(r"[a-z][a-z0-9+.-]*://", bare, re.IGNORECASE) or not re.match(r"[^\s/:@]+\.[^\s/:@]+(?::\d+)?(?:[/?]|$)", bare):
        return bare
    return f"https://{bare}"


class _Reader(HTMLParser):
    """Collects the links of one page."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base, self._based = url, False
        self.title, self._in_title = "", False
        self.declared: list[Link] = []
        self.linked: list[Link] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = not self.title
        elif tag in {"link", "a", "base"}:
            of = {name: value or "" for name, value in reversed(attrs)}  # the first of two counts, as in browsers
            href = of.get("href", "")
            if tag == "base":
                self._rebase(href)
            elif tag == "link":
                self._declare(href, of)
            elif len(self.linked) < MOST:
                self._link(href, of)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._in_title and len(self.title) < _TITLE:
            self.title += data[:_TITLE]

    def _rebase(self, href: str) -> None:
        """The first ``<base href>`` counts, and only one that is an http(s) address once resolved."""
        if not self._based and href and (based := absolute(_joined(self.base, href), None)):
            self.base, self._based = based, True

    def _declare(self, href: str, of: Mapping[str, str]) -> None:
        rels = of.get("rel", "").lower().split()
        kind = _kind(of.get("type", ""), href)
        if kind and ("alternate" in rels or "feed" in rels) and "stylesheet" not in rels and len(self.declared) < 10 * MOST:
            self._keep(self.declared, href, "declared", of.get("title", ""), kind)

    def _link(self, href: str, of: Mapping[str, str]) -> None:
        kind = _kind(of.get("type", ""), href)
        if (kind and kind != "XML") or _FEED_PATH.search(href.partition("#")[0].partition("?")[0]):
            self._keep(self.linked, href, "linked", of.get("title", ""), kind)

    def _keep(self, kept: list[Link], href: str, how: How, title: str, kind: str) -> None:
        if url := absolute(_joined(self.base, href.strip()), None):
            kept.append(Link(url=url.partition("#")[0], how=how, title=clean(title, _TITLE), kind=kind))


def _joined(base: str, href: str) -> str:
    """``href`` made absolute; ``feed:`` in front of it taken away; nothing for an address that cannot be read."""
    href = re.sub(r"^feed:(?=https?:)", "", href, flags=re.IGNORECASE)
    href = re.sub(r"^feed://", "https://", href, flags=re.IGNORECASE)
    try:
        return urljoin(base, href) if href else ""
    except ValueError:
        return ""


def _kind(media: str, href: str) -> str:
    media = media.partition(";")[0].strip().lower()
    if media == _JSON:
        return "JSON Feed" if "feed" in href.partition("?")[0].rstrip("/").rpartition("/")[2].lower() else ""
    return _KINDS.get(media, "")


_HEADER_LINK = re.compile(r"<([^<>]{1,2000})>((?:\s*;\s*[\w*-]{1,30}\s*=\s*(?:\"[^\"]{0,500}\"|[^\s;,\"]{1,200}))*)")
_PARAMETER = re.compile(r";\s*([\w*-]{1,30})\s*=\s*(?:\"([^\"]{0,500})\"|([^\s;,\"]{1,200}))")


def _of_header(header: str, url: str) -> Iterable[Link]:
    for target, parameters in _HEADER_LINK.findall(header[:20_000]):
        of = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(parameters)}
        kind = _kind(of.get("type", ""), target)
        if kind and "alternate" in of.get("rel", "").lower().split() and (whole := absolute(_joined(url, target), None)):
            yield Link(url=whole, how="declared", title=clean(of.get("title", ""), _TITLE), kind=kind)


def _once(found: Iterable[Link]) -> list[Link]:
    """Each address once; feeds of comments behind the others, for hardly anybody means them."""
    kept: dict[str, Link] = {}
    for link in found:
        kept.setdefault(link.url, link)
    return sorted(kept.values(), key=_of_comments)


def _of_comments(link: Link) -> bool:
    return "comment" in f"{link.title} {urlsplit(link.url).path}".lower()
