"""Text as the matcher reads it: ``fold(text)`` makes spellings that mean the same equal, and knows the way back.

A fold is NFKC, then without what a reader does not see (soft hyphens, zero-width and direction marks, Arabic tatweel and
harakat, Hebrew points), with one apostrophe, one hyphen and one dash, then casefolded. Turkish dotted and dotless i both become
``i``, and Greek loses its accents: a headline in capitals has neither. Letters that newsrooms of one language use for each other
are one. Signs that NFKC would turn into letters or digits (``™`` to ``tm``, footnote numbers, circled numbers) stay signs, so
that ``OpenAI™`` still ends after the I.

``pieces`` does this for any text. Nearly all text takes a short cut to the same result, here: most characters need ``lower()``
and nothing else, one search collects the others, and each of these is replaced all over the text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from bot.core import pieces

ALIKE = pieces.ALIKE
_INVISIBLE = re.compile(f"[{pieces.ZERO_WIDTH}]")
# Characters whose fold is what ``lower()`` makes of them, one character, whatever stands beside them. Found by trying every one
# of these blocks; the tests try them again. One that is missing costs time, nothing else.
_CALM = (
    "\u0080-\u009f\u00a1-\u00a7\u00a9\u00ab\u00ac\u00ae\u00b0-\u00b3\u00b6\u00b7\u00b9\u00bb\u00bf-\u00de\u00e0-\u012f"  # Latin
    "\u0134-\u013e\u0141-\u0148\u014a-\u015d\u0160\u0161\u0164-\u017e\u0180-\u01c3\u01cd-\u01f0\u01f4-\u02af\u1e00-\u1e99\u1ea0-\u1eff"
    "\u0391-\u03a1\u03a4-\u03a9\u03b1-\u03c1\u03c3-\u03c9\u0400\u0402-\u0450\u0452-\u0481\u048a-\u052f"  # Greek, Cyrillic
    "\u0531-\u0556\u0559-\u0586\u0589\u10a0-\u10c5\u10d0-\u10fb\u05d0-\u05ea"  # Armenian, Georgian, Hebrew
    "\u060c\u061b\u061d-\u0621\u0624\u0626-\u063f\u0641-\u0648\u064a\u0660-\u066f\u0672-\u0674"  # Arabic
    "\u0679-\u06a8\u06aa-\u06cb\u06cd-\u06d5\u06ee-\u06ff"
    "\u0904-\u0939\u0964-\u097f\u0985-\u098c\u0993-\u09a8\u09aa-\u09b0\u09b6-\u09b9"  # Devanagari, Bengali
    "\u0e01-\u0e30\u0e32\u0e40-\u0e46"  # Thai
    "\u3001-\u3029\u3041-\u3096\u309d\u309e\u30a0-\u30fa\u30fc-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"  # kana, Han, Hangul
    "\u2014\u2020-\u2021\u20a0-\u20a7\u20a9-\u20bf\u2122\u2190-\u2211\u2500-\u2767\U0001f300-\U0001f64f"  # signs
)
_STRANGE = f"[^\x00-\x7f{_CALM}][^\x00-\x7f{_CALM}]*"  # a ``+`` would be searched for ten times slower
_compiled = cache(re.compile)  # milliseconds, which a start without such text need not take
_ASCII = bytes(range(128))
# Marks that change no letter of composed text: harakat (but madda and hamza), Hebrew points and variation selectors go whatever
# they stand on, and the signs of Indic scripts, Thai, Lao, Burmese and Khmer join only one another.
_SETTLED = (
    f"\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06ed{pieces.HEBREW_POINTS}\ufe00-\ufe0f"
    "\u0900-\u0dff\u0e31-\u0eff\u1000-\u109f\u1780-\u17d3"
)
_SETTLED_MARK = re.compile(f"[{_SETTLED}]")
_SETTLED_RUN = re.compile(f"[{_SETTLED}]{{{pieces.MARK_RUN},}}")
# Different characters that are replaced one after the other; text with more goes in pieces. The commonest words of 100 languages
# (justext's lists) hold 66 in Malayalam, 13 in Hindi, and up to 6 where marks are no letters.
_MOST_STRANGE = 100
_SLICE = 1 << 16  # characters searched at once: a long text must not become a list of its characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text and its fold. ``source`` is the text as it came, ``text`` what terms are looked for in."""

    source: str
    text: str
    _origins: pieces.Origins | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of ``source`` that ``text[start:end]`` stands for; the stretch must not be empty."""
        if self._origins is None:
            return start, end
        return self._origins.of(start)[0], self._origins.of(end - 1)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a text with certain characters is folded by the short cut."""

    changes: tuple[tuple[str, str], ...]  # what is replaced by what, before lower()
    marked: bool  # there are marks, so all of it depends on the text being composed
    loses: bool  # something goes, so that marks may come to stand together
    uneven: re.Pattern[str] | None  # finds what does not fold one to one; None also where marks make that a longer question


def fold(text: str) -> Folded:
    """Fold ``text``. ASCII costs one ``lower()``; most other text a search, some replacements and a ``lower()``."""
    if text.isascii():
        return Folded(source=text, text=text.lower())
    return _fold_apart(text) or _fold_in_pieces(text)


def plain(text: str) -> str:
    """``text`` cleaned as for a fold, its case kept: what a case-sensitive term is compared with."""
    if text.isascii():
        return text
    uneven = pieces.uneven(text)
    parts = re.findall(rf"{uneven.pattern}|[\s\S]", text) if uneven else text
    return "".join(pieces.plain_piece(part) for part in parts)


def visible(text: str) -> str:
    """``text`` as a reader sees it on one line: no zero-width marks, white space runs as one space."""
    return " ".join(_INVISIBLE.sub("", text).split())


def _fold_in_pieces(text: str) -> Folded:
    folded, origins = pieces.fold_in_pieces(text)
    return Folded(source=text, text=folded, _origins=origins)


# ---------------------------------------------------------------- the short cut


def _fold_apart(text: str) -> Folded | None:
    """The fold of a text in which every character folds alone; None for another."""
    chars, longest = _strange(text)
    way = _way(chars)
    if way is None or (way.marked and not _is_settled(text, longest)):
        return None
    folded = text
    for char, to in way.changes:
        folded = folded.replace(char, to)
    if way.marked and way.loses and not _is_settled(folded):
        return None
    origins = pieces.Origins(source=text, pattern=way.uneven) if way.marked or way.uneven else None
    return Folded(source=text, text=folded.lower(), _origins=origins)


def _strange(text: str) -> tuple[frozenset[str], int]:
    """The characters that ``lower()`` may not fold, as far as a way is found for them, and the length of their longest run."""
    beyond_ascii = text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")
    chars: set[str] = set()
    longest = 0
    for start in range(0, len(beyond_ascii), _SLICE):
        runs = _compiled(_STRANGE).findall(beyond_ascii, start, start + _SLICE)
        if runs:
            chars.update("".join(runs))
            longest = max(longest, *map(len, runs))
        if len(chars) > _MOST_STRANGE:
            break
    return frozenset(chars), longest


@lru_cache(maxsize=1024)  # most texts of a language have one of a few sets
def _way(chars: frozenset[str]) -> _Way | None:
    """The way to fold these; None when one may join its neighbours, or they are too many."""
    kinds = set(map(_kind, chars)) if len(chars) <= _MOST_STRANGE else {"joins"}
    marked = "mark" in kinds
    if "joins" in kinds or (marked and "holds a mark" in kinds):
        return None
    # In any order: no fold here holds a character that has another fold itself.
    changes = tuple((char, to) for char in sorted(chars) if (to := pieces.fold_piece(char)) != char)
    odd = "".join(char for char, to in changes if len(to) != 1)
    return _Way(
        changes=changes,
        marked=marked,
        loses=not all(to for _, to in changes),
        uneven=pieces.any_of(odd) if odd and not marked else None,
    )


@lru_cache(maxsize=pieces.REMEMBERED)
def _kind(char: str) -> Literal["alone", "holds a mark", "mark", "joins"]:
    """Whether a character folds alone: always; where the text has no marks; being a mark, in composed text; or not for sure."""
    folded = pieces.fold_piece(char)
    if folded.lower() != folded or any(pieces.fold_piece(each) != each for each in folded):
        return "joins"  # Cherokee is casefolded to its capitals, some ancient Greek to a letter with an accent
    if pieces.joins(char):
        return "mark" if _SETTLED_MARK.match(char) else "joins"
    return "holds a mark" if any(map(unicodedata.combining, unicodedata.normalize("NFKC", char))) else "alone"


def _is_settled(text: str, longest: int = pieces.MARK_RUN) -> bool:
    """Whether the text is in NFC. Asked only where no run of marks is long: sorting a run takes quadratic time.

    ``longest`` is known of the runs: none is longer.
    """
    short = longest < pieces.MARK_RUN or not _SETTLED_RUN.search(text)
    return short and unicodedata.is_normalized("NFC", text)
