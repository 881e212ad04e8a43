"""What a user is told about a query that cannot be read: where, what is wrong, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.query.syntax import Misplaced, Token
from bot.errors import QueryError

_OPERATORS = ("AND", "OR", "NOT", "NEAR")
_BROKEN = ("OPEN_QUOTE", "OPEN_REGEX", "BAD_NEAR", "FIELD")
_FLAGGED = re.compile(r"/.+/\w+")
_CAPITALS = "operators are written in capitals: {}; a word that is meant as itself goes in quotes"


def at(token: Token, message: str, hint: str) -> QueryError:
    """An error at a token."""
    return QueryError(message, line=token.line, column=token.column, hint=hint)


def unreadable(token: Token) -> QueryError:
    """A token that is no term, though it stands where one may."""
    match token.type:
        case "OPEN_QUOTE":
            return at(token, "this quote is not closed on its line", 'close the phrase with "')
        case "OPEN_REGEX" if _FLAGGED.fullmatch(token):
            return at(token, "a regex takes no flags", "it ignores case already; remove what follows the second slash")
        case "OPEN_REGEX":
            hint = "a regex stands between two slashes, /gpt-?[45]/; a word that begins with one goes in quotes"
            return at(token, "this regex is not closed", hint)
        case "BAD_NEAR":
            return at(
                token, f"'{token}' does not say how near", "NEAR/5 allows five words between; NEAR as a word goes in quotes"
            )
        case "FIELD":
            return at(token, f"'{token}' is no field", "only title: can be asked for; a text with a colon goes in quotes")
    return _sign(token)


def misplaced(error: Misplaced, tokens: Sequence[Token], text: str) -> QueryError:
    """A token where the grammar has no place for it."""
    token = error.token
    if token is None:
        return _ended(tokens, text)
    index = next((i for i, each in enumerate(tokens) if each.start == token.start), len(tokens))
    before = tokens[index - 1] if index else None
    broken = next((each for each in (before, token) if each is not None and each.type in _BROKEN), None)
    if broken is not None:
        return unreadable(broken)
    if error.operand:
        return _operand_missing(token, before)
    if token.type == "RPAR":
        return at(token, "this ) closes nothing", "remove it, or open a bracket before it")
    if token.type == "NEAR":
        return at(token, "NEAR joins two sides only", "write (a NEAR/5 b) AND (b NEAR/5 c)")
    return _side_by_side(token, before, tokens[index + 1 : index + 2])


def _ended(tokens: Sequence[Token], text: str) -> QueryError:
    opened: list[Token] = []
    for token in tokens:
        if token.type == "LPAR":
            opened.append(token)
        elif token.type == "RPAR" and opened:
            opened.pop()
    last = tokens[-1]
    if last.type in (*_OPERATORS, "TITLE"):
        line, column = _end(text)
        return QueryError(
            f"the query ends after {last}", line=line, column=column, hint=f"write what {last} belongs to, or remove it"
        )
    return at((opened or [last])[-1], "this ( is never closed", "add the ) that belongs to it")


def _end(text: str) -> tuple[int, int]:
    lines = text.rstrip().split("\n")
    return len(lines), len(lines[-1]) + 1


def _operand_missing(token: Token, before: Token | None) -> QueryError:
    if before is None or before.type == "LPAR":
        if token.type == "RPAR":
            return at(token, "nothing stands between these brackets", "write words between them, or remove them")
        return at(token, f"nothing stands before {token}", f"write a word before {token}; as a word itself it goes in quotes")
    if token.type == "RPAR":
        return at(token, f"{before} has nothing after it", f"write a word before the ), or remove {before}")
    if before.type == "NOT":
        return at(token, f"{token} follows NOT", "NOT goes before one word or one bracket: a AND NOT (b OR c)")
    if before.type == "TITLE":
        return at(token, f"{token} follows title:", 'write title:word, title:"two words" or title:(a OR b)')
    return at(token, f"{token} follows {before}", f"write a word between {before} and {token}")


def _side_by_side(token: Token, before: Token | None, after: Sequence[Token]) -> QueryError:
    small = next((each for each in (token, before) if each is not None and _is_small_operator(each)), None)
    if small is not None:
        return at(small, f"'{small}' is read as a word here", _CAPITALS.format(small.upper()))
    if token.type == "NOT":
        excluded = after[0] if after else "..."
        return at(token, f"NOT stands beside {_quoted(before)} without an operator", f"write {before} AND NOT {excluded}")
    if token.type == "WORD" and token[0] in "-+!&|~^":
        return _sign(token)
    both = token.type == "WORD" and before is not None and before.type == "WORD"
    hint = f'write AND or OR between them, or put "{before} {token}" in quotes' if both else "write AND or OR between them"
    return at(token, f"{_quoted(token)} stands beside {_quoted(before)} without an operator", hint)


def _is_small_operator(token: Token) -> bool:
    return token.type == "WORD" and token.upper().split("/")[0] in _OPERATORS


def _quoted(token: Token | None) -> str:
    return "it" if token is None else str(token) if token.type in ("LPAR", "RPAR", "PHRASE") else f"'{token}'"


def _sign(token: Token) -> QueryError:
    """Signs that other search boxes know."""
    word = token.lstrip("-+!&|~^") or "word"
    instead = {"-": f"AND NOT {word}", "!": f"AND NOT {word}", "&": "AND", "|": "OR", "~": "NEAR/5", "+": f"AND {word}"}.get(
        token[0]
    )
    hint = f"write {instead}; as itself it goes in quotes" if instead else "as itself it goes in quotes"
    return at(token, f"'{token}' begins with a sign that means nothing here", hint)
