"""The bytes of a feed document, made fit for a parser: what it is, its encoding, what is broken in it."""

from __future__ import annotations

import codecs
import html
import re
from dataclasses import dataclass

from bot.core.text import clean, plain
from bot.errors import ParseError


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """``body`` is XML or JSON, in UTF-8 where that could be settled; ``content_type`` goes to the parser with it.

    ``truncated``: the end was missing; then an incomplete last item is cut off and the document closed.
    """

    kind: str  # "xml" or "json"
    body: bytes
    content_type: str
    root: str = ""
    truncated: bool = False


def read(body: bytes, content_type: str | None) -> Document:
    """What kind of document this is, repaired where that is safe. ParseError for what cannot be a feed."""
    body, content_type = _utf8(body, content_type or "")
    body = body.strip()
    if not body:
        raise ParseError("an empty document")
    if body[:1] in b"{[":
        return Document(kind="json", body=body, content_type=content_type)
    start, root = _root(body)
    body, truncated = _whole(_repaired(body[start:]), root)
    return Document(kind="xml", body=body, content_type=content_type, root=root.decode("ascii", "replace"), truncated=truncated)


# ---------------------------------------------------------------- encoding

# Byte order marks, and what XML looks like without one (XML 1.0, appendix F). The longer ones first.
_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
    (b"{\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
)
_XML = "application/xml"
_UTF8 = "application/xml; charset=utf-8"
_CHARSET = re.compile(r"""(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_UTF8_PAIR = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


def _utf8(body: bytes, content_type: str) -> tuple[bytes, str]:
    """The body in UTF-8 with a content type that says so, or as it is with the header's charset.

    Declarations lie in both directions, bytes do not: text beyond ASCII that decodes as UTF-8 is UTF-8, whatever header
    and XML declaration say. A document that means to be UTF-8 with a few broken bytes (titles cut by bytes) keeps the
    rest right; feedparser would take it all for windows-1252.
    """
    for mark, encoding in _WIDE:
        if body.startswith(mark):
            return body.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8", "replace"), _UTF8
    body = body.removeprefix(codecs.BOM_UTF8)
    charset = _CHARSET.search(content_type)
    named = f"{_XML}; charset={charset[1]}" if charset else _XML
    if body.isascii():  # nothing to settle, but ISO-2022 and UTF-7 are ASCII too; UTF-16 is not, whoever says so
        wide = any(name.startswith(("utf-16", "utf-32", "ucs")) for name in _named(body, named))
        return body, _UTF8 if wide and b"\0" not in body else named
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if broken and (_declares_other(body, named) or broken > len(_UTF8_PAIR.findall(body))):
        return body, named
    return (text.encode() if broken else body), _UTF8


def _declares_other(body: bytes, content_type: str) -> bool:
    """Whether header or XML declaration name an encoding that is not UTF-8."""
    return any(name not in {"utf-8", "utf8", "us-ascii", "none"} for name in _named(body, content_type))


def _named(body: bytes, content_type: str) -> list[str]:
    """The encodings that header and XML declaration name, in lower case."""
    declaration = body[:200].partition(b"?>")[0].decode("ascii", "replace") if body.lstrip().startswith(b"<?xml") else ""
    return [found[1].lower() for found in map(_CHARSET.search, (content_type, declaration)) if found]


# ---------------------------------------------------------------- what it is

_JUNK = 4_096  # bytes before the feed (a script's warnings) that are looked through for its beginning
_BEGINNING = re.compile(rb"<\?xml\s|<(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_START_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_PAGE_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)
_HEAD = 65_536  # bytes in which a page's title is looked for


def _root(body: bytes) -> tuple[int, bytes]:
    """Where the document begins (after junk) and the name of its root element as it is spelled."""
    name = _first_element(body, 0)
    if name is not None and name.lower() == b"html":
        raise ParseError(_web_page(body))
    if name is not None and _local(name) in {b"rss", b"feed", b"rdf"}:
        return 0, name
    found = _BEGINNING.search(body[:_JUNK])
    if found is not None and (inner := _first_element(body, found.start())) is not None:
        if inner.lower() == b"html":
            raise ParseError(_web_page(body))
        return found.start(), inner
    if name is not None and body.startswith(b"<"):
        return 0, name
    raise ParseError(f"not XML or JSON: {_looks(body)}")


def _first_element(body: bytes, at: int) -> bytes | None:
    """The name of the first start tag after declarations, comments and text; None when there is none."""
    while (at := body.find(b"<", at)) >= 0:
        for opening, closing in ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<!", b">")):
            if body.startswith(opening, at):
                end = body.find(closing, at)
                if end < 0:
                    return None
                at = end + len(closing)
                break
        else:
            found = _START_TAG.match(body, at)
            if found is not None:
                return found[1]
            at += 1
    return None


def _local(name: bytes) -> bytes:
    return name.rpartition(b":")[2].lower()


def _web_page(body: bytes) -> str:
    """Names the page: "Just a moment..." or "Sign in" tells a person what happened."""
    found = _PAGE_TITLE.search(body[:_HEAD])
    title = clean(plain(found[1].decode("utf-8", "replace")), 80) if found else ""
    return f"a web page, not a feed (its title: {title!r})" if title else "a web page, not a feed"


def _looks(body: bytes) -> str:
    if body.startswith(b"\x1f\x8b"):
        return "gzip data that the server did not announce"
    return f"starts with {clean(body[:200].decode('utf-8', 'replace'), 40)!r}"


# ---------------------------------------------------------------- repair

# References to what XML has no character for (NUL, other controls, surrogates, numbers beyond Unicode). Expat refuses
# the whole document for one, and then feedparser 6.0.14's other parser raises ValueError: no entry would be read at all.
_BAD_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|5529[6-9]|55[3-9][0-9]{2}|56[0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3]|"
    rb"6553[45]|[1-9][0-9]{6,})|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[dD][89a-fA-F][0-9a-fA-F]{2}|[fF]{3}[eEfF]|"
    rb"[1-9a-fA-F][0-9a-fA-F]{5,}))(?:;|(?![0-9a-fA-F]))"
)
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])


def _repaired(body: bytes) -> bytes:
    """Without the characters that XML forbids, so that the strict parser reads what the fast and loose one would garble."""
    if b"\x1b" not in body:  # else it may be ISO-2022, in which they mean something
        body = body.translate(None, _CONTROLS)
    return _BAD_REFERENCE.sub(b"&#xFFFD;", body) if b"&#" in body else body


# A CDATA section, or an ampersand that begins no reference that XML knows, with the name and ";" that may follow.
_UNKNOWN = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|&(?!#[0-9]+;|#x[0-9a-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{1,31});)?", re.DOTALL
)


def mended(body: bytes) -> bytes:
    """The body with HTML's named references as numbers and lone ampersands escaped: the two commonest faults of feeds.

    For a document that a strict parser refused: the loose one takes ``?a=1&lang=en`` in a link for ``?a=1`` and a bracket.
    """
    own_names = b"<!ENTITY" in body
    open_section = body.count(b"<![CDATA[") != body.count(b"]]>")  # would be searched for again and again
    return body if own_names or open_section else _UNKNOWN.sub(_known, body)


def _known(found: re.Match[bytes]) -> bytes:
    if found[0].startswith(b"<"):
        return found[0]
    if found[1] is None:
        return b"&amp;"
    name = found[1].decode("ascii")
    text = html.unescape(f"&{name};")
    return b"&amp;" + found[1] + b";" if text.startswith("&") else "".join(f"&#{ord(character)};" for character in text).encode()


_ITEM_START = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_ITEM_END = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>")


def _whole(body: bytes, root: bytes) -> tuple[bytes, bool]:
    """The body and False when its root element is closed; else the body up to its last whole item, closed, and True."""
    last = max(body.rfind(b"<item"), body.rfind(b"<entry"))
    if body.rfind(b"</" + root) > last or (last < 0 and body.endswith(b"/>")):
        return body, False
    starts = _ITEM_START.search(body)
    end = _last_end(body)
    if end == 0 and starts is not None:
        end = starts.start()
    kept = body[:end] if end else body
    channel = b"</channel>" if b"<channel" in kept and b"</channel" not in kept else b""
    return kept + channel + b"</" + root + b">", True


def _last_end(body: bytes) -> int:
    """The end of the last whole item; 0 for none. An end tag inside an unclosed CDATA section is text."""
    ends = [found.end() for found in _ITEM_END.finditer(body)]
    open_section = body.rfind(b"<![CDATA[")
    if body.find(b"]]>", max(open_section, 0)) >= 0:
        open_section = -1
    return next((end for end in reversed(ends) if open_section < 0 or end <= open_section), 0)
