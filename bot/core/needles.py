"""Many strings looked for in one pass over a text, by an automaton (Aho-Corasick). The only importer of ``ahocorasick_rs``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation

# Bytes searched at once: the automaton answers with a list, and a text of one needle repeated must not make a huge one.
_WINDOW = 1 << 17
# Places kept of one needle. News text has a handful; a text with more is searched for the term from its beginning.
_MOST_PLACES = 1_000
# A table of all transitions is up to 3 times as fast as a compact automaton (measured), and takes 4 bytes for each state and kind
# of byte: 4 MB for 300 spellings in 12 scripts, 50 MB for 5,000.
_LARGEST_TABLE = 16_000_000
_REMEMBERED = 20_000  # more characters than any honest stream of news uses
_ASCII = 128
_CONTINUATION = bytes(range(0x80, 0xC0))


class Letters(dict[str, bool]):
    """Whether a character is of a class. ``re`` is asked once for each; ``ascii`` are the codes of the class below 128."""

    def __init__(self, characters: str) -> None:
        super().__init__()
        self._match = re.compile(characters).match
        self.ascii = frozenset(code for code in range(_ASCII) if self._match(chr(code)))

    def __missing__(self, char: str) -> bool:
        inside = self._match(char) is not None
        if len(self) < _REMEMBERED:
            self[char] = inside
        return inside


@cache
def letters(characters: str) -> Letters:
    """The Letters of a class as ``re`` writes it, always the same ones."""
    return Letters(characters)


Hit: TypeAlias = tuple[int, int, int]  # a needle's number, where it begins and where it ends; also those that overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """A string to be found, and what spoils it standing directly before or after."""

    text: str
    before: Letters | None
    after: Letters | None


class Needles:
    """Needles, ready to be found; none may be empty."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._needles = tuple(needles)
        self._before = [_ascii(needle.before) for needle in needles]
        self._after = [_ascii(needle.after) for needle in needles]
        encoded = [_encoded(needle.text) for needle in needles]
        self._overlap = max(map(len, encoded), default=1) - 1
        self._automaton = BytesAhoCorasick(encoded, implementation=_implementation(encoded))

    def places(self, text: str) -> dict[int, list[int] | None]:
        """Where each needle that is there begins, in order, by its number; None for one that stands in too many places."""
        padded = _encoded(f" {text} ")  # so that every needle has two neighbours
        if len(padded) > _WINDOW:
            crowded: set[int] = set()
            return self._kept(text, padded, self._hits_by_window(padded, crowded)) | dict.fromkeys(crowded)
        hits = self._automaton.find_matches_as_indexes(padded, overlapping=True)
        return self._kept(text, padded, hits) if hits else {}

    def _kept(self, text: str, padded: bytes, hits: Iterable[Hit]) -> dict[int, list[int] | None]:
        """The places in the text of those hits that nothing spoils. They come in the order of their ends."""
        found: dict[int, list[int] | None] = {}
        position: _Position | None = None
        for number, start, end in hits:
            if padded[start - 1] in self._before[number] or padded[end] in self._after[number]:
                continue  # nearly always, and before it takes any reckoning
            position = position or _Position(padded, straight=len(padded) == len(text) + 2)
            needle = self._needles[number]
            last = position.of(end) - 1
            first = last - len(needle.text)
            if not _spoilt(needle, text, first, last):
                _keep(found, number, first)
        return found

    def _hits_by_window(self, padded: bytes, crowded: set[int]) -> Iterator[Hit]:
        """The hits of a long text, but for those of needles that crowd a window: these are added to ``crowded``."""
        for begin in range(0, len(padded), _WINDOW):
            first = max(0, begin - self._overlap)
            hits = self._automaton.find_matches_as_indexes(padded[first : begin + _WINDOW], overlapping=True)
            if len(hits) > _MOST_PLACES:
                counts = Counter(number for number, _, _ in hits)
                crowded.update(number for number, count in counts.items() if count > _MOST_PLACES)
            for number, start, end in hits:
                if first + end > begin and number not in crowded:  # else the window before had it
                    yield number, first + start, first + end


class _Position:
    """From positions in UTF-8 to positions in the text, asked for in ascending order. ``straight``: they are the same."""

    def __init__(self, encoded: bytes, *, straight: bool) -> None:
        self._encoded, self._straight = encoded, straight
        self._at = self._length = 0

    def of(self, at: int) -> int:
        if self._straight:
            return at
        self._length += len(self._encoded[self._at : at].translate(None, _CONTINUATION))
        self._at = at
        return self._length


def _spoilt(needle: Needle, text: str, start: int, end: int) -> bool:
    before = needle.before is not None and start > 0 and needle.before[text[start - 1]]
    return before or (needle.after is not None and end < len(text) and needle.after[text[end]])


def _keep(found: dict[int, list[int] | None], number: int, start: int) -> None:
    starts = found.setdefault(number, [])
    if starts is not None:
        starts.append(start)
        if len(starts) > _MOST_PLACES:
            found[number] = None


def _ascii(spoiling: Letters | None) -> frozenset[int]:
    return spoiling.ascii if spoiling is not None else frozenset()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _implementation(needles: Sequence[bytes]) -> Implementation:
    kinds = len(set(b"".join(needles))) + 1
    table = 4 * sum(map(len, needles)) * (1 << kinds.bit_length())
    return Implementation.DFA if table <= _LARGEST_TABLE else Implementation.ContiguousNFA
