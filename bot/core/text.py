"""Text from strangers made harmless, and markup made text.

Every text of a feed, page or answer passes here before anything else sees it: one lone surrogate in a title makes
SQLite and JSON raise for ever, a control character rewrites a terminal, and a bidi control shows words in another order
than they are stored. All of it takes linear time on any input.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"

# C0 and C1 controls (white space among them is handled first), soft hyphen, zero-width space, word joiner and BOM (they hide
# inside words and are never seen), bidi embeddings, overrides and isolates (UAX #9), line separators, and the two code points
# that XML forbids.
# Zero-width joiners stay: Persian, Hindi and emoji are spelled with them.
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\u2028-\u202e\u2066-\u2069\ufffe\uffff]+")
_SPACE_CONTROLS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Normalising sorts a run of combining marks in quadratic time: 40,000 marks after one letter take 1 s. No script
# writes more than 30 in a row (Stream-Safe Text, UAX #15 D4); 60 leaves room for lines drawn of symbols, which the class
# holds too (neither are \w). The look-behind keeps the search from starting anew inside a run.
_RUN = 60
_MARK = r"[^\w\s\x00-\x7f]"
_MARK_RUN = re.compile(rf"(?<!{_MARK})({_MARK}{{{_RUN}}}){_MARK}+")

_FLAG = ("\U0001f1e6", "\U0001f1ff")  # two of these letters are a flag
_LONGEST_WORD = 40  # how far back from the limit a word border is looked for; longer "words" are URLs or unspaced scripts


def clean(text: str, limit: int) -> str:
    """One line of plain text in NFC, at most ``limit`` characters: what may be stored, logged and shown.

    Lone surrogates become U+FFFD; controls and bidi controls go; white space is collapsed. Clean text stays as it is.
    """
    return shorten(_line(text), limit)


def clean_lines(text: str, limit: int) -> str:
    """As :func:`clean`, but paragraphs stay apart as single newlines: for the text of an article."""
    return shorten("\n".join(filter(None, map(_line, text.splitlines()))), limit)


def shorten(text: str, limit: int) -> str:
    """``text`` cut to at most ``limit`` characters, with "…" as the last one and at a word border where one is near."""
    if len(text) <= limit:
        return text
    if limit < 2:
        return ELLIPSIS[:limit]
    end = limit - 1
    border = max(text.rfind(space, max(end - _LONGEST_WORD, 1), end + 1) for space in " \n")
    if border > 0:
        return text[:border].rstrip() + ELLIPSIS
    while end > 1 and _joined(text, end):
        end -= 1
    return text[:end].rstrip() + ELLIPSIS


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and at this place are seen as one, so that a cut would change what is read.

    The rules of UAX #29 that text from feeds meets: marks, joiners, conjuncts, skin tones, tags, flags, Hangul in parts.
    """
    char, before = text[at], text[at - 1]
    if before == "\u200d" or char == "\u200d" or unicodedata.category(char) in {"Mn", "Me", "Mc"}:
        return True
    if unicodedata.combining(before) == 9 and char.isalpha():  # a virama: consonants written as one
        return True
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f" or "\u1160" <= char <= "\u11ff":
        return True
    if not _FLAG[0] <= char <= _FLAG[1]:
        return False
    letters = next((back for back in range(at) if not _FLAG[0] <= text[at - 1 - back] <= _FLAG[1]), at)
    return letters % 2 == 1


def harmless(text: str) -> str:
    """``text`` without controls, bidi controls and lone surrogates, otherwise as it is: for what must keep its spelling."""
    if not text.isascii() and _SURROGATE.search(text):  # a pair written as two references becomes the character it means
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNWANTED.sub("", text)


def _line(text: str) -> str:
    return " ".join(_composed(harmless(_SPACE_CONTROLS.sub(" ", text))).split())


def _composed(text: str) -> str:
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    if beyond_ascii > _RUN:  # else no run can be that long, and the search costs more than all the rest
        text = _MARK_RUN.sub(r"\1", text)
    return unicodedata.normalize("NFC", text) if beyond_ascii else text


# ---------------------------------------------------------------- markup

_BLOCK = re.compile(
    "address|article|aside|blockquote|br|caption|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|li|"
    "main|nav|ol|option|p|pre|section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_HIDDEN = frozenset({"script", "style"})
_MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_TAG = re.compile(r"""</?[a-zA-Z](?:[^"'>]++|"[^"]*"|'[^']*')*+>""")
_HIDDEN_END = re.compile(r"</(?:script|style)(?=[\s/>])", re.IGNORECASE)
# What is left of a feed that escaped its markup twice; only tags that plain text never contains.
_ESCAPED_TWICE = re.compile(r"</(?:p|a|b|i|em|strong|span|div|li|ul|ol|h[1-6]|font|blockquote)>|<br ?/?>", re.IGNORECASE)
# html.unescape() hands these digits to int(), which refuses more than 4,300 of them.
_HUGE_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


def plain(markup: str) -> str:
    """The text of a piece of HTML: block tags become newlines, scripts and styles go, references are decoded.

    Made for the titles and summaries of feeds: a "<" that starts no tag stays, references escaped twice
    (``&amp;#8217;``) are decoded, and text that is not markup comes back as it is. Not cleaned: see :func:`clean`.

    Own code because of time: ``html.parser`` searches for the end of every unclosed ``<!--`` anew (CPython
    gh-135462, in 3.11.7 and many installed since), and libxml2 drops what is nested deeper than 256.
    """
    text = _decoded(_stripped(markup))
    if _ESCAPED_TWICE.search(text):
        text = _stripped(text)
    return _decoded(text)


def _decoded(text: str) -> str:
    return html.unescape(_HUGE_REFERENCE.sub("\ufffd", text)) if "&" in text else text


def _stripped(markup: str) -> str:
    if "<" not in markup:
        return markup
    return "".join(_Scanner(markup.replace("<![CDATA[", "").replace("]]>", "")).pieces())


class _Scanner:
    """One pass over markup. What was once searched to the end in vain is not searched again: that keeps it linear."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
        self._quotes = True  # whether quoted attribute values may still be trusted to be closed
        self._missing: set[str] = set()

    def pieces(self) -> Iterator[str]:
        """The text between the tags, and a newline or nothing for each tag."""
        at = 0
        while (found := _MARKUP.search(self._markup, at)) is not None:
            start = found.start()
            yield self._markup[at:start]
            end = self._end(start)
            if end is None:
                yield "<"
                at = start + 1
            else:
                name = self._name(start)
                if _BLOCK.fullmatch(name):
                    yield "\n"
                at = self._past_hidden(end) if name in _HIDDEN and self._markup[start + 1] != "/" else end
        yield self._markup[at:]

    def _name(self, start: int) -> str:
        found = _NAME.match(self._markup, start)
        return found[1].lower() if found else ""

    def _end(self, start: int) -> int | None:
        """Where the markup that starts here ends; None when it is none, but a "<" of the text."""
        for opening, closing in (("<!--", "-->"), ("<!", ">"), ("<?", ">")):
            if self._markup.startswith(opening, start):
                return self._find(closing, start + len(opening))
        if not _NAME.match(self._markup, start):
            return None
        return self._tag_end(start)

    def _tag_end(self, start: int) -> int | None:
        if self._quotes:
            tag = _TAG.match(self._markup, start)
            if tag is not None:
                return tag.end()
            self._quotes = False
        return self._find(">", start)

    def _find(self, closing: str, at: int) -> int | None:
        if closing in self._missing:
            return None
        found = self._markup.find(closing, at)
        if found < 0:
            self._missing.add(closing)
            return None
        return found + len(closing)

    def _past_hidden(self, end: int) -> int:
        """Where a script or style that was just opened is closed; ``end`` itself when it never is."""
        if "</script" in self._missing:
            return end
        close = _HIDDEN_END.search(self._markup, end)
        if close is None:
            self._missing.add("</script")
            return end
        return close.start()
