"""Finding one term in an item's fields.

Words are looked for whole, in any case, in the folded text. What "whole" means is the script's matter (``script``): ``NATO`` is
not in "senator", but it is in "向NATO提供"; 나토 is in "나토는".

* A phrase is its words in sequence, between them white space, one hyphen or a line break; nothing at all between two words of
  a script without spaces.
* ``*`` stands for letters and digits of the same word and script. At the edge of Han, kana, Thai... it stands for nothing, as
  there the term is found inside a longer run anyway.
* A term in CAPITALS (two letters or more) is an acronym: ``NATO`` is found as "NATO" and "Nato", never as "nato". "Nato" as the
  first word of a sentence counts only while the item has no "nato": Italian and Spanish "nato" means born.
* Other terms are found in any case: ``OpenAI`` in "OPENAI" and "openai". An exact term (``=NATO``) only as written.
* Before an Arabic term one conjunction (و ف), one preposition (ب ك ل) and the article (ال, لل) may be attached, before a Hebrew
  one ו, ש, וש or כש and one of ב ל מ ה כ מה. An Arabic term written with ال is found as وال, بال, كال, لل too, not without any
  article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from bot.core import fold, sentence
from bot.core.finder import Case, Finder, RegexFinder, WordsFinder, finder
from bot.core.fold import Folded

__all__ = ["MOST_SPANS", "Finder", "Places", "RegexFinder", "Span", "Spans", "WordsFinder", "find", "finder"]

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = tuple[tuple[Span, ...], ...]
# Where a term's needle stands in the fold of a field, in order, as far as it may belong to the term; None: not known.
Places: TypeAlias = Sequence[int] | None

# Bounds against hostile text: what is kept of a term in one field, and how many places are looked at for it.
MOST_SPANS = 200
_MOST_PLACES = 20_000


def find(finder: Finder, fields: Sequence[Folded], seconds: float, places: Sequence[Places] | None = None) -> Spans:
    """Where the term stands, field by field, as spans of the fields' sources; at most MOST_SPANS in each.

    All fields of an item go in together, as one may say what a capital in another is worth. ``seconds`` bounds a regex in each
    field; raises regexes.TookTooLong when it is exceeded. ``places``, where known, save the search of each field.
    """
    known = zip(fields, [None] * len(fields) if places is None else places, strict=True)
    if isinstance(finder, RegexFinder):
        return tuple(tuple(islice(_regex_places(finder, field, starts, seconds), MOST_SPANS)) for field, starts in known)
    found = [_found(finder, field, starts) for field, starts in known]
    if finder.case is not None:
        return _in_case(finder.case, fields, [tuple(spans) for spans in found])
    return tuple(tuple(islice(spans, MOST_SPANS)) for spans in found)


def _regex_places(finder: RegexFinder, field: Folded, places: Places, seconds: float) -> Iterator[Span]:
    if places is None or places:
        yield from (field.span(*span) for span in finder.pattern.spans(field.text, seconds))


def _found(finder: WordsFinder, field: Folded, places: Places) -> Iterator[Span]:
    for match in islice(_matches(finder, field.text, places), _MOST_PLACES):
        start = match.start() if finder.left is None else finder.left.reach(field.text, match.start())
        if start is not None:
            yield field.span(start, match.end())


def _matches(finder: WordsFinder, text: str, places: Places) -> Iterator[re.Match[str]]:
    """What the pattern finds, none within another. Where the needle leads, a match begins at a place of it."""
    if finder.leads and places is not None:
        done = 0
        for start in places:
            match = finder.pattern.match(text, start) if start >= done else None
            if match is not None:
                yield match
                done = match.end()
    elif finder.needle in text if places is None else places:
        yield from finder.pattern.finditer(text)


def _in_case(case: Case, fields: Sequence[Folded], places: Sequence[Sequence[Span]]) -> Spans:
    surfaces = [
        [fold.plain(field.source[start:end]) for start, end in spans] for field, spans in zip(fields, places, strict=True)
    ]
    small = any(surface.islower() for found in surfaces for surface in found)
    kept = []
    for field, spans, found in zip(fields, places, surfaces, strict=True):
        accepted = (
            span for span, surface in zip(spans, found, strict=True) if _accepts(case, surface, field, span[0], small=small)
        )
        kept.append(tuple(islice(accepted, MOST_SPANS)))
    return tuple(kept)


def _accepts(case: Case, surface: str, field: Folded, start: int, *, small: bool) -> bool:
    if case.spells(surface):
        return True
    return case.capitalises(surface) and not (small and sentence.opens(field.source, start))
