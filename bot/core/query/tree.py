"""The query as a tree. Every node is a plain value; operators of one kind in a row are one node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What is looked for: words in sequence (``*`` stands for letters), or a regex.

    ``exact``: only in the case it is written in. ``short``: a short form ("the alliance"), which counts only where a full
    form of its concept stands in the same text.
    """

    text: str
    kind: Literal["words", "regex"] = "words"
    exact: bool = False
    short: bool = False

    @property
    def label(self) -> str:
        """The term as a concept's list writes it."""
        mark = "~" if self.short else ""
        if self.kind == "regex":
            return f"{mark}/{self.text}/"
        if self.exact:
            return f'{mark}="{self.text}"' if " " in self.text else f"{mark}={self.text}"
        return mark + self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A term in a query. ``bare``: neither quoted nor marked, so it might have been meant for a concept."""

    term: Term
    line: int
    column: int
    bare: bool = False

    @property
    def label(self) -> str:
        """What receipts call it. Its quotes keep a phrase apart from the concept of that name."""
        plain = self.bare or self.term.exact or self.term.kind == "regex"
        return self.term.label if plain else f'"{self.term.text}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A concept in a query, by its configured name."""

    name: str
    line: int
    column: int

    @property
    def label(self) -> str:
        """What receipts call it."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of its parts, wherever in the item."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """At least one of its parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """Its part must not hold, in no field."""

    part: Node
    line: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A word of ``left`` and one of ``right`` in one field, either order, with at most ``words`` words between them."""

    left: tuple[Leaf, ...]
    right: tuple[Leaf, ...]
    words: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """Its part must hold within the title."""

    part: Node


Leaf: TypeAlias = Word | Concept
Node: TypeAlias = Word | Concept | And | Or | Not | Near | Title


def leaves(node: Node) -> tuple[Leaf, ...]:
    """The words and concepts below a node, in the order of the query."""
    match node:
        case Word() | Concept():
            return (node,)
        case And(parts=parts) | Or(parts=parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(part=part) | Title(part=part):
            return leaves(part)
        case Near(left=left, right=right):
            return left + right


def needs_nothing(node: Node) -> bool:
    """Whether a text without any of the query's words satisfies the node."""
    match node:
        case And(parts=parts):
            return all(needs_nothing(part) for part in parts)
        case Or(parts=parts):
            return any(needs_nothing(part) for part in parts)
        case Not(part=part):
            return not needs_nothing(part)
        case Title(part=part):
            return needs_nothing(part)
        case Word() | Concept() | Near():
            return False


def negations(node: Node) -> tuple[Not, ...]:
    """The NOTs of a tree, in the order of the query."""
    match node:
        case And(parts=parts) | Or(parts=parts):
            return tuple(found for part in parts for found in negations(part))
        case Not(part=part):
            return (node, *negations(part))
        case Title(part=part):
            return negations(part)
        case Word() | Concept() | Near():
            return ()


def wanted(node: Node) -> tuple[Leaf, ...]:
    """The leaves that speak for the query: those under no NOT."""
    match node:
        case Word() | Concept():
            return (node,)
        case And(parts=parts) | Or(parts=parts):
            return tuple(leaf for part in parts for leaf in wanted(part))
        case Not():
            return ()
        case Title(part=part):
            return wanted(part)
        case Near(left=left, right=right):
            return left + right


def without_nots(node: Node) -> Node | None:
    """What the query asks for once every NOT is granted; None when that is nothing."""
    match node:
        case Word() | Concept() | Near():
            return node
        case And(parts=parts):
            asked = tuple(part for each in parts if (part := without_nots(each)) is not None)
            return And(parts=asked) if asked else None
        case Or(parts=parts):
            choices = tuple(without_nots(part) for part in parts)
            return None if None in choices else Or(parts=tuple(choice for choice in choices if choice is not None))
        case Title(part=part):
            below = without_nots(part)
            return None if below is None else Title(part=below)
        case Not():
            return None
