"""Where the words that matched stand in a text, to be marked there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.core.render.escape import one_line
from bot.model import Foreign

_MOST = 20  # terms


def spans(text: Foreign, terms: Sequence[Foreign]) -> Iterator[tuple[int, int]]:
    """Where the terms stand in the text, from left to right, not overlapping; marks alone are no terms."""
    pattern = _pattern(tuple(terms))
    if pattern:
        yield from (found.span() for found in pattern.finditer(text.raw))


@lru_cache(maxsize=512)  # slower to make than the whole message to write, and asked for at every length that is tried
def _pattern(terms: tuple[Foreign, ...]) -> re.Pattern[str] | None:
    lines = dict.fromkeys(one_line(term).raw for term in terms)
    known = sorted((term for term in lines if term[:1].isalnum() and term[-1].isalnum()), key=len, reverse=True)[:_MOST]
    return re.compile("|".join(map(_whole, known)), re.IGNORECASE) if known else None


def runs(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The spans, those that touch as one: bold that ends where bold begins is read as asterisks."""
    begun: tuple[int, int] | None = None
    for start, end in spans:
        if begun is not None and begun[1] != start:
            yield begun
            begun = None
        begun = (start if begun is None else begun[0], end)
    if begun is not None:
        yield begun


def _whole(term: str) -> str:
    """The term as a pattern. Letters of scripts with case are words between blanks; Chinese or Arabic ones join on."""
    before = r"(?<!\w)" if _parts_words(term[0]) else ""
    after = r"(?!\w)" if _parts_words(term[-1]) else ""
    return before + re.escape(term) + after


def _parts_words(char: str) -> bool:
    return char.isdigit() or char.lower() != char.upper()
