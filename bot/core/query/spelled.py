"""The terms that a word or concept of a query stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.query import terms
from bot.core.query.tree import Leaf, Term, Word
from bot.errors import QueryError


def spelled(leaf: Leaf, concepts: Mapping[str, Sequence[str]]) -> tuple[Term, ...]:
    """The terms, each once. Raises QueryError at the concept's place in the query: an empty one, or a spelling that is wrong."""
    if isinstance(leaf, Word):
        return (leaf.term,)
    if not concepts[leaf.name]:
        hint = f'list its spellings: {leaf.name} = ["...", "..."]'
        raise QueryError(f"the concept '{leaf.name}' is empty", line=leaf.line, column=leaf.column, hint=hint)
    found = []
    for spelling in concepts[leaf.name]:
        try:
            found.append(terms.spelling_term(spelling))
        except QueryError as error:
            message = f"the concept '{leaf.name}' has the spelling '{spelling}', and {error.message}"
            raise QueryError(message, line=leaf.line, column=leaf.column, hint=error.hint) from error
    if all(term.short for term in found):
        hint = 'a short form counts beside a full one: write a spelling without "~" as well'
        raise QueryError(f"the concept '{leaf.name}' has short forms only", line=leaf.line, column=leaf.column, hint=hint)
    return tuple(dict.fromkeys(found))
