"""All terms of a configuration, looked for in one pass over an item.

A term cannot stand where its needle does not, so one pass for all needles leaves few terms, and these few are verified by their
own patterns, most of them only where the needle stands. What is found of a term is what ``scan.find`` finds of it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import scan
from bot.core.fold import Folded
from bot.core.needles import Needle, Needles


class Scanner:
    """Finders, numbered in the order they came. Built once, for all rules together."""

    def __init__(self, finders: Sequence[scan.Finder]) -> None:
        self._finders = tuple(finders)
        sharing: dict[str | None, dict[int, scan.Finder]] = {}
        for number, finder in enumerate(self._finders):
            sharing.setdefault(finder.needle, {})[number] = finder
        self._always = tuple(sharing.pop(None, ()))
        self._owners = tuple(tuple(shared) for shared in sharing.values())
        self._needles = Needles([_needle(text, list(shared.values())) for text, shared in sharing.items() if text])

    def read(self, fields: tuple[Folded, ...]) -> Reading:
        """One pass over the fields of an item."""
        found = [self._needles.places(each.text) for each in fields]
        candidates: dict[int, tuple[scan.Places, ...] | None] = dict.fromkeys(self._always)
        if any(found):
            for needle in {needle for each in found for needle in each}:
                places = tuple(each.get(needle, ()) for each in found)
                candidates |= dict.fromkeys(self._owners[needle], places)
        return Reading(fields=fields, candidates=candidates, _finders=self._finders, _found={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an item may hold: the numbers of the finders worth asking, with the places of their needles; others find nothing."""

    fields: tuple[Folded, ...]
    candidates: Mapping[int, tuple[scan.Places, ...] | None]
    _finders: tuple[scan.Finder, ...]
    _found: dict[int, scan.Spans]

    def find(self, number: int, seconds: float) -> scan.Spans:
        """``scan.find`` for one of the candidates; done once, however many rules ask."""
        spans = self._found.get(number)
        if spans is None:
            spans = scan.find(self._finders[number], self.fields, seconds, self.candidates[number])
            self._found[number] = spans
        return spans


def _needle(text: str, finders: Sequence[scan.Finder]) -> Needle:
    """What several finders look for first, spoilt only by what spoils it for each of them. Nothing spoils it for a regex."""
    words = [finder for finder in finders if isinstance(finder, scan.WordsFinder)]
    first = words[0] if len(words) == len(finders) else None
    before = first.before if first and all(finder.before is first.before for finder in words) else None
    after = first.after if first and all(finder.after is first.after for finder in words) else None
    return Needle(text=text, before=before, after=after)
