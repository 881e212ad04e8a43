"""Where a rule's words stand in an item, whether they count or not: for a reader who has the text before him."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core import fold
from bot.core.match import finds, passages
from bot.core.match.evidence import FIELDS
from bot.core.match.passages import Body, Span
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an item holds of a rule: ``everything``, and of that what counts. ``body``: the article, where it was read."""

    everything: finds.Finds
    counted: finds.Finds
    body: Body | None


def see(rule: Rule, looked: finds.Finds, read: Callable[[], Body]) -> Seen:
    """What counts of what was found; ``read`` reads the article, and is asked only where something speaks for the story."""
    body = read() if looked.speaks(rule.wanted) else None
    everything = finds.settled(looked, None)
    # A threshold of 0 takes the words wherever they stand.
    counted = finds.settled(looked, body.kept, body.named) if body is not None and rule.threshold else everything
    return Seen(everything=everything, counted=counted, body=body)


def all_places(rule: Rule, title: str, summary: str, article: str) -> list[Place]:
    """Every word of the rule in the texts, in no order; a receipt has a choice of them only."""
    looked = finds.look(rule, tuple(fold.fold(text) for text in (title, summary, article)))
    seen = see(rule, looked, lambda: passages.read(article, title))
    return list(_places(rule, seen.everything, seen.counted))


def left_out(article: str, title: str = "") -> list[tuple[Span, str]]:
    """The lines of an article that are no part of it, with what they look like; as judging reads it under its title."""
    return list(passages.read(article, title).cut)


def _places(rule: Rule, everything: finds.Finds, counted: finds.Finds) -> Iterator[Place]:
    for label, fields in everything.spans.items():
        role: Role = "word" if label in rule.wanted else "against"
        for field, spans in enumerate(fields):
            counts = counted.spans[label][field]
            yield from (Place(where=FIELDS[field], span=span, role=role) for span in counts)
            yield from (Place(where=FIELDS[field], span=span, role="idle") for span in set(spans).difference(counts))
