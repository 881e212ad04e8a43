"""Items as the web shows them: feeds in four formats and article pages with everything that surrounds an article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Literal

Kind = Literal["rss", "atom", "rdf", "json"]
TYPES: dict[Kind, str] = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "json": "application/feed+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the lab's web. ``link`` is absolute; its page has ``text``, paragraphs split by empty lines."""

    key: str  # the lab's own name for it
    title: str
    link: str
    summary: str = ""
    text: str = ""
    guid: str | None = None
    published: datetime | None = None
    lang: str = "en"


def feed(kind: Kind, title: str, items: Sequence[Item]) -> bytes:
    """The feed document of these items, in their order."""
    if kind == "json":
        return _json_feed(title, items)
    entry, frame = {"rss": (_rss, _RSS), "atom": (_atom, _ATOM), "rdf": (_rdf, _RDF)}[kind]
    listed = "".join(f'<rdf:li rdf:resource="{escape(item.link)}"/>' for item in items)
    return frame.format(title=escape(title), listed=listed, items="".join(map(entry, items))).encode()


_RSS = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{title}</title>'
    "<link>http://example.org/</link><description>{title}</description>\n{items}</channel></rss>\n"
)
_ATOM = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{title}</title>'
    "<id>tag:example.org,2026:{title}</id><updated>2026-01-01T00:00:00Z</updated>\n{items}</feed>\n"
)
_RDF = (
    '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    '<channel rdf:about="http://example.org/"><title>{title}</title><link>http://example.org/</link>'
    "<description>{title}</description><items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}</rdf:RDF>\n"
)


def _rss(item: Item) -> str:
    guid = f'<guid isPermaLink="false">{escape(item.guid)}</guid>' if item.guid else ""
    date = f"<pubDate>{format_datetime(item.published)}</pubDate>" if item.published else ""
    return (
        f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>{guid}{date}"
        f"<description>{escape(escape(item.summary))}</description></item>\n"
    )


def _atom(item: Item) -> str:
    date = f"<published>{item.published.isoformat()}</published>" if item.published else ""
    return (
        f'<entry><title>{escape(item.title)}</title><link href="{escape(item.link)}"/><id>{escape(item.guid or item.link)}</id>'
        f"<updated>2026-01-01T00:00:00Z</updated>{date}<summary>{escape(item.summary)}</summary></entry>\n"
    )


def _rdf(item: Item) -> str:
    date = f"<dc:date>{item.published.isoformat()}</dc:date>" if item.published else ""
    return (
        f'<item rdf:about="{escape(item.guid or item.link)}"><title>{escape(item.title)}</title><link>{escape(item.link)}</link>'
        f"{date}<description>{escape(item.summary)}</description></item>\n"
    )


def _json_feed(title: str, items: Sequence[Item]) -> bytes:
    entries = [
        {
            "id": item.guid or item.link,
            "url": item.link,
            "title": item.title,
            "content_text": item.summary,
            **({"date_published": item.published.isoformat()} if item.published else {}),
        }
        for item in items
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": entries}).encode()


_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title} - {outlet}</title></head><body>
<header><nav><ul><li><a href="/">Home</a></li>
<li><a href="/world">World</a></li><li><a href="/tech">Tech</a></li></ul></nav></header>
<div id="cookie-banner" class="cookie-consent" role="dialog">
<p>We use cookies to improve your visit. <button>Accept all</button></p></div>
<main><article><h1>{title}</h1><p class="byline">By our staff</p>
{text}
</article></main>
<aside class="related"><h2>Related</h2><ul>{related}</ul></aside>
<footer><p>All rights reserved. {outlet}</p></footer>
</body></html>
"""


def page(item: Item, outlet: str = "The Lab Herald", related: Sequence[str] = ()) -> bytes:
    """The item's article page. ``related``: headlines of other articles that stand beside the text."""
    paragraphs = "\n".join(f"<p>{escape(part)}</p>" for part in item.text.split("\n\n"))
    links = "".join(f'<li><a href="/r/{n}">{escape(head)}</a></li>' for n, head in enumerate(related))
    return _PAGE.format(lang=item.lang, title=escape(item.title), outlet=escape(outlet), text=paragraphs, related=links).encode()
