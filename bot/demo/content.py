"""What the demo's outlets publish: read from ``outlets/*.toml``, one file for each outlet.

An entry of ``[[items]]`` is one of three things: a piece of its own (``text``), one that prints the text of another
outlet's piece (``copy_of``, with ``before`` or ``after`` around it), or one that lists an earlier piece once more under
another guid (``again``, perhaps with ``tracking`` parameters). ``relevant`` says how it should be judged, whatever the
matcher makes of it; ``hard`` says what makes that difficult; ``development`` names the news it reports.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Literal, TypeAlias

FeedKind: TypeAlias = Literal["rss", "atom", "json"]
Layout: TypeAlias = Literal["paper", "inline", "site"]
PageKind: TypeAlias = Literal["article", "forbidden", "consent"]

START = datetime(2026, 2, 27, 6, 0, tzinfo=UTC)  # what is older stands in the feeds already
END = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A time in which an outlet's feed answers with an error."""

    begin: datetime
    end: datetime
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One entry of a feed and its page. ``relevant`` is None for one listed ``again``: it is the same item."""

    key: str
    at: datetime
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    path: str
    guid: str
    relevant: bool | None
    development: str = ""
    copy_of: str = ""
    again: str = ""
    hard: str = ""
    page: PageKind = "article"
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented outlet: its feed, the furniture of its pages, and its pieces, oldest first.

    ``interval``: how often its feed is to be asked, where that differs from the others.
    """

    slug: str
    name: str
    kind: FeedKind
    lang: str
    layout: Layout
    sections: tuple[str, ...]
    related: str
    newsletter: str
    consent: str
    footer: str
    interval: str
    outage: Outage | None
    pieces: tuple[Piece, ...]

    @property
    def feed_path(self) -> str:
        """Where its feed is."""
        return f"/{self.slug}/feed.{'json' if self.kind == 'json' else 'xml'}"

    def listed(self, now: datetime, most: int) -> tuple[Piece, ...]:
        """What the feed shows at that time, newest first."""
        return tuple(reversed([piece for piece in self.pieces if piece.at <= now][-most:]))


def outlets() -> tuple[Outlet, ...]:
    """All outlets, by name of their files."""
    found = [file for file in (files("bot.demo") / "outlets").iterdir() if file.name.endswith(".toml")]
    raw = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    }
    items = {item["key"]: (slug, item) for slug, tables in raw.items() for item in tables["items"]}
    return tuple(_outlet(slug, tables, items) for slug, tables in raw.items())


_Items: TypeAlias = Mapping[str, tuple[str, Mapping[str, Any]]]


def _outlet(slug: str, tables: Mapping[str, Any], items: _Items) -> Outlet:
    about = tables["outlet"]
    outage = about.get("outage")
    pieces = sorted((_piece(slug, item, items) for item in tables["items"]), key=lambda piece: piece.at)
    return Outlet(
        slug=slug,
        name=about["name"],
        kind=about["kind"],
        lang=about["lang"],
        layout=about.get("layout", "paper"),
        sections=tuple(about["sections"]),
        related=about["related"],
        newsletter=about["newsletter"],
        consent=about["consent"],
        footer=about["footer"],
        interval=about.get("interval", ""),
        outage=Outage(begin=outage["from"], end=outage["until"], status=outage["status"]) if outage else None,
        pieces=_with_related(pieces),
    )


def _piece(slug: str, item: Mapping[str, Any], items: _Items) -> Piece:
    if again := item.get("again"):
        owner, first = items[again]
        piece = _piece(owner, first, items)
        query = f"?{item['tracking']}" if "tracking" in item else ""
        return replace(
            piece, key=item["key"], at=item["at"], guid=item["guid"], path=piece.path + query, relevant=None, again=again
        )
    source = items[item["copy_of"]][1] if "copy_of" in item else item  # of which it may keep the summary too
    text = [item.get("before", ""), *source["text"].split("\n\n"), item.get("after", "")]
    at: datetime = item["at"]
    return Piece(
        key=item["key"],
        at=at,
        title=item["title"],
        summary=item.get("summary", source["summary"]),
        paragraphs=tuple(line for paragraph in text if (line := " ".join(paragraph.split()))),
        path=f"/{slug}/{at:%Y/%m/%d}/{item['key']}",
        guid=f"{slug}:{item['key']}",
        relevant=item["relevant"],
        development=item.get("development", ""),
        copy_of=item.get("copy_of", ""),
        hard=item.get("hard", ""),
        page=item.get("page", "article"),
        related=tuple(item.get("related", ())),
    )


def _with_related(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Each piece with the headlines that stood beside it: those given, or its outlet's last four before it."""
    own = [piece for piece in pieces if not piece.again]
    before = {piece.key: tuple(other.title for other in reversed(own[:n][-4:])) for n, piece in enumerate(own)}
    return tuple(replace(piece, related=piece.related or before.get(piece.key, ())) for piece in pieces)
