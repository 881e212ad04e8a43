"""A query taken apart into searches: conjunctions of groups, as search engines understand them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TypeAlias

from bot.core.query.tree import And, Concept, Leaf, Near, Node, Not, Or, Title, Word, without_nots

# Searches that a query is taken apart into, where its ORs join whole groups of words.
_MOST = 4

Group: TypeAlias = tuple[Leaf, ...]  # any of these
Way: TypeAlias = tuple[Group, ...]  # all of these


def ways(tree: Node) -> tuple[Way, ...]:
    """The query as at most four searches that together find all it could: each asks for one of every group."""
    wanted = without_nots(tree)
    found = () if wanted is None else _ways(wanted)
    return tuple(dict.fromkeys(found))


def _ways(node: Node) -> tuple[Way, ...]:
    match node:
        case Word() | Concept():
            return (((node,),),)
        case Title(part=part):
            return _ways(part)
        case Near(left=left, right=right):
            return ((left, right),)
        case Or(parts=parts):
            return _any_of([_ways(part) for part in parts])
        case And(parts=parts):
            return _all_of([_ways(part) for part in parts])
        case Not():  # taken out before
            return ()


def _any_of(parts: Sequence[tuple[Way, ...]]) -> tuple[Way, ...]:
    single = [way[0] for part in parts for way in part if len(way) == 1]
    others = [way for part in parts for way in part if len(way) > 1]
    joined = [(tuple(dict.fromkeys(leaf for group in single for leaf in group)),)] if single else []
    return (*joined, *others)


def _all_of(parts: Sequence[tuple[Way, ...]]) -> tuple[Way, ...]:
    """Every combination; where these are too many, the parts with the most choices are not asked for: a wider search."""
    kept = sorted((part for part in parts if part), key=len)
    while kept and _combinations(kept) > _MOST:
        kept.pop()
    kept = kept or [min((part for part in parts if part), key=len, default=())[:_MOST]]
    ordered = [part for part in parts if part in kept]
    return tuple(tuple(dict.fromkeys(group for way in chosen for group in way)) for chosen in product(*ordered))


def _combinations(parts: Iterable[tuple[Way, ...]]) -> int:
    total = 1
    for part in parts:
        total *= len(part)
    return total
