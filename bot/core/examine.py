"""A feed document looked at as a whole: what it is, what is in it, and what is wrong with it though it can be read.

For a person who is about to add the feed, or wonders about it. Runs in a child process, as ``parse`` does and for its reason.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from xml.parsers import expat

from bot.core import cut, document, parse
from bot.core.counting import count
from bot.core.pace import wishes
from bot.core.pace.wishes import Wishes
from bot.core.text import clean
from bot.model import Entry, ParsedFeed

_DATED = re.compile(
    rb"<(?:pubDate|published|updated|issued|modified|created|(?:dc|dcterms):(?:date|created|modified))[\s>]", re.IGNORECASE
)
_JSON_DATES = ("date_published", "date_modified")
_ATOM = {"http://www.w3.org/2005/Atom": "Atom 1.0", "http://purl.org/atom/ns#": "Atom 0.3"}
_ATTRIBUTES = 2_000  # bytes of the root's start tag, and of what stands before it, that are looked at
_MANY = 2_000_000  # bytes from which a document is dear to both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A feed document as it was read. ``faults`` are in words; none of them keeps the feed from being watched.

    ``wishes``: what a poll would take it to ask, which reads the bytes as they came.
    """

    format: str
    parsed: ParsedFeed
    wishes: Wishes = field(default_factory=Wishes)
    faults: tuple[str, ...] = ()


def read(body: bytes, *, url: str, content_type: str | None, now: datetime) -> Examined:
    """The document in these bytes; ParseError says what it is instead of a feed."""
    parsed = parse.feed(body, url=url, content_type=content_type, now=now)
    found = document.read(body, content_type)
    if found.kind == "json":
        faults = _faults(parsed, _dated_json(found.body), body)
        return Examined(format=_json_format(found.body), parsed=parsed, wishes=wishes.of_document(body), faults=faults)
    pieces = cut.split(found.body)
    dated = None if pieces is None else [bool(_DATED.search(segment)) for segment in pieces.segments]
    faults = (*_ill_formed(body, content_type), *_faults(parsed, dated, body))
    return Examined(format=_xml_format(found), parsed=parsed, wishes=wishes.of_document(body), faults=faults)


# ---------------------------------------------------------------- what it is


def _xml_format(found: document.Document) -> str:
    start = found.body.find(f"<{found.root}".encode())
    tag = found.body[max(start, 0) : max(start, 0) + _ATTRIBUTES].partition(b">")[0].decode("utf-8", "replace")
    local = found.root.rpartition(":")[2].lower()
    if local == "feed":
        return next((name for space, name in _ATOM.items() if space in tag), "Atom, of an unknown namespace")
    if local == "rdf":
        return "RSS 0.90 (RDF)" if "my.netscape.com/rdf/simple/0.9" in tag else "RSS 1.0 (RDF)"
    version = re.search(r"\sversion\s*=\s*[\"']([\w.]{1,10})", tag)
    return f"RSS {version[1]}" if version else "RSS without a version"


def _json_format(body: bytes) -> str:
    version = str(json.loads(body.decode("utf-8", "replace")).get("version") or "")
    known = re.fullmatch(r"https?://(?:www\.)?jsonfeed\.org/version/([\d.]{1,5})", version)
    return f"JSON Feed {known[1]}" if known else "JSON Feed without a version"


def _dated_json(body: bytes) -> list[bool]:
    items = json.loads(body.decode("utf-8", "replace"))["items"][: parse.MOST_ENTRIES]
    return [any(item.get(key) for key in _JSON_DATES) for item in items if isinstance(item, dict)]


# ---------------------------------------------------------------- what is wrong with it


def _ill_formed(body: bytes, content_type: str | None) -> Iterator[str]:
    """Where the document breaks the rules of XML, by expat's own reading of it. Nothing outside of it is loaded."""
    if content_type and re.search(r"charset\s*=\s*[\"']?(?!utf-?8)", content_type, re.IGNORECASE):
        return  # the header may overrule what the document says of itself (RFC 7303); expat knows few encodings
    try:
        expat.ParserCreate().Parse(body.strip(), True)
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code) or "error"
        yield f"not well-formed XML: {what} in line {error.lineno}, column {error.offset + 1} (read nevertheless)"
    except (ValueError, LookupError):  # an encoding that python does not know
        yield "it names an encoding that is none"


def _faults(parsed: ParsedFeed, dated: Sequence[bool] | None, body: bytes) -> tuple[str, ...]:
    return tuple(_of_entries(parsed, dated)) + ((f"a document of {len(body) / 1e6:.1f} MB",) if len(body) > _MANY else ())


def _of_entries(parsed: ParsedFeed, dated: Sequence[bool] | None) -> Iterator[str]:
    entries = parsed.entries
    if parsed.truncated:
        yield "it is cut off: its end is missing; the whole items in it were read"
    if not entries:
        yield "it has no items"
        return
    if len(entries) >= parse.MOST_ENTRIES:
        yield f"it has more than {parse.MOST_ENTRIES:,} items: only these are read"
    guids = Counter(entry.guid for entry in entries if entry.guid)
    yield from _some(len(entries) - guids.total(), entries, "no guid: told apart by address and title")
    yield from _some(guids.total() - len(guids), entries, "a guid that another one has too")
    yield from _some(sum(entry.url is None for entry in entries), entries, "no address: no article can be read for it")
    yield from _dates(entries, dated)


def _dates(entries: Sequence[Entry], dated: Sequence[bool] | None) -> Iterator[str]:
    without = [entry.published is None for entry in entries]
    known = dated is not None and len(dated) == len(entries)
    wrong = sum(missing and stands for missing, stands in zip(without, dated or (), strict=False)) if known else 0
    yield from _some(wrong, entries, "a date that cannot be read, or lies before 1990 or more than a day ahead")
    yield from _some(sum(without) - wrong, entries, "no date")


def _some(number: int, entries: Sequence[Entry], what: str) -> Iterator[str]:
    if number:
        which = (
            "all items have"
            if number == len(entries)
            else f"{count(number, 'item')} of {len(entries)} {'has' if number == 1 else 'have'}"
        )
        yield clean(f"{which} {what}", 300)
