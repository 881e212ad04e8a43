"""Items already seen are cut out of a feed document by their raw bytes, before a parser sees it.

A feed that changed has one new item among thirty: parsing only that one costs a tenth of the whole. The cut works on
bytes it fully understands and says None to everything else, and the whole document is parsed then. Whoever parses what
is left must compare the number of entries with the number of segments kept, and parse the whole when they differ.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# Documents in which "<" may be another byte, or a byte of another character (ISO-2022 shifts with ESC, HZ and UTF-7 hide
# text in ASCII): by their first bytes, or by the encoding they declare.
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00", b"{\x00")
_UNSAFE_ENCODINGS = (b"utf-7", b"utf-16", b"utf-32", b"ucs-", b"hz-", b"iso-2022", b"cp037", b"ebcdic")
_DECLARATION = 200  # bytes in which an XML declaration stands
_BRACKETS = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))
_AFTER_NAME = b" >/\t\r\n"
_TEXT = re.compile(rb"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document in pieces: its head, its items and its tail, less the white space between the items.

    ``spans``: where the items begin and end. A document may have 10 MB, so no piece is copied before it is asked for.
    """

    body: bytes = field(repr=False)
    spans: tuple[tuple[int, int], ...]

    @property
    def head(self) -> bytes:
        """What stands before the first item."""
        return self.body[: self.spans[0][0]]

    @property
    def segments(self) -> tuple[bytes, ...]:
        """The items."""
        return tuple(self.body[start:end] for start, end in self.spans)

    @property
    def tail(self) -> bytes:
        """What stands behind the last item."""
        return self.body[self.spans[-1][1] :]

    @property
    def closed(self) -> bool:
        """Whether anything stands behind the last item, as the end of a whole document does."""
        return _TEXT.search(self.body, self.spans[-1][1]) is not None

    def fingerprints(self) -> list[int]:
        """The fingerprint of each item."""
        whole = memoryview(self.body)
        return [fingerprint(whole[start:end]) for start, end in self.spans]

    def pieces(self, wanted: Sequence[int]) -> Iterator[memoryview]:
        """The document with only the items of these indexes, in the order given."""
        whole = memoryview(self.body)
        yield whole[: self.spans[0][0]]
        for index in wanted:
            start, end = self.spans[index]
            yield whole[start:end]
        yield whole[self.spans[-1][1] :]


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
    if body.find(b"<!ENTITY", 0, spans[0][0]) >= 0 or not _balanced(body, spans):
        return None
    return Cut(body=body, spans=tuple(spans))


def fingerprint(segment: bytes | memoryview) -> int:
    """64 bits of BLAKE2b over an item's bytes: equal items, equal numbers. 0 <= n < 2**64."""
    return int.from_bytes(hashlib.blake2b(segment, digest_size=8).digest(), "big")


def keep(cut: Cut, wanted: Sequence[int]) -> bytes:
    """The document with only the segments of these indexes, in the order given."""
    return b"".join(cut.pieces(wanted))


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
        if following >= 0 and _TEXT.search(body, end, following):
            return None
        spans.append((start, end))
        start = following
    head, tail = (0, spans[0][0]), (spans[-1][1], len(body))
    stray = any(body.find(what, *part) >= 0 for what in (closing, b":" + name + b">") for part in (head, tail))
    return None if stray else spans


def _opening(body: bytes, tag: bytes, at: int) -> int:
    """The next start tag of exactly this name (``<item`` and not ``<items``) from ``at`` on; -1 for none."""
    at = body.find(tag, at)
    while at >= 0 and body[at + len(tag) : at + len(tag) + 1] not in _AFTER_NAME:
        at = body.find(tag, at + 1)
    return at


def _balanced(body: bytes, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether every CDATA section and comment ends in the part in which it begins."""
    parts = ((0, spans[0][0]), *spans, (spans[-1][1], len(body)))
    pairs = [pair for pair in _BRACKETS if pair[0] in body]
    return all(body.count(opening, *part) == body.count(closing, *part) for opening, closing in pairs for part in parts)
