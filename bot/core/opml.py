"""OPML, the lists of feeds that feed readers exchange: read with care, written as the standard says (http://opml.org/spec2.opml).

Read by expat alone, event by event, with nothing followed: a document that declares an entity is refused at the declaration, so
none is ever expanded, external ones are never asked for, and depth costs nothing. Work and memory grow with the document's
size, which is bounded: that makes a child process needless.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from bot.core.text import clean
from bot.errors import ParseError

LARGEST = 4_000_000  # bytes: 10,000 feeds take 2 MB; the dearest document of that size takes 3 s
MOST_FEEDS = 10_000
_MOST_OUTLINES = 3 * MOST_FEEDS  # groups and notes among them
NAMESPACE = "urn:storywatch:opml"  # of our own attributes: OPML 2.0 allows others in a namespace only

_MOST_FAULTS = 1_000  # told of one list
_NAME = 120  # as long as a feed's name may be
_LOOKED_AT = 2_000  # characters of an attribute that may hold a name
_GROUP = 60
_DEEPEST_GROUP = 5  # groups told of one feed
_DEEPEST = 1_000  # elements in elements: no reader writes more than a dozen, and each of them is kept while it is open
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed of a list. ``line``: where it stands; ``groups``: the outlines around it, the outermost first."""

    url: str
    name: str = ""
    groups: tuple[str, ...] = ()
    interval: str = ""
    articles: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opml:
    """A list as it was read. ``faults``: what was left out of it, as (line, why)."""

    title: str
    feeds: tuple[Outline, ...]
    faults: tuple[tuple[int, str], ...] = ()


def read(body: bytes) -> Opml:
    """The feeds that a list names, in its order. ParseError says where and why it cannot be read."""
    if len(body) > LARGEST:
        raise ParseError(f"larger than {LARGEST // 1_000_000} MB, which no list of feeds is")
    bare = body if body.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)) else body.lstrip(b" \t\r\n")
    if not bare:
        raise ParseError("line 1: it is empty")
    reader = _Reader(above=body[: len(body) - len(bare)].count(b"\n"))  # expat wants a declaration at the very beginning
    try:
        reader.parser.Parse(bare, True)
    except expat.ExpatError as error:
        raise ParseError(_in_words(error, bare, reader.above)) from None
    except (ValueError, LookupError):
        raise ParseError("line 1: it names an encoding that is none: save it as UTF-8") from None
    return Opml(title=clean(reader.title, _NAME), feeds=tuple(reader.feeds), faults=tuple(reader.faults))


def write(feeds: Iterable[Outline], title: str) -> str:
    """The list as an OPML 2.0 document; what ``read`` makes of it are the same feeds. Groups are not written."""
    rows = "".join(f"    <outline {_attributes(feed)}/>\n" for feed in feeds)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0" xmlns:storywatch={quoteattr(NAMESPACE)}>\n'
        f"  <head>\n    <title>{escape(_xml(title))}</title>\n  </head>\n  <body>\n{rows}  </body>\n</opml>\n"
    )


class _Reader:
    """Takes in the events of one document."""

    def __init__(self, above: int) -> None:
        self.above = above
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse_entity
        self.title, self.feeds, self.faults = "", list[Outline](), list[tuple[int, str]]()
        self._outlines = 0
        self._open: list[str] = []
        self._groups: list[str | None] = []  # of each open outline; None for one that is a feed

    @property
    def _line(self) -> int:
        return self.parser.CurrentLineNumber + self.above

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        line = self._line
        if not self._open and name.lower() != "opml":
            raise ParseError(f"line {line}: no OPML but <{clean(name, 40)}>{_meant(name)}")
        if len(self._open) >= _DEEPEST:
            raise ParseError(f"line {line}: outlines within outlines, {_DEEPEST:,} deep")
        self._open.append(name.lower())
        if name.lower() == "outline":
            self._outline({key.lower(): value.strip() for key, value in attributes.items()}, line)

    def _end(self, name: str) -> None:
        self._open.pop()
        if name.lower() == "outline":
            self._groups.pop()

    def _text(self, text: str) -> None:
        if self._open[-2:] == ["head", "title"] and len(self.title) < _NAME:
            self.title += text[:_NAME]

    def _refuse_entity(self, name: str, *_: object) -> None:
        raise ParseError(
            f"line {self._line}: it declares an entity ({clean(name, 40)}), as no list of feeds needs to: take it out"
        )

    def _outline(self, of: Mapping[str, str], line: int) -> None:
        self._outlines += 1
        if self._outlines > _MOST_OUTLINES:
            raise ParseError(f"line {line}: more than {_MOST_OUTLINES:,} outlines: import them in parts")
        called = clean((of.get("title") or of.get("text", ""))[:_LOOKED_AT], _NAME)
        url = of.get("xmlurl") or (of.get("url", "") if of.get("type", "").lower() in {"rss", "atom", "feed"} else "")
        self._groups.append(None if url else clean(called, _GROUP))
        if url:
            self._keep(of, called, url, line)
        elif of.get("type", "").lower() == "include":
            self._fault(line, f"another list ({clean(of.get('url', '')[:_LOOKED_AT], 80)}) is included, which is not followed")
        elif of.get("type", "").lower() in {"rss", "atom"}:
            self._fault(line, f"{called or 'a feed'} has no xmlUrl")

    def _fault(self, line: int, words: str) -> None:
        if len(self.faults) <= _MOST_FAULTS:
            self.faults.append((line, words if len(self.faults) < _MOST_FAULTS else "and more of that kind below"))

    def _keep(self, of: Mapping[str, str], called: str, url: str, line: int) -> None:
        if len(self.feeds) >= MOST_FEEDS:
            raise ParseError(f"line {line}: more than {MOST_FEEDS:,} feeds: import them in parts")
        around = [group for group in self._groups if group]
        ours = {key.rpartition(":")[2]: value for key, value in of.items() if key.startswith("storywatch:")}
        self.feeds.append(
            Outline(
                url=url, name=called, groups=tuple(around[:_DEEPEST_GROUP]), line=line,
                interval=ours.get("interval", "")[:40], articles=ours.get("articles", "")[:40],
            )
        )  # fmt: skip


def _in_words(error: expat.ExpatError, body: bytes, above: int) -> str:
    what = expat.ErrorString(error.code) or "error"
    if not body.startswith(b"<") and b"\0" not in body[:100]:
        return f"line {1 + above}: not XML: it starts with {clean(body[:200].decode('utf-8', 'replace'), 40)!r}"
    hint = _HINTS.get(what, "")
    return f"line {error.lineno + above}, column {error.offset + 1}: not well-formed XML: {what}{hint}"


_HINTS: Mapping[str, str] = {
    "not well-formed (invalid token)": ": write &amp; for an &, &lt; for a <, &quot; for a quotation mark in an attribute",
    "undefined entity": ": write the character itself",
    "no element found": ": the file ends too early",
    "unknown encoding": ": save it as UTF-8",
}


def _meant(name: str) -> str:
    local = name.rpartition(":")[2].lower()
    if local in {"rss", "feed", "rdf"}:
        return ": this is a feed; add it with `storywatch feed add URL`"
    return ": this is a web page" if local == "html" else ""


def _attributes(feed: Outline) -> str:
    pairs: Sequence[tuple[str, str]] = (
        ("type", "rss"), ("text", feed.name), ("title", feed.name), ("xmlUrl", feed.url),
        ("storywatch:interval", feed.interval), ("storywatch:articles", feed.articles),
    )  # fmt: skip
    return " ".join(f"{key}={quoteattr(_xml(value))}" for key, value in pairs if value)


def _xml(text: str) -> str:
    """The text without what XML has no character for."""
    return _NOT_XML.sub("\ufffd", text)
