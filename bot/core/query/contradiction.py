"""Queries that no text can satisfy: they ask for what they exclude.

The query is taken apart into its alternatives, one after the other, until one is found that does not contradict itself. What
cannot be decided from the words (whether two may stand near each other) counts as possible: only what is certain is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core import fold
from bot.core.query import terms
from bot.core.query.tree import And, Concept, Leaf, Near, Node, Not, Or, Term, Title, Word

# Alternatives that are looked at. A query that multiplies out to more counts as possible.
_MOST = 10_000

_Scope: TypeAlias = Literal["anywhere", "title"]
_Form: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """The word or concept that is asked for, the one that is excluded, and the NOT that does it."""

    asked: str
    excluded: str
    mark: Not


@dataclass(frozen=True, slots=True, kw_only=True)
class _Goal:
    """A node that must hold, or with ``mark`` must not: the NOT above it. ``rest``: what must be so besides."""

    node: Node
    mark: Not | None
    scope: _Scope
    rest: _Goal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What one alternative asks for and excludes so far."""

    asked: tuple[tuple[_Scope, str], ...] = ()
    excluded: tuple[tuple[_Scope, str, Not], ...] = ()


def contradiction(tree: Node, concepts: Mapping[str, Sequence[str]]) -> Contradiction | None:
    """Why the query can match nothing; None when it can, as far as its words tell."""
    found: Contradiction | None = None
    known = _Known(concepts)
    waiting: list[tuple[_Goal | None, _Facts]] = [(_Goal(node=tree, mark=None, scope="anywhere", rest=None), _Facts())]
    for _ in range(_MOST):
        if not waiting:
            return found
        goal, facts = waiting.pop()
        if goal is None:
            return None
        for after, more in reversed(list(_steps(goal, facts, known))):
            clash = _clash(more, facts, known)
            if clash is None:
                waiting.append((after, more))
            found = found or clash
    return None


def _steps(goal: _Goal, facts: _Facts, known: _Known) -> Iterator[tuple[_Goal | None, _Facts]]:
    """The alternatives by which the goal is reached: what is left to reach then, and what is known by then."""
    node, mark, scope, rest = goal.node, goal.mark, goal.scope, goal.rest
    match node:
        case Word() | Concept():
            known.add(node)
            yield rest, _with(facts, node.label, mark, scope)
        case Not(part=part):
            yield _Goal(node=part, mark=None if mark else node, scope=scope, rest=rest), facts
        case Title(part=part):
            yield _Goal(node=part, mark=mark, scope="title", rest=rest), facts
        case Near(left=left, right=right) if mark is None:
            for one in left:
                for other in right:
                    beside = _Goal(node=other, mark=None, scope=scope, rest=rest)
                    yield _Goal(node=one, mark=None, scope=scope, rest=beside), facts
        case Near():
            yield rest, facts  # two words may always stand apart
        case And(parts=parts) | Or(parts=parts):
            for chosen in [parts] if isinstance(node, And) == (mark is None) else [(part,) for part in parts]:
                yield _all(chosen, goal), facts


def _all(parts: Sequence[Node], goal: _Goal) -> _Goal | None:
    """The parts as goals of their own, in the place of the one they come from."""
    rest = goal.rest
    for part in reversed(parts):
        rest = _Goal(node=part, mark=goal.mark, scope=goal.scope, rest=rest)
    return rest


def _with(facts: _Facts, label: str, mark: Not | None, scope: _Scope) -> _Facts:
    if mark is None:
        return _Facts(asked=(*facts.asked, (scope, label)), excluded=facts.excluded)
    return _Facts(asked=facts.asked, excluded=(*facts.excluded, (scope, label, mark)))


def _clash(facts: _Facts, before: _Facts, known: _Known) -> Contradiction | None:
    """The contradiction that the newest fact makes, if any."""
    if facts is before:
        return None
    asked = facts.asked[-1:] if len(facts.asked) > len(before.asked) else facts.asked
    excluded = facts.excluded[-1:] if len(facts.excluded) > len(before.excluded) else facts.excluded
    for scope, label in asked:
        for where, other, mark in excluded:
            if where in {"anywhere", scope} and known.covers(other, label):
                return Contradiction(asked=label, excluded=other, mark=mark)
    return None


class _Known:
    """The words and concepts of a query, and which of them cannot be there without another."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self._concepts = concepts
        self._forms: dict[str, frozenset[tuple[_Form, ...]]] = {}

    def add(self, leaf: Leaf) -> None:
        """Take note of what a word or concept looks for: short forms need a full form, so they add nothing."""
        if leaf.label not in self._forms:
            spelled = [leaf.term] if isinstance(leaf, Word) else map(terms.spelling_term, self._concepts[leaf.name])
            self._forms[leaf.label] = frozenset(_forms(term) for term in spelled if not term.short)

    def covers(self, wide: str, narrow: str) -> bool:
        """Whether ``wide`` is found wherever ``narrow`` is: each spelling of this is one of that, or narrower than one."""
        there = {forms[0] for forms in self._forms[wide]}
        return wide == narrow or all(not there.isdisjoint(forms) for forms in self._forms[narrow])


def _forms(term: Term) -> tuple[_Form, ...]:
    """What a term looks for, and after it what is found wherever it is: ``=NATO`` in NATO (Nato too), that in any case."""
    if term.kind == "regex":
        return (("regex", term.text),)
    any_case: _Form = ("any", fold.fold(term.text).text)
    letters = [char for char in term.text if char.isalpha()]
    capitals: list[_Form] = [("capitals", term.text)] if len(letters) > 1 and all(map(str.isupper, letters)) else []
    exact: list[_Form] = [("exact", term.text)] if term.exact else []
    return (*exact, *capitals, any_case)
