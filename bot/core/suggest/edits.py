"""One change of a story's rule, and the rule with it made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from bot.core import query
from bot.model import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A story with the concepts it may use: all of a rule."""

    story: Story
    concepts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Add:
    """One more spelling of a concept."""

    concept: str
    spelling: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Remove:
    """One spelling of a concept less."""

    concept: str
    spelling: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Widen:
    """An alternative for a plain word of the query. ``word``: its label."""

    word: str
    spelling: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Exclude:
    """A NOT at the query's end."""

    spelling: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Threshold:
    """Another score from which an item is about the story."""

    value: float


Edit: TypeAlias = Add | Remove | Widen | Exclude | Threshold


def made(edit: Edit, draft: Draft) -> Draft:
    """The rule with the edit made. Raises QueryError where no rule comes of it, or one that nothing can match."""
    match edit:
        case Add(concept=name, spelling=spelling):
            return _with(draft, name, (*draft.concepts[name], spelling))
        case Remove(concept=name, spelling=spelling):
            return _with(draft, name, tuple(each for each in draft.concepts[name] if each != spelling))
        case Widen(word=label, spelling=spelling):
            return _asking(draft, query.widened(draft.story.query, draft.concepts, label, quoted(spelling)))
        case Exclude(spelling=spelling):
            return _asking(draft, query.narrowed(draft.story.query, draft.concepts, quoted(spelling)))
        case Threshold(value=value):
            return replace(draft, story=replace(draft.story, threshold=value))


def quoted(spelling: str) -> str:
    """A spelling as a query writes it: in quotes no word is taken for a concept or an operator."""
    return f'"{spelling}"'


def _with(draft: Draft, name: str, spellings: tuple[str, ...]) -> Draft:
    return replace(draft, concepts={**draft.concepts, name: spellings})


def _asking(draft: Draft, text: str) -> Draft:
    query.check_satisfiable(query.parse(text, draft.concepts), draft.concepts)
    return replace(draft, story=replace(draft.story, query=text))
