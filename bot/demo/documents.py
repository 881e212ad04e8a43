"""The documents of the demo's web: feeds in three formats, and pages with everything that surrounds an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from bot.demo.content import FeedKind, Outlet, Piece

HTML = "text/html; charset=utf-8"
TYPES: dict[FeedKind, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "json": "application/feed+json",
}
_LISTED = "An invented outlet of the demonstration of Storywatch: not news."


def feed(outlet: Outlet, pieces: Sequence[Piece], site: str) -> bytes:
    """The outlet's feed with these pieces, in their order. ``site`` is where the web stands: ``http://host:port``."""
    if outlet.kind == "json":
        return _json_feed(outlet, pieces, site)
    return (_rss if outlet.kind == "rss" else _atom)(outlet, pieces, site).encode()


def _rss(outlet: Outlet, pieces: Sequence[Piece], site: str) -> str:
    items = "".join(
        f'<item>\n<title>{escape(piece.title)}</title>\n<link>{escape(site + piece.path)}</link>\n'
        f'<guid isPermaLink="false">{escape(piece.guid)}</guid>\n<pubDate>{format_datetime(piece.at)}</pubDate>\n'
        f"<description>{escape(f'<p>{escape(piece.summary, quote=False)}</p>', quote=False)}</description>\n</item>\n"
        for piece in pieces
    )  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n<title>{escape(outlet.name)}</title>\n'
        f"<link>{site}/</link>\n<language>{outlet.lang}</language>\n<description>{_LISTED}</description>\n{items}</channel></rss>\n"
    )


def _atom(outlet: Outlet, pieces: Sequence[Piece], site: str) -> str:
    entries = "".join(
        f"<entry>\n<title>{escape(piece.title)}</title>\n<id>urn:demo:{escape(piece.guid)}</id>\n"
        f'<link rel="alternate" href="{escape(site + piece.path)}"/>\n<published>{_iso(piece.at)}</published>\n'
        f"<updated>{_iso(piece.at)}</updated>\n<summary>{escape(piece.summary)}</summary>\n</entry>\n"
        for piece in pieces
    )
    updated = _iso(max(piece.at for piece in pieces))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">\n'
        f"<title>{escape(outlet.name)}</title>\n<subtitle>{_LISTED}</subtitle>\n<id>{site}{outlet.feed_path}</id>\n"
        f"<updated>{updated}</updated>\n{entries}</feed>\n"
    )


def _json_feed(outlet: Outlet, pieces: Sequence[Piece], site: str) -> bytes:
    items = [
        {
            "id": piece.guid, "url": site + piece.path, "title": piece.title, "summary": piece.summary,
            "date_published": _iso(piece.at),
        }
        for piece in pieces
    ]  # fmt: skip
    document = {
        "version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "description": _LISTED, "language": outlet.lang,
        "feed_url": site + outlet.feed_path, "items": items,
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def page(outlet: Outlet, piece: Piece) -> bytes:
    """The piece's page, or the wall that stands before it."""
    paragraphs = [f"<p>{escape(paragraph)}</p>" for paragraph in piece.paragraphs]
    layout = "consent" if piece.page == "consent" else outlet.layout
    return (
        _template(layout)
        .substitute(
            {name: escape(str(getattr(outlet, name))) for name in ("lang", "consent", "newsletter", "footer")},
            dir="rtl" if outlet.lang == "ar" else "ltr",
            outlet=escape(outlet.name),
            feed=outlet.feed_path,
            sections="".join(f'<li><a href="/{outlet.slug}/">{escape(section)}</a></li>' for section in outlet.sections),
            title=escape(piece.title),
            summary=escape(piece.summary),
            published=_iso(piece.at),
            text="\n".join(paragraphs),
            first=paragraphs[0],
            rest="\n".join(paragraphs[1:]),
            related_title=escape(outlet.related),
            related="".join(f'<li><a href="/{outlet.slug}/">{escape(title)}</a></li>' for title in piece.related),
        )
        .encode()
    )


@cache
def _template(name: str) -> Template:
    return Template((files("bot.demo") / "pages" / f"{name}.html").read_text(encoding="utf-8"))


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
