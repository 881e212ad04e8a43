"""The words and phrases by which an item could be recognised, in the folded text.

* Scripts with spaces: every word of three letters or more; two neighbours as a phrase; of a word of six letters or more also what
  is left without its last two, as ``word*``, for languages that bend their words.
* Korean, whose particles follow without a space: every beginning of a word, of two letters or more.
* Chinese and Japanese: every stretch of two to six characters. Which of them are words decides itself later: of all that stand in
  the same items the longest is proposed.
* Thai, Lao, Burmese and Khmer: nothing. Cutting them into words takes a dictionary, and stretches of letters are no words there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from bot.core import script
from bot.core.fold import Folded
from bot.core.scan import Span

_LEAST, _LEAST_CUT, _ENDING = 3, 6, 2
_LONGEST = 40  # letters; what is longer is an address or a hashtag
_SHORTEST_RUN, _LONGEST_RUN = 2, 6
# Scripts without spaces in which a stretch of characters may be a word: kana and Han.
_CHARACTERS = re.compile("[\u3005-\u3007\u303b\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_HANGUL = re.compile("[\uac00-\ud7a3]+")
_BETWEEN = (" ", "-")


def terms(folds: Iterable[Folded], wanted: Collection[str] | None = None) -> set[str]:
    """The terms of an item, from its folded fields; of all only the ``wanted`` ones, where they are given."""
    found = {term for fold in folds for _, _, term in _places(fold.text)}
    return found if wanted is None else found.intersection(wanted)


def new_terms(folds: Sequence[Folded], taken: Sequence[Sequence[Span]]) -> set[str]:
    """The terms of an item that share no letter with the places ``taken``, field by field: with what is found already.

    "NATO" as one more spelling of another concept of the same AND, or "woos NATO", would let one word speak for both.
    """
    return {
        term
        for fold, spans in zip(folds, taken, strict=True)
        for start, end, term in _places(fold.text) if not _meets(fold.span(start, end), spans)
    }  # fmt: skip


def spellings(folds: Iterable[Iterable[Folded]], wanted: Collection[str]) -> dict[str, str]:
    """How the items' own texts write each of the terms, most often; of equals the one with fewer capitals."""
    written: dict[str, Counter[str]] = {}
    for fold in (each for fields in folds for each in fields):
        for start, end, term in _places(fold.text):
            if term in wanted:
                first, last = fold.span(start, end)
                surface = " ".join(fold.source[first:last].split()) + ("*" if term.endswith("*") else "")
                written.setdefault(term, Counter())[surface] += 1
    return {
        term: min(counted, key=lambda each: (-counted[each], sum(map(str.isupper, each)), each))
        for term, counted in written.items()
    }


def _meets(place: Span, taken: Sequence[Span]) -> bool:
    """Whether a place overlaps with any of those taken, which stand in order and do not overlap."""
    at = bisect_left(taken, place[1], key=lambda span: span[0])
    return at > 0 and taken[at - 1][1] > place[0]


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Every term with its place; ``*`` at its end is no part of the place."""
    before: tuple[int, int] | None = None
    for start, end in script.words(text):
        yield from _words(text, start, end)
        if before is not None and text[before[1] : start] in _BETWEEN and _fits(text[before[0] : before[1]], text[start:end]):
            yield before[0], end, f"{text[before[0] : before[1]]} {text[start:end]}"
        before = start, end
    for run in _CHARACTERS.finditer(text):
        for start in range(run.start(), run.end() - 1):
            for end in range(start + _SHORTEST_RUN, min(run.end(), start + _LONGEST_RUN) + 1):
                yield start, end, text[start:end]


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    word = text[start:end]
    if len(word) > _LONGEST or word.isdecimal():
        return
    if _HANGUL.fullmatch(word):
        yield from ((start, start + size, word[:size]) for size in range(2, len(word) + 1))
    elif len(word) >= _LEAST:
        yield start, end, word
        if len(word) >= _LEAST_CUT and word.isalpha():
            yield start, end - _ENDING, f"{word[:-_ENDING]}*"


def _fits(first: str, second: str) -> bool:
    """Whether two neighbours may make a phrase: short words and numbers tell nothing."""
    return all(1 < len(word) <= _LONGEST and not word.isdecimal() for word in (first, second))
