"""The evidence of a receipt: hits, terms, where, sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.core import fold, sentence
from bot.core.match.finds import Finds, holds
from bot.core.match.rule import Rule
from bot.model import Hit, Where

FIELDS: tuple[Where, ...] = ("title", "summary", "article")
MOST_HITS = 50
MOST_TERMS = 20
LONGEST_SENTENCE = 300
_LONGEST_TERM = 200  # a regex may match a whole page


def hits_of(rule: Rule, finds: Finds) -> tuple[Hit, ...]:
    """Every place of the words that speak for the story, in the order of field and position."""
    return tuple(sorted(_hits(finds, [name.label for name in rule.names if name.label in rule.wanted]), key=_position))


def hits_against(finds: Finds, labels: Sequence[str]) -> tuple[Hit, ...]:
    """Every place of the words that exclude the item."""
    return tuple(sorted(_hits(finds, labels), key=_position))


def chosen(*groups: Sequence[Hit]) -> tuple[Hit, ...]:
    """At most MOST_HITS: the first of each concept in each field before the second of any."""
    hits = sorted((hit for group in groups for hit in group), key=_position)
    seen: Counter[tuple[str, Where]] = Counter()
    ranked = []
    for hit in hits:
        ranked.append((seen[hit.concept, hit.where], hit))
        seen[hit.concept, hit.where] += 1
    kept = sorted(ranked, key=lambda pair: pair[0])[:MOST_HITS]
    return tuple(sorted((hit for _, hit in kept), key=_position))


def terms(hits: Sequence[Hit]) -> tuple[str, ...]:
    """The forms as the text spells them, each once: every concept's first form, then the others; at most MOST_TERMS."""
    firsts = {hit.concept: hit.term for hit in reversed(hits)}
    order = dict.fromkeys(hit.concept for hit in hits)
    return tuple(dict.fromkeys([firsts[concept] for concept in order] + [hit.term for hit in hits]))[:MOST_TERMS]


def where(rule: Rule, finds: Finds, hits: Sequence[Hit]) -> Where | None:
    """The first field that satisfies the rule alone, otherwise the one with most concepts, then most forms; None without hits."""
    if not hits:
        return None
    alone = (name for field, name in enumerate(FIELDS) if holds(rule.tree, finds, (field,)))
    return next(alone, None) or max(FIELDS, key=lambda field: _variety(hit for hit in hits if hit.where == field))


def best_sentence(finds: Finds, hits: Sequence[Hit], preferred: Where | None) -> str:
    """The sentence with most concepts; of equals the first one of ``preferred``, then the first of all."""
    groups = list(_by_sentence(finds, hits))
    if not groups:
        return ""
    span, inside = max(groups, key=lambda group: (len({hit.concept for hit in group[1]}), group[1][0].where == preferred))
    source = finds.fields[FIELDS.index(inside[0].where)].source
    return sentence.excerpt(source, span, inside, LONGEST_SENTENCE)


def _hits(finds: Finds, labels: Sequence[str]) -> Iterator[Hit]:
    for label in labels:
        for field, spans in enumerate(finds.spans[label]):
            source = finds.fields[field].source
            for start, end in spans:
                term = fold.visible(source[start : min(end, start + _LONGEST_TERM)])
                yield Hit(term=term, concept=label, where=FIELDS[field], start=start, end=end)


def _position(hit: Hit) -> tuple[int, int, int]:
    return FIELDS.index(hit.where), hit.start, hit.end


def _variety(hits: Iterator[Hit]) -> tuple[int, int]:
    found = list(hits)
    return len({hit.concept for hit in found}), len({hit.term for hit in found})


def _by_sentence(finds: Finds, hits: Sequence[Hit]) -> Iterator[tuple[tuple[int, int], list[Hit]]]:
    """The hits, grouped by the sentence they stand in. They come in order, so each sentence is measured once."""
    span, group = (0, 0), list[Hit]()
    for hit in hits:
        if group and hit.where == group[0].where and hit.start < span[1]:
            group.append(hit)
            continue
        if group:
            yield span, group
        span, group = sentence.around(finds.fields[FIELDS.index(hit.where)].source, hit.start, hit.end), [hit]
    if group:
        yield span, group
