"""A story's rule, compiled once: its query as a tree, and finders for every word and concept in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core import query, scan
from bot.errors import QueryError
from bot.model import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A word or concept of the query: what receipts call it, and everything that stands for it."""

    label: str
    finders: tuple[tuple[query.Term, scan.Finder], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What decides whether an item belongs to a story. ``version`` changes when the query or a concept it uses does."""

    story: str
    version: str
    tree: query.Node
    names: tuple[Named, ...]  # each once, in the order of the query
    wanted: frozenset[str]  # labels that speak for the story; the others stand under a NOT
    regexes: int  # how many share the time of one item


def compile_rule(story: Story, concepts: Mapping[str, Sequence[str]]) -> Rule:
    """The story's rule. Raises QueryError, its ``source`` the query, for a query or a used concept that cannot be read."""
    tree = query.parse(story.query, concepts)
    names: dict[str, Named] = {}
    for leaf in query.leaves(tree):
        if leaf.label not in names:
            names[leaf.label] = _named(leaf, concepts, story.query)
    return Rule(
        story=story.name,
        version=_version(story.query, {label: concepts[label] for label in names if label in concepts}),
        tree=tree,
        names=tuple(names.values()),
        wanted=frozenset(leaf.label for leaf in query.wanted(tree)),
        regexes=sum(isinstance(finder, scan.RegexFinder) for name in names.values() for _, finder in name.finders),
    )


def _named(leaf: query.Leaf, concepts: Mapping[str, Sequence[str]], source: str) -> Named:
    if isinstance(leaf, query.Word):
        return Named(label=leaf.label, finders=((leaf.term, scan.finder(leaf.term)),))
    terms = dict.fromkeys(_terms(leaf, concepts[leaf.name], source))
    return Named(label=leaf.label, finders=tuple((term, scan.finder(term)) for term in terms))


def _terms(concept: query.Concept, spellings: Sequence[str], source: str) -> list[query.Term]:
    """The concept's terms; what is wrong with one is told at the concept's place in the query."""
    place = {"line": concept.line, "column": concept.column}
    if not spellings:
        hint = f'list its spellings: {concept.name} = ["...", "..."]'
        raise QueryError(f"the concept '{concept.name}' is empty", **place, hint=hint, source=source)
    terms = []
    for spelling in spellings:
        try:
            terms.append(query.spelling(spelling))
        except QueryError as error:
            message = f"the concept '{concept.name}' has the spelling '{spelling}', and {error.message}"
            raise QueryError(message, **place, hint=error.hint, source=source) from error
    return terms


def _version(text: str, concepts: Mapping[str, Sequence[str]]) -> str:
    used = json.dumps([text, {name: list(concepts[name]) for name in sorted(concepts)}], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(used.encode()).hexdigest()[:12]
