r"""The query language's signs and brackets: text to tokens, tokens to a tree of them. Nothing here knows concepts and terms.

::

    or:    and (OR and)*             unit:  "(" or ")"  |  title: word  |  title: "(" or ")"  |  word
    and:   near (AND near)*          word:  WORD  |  PHRASE  |  CASED  |  CASED_PHRASE  |  REGEX, and what is broken:
    near:  not [NEAR not]                   OPEN_QUOTE  |  OPEN_REGEX  |  BAD_NEAR  |  FIELD
    not:   [NOT] unit

By hand, not by a parser generator: building its tables was a fourteenth of the start of a pass with nothing to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

# The first that fits is taken. Every character but white space begins one of them.
_KINDS = {
    "OR": r"OR(?![^\s()\"])",
    "AND": r"AND(?![^\s()\"])",
    "NOT": r"NOT(?![^\s()\"])",
    "NEAR": r"NEAR/[0-9]+(?![^\s()\"])",
    "BAD_NEAR": r"NEAR(?:/[^\s()\"]*)?(?![^\s()\"])",
    "TITLE": r"(?i:title:)",
    "FIELD": r"[^\W\d_]\w*:(?!//)",
    "REGEX": r"/(?:\\[^\n]|[^/\\\n])+/(?![^\s()])",
    "CASED_PHRASE": r'="[^"\n]*"',
    "PHRASE": r'"[^"\n]*"',
    "OPEN_REGEX": r"/[^\n]*",
    "OPEN_QUOTE": r'=?"[^"\n]*',
    "CASED": r"=[^\s()\"]+",
    "WORD": r'(?:[^\s()"]|(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea]))+',
    "LPAR": r"\(",
    "RPAR": r"\)",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_WORDS = frozenset(_KINDS) - {"OR", "AND", "NOT", "NEAR", "TITLE", "LPAR", "RPAR"}


class Token(str):
    """A sign, word or bracket as it was written, and where: ``line`` and ``column`` from 1, ``start`` and ``end`` in the text."""

    __slots__ = ("column", "end", "line", "start", "type")

    type: str
    start: int
    end: int
    line: int
    column: int

    @classmethod
    def at(cls, kind: str, text: str, start: int, line: int, column: int) -> Self:
        """A token that begins there."""
        token = cls(text)
        token.type, token.start, token.end, token.line, token.column = kind, start, start + len(text), line, column
        return token


Kind: TypeAlias = Literal["or", "and", "near", "negated", "bracketed", "titled", "word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """``parts`` without the signs and brackets; ``token`` is the word itself, or the NOT, NEAR or title: before or between."""

    kind: Kind
    token: Token
    parts: tuple[Tree, ...] = ()


class Misplaced(Exception):
    """A token (None: the end) where there is no place for it; ``operand``: a word or bracket was to stand there."""

    def __init__(self, token: Token | None, *, operand: bool) -> None:
        self.token, self.operand = token, operand
        super().__init__(token)


def tokens(text: str) -> list[Token]:
    """The tokens of any text."""
    line, begin = 1, 0  # of the line: its number, its first character's place
    found = []
    for match in _TOKEN.finditer(text):
        start = match.start()
        if newlines := text.count("\n", begin, start):
            line, begin = line + newlines, text.rindex("\n", begin, start) + 1
        found.append(Token.at(match.lastgroup or "", match[0], start, line, start - begin + 1))
    return found


def parse(found: Sequence[Token]) -> Tree:
    """The tree of all tokens. Raises Misplaced at the first that cannot stand where it does."""
    reader = _Reader(found)
    tree = reader.either()
    if reader.next() is not None:
        raise Misplaced(reader.next(), operand=False)
    return tree


class _Reader:
    """Reads tokens from left to right, one rule of the grammar a method. The caller bounds how deep brackets nest."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens, self._place = found, 0

    def next(self) -> Token | None:
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def _take(self, *kinds: str) -> Token | None:
        token = self.next()
        if token is None or token.type not in kinds:
            return None
        self._place += 1
        return token

    def either(self) -> Tree:
        return self._row("OR", "or", self._all)

    def _all(self) -> Tree:
        return self._row("AND", "and", self._near)

    def _row(self, sign: str, kind: Kind, part: Callable[[], Tree]) -> Tree:
        """Parts with that sign between them; one alone is itself. The tree bears the last sign."""
        parts, last = [part()], None
        while (more := self._take(sign)) is not None:
            last = more
            parts.append(part())
        return parts[0] if last is None else Tree(kind=kind, token=last, parts=tuple(parts))

    def _near(self) -> Tree:
        left = self._not()
        sign = self._take("NEAR")
        return left if sign is None else Tree(kind="near", token=sign, parts=(left, self._not()))

    def _not(self) -> Tree:
        sign = self._take("NOT")
        return self._unit() if sign is None else Tree(kind="negated", token=sign, parts=(self._unit(),))

    def _unit(self) -> Tree:
        if (sign := self._take("TITLE")) is not None:
            return Tree(kind="titled", token=sign, parts=(self._bracket() or self._word(),))
        return self._bracket() or self._word()

    def _bracket(self) -> Tree | None:
        opened = self._take("LPAR")
        if opened is None:
            return None
        inner = self.either()
        if self._take("RPAR") is None:
            raise Misplaced(self.next(), operand=False)
        return Tree(kind="bracketed", token=opened, parts=(inner,))

    def _word(self) -> Tree:
        word = self._take(*_WORDS)
        if word is None:
            raise Misplaced(self.next(), operand=True)
        return Tree(kind="word", token=word)
