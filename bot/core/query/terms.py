"""One term: from the text a user wrote to a checked ``Term``. A concept's spellings and a query's words share these rules."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from bot.core import fold, script
from bot.core.query.tree import Term
from bot.errors import QueryError

LONGEST = 200  # characters of a term: a headline or the full name of any treaty fits
KEPT = 20_000  # spellings of a configuration, read by its check, its advice and its rules; none that was seen has as many
_OPERATOR = re.compile(r"(?<!\S)(?:AND|OR|NOT|NEAR(?:/\d+)?)(?!\S)")
_STARS = re.compile(r"\*+")


def regex_term(body: str, *, column: int = 1) -> Term:
    """A ``/body/``; ``column`` is that of its first slash. Raises QueryError at the place the regex goes wrong."""
    from bot.core import regexes  # and regex with it: few stories have one

    try:
        regexes.read(body)
    except regexes.BadRegex as error:
        message = f"the regex /{body}/ cannot be used: {error.why}"
        raise QueryError(message, column=column + 1 + error.offset, hint=error.hint) from error
    return Term(text=body, kind="regex")


def words_term(text: str, *, exact: bool = False, column: int = 1) -> Term:
    """One word or several in sequence. Raises QueryError for one that nothing or anything could match."""
    text = _STARS.sub("*", " ".join(text.split()))
    if len(text) > LONGEST:
        raise QueryError(f"a term longer than {LONGEST} characters", column=column, hint="look for its most telling words")
    if not any(script.of(char) for char in fold.fold(text).text):
        raise QueryError(
            f"'{text}' has no letter or digit" if text else "nothing stands between the quotes",
            column=column,
            hint="write a word; signs alone can be found by a /regex/",
        )
    for word in text.split():
        _check_stars(word, column)
    return Term(text=text, exact=exact)


@lru_cache(maxsize=KEPT)
def spelling_term(spelling: str) -> Term:
    """One entry of a concept's list. Raises QueryError, its ``source`` the spelling."""
    text = spelling.strip()
    start = 1 + len(spelling) - len(spelling.lstrip())
    short = text.startswith("~")
    full = text.removeprefix("~").lstrip() if short else text
    try:
        return replace(_spelling(full, start + len(text) - len(full)), short=short)
    except QueryError as error:
        error.source = spelling
        raise


def _spelling(text: str, column: int) -> Term:
    if not text:
        raise QueryError("the spelling is empty", column=column, hint="write a word or a phrase, or remove it")
    if text.startswith("/"):
        if len(text) < 3 or not text.endswith("/"):
            raise QueryError("the regex is not closed", column=column, hint="a regex stands between two slashes: /gpt-?[45]/")
        return regex_term(text[1:-1], column=column)
    exact = text.startswith("=")
    words = text[1:].strip() if exact else text
    if len(words) > 1 and words[0] == words[-1] == '"':
        return words_term(words[1:-1], exact=exact, column=column)
    operator = _OPERATOR.search(text)
    if operator and not exact and operator[0] != text:
        hint = (
            f'give each spelling an entry of its own, or put quotes around it if {operator[0]} belongs to the name: "\\"...\\""'
        )
        raise QueryError(f"{operator[0]} in a spelling", column=column + operator.start(), hint=hint)
    return words_term(words, exact=exact, column=column)


def _check_stars(word: str, column: int) -> None:
    """One ``*`` inside a word, more only at its ends, and enough letters that it is still a word."""
    if "*" not in word:
        return
    if "*" in word.strip("*").replace("*", "", 1):
        raise QueryError(f"more than one * inside '{word}'", column=column, hint="one * inside a word, and one at either end")
    letters = [found for char in fold.fold(word).text if (found := script.of(char))]
    if len(letters) < 2 and all(found.left for found in letters):
        hint = "a * needs at least two letters beside it: cyber*"
        raise QueryError(f"'{word}' would be found almost everywhere", column=column, hint=hint)
