"""How a text folds, exactly: in *pieces*, mostly single characters, so that every stretch of a fold has an origin in the source.

``fold`` has the rules in words, and the short cut that nearly all text takes to the same result.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache

ZERO_WIDTH = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
HEBREW_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
_HARAKAT = "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
_UNSEEN = re.compile(f"[{ZERO_WIDTH}{_HARAKAT}{HEBREW_POINTS}]")
_KEPT_SIGNS = re.compile("[\u2122\u2120\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2460-\u249b]")
# Letters that are written for each other, and the one that the fold keeps: Greek without tonos and dialytika; Arabic alef with or
# without hamza and madda, the final yeh of Egypt and of Persia, Persian and Urdu kaf; Russian ё as е; Romanian ş ţ (cedilla, from
# before Unicode 3.0 had the comma) as ș ț.
_LETTERS = str.maketrans(
    "άέήίϊΐόύϋΰώΆΈΉΊΪΌΎΫΏ\u0622\u0623\u0625\u0671\u0649\u06cc\u06a9ёЁşţŞŢ",
    "αεηιιιουυυωΑΕΗΙΙΟΥΥΩ\u0627\u0627\u0627\u0627\u064a\u064a\u0643еЕșțȘȚ",
)
# Signs and letters that stand for one another, and the one that the fold keeps.
ALIKE = _LETTERS | str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02b9\u02bb\u02bc\u02bd\u00b4\u2032\u05f3", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u05f4\u2033", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\u05be\ufe63\uff0d", "-")
    | dict.fromkeys("\u2014\u2015\ufe58", "\u2014")
    | dict.fromkeys("\u00b7\u0387\u2022\u2027\u2219\u22c5\u30fb", "\u00b7")  # between the parts of a name in Chinese and Japanese
)
# No script writes more than 30 marks in a row (UAX #15, Stream-Safe Text); what stands beyond is folded mark by mark.
MARK_RUN = 60
# More code points than any honest stream of news uses; beyond it pieces are folded without being remembered.
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """Where the fold is not one character for one: stretches of the fold and of the source, in order."""

    folded_starts: array[int] = field(default_factory=lambda: array("L"))
    folded_ends: array[int] = field(default_factory=lambda: array("L"))
    starts: array[int] = field(default_factory=lambda: array("L"))
    ends: array[int] = field(default_factory=lambda: array("L"))

    def add(self, folded_start: int, length: int, start: int, end: int) -> None:
        self.folded_starts.append(folded_start)
        self.folded_ends.append(folded_start + length)
        self.starts.append(start)
        self.ends.append(end)

    def origin(self, at: int) -> tuple[int, int]:
        """The stretch of the source that the folded character at ``at`` stands for."""
        last = bisect_right(self.folded_starts, at) - 1
        if last < 0:
            return at, at + 1
        if at < self.folded_ends[last]:
            return self.starts[last], self.ends[last]
        start = self.ends[last] + at - self.folded_ends[last]
        return start, start + 1


@dataclass(slots=True, kw_only=True)
class Origins:
    """The way back from a fold, worked out when it is first asked for: most texts hold nothing that anyone looks for.

    ``pattern`` finds the pieces of the source that do not fold one character to one; None: ``uneven`` is to be asked.
    """

    source: str
    pattern: re.Pattern[str] | None = None
    _pieces: _Pieces | None = None

    def of(self, at: int) -> tuple[int, int]:
        """The stretch of the source that the folded character at ``at`` stands for."""
        if self._pieces is None:
            self._pieces = self._found()
        return self._pieces.origin(at)

    def _found(self) -> _Pieces:
        pieces = _Pieces()
        grown = 0
        pattern = self.pattern or uneven(self.source)
        for found in pattern.finditer(self.source) if pattern else ():
            start, end = found.span()
            length = len(fold_piece(found[0]))
            pieces.add(start + grown, length, start, end)
            grown += length - (end - start)
        return pieces


def fold_in_pieces(text: str) -> tuple[str, Origins | None]:
    """The fold of any text, and the way back; None where it is one character for one."""
    pattern = uneven(text)
    if pattern is None:
        return text.translate(_TABLE), None
    parts: list[str] = []
    done = 0
    for found in pattern.finditer(text):
        parts += (text[done : found.start()].translate(_TABLE), fold_piece(found[0]))
        done = found.end()
    parts.append(text[done:].translate(_TABLE))
    return "".join(parts), Origins(source=text, pattern=pattern)


def plain_piece(piece: str) -> str:
    """A piece cleaned as for a fold, its case kept."""
    signs = 1 if _KEPT_SIGNS.match(piece) else 0
    normal = unicodedata.normalize("NFKC", piece[signs:].translate(ALIKE))
    return piece[:signs] + _UNSEEN.sub("", normal.translate(ALIKE))


@lru_cache(maxsize=REMEMBERED)
def fold_piece(piece: str) -> str:
    """The fold of a piece."""
    undotted = plain_piece(piece).replace("\u0131", "i").casefold().replace("i\u0307", "i")
    return unicodedata.normalize("NFC", undotted)


class _Table(dict[int, str]):
    """The fold of every character met so far, for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        folded = fold_piece(chr(code))
        if len(self) < REMEMBERED:
            self[code] = folded
        return folded


_TABLE = _Table()


def uneven(text: str) -> re.Pattern[str] | None:
    """What finds the pieces of this text that do not fold one character to one; None when there are none."""
    chars = set(text)
    odd = "".join(sorted(char for char in chars if len(_TABLE[ord(char)]) != 1))
    marks = "".join(sorted(char for char in chars if joins(char)))
    if not marks:
        return any_of(odd) if odd else None
    if not _is_composed(text, marks):
        return _uneven_pattern(None, marks, odd)
    # In composed text a mark can only join what the fold makes of its base; and the dot of an i is dropped.
    bases = "".join(sorted(char for char in chars if char == "i" or _TABLE[ord(char)] != char))
    return _uneven_pattern(bases, marks, odd) if bases or odd else None


def joins(char: str) -> bool:
    """Whether NFKC may join it to the character before: combining marks, Hangul vowels and finals, half-width voiced marks."""
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f"


@lru_cache(maxsize=256)
def any_of(chars: str) -> re.Pattern[str]:
    """Finds one of some characters."""
    return re.compile(f"[{re.escape(chars)}]")


def _is_composed(text: str, marks: str) -> bool:
    """Whether the text is in NFC. Asked only where no run of marks is long: sorting a run takes quadratic time."""
    return not _run_pattern(marks).search(text) and unicodedata.is_normalized("NFC", text)


@lru_cache(maxsize=256)
def _run_pattern(marks: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(marks)}]{{{MARK_RUN},}}")


@lru_cache(maxsize=256)
def _uneven_pattern(bases: str | None, marks: str, odd: str) -> re.Pattern[str]:
    """Finds one of ``bases`` (None: anything) with its marks, or an odd character."""
    base = r"[\s\S]" if bases is None else f"[{re.escape(bases)}]" if bases else ""
    choices = [f"{base}[{re.escape(marks)}]{{1,{MARK_RUN}}}"] if base else []
    return re.compile("|".join([*choices, f"[{re.escape(odd)}]"] if odd else choices))
