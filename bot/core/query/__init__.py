"""The query language: a story's query and a concept's spellings, read into a tree, or refused with line, column and hint.

    openai AND (nato OR pentagon)         concepts: a bare word equal to a concept's name, ignoring case
    lawsuit  "classified network"         a word; a phrase: its words in sequence
    AND OR NOT (...)                      NOT binds tightest, then NEAR, AND, OR
    title:x  title:"x y"  title:(a OR b)  within the title
    openai NEAR/5 nato                    at most five words between, either order, in one field
    cyber*  *warfare  de*ense             letters and digits of that word
    =NATO  ="Department of War"           only in this case
    /gpt-?[45]o?/                         a regex, ignoring case

In a concept's list a spelling may begin with ``~``: a short form ("~the alliance"), see ``Term.short``.

``syntax`` and ``grammar`` read, ``refusals`` words what is wrong, ``terms`` checks one term, ``tree`` is what comes out;
``contradiction`` finds queries that nothing can match, ``thin`` concepts that miss much.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from bot.core.query import grammar, terms
from bot.core.query.contradiction import contradiction
from bot.core.query.spelled import spelled
from bot.core.query.thin import thin
from bot.core.query.tree import (
    And,
    Concept,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Term,
    Title,
    Word,
    leaves,
    needs_nothing,
    negations,
    wanted,
    without_nots,
)
from bot.errors import QueryError

__all__ = [
    "And",
    "Concept",
    "Leaf",
    "Near",
    "Node",
    "Not",
    "Or",
    "Term",
    "Title",
    "Word",
    "caret",
    "check_satisfiable",
    "check_spelling",
    "checked",
    "leaves",
    "narrowed",
    "needs_nothing",
    "negations",
    "parse",
    "spelled",
    "spelling",
    "thin",
    "wanted",
    "warnings",
    "widened",
    "without_nots",
]
# `pentagn` for `pentagon` has a ratio of .93, `open` for `openai` .8, `nator` for `nato` .89.
_NEAR_NAME = 0.85
_CARET_ROOM = 70  # cells shown on either side of the caret


def parse(query: str, names: Iterable[str]) -> Node:
    """The query's tree; ``names`` are the configured concepts. Raises QueryError (and nothing else) for any text."""
    try:
        return grammar.tree(query, _by_fold(names))
    except QueryError as error:
        error.source = query
        raise


def checked(query: str, concepts: Mapping[str, Sequence[str]]) -> Node:
    """As ``parse``, when the concepts that the query uses can be read too, and some text can match. Raises QueryError."""
    tree = parse(query, concepts)
    try:
        for leaf in leaves(tree):
            spelled(leaf, concepts)
        check_satisfiable(tree, concepts)
    except QueryError as error:
        error.source = query
        raise
    return tree


def widened(query: str, names: Iterable[str], label: str, alternative: str) -> str:
    """The query with ``(word OR alternative)`` in the place of every word of that label. Raises QueryError."""
    places = {(leaf.line, leaf.column) for leaf in leaves(parse(query, names)) if leaf.label == label}
    return grammar.replaced(query, places, lambda word: f"({word} OR {alternative})")


def narrowed(query: str, names: Iterable[str], excluded: str) -> str:
    """The query with ``AND NOT excluded`` behind it. Raises QueryError."""
    tree = parse(query, names)
    kept = query.rstrip()
    return f"({kept}) AND NOT {excluded}" if isinstance(tree, Or) else f"{kept} AND NOT {excluded}"


def spelling(text: str) -> Term:
    """One entry of a concept's list as a term: a phrase needs no quotes. Raises QueryError."""
    return terms.spelling_term(text)


def check_spelling(spelling: str) -> None:
    """Raises QueryError when an entry of a concept's list cannot be read."""
    terms.spelling_term(spelling)


def check_satisfiable(tree: Node, concepts: Mapping[str, Sequence[str]]) -> None:
    """Raises QueryError for a query that no text can match, whatever stands in it."""
    found = contradiction(tree, concepts)
    if found is None:
        return
    excluded = "it" if found.asked == found.excluded else f"{found.excluded}, which is there wherever {found.asked} is"
    message = f"this NOT leaves nothing to match: the query asks for {found.asked} and excludes {excluded}"
    raise QueryError(message, line=found.mark.line, column=found.mark.column, hint="take one of the two out")


def warnings(query: str, concepts: Mapping[str, Sequence[str]]) -> list[str]:
    """Likely slips: plain words that nearly name a concept, or do so in quotes. None for a query that is refused."""
    try:
        found = leaves(parse(query, concepts))
    except QueryError:
        return []
    words = (leaf for leaf in found if isinstance(leaf, Word) and leaf.term.kind == "words")
    return list(dict.fromkeys(said for word in words if (said := _slip(word, _by_fold(concepts)))))


def caret(error: QueryError) -> str:
    """The faulty line of the query, a caret below the place, and the hint: for a terminal, in a font of fixed width."""
    lines = error.source.split("\n")
    line = lines[error.line - 1] if 0 < error.line <= len(lines) else ""
    before, after = line[: error.column - 1], line[error.column - 1 :]
    shown = _fitting(before[::-1])[::-1]
    pad = " " * sum(_cells(char) for char in shown)
    rows = [_printable(shown + _fitting(after)), f"{pad}^", *([error.hint] if error.hint else [])]
    return "\n".join(rows)


def _by_fold(names: Iterable[str]) -> dict[str, list[str]]:
    folded: dict[str, list[str]] = {}
    for name in names:
        folded.setdefault(name.casefold(), []).append(name)
    return folded


def _slip(word: Word, names: Mapping[str, Sequence[str]]) -> str | None:
    text = word.term.text.casefold()
    if not word.bare and text in names:
        return f"{word.label} looks for the word itself; without the mark it is the concept '{names[text][0]}'"
    near = difflib.get_close_matches(text, names, n=1, cutoff=_NEAR_NAME) if word.bare else []
    return f"'{word.term.text}' is looked for as a plain word; did you mean the concept '{names[near[0]][0]}'?" if near else None


def _cells(char: str) -> int:
    """Columns of a terminal that a character takes (UAX 11)."""
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _fitting(text: str) -> str:
    used = 0
    for index, char in enumerate(text):
        used += _cells(char)
        if used > _CARET_ROOM:
            return text[:index]
    return text


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
