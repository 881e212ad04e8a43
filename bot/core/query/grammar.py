"""From the text of a query to the tree of its words and concepts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from bot.core.query import refusals, syntax, terms
from bot.core.query.syntax import Misplaced, Token, Tree
from bot.core.query.tree import And, Concept, Leaf, Near, Node, Not, Or, Term, Title, Word, needs_nothing, negations
from bot.errors import QueryError

# Bounds, not tuned: a query is written and read by people, long lists belong into concepts.
LONGEST_QUERY = 10_000
DEEPEST = 25  # brackets within brackets; the tree is walked by recursion
FARTHEST = 100  # words of a NEAR

# What a word processor or a keyboard of another script makes of our signs; one character for one, so columns stay right.
_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("\u201c\u201d\u201e\u201f\uff02", '"')
    | {"\uff08": "(", "\uff09": ")", "\uff1d": "=", "\uff1a": ":", "\uff0a": "*"}
    | dict.fromkeys("\u200b\u2060\ufeff", " ")
)


def tree(query: str, names: Mapping[str, Sequence[str]]) -> Node:
    """The query as a tree. ``names``: the concepts, casefolded name to configured names. Raises QueryError without ``source``."""
    text = query.translate(_TYPOGRAPHY)
    if not text.strip():
        raise QueryError("the query is empty", hint="write what must be there, such as: openai AND (nato OR pentagon)")
    if len(query) > LONGEST_QUERY:
        raise QueryError(f"the query is longer than {LONGEST_QUERY} characters", hint="put its words into a concept")
    tokens = _tokens(text)
    try:
        built = _Builder(names).build(syntax.parse(tokens))
    except Misplaced as error:
        raise refusals.misplaced(error, tokens, text) from error
    if needs_nothing(built):
        alone = negations(built)[0]
        hint = "say what must be there as well: openai AND NOT lawsuit"
        raise QueryError("with this NOT the query would match every item", line=alone.line, column=alone.column, hint=hint)
    return built


def replaced(query: str, places: Collection[tuple[int, int]], by: Callable[[str], str]) -> str:
    """A readable query with other text in the place of the words that begin at these lines and columns."""
    tokens = [token for token in _tokens(query.translate(_TYPOGRAPHY)) if (token.line, token.column) in places]
    for token in reversed(tokens):
        query = query[: token.start] + by(query[token.start : token.end]) + query[token.end :]
    return query


def _tokens(text: str) -> list[Token]:
    tokens = syntax.tokens(text)
    depth = 0
    for token in tokens:
        depth += (token.type == "LPAR") - (token.type == "RPAR")
        if depth > DEEPEST:
            raise refusals.at(token, f"more than {DEEPEST} brackets within each other", "put parts of the query into concepts")
    return tokens


class _Builder:
    """Gives the signs and words their meaning. Recursion is bounded: the brackets were counted, and nothing else nests."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names

    def build(self, node: Tree, *, titled: bool = False) -> Node:
        mark, parts = node.token, node.parts
        match node.kind:
            case "or" | "and" as kind:
                built = tuple(self.build(part, titled=titled) for part in parts)
                return Or(parts=built) if kind == "or" else And(parts=built)
            case "near":
                return self._near(mark, parts, titled=titled)
            case "negated":
                return Not(part=self.build(parts[0], titled=titled), line=mark.line, column=mark.column)
            case "titled":
                if titled:
                    raise refusals.at(mark, "title: inside title:", "one title: before the bracket covers all of it")
                return Title(part=self.build(parts[0], titled=True))
            case "bracketed":
                return self.build(parts[0], titled=titled)
            case "word":
                return self._word(mark)

    def _near(self, mark: Token, parts: Sequence[Tree], *, titled: bool) -> Near:
        words = int(mark[5:9])
        if not 1 <= words <= FARTHEST or len(mark) > 8:
            raise refusals.at(mark, f"{mark} is out of range", f"NEAR/1 to NEAR/{FARTHEST}: how many words may stand between")
        left, right = (self._operand(self.build(part, titled=titled), mark) for part in parts)
        return Near(left=left, right=right, words=words)

    def _operand(self, node: Node, mark: Token) -> tuple[Leaf, ...]:
        if isinstance(node, Word | Concept):
            return (node,)
        if isinstance(node, Or):
            return tuple(leaf for part in node.parts for leaf in self._operand(part, mark))
        hint = f"{mark} stands between words, phrases, concepts or (a OR b); write NOT before a bracket: NOT (a {mark} b)"
        raise refusals.at(mark, f"{mark} cannot join these", hint)

    def _word(self, token: Token) -> Leaf:
        line, column = token.line, token.column
        names = self._names.get(token.casefold(), ()) if token.type == "WORD" else ()
        if len(names) > 1:
            raise refusals.at(token, f"the concepts {' and '.join(names)} differ only in case", "rename one of them")
        if names:
            return Concept(name=names[0], line=line, column=column)
        try:
            return Word(term=_term(token, column), line=line, column=column, bare=token.type == "WORD")
        except QueryError as error:
            error.line = line
            raise


def _term(token: Token, column: int) -> Term:
    match token.type:
        case "REGEX":
            return terms.regex_term(token[1:-1], column=column)
        case "PHRASE":
            return terms.words_term(token[1:-1], column=column)
        case "CASED_PHRASE":
            return terms.words_term(token[2:-1], exact=True, column=column)
        case "CASED":
            return terms.words_term(token[1:], exact=True, column=column)
        case "WORD" if token[0] not in "-+!&|~^":
            return terms.words_term(token, column=column)
    raise refusals.unreadable(token)
