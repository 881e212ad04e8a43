"""A page without a feed, as an item: its title, its own description, its article. For what a user holds up to a rule.

Runs in a child process, as ``extract`` does and for the same reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.core import extract, script, sentence
from bot.core.entries import SUMMARY, TITLE
from bot.core.text import clean
from bot.model import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a feed would have said of the page, and what stands on it. ``summary``: the description that the page gives itself."""

    title: str
    summary: str
    article: Article


def read(body: bytes, *, url: str, content_type: str | None, title: str = "") -> Page:
    """The page in these bytes: HTML, or plain text whose first line is the title. ``title``, where given, goes before.

    Never raises for what the bytes hold; ``article.note`` says what came of them.
    """
    if (what := extract.foreign(body, content_type)) is not None:
        return _unread(title, f"{what}, not a web page")
    text = extract.decoded(body, content_type).lstrip("\ufeff")
    if (what := _another_thing(text)) is not None:
        return _unread(title, what)
    if not _MARKUP.search(text, 0, _BEGINNING):
        return _plain(text, title)
    head = _Head(text)
    title, summary = clean(title or head.title, TITLE), clean(head.description, SUMMARY)
    utf8, html = text.encode("utf-8", "replace"), "text/html; charset=utf-8"
    article = extract.article(utf8, url=url, content_type=html, title=title, summary=summary)
    return Page(title=title, summary=summary, article=article)


def _unread(title: str, why: str) -> Page:
    return Page(title=clean(title, TITLE), summary="", article=Article(text="", note=f"failed: {why}"))


# ---------------------------------------------------------------- what it is

_BEGINNING = 4_096  # characters in which a document says what it is
_MARKUP = re.compile(r"\A\s*<[a-zA-Z!/?]|<(?:!doctype|html|head|body|meta|title|article|main|div|p|h1)[\s>/]", re.IGNORECASE)
_FEED = re.compile(r"\A\s*(?:<\?[^>]{0,200}>\s*|<!--.{0,500}?-->\s*){0,5}<(?:rss|feed|rdf:rdf)[\s>]", re.IGNORECASE | re.DOTALL)
# What Chrome saves as "Webpage, single file".
_ARCHIVE = re.compile(r"\A.{0,1000}?^Content-Type: multipart/related", re.IGNORECASE | re.DOTALL | re.MULTILINE)


def _another_thing(text: str) -> str | None:
    """What a text is, in words, that is neither a page nor an article."""
    if _FEED.match(text[:_BEGINNING]):
        return "a feed, not an article: give the address of one of its items"
    if text[:200].lstrip().startswith(("MIME-Version:", "From:")) and _ARCHIVE.match(text[:_BEGINNING]):
        return "a web archive (MHTML): save the page as HTML only"
    return None


# ---------------------------------------------------------------- HTML


class _Head:
    """What a page says of itself. Own reading with lxml: trafilatura's metadata search runs dozens of expressions for it."""

    def __init__(self, text: str) -> None:
        self._meta: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._look(text)

    @property
    def title(self) -> str:
        """The headline: as the page gives it to those who link to it, else its heading, else the window's title."""
        window, heading = self._first.get("title", ""), self._first.get("h1", "")
        # A window's title is "Headline | Outlet"; a heading that does not begin it is the outlet's own name, or a section's.
        return self._meta.get("og:title") or (heading if not window or (heading and window.startswith(heading)) else window)

    @property
    def description(self) -> str:
        """The standfirst, which is what most feeds have as a summary."""
        return self._meta.get("og:description") or self._meta.get("description", "")

    def _look(self, text: str) -> None:
        from lxml import etree, html

        try:
            # As bytes: lxml refuses a text that names an encoding.
            tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
        except (etree.LxmlError, ValueError):  # nothing but comments; characters that XML forbids
            return
        for element in tree.iter("meta", "title", "h1"):
            if element.tag == "meta":
                name = (element.get("property") or element.get("name") or "").strip().lower()
                self._keep(self._meta, name, element.get("content") or "")
            else:
                self._keep(self._first, str(element.tag), "".join(element.itertext()))

    @staticmethod
    def _keep(known: dict[str, str], name: str, text: str) -> None:
        """The first that says anything: an icon further down has a title too."""
        if said := clean(text[:_LONGEST], SUMMARY):
            known.setdefault(name, said)


_LONGEST = 20_000  # characters of one field that are looked at


# ---------------------------------------------------------------- plain text


def _plain(text: str, title: str) -> Page:
    lines = [line.strip() for line in text.strip().splitlines()]
    first, rest = (title, lines) if title else (lines[0], lines[1:]) if lines else ("", [])
    first = clean(first, TITLE)
    body = "\n".join(_paragraphs(rest))
    if not body:
        return Page(title=first, summary="", article=Article(text="", note="not read: the text has one line"))
    return Page(title=first, summary="", article=extract.from_text(body, first, ""))


# A line of a letter or a README is broken somewhere between these columns (Chinese ones take two); a longer one by nobody.
_NARROWEST, _WIDEST = 30, 120


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Paragraphs, with the lines of a text that was broken at a column joined: sentences cut in two look like a list of links."""
    goes_on = [*_broken(lines), False]
    held = ""
    for line, more in zip(lines, goes_on, strict=False):
        held = f"{held}{'' if _joins(held, line) else ' '}{line}" if held else line
        if held and not more:
            yield held
            held = ""


def _broken(lines: list[str]) -> list[bool]:
    """For each line but the last, whether it goes on in the next; nowhere, unless most lines that have a next one seem to."""
    width = max(map(len, lines), default=0)
    pairs = list(pairwise(lines))
    full = [_is_full(line, following, width) for line, following in pairs]
    seem = sum(each and _goes_on(*pair) for each, pair in zip(full, pairs, strict=True))
    mostly = 2 * seem > sum(bool(line and following) for line, following in pairs)
    return full if mostly and _NARROWEST <= width <= _WIDEST else [False] * len(pairs)


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the line ends where it does because the next word had no room: as every editor fills lines."""
    word = following.split(" ", 1)[0]
    edge = script.of(word[0]) if word else None
    room = 1 if edge is not None and edge.name == "unspaced" else len(word) + 1
    return bool(line and word) and len(line) + room > width


def _goes_on(line: str, following: str) -> bool:
    """Whether the following line begins within a sentence: small, or where no letter is small, behind no end mark."""
    first = following[0]
    return first.islower() or (first.upper() == first.lower() and not sentence.ended(line))


def _joins(one: str, other: str) -> bool:
    """Whether two pieces of a line stand together without a blank: between letters of a script that has none."""
    edges = [script.of(char) for char in (one[-1:], other[:1]) if char]
    return len(edges) == 2 and all(edge is not None and edge.name == "unspaced" for edge in edges)
