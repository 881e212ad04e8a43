"""A story's rule, compiled once: its query as a tree, and finders for every word and concept in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.core import query, scan
from bot.core.scanner import Scanner
from bot.model import Story

Finders: TypeAlias = tuple[tuple[query.Term, scan.Finder], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A word or concept of the query: what receipts call it, and everything that stands for it.

    ``short``: its short forms, which count only where one of ``finders`` finds something.
    """

    label: str
    finders: Finders
    short: Finders = ()


Concepts: TypeAlias = Mapping[str, Sequence[str]]
# By the numbers of a scanner's finders, those of one rule: the term, and the labels it stands for.
Owned: TypeAlias = Mapping[int, tuple[query.Term, tuple[str, ...]]]
# What an item must speak of to be about a story: one set of labels for each part of an AND, any of which stands for it.
Aspects: TypeAlias = tuple[frozenset[str], ...]

# More ways than a person writes; a query that multiplies out to more is weighed by its words as one aspect.
_MOST_WAYS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What decides whether an item belongs to a story. ``version`` changes when query, threshold or a concept it uses does."""

    story: str
    version: str
    threshold: float
    tree: query.Node
    aspects: tuple[Aspects, ...]  # the ways to be about the story
    names: tuple[Named, ...]  # each once, in the order of the query
    wanted: frozenset[str]  # labels that speak for the story; the others stand under a NOT
    regexes: int  # how many share the time of one item
    scanner: Scanner  # of all rules that were compiled together: they share one pass over an item
    owned: Owned


def compile_rule(story: Story, concepts: Mapping[str, Sequence[str]]) -> Rule:
    """The story's rule. Raises QueryError, its ``source`` the query, for a query or a used concept that cannot be read."""
    return compile_rules((story,), concepts)[0]


def compile_rules(stories: Sequence[Story], concepts: Concepts) -> tuple[Rule, ...]:
    """The rules of several stories, in their order, made to share one pass over an item. Raises as ``compile_rule`` does."""
    return compile_together([(story, concepts) for story in stories])


def compile_together(drafts: Sequence[tuple[Story, Concepts]]) -> tuple[Rule, ...]:
    """As ``compile_rules``, each story with concepts of its own."""
    finders: dict[query.Term, scan.Finder] = {}
    trees = [query.checked(story.query, concepts) for story, concepts in drafts]
    named = [_names(tree, concepts, finders) for tree, (_, concepts) in zip(trees, drafts, strict=True)]
    scanner = Scanner(list(finders.values()))
    numbers = {term: number for number, term in enumerate(finders)}
    return tuple(
        Rule(
            story=story.name,
            version=_version(story, {name.label: concepts[name.label] for name in names if name.label in concepts}),
            threshold=story.threshold,
            tree=tree,
            aspects=_ways(tree),
            names=names,
            wanted=frozenset(leaf.label for leaf in query.wanted(tree)),
            regexes=sum(isinstance(each, scan.RegexFinder) for name in names for _, each in name.finders + name.short),
            scanner=scanner,
            owned=_owned(names, numbers),
        )
        for (story, concepts), tree, names in zip(drafts, trees, named, strict=True)
    )


def _ways(tree: query.Node) -> tuple[Aspects, ...]:
    """The ways in which the tree can hold, each as what must be spoken of. Choices between single words are one aspect."""
    ways = _alternatives(tree)
    if len(ways) <= _MOST_WAYS:
        return tuple(dict.fromkeys(ways))
    return ((frozenset(leaf.label for leaf in query.wanted(tree)),),)


def _alternatives(node: query.Node) -> list[Aspects]:
    match node:
        case query.Word() | query.Concept():
            return [(frozenset({node.label}),)]
        case query.Near(left=left, right=right):
            return [tuple(frozenset(leaf.label for leaf in side) for side in (left, right))]
        case query.Title(part=part):
            return _alternatives(part)
        case query.Not():
            return [()]
        case query.And(parts=parts):
            ways: list[Aspects] = [()]
            for part in parts:
                ways = [tuple(dict.fromkeys(way + more)) for way in ways for more in _alternatives(part)][: _MOST_WAYS + 1]
            return ways
        case query.Or(parts=parts):
            ways = [way for part in parts for way in _alternatives(part)]
            single = frozenset(label for way in ways if len(way) == 1 for label in way[0])
            return [*([(single,)] if single else []), *(way for way in ways if len(way) != 1)]


def _names(tree: query.Node, concepts: Concepts, finders: dict[query.Term, scan.Finder]) -> tuple[Named, ...]:
    """The words and concepts of a query, each once; the finders of terms not met before are added to ``finders``."""
    names: dict[str, Named] = {}
    for leaf in query.leaves(tree):
        if leaf.label not in names:
            terms = query.spelled(leaf, concepts)
            finders |= {term: scan.finder(term) for term in terms if term not in finders}
            names[leaf.label] = _named(leaf, [(term, finders[term]) for term in terms])
    return tuple(names.values())


def _named(leaf: query.Leaf, found: Sequence[tuple[query.Term, scan.Finder]]) -> Named:
    if isinstance(leaf, query.Word):
        return Named(label=leaf.label, finders=tuple(found))
    full, short = (tuple(pair for pair in found if pair[0].short == wanted) for wanted in (False, True))
    return Named(label=leaf.label, finders=full, short=short)


def _owned(names: Sequence[Named], numbers: Mapping[query.Term, int]) -> Owned:
    labels: dict[query.Term, list[str]] = {}
    for name in names:
        for term, _ in name.finders + name.short:
            labels.setdefault(term, []).append(name.label)
    return {numbers[term]: (term, tuple(each)) for term, each in labels.items()}


def _version(story: Story, concepts: Mapping[str, Sequence[str]]) -> str:
    parts = [story.query, {name: list(concepts[name]) for name in sorted(concepts)}, story.threshold]
    used = json.dumps(parts, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(used.encode()).hexdigest()[:12]
