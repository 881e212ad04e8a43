"""Items already seen are cut out of a feed document by their raw bytes, before a parser sees it.

A feed that changed has one new item among thirty: parsing only that one costs a tenth of the whole. The cut works on
bytes it fully understands and says None to everything else, and the whole document is parsed then. Whoever parses what
is left must compare the number of entries with the number of segments kept, and parse the whole when they differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

# Documents in which "<" may be another byte, or a byte of another character (ISO-2022 shifts with ESC, HZ and UTF-7 hide
# text in ASCII): by their first bytes, or by the encoding they declare.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"{\x00")
_UNSAFE_ENCODINGS = (b"utf-7", b"utf-16", b"utf-32", b"ucs-", b"hz-", b"iso-2022", b"cp037", b"ebcdic")
_DECLARATION = 200  # bytes in which an XML declaration stands
_BRACKETS = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_AFTER_NAME = b" >/\t\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document in pieces: ``head + segments + tail``, less the white space between the items."""

    head: bytes
    segments: tuple[bytes, ...]
    tail: bytes


def split(body: bytes) -> Cut | None:
    """The items of an RSS or Atom document as raw bytes in document order; None where cutting is not safe.

    Not safe: no items, items inside items, CDATA or comments that cross an item's border, prefixed or mixed elements,
    own entities, an encoding in which a byte "<" is not always a "<".
    """
    if not _plain_bytes(body):
        return None
    item, entry = _opening(body, b"<item", 0), _opening(body, b"<entry", 0)
    if (item < 0) == (entry < 0):
        return None
    spans = _spans(body, b"item" if entry < 0 else b"entry", max(item, entry))
    if spans is None:
        return None
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    segments = tuple(body[start:end] for start, end in spans)
    if b"<!ENTITY" in head or not _balanced(body, (head, *segments, tail)):
        return None
    return Cut(head=head, segments=segments, tail=tail)


def fingerprint(segment: bytes) -> int:
    """64 bits of BLAKE2b over an item's bytes: equal items, equal numbers. 0 <= n < 2**64."""
    return int.from_bytes(hashlib.blake2b(segment, digest_size=8).digest(), "big")


def keep(cut: Cut, wanted: Sequence[int]) -> bytes:
    """The document with only the segments of these indexes, in the order given."""
    return b"".join((cut.head, *(cut.segments[index] for index in wanted), cut.tail))


def _plain_bytes(body: bytes) -> bool:
    if body.startswith(_WIDE) or b"\x1b" in body:
        return False
    declared = body[:_DECLARATION].partition(b"?>")[0].lower()
    return not any(name in declared for name in _UNSAFE_ENCODINGS)


def _spans(body: bytes, name: bytes, start: int) -> list[tuple[int, int]] | None:
    """Where each element begins and ends; None when one stands in another or anything but white space is between."""
    opening, closing = b"<" + name, b"</" + name + b">"
    spans: list[tuple[int, int]] = []
    while start >= 0:
        end = body.find(closing, start) + len(closing)
        following = _opening(body, opening, start + len(opening))
        if end < len(closing) or 0 <= following < end:
            return None
        if following >= 0 and body[end:following].strip():
            return None
        spans.append((start, end))
        start = following
    outside = body[: spans[0][0]] + body[spans[-1][1] :]
    return None if closing in outside or b":" + name + b">" in outside else spans


def _opening(body: bytes, tag: bytes, at: int) -> int:
    """The next start tag of exactly this name (``<item`` and not ``<items``) from ``at`` on; -1 for none."""
    at = body.find(tag, at)
    while at >= 0 and body[at + len(tag) : at + len(tag) + 1] not in _AFTER_NAME:
        at = body.find(tag, at + 1)
    return at


def _balanced(body: bytes, parts: Sequence[bytes]) -> bool:
    """Whether every CDATA section and comment ends in the part in which it begins."""
    return all(part.count(opening) == part.count(closing) for opening, closing in _BRACKETS if opening in body for part in parts)
