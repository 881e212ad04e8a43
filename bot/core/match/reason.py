"""A verdict's reason in words: why a rule holds of an item, or what it misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core import query
from bot.core.counting import count
from bot.core.match.evidence import FIELDS
from bot.core.match.finds import TITLE, Finds, holds
from bot.core.match.passages import Body
from bot.core.match.rule import Rule
from bot.core.match.standing import Standing

_MOST_NAMES = 8


def why_yes(rule: Rule, finds: Finds) -> str:
    """Such as "openai and nato in the title, pentagon in the article": each word at the first place where it counts."""
    first: dict[str, int] = {}
    for label, field in _support(rule.tree, finds, finds.everywhere):
        first[label] = min(field, first.get(label, field))
    said = []
    for field, place in enumerate(FIELDS):
        labels = [name.label for name in rule.names if first.get(name.label) == field]
        if labels:
            said.append(f"{_and(labels)} in the {place}")
    return ", ".join(said) + _left_out(finds)


def why_no(rule: Rule, finds: Finds, excluding: Sequence[str]) -> str:
    """Such as "openai found, but neither nato nor pentagon", or "excluded by: lawsuit"."""
    found = [name.label for name in rule.names if name.label in rule.wanted and finds.has(name.label, finds.everywhere)]
    if excluding:
        return f"excluded by: {', '.join(excluding[:_MOST_NAMES])}" + _left_out(finds)
    if not found:
        return "no word of the story" + _left_out(finds)
    lacks = [label for label in dict.fromkeys(_missing(rule.tree, finds, finds.everywhere)) if label not in found]
    faults = list(dict.fromkeys(_misplaced(rule.tree, finds, finds.everywhere)))
    reasons = ([_neither(lacks)] if lacks else []) + faults
    return f"{_and(found)} found, but {', '.join(reasons)}" + _left_out(finds)


def why_cut(rule: Rule, finds: Finds, everything: Finds, body: Body) -> str:
    """Such as "mentions openai and nato, but nato only in a list of links after the article"."""
    labels = [name.label for name in rule.names if name.label in rule.wanted and everything.speaks((name.label,))]
    lost = [label for label in labels if not finds.speaks((label,))]
    spans = [span for label in lost or labels for span in everything.spans[label][-1]]
    kinds = dict.fromkeys(what for (start, end), what in body.cut if any(start <= span[0] < end for span in spans))
    told = f"{_and(lost)} only" if lost and len(lost) < len(labels) else "only"
    return f"mentions {_and(labels)}, but {told} in {' and '.join(kinds) or 'what stands around the article'}" + _left_out(finds)


def why_not_about(rule: Rule, finds: Finds, stood: Standing) -> str:
    """Such as "mentions openai and nato in passing: not in the headline, in 1 of 14 sentences, never together"."""
    labels = [name.label for name in rule.names if name.label in rule.wanted and finds.speaks((name.label,))]
    faults = list(_passing(stood))
    return f"mentions {_and(labels)}, but in passing: {', '.join(faults)}" + _left_out(finds)


def _passing(stood: Standing) -> Iterator[str]:
    if stood.title < 1:
        yield "not in the headline" if stood.title == 0 else "only a part of it in the headline"
    if stood.announced < 1:
        yield "not in the opening" if stood.announced == 0 else "only a part of it in the opening"
    if stood.listed:
        yield "together only as names in a list"
    elif stood.sentences and stood.aspects > 1 and not stood.met:
        yield "in no sentence together"
    if stood.sentences:
        yield f"the rarer word in {stood.weaker} of {count(stood.sentences, 'sentence')}"


def excluded_by(rule: Rule, finds: Finds) -> tuple[str, ...]:
    """The words under a NOT without which the rule would hold; none when it misses something else too."""
    asked = query.without_nots(rule.tree)
    if asked is not None and not holds(asked, finds, finds.everywhere):
        return ()
    return tuple(dict.fromkeys(_excluding(rule.tree, finds)))


def _excluding(node: query.Node, finds: Finds) -> Iterator[str]:
    """The words that were found below a NOT and break it."""
    match node:
        case query.And(parts=parts) | query.Or(parts=parts):
            for part in parts:
                yield from _excluding(part, finds)
        case query.Title(part=part):
            yield from _excluding(part, finds.titled)
        case query.Not() if not holds(node, finds, finds.everywhere):
            labels = (leaf.label for leaf in query.leaves(node))
            yield from (label for label in labels if finds.has(label, finds.everywhere))


def _support(node: query.Node, finds: Finds, fields: Sequence[int]) -> Iterator[tuple[str, int]]:
    """The words by which the node holds, each with the fields it counts in."""
    if not holds(node, finds, fields):
        return
    match node:
        case query.Word() | query.Concept():
            yield from ((node.label, field) for field in fields if finds.has(node.label, (field,)))
        case query.And(parts=parts) | query.Or(parts=parts):
            for part in parts:
                yield from _support(part, finds, fields)
        case query.Title(part=part):
            yield from _support(part, finds.titled, (TITLE,))
        case query.Near(left=left, right=right):
            near = [field for field in fields if holds(node, finds, (field,))]
            for leaf in left + right:
                yield from _support(leaf, finds, near)


def _missing(node: query.Node, finds: Finds, fields: Sequence[int]) -> Iterator[str]:
    """The words for lack of which the node does not hold."""
    if holds(node, finds, fields):
        return
    match node:
        case query.Word() | query.Concept():
            yield node.label
        case query.And(parts=parts) | query.Or(parts=parts):
            for part in parts:
                yield from _missing(part, finds, fields)
        case query.Title(part=part):
            yield from _missing(part, finds.titled, (TITLE,))
        case query.Near(left=left, right=right):
            for side in (left, right):
                if not any(finds.has(leaf.label, fields) for leaf in side):
                    yield from (leaf.label for leaf in side)


def _misplaced(node: query.Node, finds: Finds, fields: Sequence[int]) -> Iterator[str]:
    """What is there, but not where the query wants it."""
    if holds(node, finds, fields):
        return
    match node:
        case query.And(parts=parts) | query.Or(parts=parts):
            for part in parts:
                yield from _misplaced(part, finds, fields)
        case query.Title(part=part):
            astray = [
                label for label in dict.fromkeys(_missing(part, finds.titled, (TITLE,))) if finds.has(label, finds.everywhere)
            ]
            yield from (f"{label} not in the title" for label in astray)
            yield from _misplaced(part, finds.titled, (TITLE,))
        case query.Near(left=left, right=right, words=words):
            sides = [[leaf.label for leaf in side if finds.has(leaf.label, fields)] for side in (left, right)]
            if all(sides):
                yield f"{_or(sides[0])} not within {words} words of {_or(sides[1])}"


def _and(labels: Sequence[str]) -> str:
    return _listed(labels, "and")


def _or(labels: Sequence[str]) -> str:
    return _listed(labels, "or")


def _neither(labels: Sequence[str]) -> str:
    if len(labels) < 3:
        return f"not {labels[0]}" if len(labels) == 1 else f"neither {labels[0]} nor {labels[1]}"
    return f"none of {', '.join(_some(labels))}"


def _listed(labels: Sequence[str], word: str) -> str:
    some = _some(labels)
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} {word} {some[-1]}"


def _some(labels: Sequence[str]) -> list[str]:
    more = len(labels) - _MOST_NAMES
    return [*labels[:_MOST_NAMES], f"{more} more"] if more > 0 else list(labels)


def _left_out(finds: Finds) -> str:
    return "".join(f"; the regex {label} took too long and was left out" for label in finds.tripped)
