"""The bytes of the local web: feeds and article pages, the same for a seed on every machine.

The shape is that of the measured real feeds: 20 to 50 entries, seven in ten RSS and three Atom, three in ten with the
whole text, some 80 KB in the mean; pages of 40 to 150 KB that are mostly not the article.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache, cached_property
from html import escape

HINT = "Labhint"  # the word of the story that the bench follows: in no other text
NEW_ENTRIES = 2  # in a feed that changed
EPOCH = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
_BLOCK = 400_000  # characters that all texts are cut from: long enough that cuts rarely overlap
_PAGES = 97  # different pages; a prime, so that no feed gets the same one again and again


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What is served. ``changed``: the chance that a poll finds new entries; ``hinted``: share of titles with the story's word."""

    feeds: int = 100
    seed: int = 1
    changed: float = 0.05
    hinted: float = 0.0
    validators: bool = True

    def chance(self, *about: object) -> float:
        """A number in [0, 1), always the same for the same question."""
        return zlib.crc32(repr((self.seed, *about)).encode()) / 2**32

    def number(self, least: int, most: int, *about: object) -> int:
        """A whole number from ``least`` to ``most``, always the same for the same question."""
        return least + int(self.chance(*about) * (most - least + 1))

    @cached_property
    def prose(self) -> str:
        """Words that mean nothing, as long and as frequent as a language's."""
        draw = random.Random(f"prose {self.seed}")
        parts = [a + b for a in ("br", "d", "f", "gl", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v") for b in "aeiou"]
        words = ["".join(draw.choices(parts, k=draw.choice((1, 1, 2, 2, 3)))) for _ in range(4_000)]
        weights = [1 / (rank + 3) for rank in range(len(words))]
        sentences, size = [], 0
        while size < _BLOCK:
            chosen = draw.choices(words, weights, k=draw.randint(7, 21))
            sentences.append(" ".join(chosen).capitalize() + ".")
            size += len(sentences[-1]) + 1
        return " ".join(sentences)

    def text(self, length: int, *about: object) -> str:
        """Prose from a place that the question decides, cut at word borders."""
        start = self.number(0, len(self.prose) - length - 40, "text", *about)
        start = self.prose.index(" ", start) + 1
        return self.prose[start : self.prose.rindex(" ", start, start + length)]


def entries_of(shape: Shape, feed: int) -> int:
    """How many entries a feed lists."""
    return shape.number(20, 50, "entries", feed)


def feed(shape: Shape, number: int, version: int, site: str) -> tuple[bytes, str]:
    """A feed's document after ``version`` changes, and its content type. ``site`` is the address of its host."""
    newest = entries_of(shape, number) + version * NEW_ENTRIES
    listed = range(newest, newest - entries_of(shape, number), -1)
    atom, full = shape.chance("atom", number) < 0.3, shape.chance("full", number) < 0.3
    entry = _atom_entry if atom else _rss_item
    items = "".join(entry(shape, number, n, site, full=full) for n in listed)
    name, moment = f"Desk {number}", _moment(number, newest)
    if atom:
        document = (
            f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{name}</title>'
            f'<id>{site}/</id><link href="{site}/"/><updated>{moment.isoformat()}</updated>\n{items}</feed>\n'
        )
        return document.encode(), "application/atom+xml; charset=utf-8"
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>{name}</title><link>{site}/</link>'
        f"<description>{name}</description><language>en</language><lastBuildDate>{format_datetime(moment, usegmt=True)}"
        f"</lastBuildDate>\n{items}</channel></rss>\n"
    )
    return document.encode(), "application/rss+xml; charset=utf-8"


def title(shape: Shape, feed: int, entry: int) -> str:
    """An entry's title; some have the story's word."""
    words = shape.text(shape.number(45, 95, "length", feed, entry), "title", feed, entry)
    return f"{HINT} {words}" if shape.chance("hint", feed, entry) < shape.hinted else words


def page(shape: Shape, feed: int, entry: int) -> bytes:
    """The page of an entry."""
    return _page(shape, shape.number(0, _PAGES - 1, "page", feed, entry))


@cache
def _page(shape: Shape, kind: int) -> bytes:
    """A page: a menu, an article of some KB, teasers, a script. Most of its bytes are not the article."""
    links = shape.number(150, 900, "links", kind)
    menu = "".join(
        f'<li class="m{n % 7}"><a href="/section/{n}">{shape.text(24, "menu", kind, n)}</a></li>' for n in range(links)
    )
    paragraphs = shape.number(8, 40, "paragraphs", kind)
    body = "".join(f"<p>{shape.text(shape.number(150, 600, 'p', kind, n), 'body', kind, n)}.</p>" for n in range(paragraphs))
    teasers = "".join(
        f'<div class="teaser"><h3><a href="/t/{n}">{shape.text(60, "teaser", kind, n)}</a></h3><p>{shape.text(120, "t", kind, n)}</p></div>'
        for n in range(30)
    )
    script = "var state = {" + ",".join(f'"k{n}":"{zlib.crc32(str(n).encode()):08x}"' for n in range(links * 4)) + "};"
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{shape.text(60, 'head', kind)}</title>"
        f"<script>{script}</script></head><body><header><nav><ul>{menu}</ul></nav></header><main><article>"
        f"<h1>{shape.text(70, 'h1', kind)}</h1>{body}</article><aside>{teasers}</aside></main><footer>{menu[:4000]}</footer></body></html>"
    ).encode()


def _moment(feed: int, entry: int) -> datetime:
    return EPOCH + timedelta(minutes=30 * entry, seconds=feed % 1800)


def _rss_item(shape: Shape, feed: int, entry: int, site: str, *, full: bool) -> str:
    content = f"<content:encoded><![CDATA[{_content(shape, feed, entry, site)}]]></content:encoded>" if full else ""
    return (
        f"<item><title>{title(shape, feed, entry)}</title><link>{site}/page/{feed}/{entry}</link>"
        f'<guid isPermaLink="false">desk-{feed}-{entry}</guid><pubDate>{format_datetime(_moment(feed, entry), usegmt=True)}</pubDate>'
        f"<dc:creator>Reporter {entry % 40}</dc:creator><category>news</category><category>region {feed % 9}</category>"
        f"<description><![CDATA[<p>{_summary(shape, feed, entry)}</p>]]></description>{content}</item>\n"
    )


def _atom_entry(shape: Shape, feed: int, entry: int, site: str, *, full: bool) -> str:
    content = f'<content type="html">{escape(_content(shape, feed, entry, site))}</content>' if full else ""
    moment = _moment(feed, entry).isoformat()
    return (
        f"<entry><id>tag:desk,2026:{feed}:{entry}</id><title>{title(shape, feed, entry)}</title>"
        f'<link rel="alternate" type="text/html" href="{site}/page/{feed}/{entry}"/><published>{moment}</published>'
        f'<updated>{moment}</updated><author><name>Reporter {entry % 40}</name></author><category term="news"/>'
        f'<summary type="html">{_summary(shape, feed, entry)}</summary>{content}</entry>\n'
    )


def _summary(shape: Shape, feed: int, entry: int) -> str:
    return shape.text(shape.number(180, 600, "summary length", feed, entry), "summary", feed, entry)


def _content(shape: Shape, feed: int, entry: int, site: str) -> str:
    paragraphs = shape.number(4, 12, "content", feed, entry)
    texts = (shape.text(420, "content", feed, entry, n) for n in range(paragraphs))
    return f'<img src="/image/{feed}.jpg" alt="picture"/>' + "".join(
        f'<p>{text} <a href="{site}/more">more</a></p>' for text in texts
    )
