"""Words that stand out in a text: where they are, and the text cut into what stands out and what does not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from bot.core import script

Span: TypeAlias = tuple[int, int]


def stretches(text: str, spans: Iterable[tuple[Span, str]], *, otherwise: str = "") -> Iterator[tuple[str, str]]:
    """The whole text in pieces, each with the kind of the span it lies in, or ``otherwise``. Of spans that overlap, the one that
    begins first and is longest.
    """
    at = 0
    for (start, end), kind in sorted(spans, key=lambda each: (each[0][0], -each[0][1])):
        if start < at or end <= start:
            continue
        if start > at:
            yield text[at:start], otherwise
        yield text[start:end], kind
        at = end
    if at < len(text):
        yield text[at:], otherwise


def occurrences(text: str, terms: Sequence[str]) -> list[Span]:
    """Where the terms stand in a text as whole words, spelled just so: for the excerpt of a receipt, to which no offsets lead."""
    spelled = sorted(filter(None, terms), key=len, reverse=True)
    if not spelled:
        return []
    found = re.finditer("|".join(map(re.escape, spelled)), text)
    return [each.span() for each in found if _stands_alone(text, *each.span())]


def _stands_alone(text: str, start: int, end: int) -> bool:
    first, last = script.of(text[start]), script.of(text[end - 1])
    before, after = script.of(text[start - 1]) if start else None, script.of(text[end]) if end < len(text) else None
    left = first is None or not first.left or before is None or before.name != first.name
    right = last is None or not last.right or after is None or after.name != last.name
    return left and right
