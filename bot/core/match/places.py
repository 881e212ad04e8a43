"""Where a rule's words stand in an item, whether they count or not: for a reader who has the text before him."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core import fold
from bot.core.match import finds, passages
from bot.core.match.evidence import FIELDS
from bot.core.match.passages import Span
from bot.core.match.rule import Rule
from bot.model import Where

# word: speaks for the story; against: stands under a NOT; idle: found where it does not count, in a list or box.
Role: TypeAlias = Literal["word", "against", "idle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One stretch of a field."""

    where: Where
    span: Span
    role: Role


def all_places(rule: Rule, title: str, summary: str, article: str) -> list[Place]:
    """Every word of the rule in the texts, in no order; a receipt has a choice of them only."""
    looked = finds.look(rule, tuple(fold.fold(text) for text in (title, summary, article)))
    body = passages.read(article) if looked.speaks(rule.wanted) else None
    counted = finds.settled(looked, None if body is None else body.kept)
    return list(_places(rule, finds.settled(looked, None), counted))


def left_out(article: str) -> list[tuple[Span, str]]:
    """The lines of an article that are no part of it, with what they look like."""
    return list(passages.read(article).cut)


def _places(rule: Rule, everything: finds.Finds, counted: finds.Finds) -> Iterator[Place]:
    for label, fields in everything.spans.items():
        role: Role = "word" if label in rule.wanted else "against"
        for field, spans in enumerate(fields):
            counts = counted.spans[label][field]
            yield from (Place(where=FIELDS[field], span=span, role=role) for span in counts)
            yield from (Place(where=FIELDS[field], span=span, role="idle") for span in set(spans).difference(counts))
