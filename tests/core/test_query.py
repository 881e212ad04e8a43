"""The query language: what is read, what is refused, and what a refusal says."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core import query
from bot.core.query import And, Concept, Near, Node, Not, Or, Title, Word
from bot.errors import QueryError

P = ParamSpec("P")
T = TypeVar("T")
stable = settings(max_examples=100, derandomize=True, deadline=None)

CONCEPTS = {"openai": ["OpenAI"], "nato": ["NATO", "OTAN"], "Pentagon": ["Pentagon"]}


def shape(node: Node) -> object:
    """A tree without its places, short enough to write down."""
    match node:
        case Word():
            return node.label
        case Concept(name=name):
            return name.upper()
        case And(parts=parts):
            return ("and", *map(shape, parts))
        case Or(parts=parts):
            return ("or", *map(shape, parts))
        case Not(part=part):
            return ("not", shape(part))
        case Title(part=part):
            return ("title", shape(part))
        case Near(left=left, right=right, words=words):
            return ("near", words, [shape(leaf) for leaf in left], [shape(leaf) for leaf in right])


def outcome(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | QueryError:
    """What came out: the result, or the refusal as a value."""
    try:
        return read(*args, **kwargs)
    except QueryError as error:
        return error


def refusal(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        query.parse(text, CONCEPTS)
    return caught.value


# ---------------------------------------------------------------- what is read

READ = [
    ("lawsuit", "lawsuit"),
    ("openai", "OPENAI"),
    ("OPENAI", "OPENAI"),
    ("pentagon", "PENTAGON"),
    ('"openai"', '"openai"'),
    ("=openai", "=openai"),
    ("openai*", "openai*"),
    ("openai AND nato", ("and", "OPENAI", "NATO")),
    ("a AND b AND c", ("and", "a", "b", "c")),
    ("a OR b AND c", ("or", "a", ("and", "b", "c"))),
    ("(a OR b) AND c", ("and", ("or", "a", "b"), "c")),
    ("a AND NOT b OR c", ("or", ("and", "a", ("not", "b")), "c")),
    ("a AND NOT (b OR c)", ("and", "a", ("not", ("or", "b", "c")))),
    ("a AND NOT(b)", ("and", "a", ("not", "b"))),
    ("a AND b NEAR/5 c", ("and", "a", ("near", 5, ["b"], ["c"]))),
    ('openai NEAR/100 (nato OR "the alliance")', ("near", 100, ["OPENAI"], ["NATO", '"the alliance"'])),
    ("(a OR (b OR c)) NEAR/1 d", ("near", 1, ["a", "b", "c"], ["d"])),
    ("title:x", ("title", "x")),
    ("Title: x", ("title", "x")),
    ("title:nato", ("title", "NATO")),
    ('title:"x y" AND z', ("and", ("title", '"x y"'), "z")),
    ("title:(a OR b)", ("title", ("or", "a", "b"))),
    ("title:(a NEAR/3 b AND NOT c)", ("title", ("and", ("near", 3, ["a"], ["b"]), ("not", "c")))),
    ('="Department of War"', '="Department of War"'),
    ("/gpt-?[45]o?/", "/gpt-?[45]o?/"),
    (r"/a\/b+/ OR x", ("or", r"/a\/b+/", "x")),
    ("ANDROID OR NOTE OR ORDER OR NEARBY", ("or", "ANDROID", "NOTE", "ORDER", "NEARBY")),
    ('"AND" OR "not"', ("or", '"AND"', '"not"')),
    ("北约 OR 나토 OR Пентагон* OR ניו", ("or", "北约", "나토", "Пентагон*", "ניו")),
    ('נאט"ו OR nato', ("or", 'נאט"ו', "NATO")),
    ("“the alliance” OR （nato）", ("or", '"the alliance"', "NATO")),
    ("10:30 OR C++ OR AT&T OR don't OR gpt-4", ("or", "10:30", "C++", "AT&T", "don't", "gpt-4")),
    ("\n  a\n  AND\n  b\n", ("and", "a", "b")),
    ("(" * 25 + "a" + ")" * 25, "a"),
]


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text[:40] for text, _ in READ])
def test_a_query_is_read(text: str, expected: object) -> None:
    assert shape(query.parse(text, CONCEPTS)) == expected


def test_words_know_where_they_stand() -> None:
    tree = query.parse("openai AND\n  (nato OR\n   war)", CONCEPTS)
    assert [(leaf.label, leaf.line, leaf.column) for leaf in query.leaves(tree)] == [
        ("openai", 1, 1),
        ("nato", 2, 4),
        ("war", 3, 4),
    ]


# ---------------------------------------------------------------- what is refused

CAPITALS = "operators are written in capitals: {}"
REFUSED = [
    ("", 1, 1, "empty", "openai AND (nato OR pentagon)"),
    ("  \n ", 1, 1, "empty", "write what must be there"),
    ("\u200b \ufeff", 1, 1, "empty", "write what must be there"),
    ("sam altman", 1, 5, "'altman' stands beside 'sam'", '"sam altman" in quotes'),
    ('nato "x y"', 1, 6, "without an operator", "AND or OR"),
    ("a (b)", 1, 3, "without an operator", "AND or OR"),
    ("(a) b", 1, 5, "without an operator", "AND or OR"),
    ("openai and nato", 1, 8, "'and' is read as a word", CAPITALS.format("AND")),
    ("openai\nor nato", 2, 1, "'or' is read as a word", CAPITALS.format("OR")),
    ("not openai", 1, 1, "'not' is read as a word", CAPITALS.format("NOT")),
    ("a AND Not b", 1, 7, "'Not' is read as a word", CAPITALS.format("NOT")),
    ("a near/5 b", 1, 3, "'near/5' is read as a word", CAPITALS.format("NEAR/5")),
    ("openai NOT lawsuit", 1, 8, "NOT stands beside 'openai'", "openai AND NOT lawsuit"),
    ("a NOT", 1, 3, "NOT stands beside", "a AND NOT ..."),
    ("a -b", 1, 3, "'-b'", "AND NOT b"),
    ("-b", 1, 1, "'-b'", "AND NOT b"),
    ("a +b", 1, 3, "'+b'", "AND b"),
    ("a && b", 1, 3, "'&&'", "write AND"),
    ("a || b", 1, 3, "'||'", "write OR"),
    ('"a b"~5', 1, 6, "'~5'", "NEAR/5"),
    ("NOT a", 1, 1, "would match every item", "openai AND NOT lawsuit"),
    ("a OR NOT b", 1, 6, "would match every item", "AND NOT"),
    ("NOT (a AND b)", 1, 1, "would match every item", "AND NOT"),
    ("NOT a AND NOT b", 1, 1, "would match every item", "AND NOT"),
    ("title:(NOT a)", 1, 8, "would match every item", "AND NOT"),
    ("a AND NOT NOT b", 1, 11, "NOT follows NOT", "a AND NOT (b OR c)"),
    ("a AND", 1, 6, "ends after AND", "remove it"),
    ("a OR\n\n", 1, 5, "ends after OR", "remove it"),
    ("a AND title:", 1, 13, "ends after title:", "remove it"),
    ("AND a", 1, 1, "nothing stands before AND", "quotes"),
    ("(OR a)", 1, 2, "nothing stands before OR", "quotes"),
    ("a AND OR b", 1, 7, "OR follows AND", "between AND and OR"),
    ("a NEAR/5 NOT b", 1, 3, "cannot join these", "NOT (a NEAR/5 b)"),
    ("title:AND", 1, 7, "AND follows title:", "title:word"),
    ("()", 1, 2, "nothing stands between these brackets", "remove them"),
    ("(a OR )", 1, 7, "OR has nothing after it", "remove OR"),
    ("(a AND (b OR c)", 1, 1, "this ( is never closed", "add the )"),
    ("a)", 1, 2, "this ) closes nothing", "remove it"),
    ("(" * 26 + "a" + ")" * 26, 1, 26, "more than 25 brackets", "concepts"),
    ("(" * 5_000, 1, 26, "more than 25 brackets", "concepts"),
    ("a OR " * 2_500 + "a", 1, 1, "longer than 10000 characters", "concept"),
    ('nato AND "no end', 1, 10, "quote is not closed", 'with "'),
    ('"one\nline"', 1, 1, "quote is not closed", 'with "'),
    ('""', 1, 1, "nothing stands between the quotes", "write a word"),
    ("***", 1, 1, "no letter or digit", "/regex/"),
    ("a OR ...", 1, 6, "'...' has no letter or digit", "/regex/"),
    ("=", 1, 1, "no letter or digit", "write a word"),
    ("a*", 1, 1, "'a*' would be found almost everywhere", "at least two letters"),
    ('"* nato"', 1, 1, "'*' would be found almost everywhere", "at least two letters"),
    ("wi*ld*card", 1, 1, "more than one * inside", "one * inside a word"),
    ("x" * 201, 1, 1, "longer than 200 characters", "telling"),
    ("a OR /abc", 1, 6, "regex is not closed", "two slashes"),
    ("/abc/i", 1, 1, "takes no flags", "ignores case already"),
    ("nato OR /(ab/", 1, 13, "missing )", r"put a \ before"),
    ("/ab[/", 1, 5, "unterminated", r"put a \ before"),
    ("/a*/", 1, 2, "matches the empty text", "write +"),
    ("/(?R)a/", 1, 2, "recursion", "depth"),
    ("/" + "(" * 400 + "a" + ")" * 400 + "/", 1, 2, "longer than 500", "telling"),
    ("/" + "(" * 240 + "a" + ")" * 240 + "/", 1, 2, "more than 50 groups", "simpler"),
    ("/[a-‐]/", 1, 7, "bad character range", "\\"),
    ("a NEAR b", 1, 3, "does not say how near", "NEAR/5"),
    ("a NEAR/x b", 1, 3, "does not say how near", "NEAR/5"),
    ("a NEAR/-1 b", 1, 3, "does not say how near", "NEAR/5"),
    ("a NEAR/0 b", 1, 3, "out of range", "NEAR/1 to NEAR/100"),
    ("a NEAR/101 b", 1, 3, "out of range", "NEAR/1 to NEAR/100"),
    ("a NEAR/" + "9" * 5000 + " b", 1, 3, "out of range", "NEAR/1 to NEAR/100"),
    ("a NEAR/5 b NEAR/5 c", 1, 12, "two sides only", "AND (b NEAR/5 c)"),
    ("a NEAR/5 (b AND c)", 1, 3, "cannot join these", "phrases"),
    ("a NEAR/5 title:b", 1, 3, "cannot join these", "phrases"),
    ("NOT a NEAR/5 b", 1, 7, "cannot join these", "NOT (a NEAR/5 b)"),
    ("author:smith", 1, 1, "'author:' is no field", "only title:"),
    ("nato AND\n site: x", 2, 2, "'site:' is no field", "quotes"),
    ("title:(a AND title:b)", 1, 14, "title: inside title:", "covers all"),
    ("北约 AND 北约 五角", 1, 11, "'五角' stands beside '北约'", "quotes"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), REFUSED, ids=[row[0][:40] for row in REFUSED])
def test_a_query_is_refused_at_the_place_with_a_hint(text: str, line: int, column: int, message: str, hint: str) -> None:
    error = refusal(text)
    assert (error.line, error.column) == (line, column)
    assert message in error.message
    assert hint in error.hint
    assert error.source == text


def test_concepts_that_differ_in_case_only_are_refused_where_they_are_used() -> None:
    names = ["nato", "NATO"]
    assert shape(query.parse("war", names)) == "war"
    with pytest.raises(QueryError, match="differ only in case") as caught:
        query.parse("war AND Nato", names)
    assert caught.value.column == 9


words = st.sampled_from(
    [
        "a",
        "nato",
        "NATO",
        '"x y"',
        "=Z",
        "/r+/",
        "w*",
        "AND",
        "OR",
        "NOT",
        "NEAR/3",
        "title:",
        "(",
        ")",
        "and",
        "*",
        '"',
        "/",
        "\n",
    ]
)


@stable
@given(st.one_of(st.text(), st.lists(words).map(" ".join), st.lists(words).map("".join)))
@example("NOT " * 2_400 + "a")
@example("((((" * 2_000)
@example("title:" * 1_500)
@example("\ud800 AND a")
@example("a\x00b\x1c")
def test_any_text_is_a_tree_or_a_query_error_at_a_place_within_it(text: str) -> None:
    read = outcome(query.parse, text, CONCEPTS)
    if not isinstance(read, QueryError):
        assert query.leaves(read)
        return
    lines = text.split("\n")
    assert 1 <= read.line <= len(lines)
    assert 1 <= read.column <= len(lines[read.line - 1]) + 1
    assert read.hint
    assert "^" in query.caret(read)


# ---------------------------------------------------------------- a concept's spellings

SPELLINGS = [
    ("NATO", "NATO"),
    ("  North Atlantic\tTreaty Organization ", "North Atlantic Treaty Organization"),
    ('"Open AI"', "Open AI"),
    ("Пентагон*", "Пентагон*"),
    ("*بنتاغون", "*بنتاغون"),
    ("=NATO", "=NATO"),
    ('="Department of War"', '="Department of War"'),
    ("/nato[^a-z]/", "/nato[^a-z]/"),
    ('"LOVE AND WAR"', "LOVE AND WAR"),
    ("=LOVE AND WAR", '="LOVE AND WAR"'),
    ("OR", "OR"),
    ("ни**", "ни*"),
    ("北*", "北*"),
    ('נאט"ו', 'נאט"ו'),
]


@pytest.mark.parametrize(("text", "label"), SPELLINGS)
def test_a_spelling_is_one_term(text: str, label: str) -> None:
    query.check_spelling(text)
    assert query.spelling(text).label == label


BAD_SPELLINGS = [
    ("", 1, "empty", "remove it"),
    ("   ", 4, "empty", "remove it"),
    ("NATO OR OTAN", 6, "OR in a spelling", "an entry of its own"),
    ("  a AND b", 5, "AND in a spelling", "quotes"),
    ("x*", 1, "almost everywhere", "two letters"),
    ("!!", 1, "no letter or digit", "word"),
    ("=", 1, "nothing stands", "word"),
    ("/nato", 1, "regex is not closed", "two slashes"),
    ("  /na(to/", 9, "missing )", "\\"),
    ("/x?/", 2, "matches the empty text", "+"),
]


@pytest.mark.parametrize(("text", "column", "message", "hint"), BAD_SPELLINGS, ids=[row[0] or "empty" for row in BAD_SPELLINGS])
def test_a_spelling_is_refused_at_the_place_with_a_hint(text: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        query.check_spelling(text)
    error = caught.value
    assert (error.line, error.column, error.source) == (1, column, text)
    assert message in error.message
    assert hint in error.hint


@stable
@given(st.text())
def test_any_spelling_is_a_term_or_a_query_error(text: str) -> None:
    read = outcome(query.spelling, text)
    assert read.source == text if isinstance(read, QueryError) else read.text


# ---------------------------------------------------------------- warnings and the caret


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openai AND nato", []),
        ("openai AND pentagn", ["did you mean the concept 'Pentagon'?"]),
        ("pentagons OR pentagons", ["did you mean the concept 'Pentagon'?"]),
        ('openai AND "nato"', ["without the mark it is the concept 'nato'"]),
        ("=NATO OR x", ["without the mark it is the concept 'nato'"]),
        ("openai AND open", []),
        ("openai AND (", []),
        ("/natoo/ OR war", []),
    ],
)
def test_a_likely_slip_is_warned_of(text: str, said: list[str]) -> None:
    warnings = query.warnings(text, CONCEPTS)
    assert len(warnings) == len(said)
    assert all(part in warning for part, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("openai nato", ["openai nato", "       ^"]),
        ("a AND\n  (b c)", ["  (b c)", "     ^"]),
        ("北约 AND 北约 五角", ["北约 AND 北约 五角", " " * 14 + "^"]),
        ("नाटो AND e\u0301 x", ["नाटो AND e\u0301 x", " " * 11 + "^"]),
        ("\ta b", [" a b", "   ^"]),
        ("openai AND", ["openai AND", "          ^"]),
        ("\x1b[2J x y", [" [2J x y", " " * 5 + "^"]),
        ("a OR " * 40 + "x y" + " OR b" * 40, [("a OR " * 40)[-68:] + "x y" + (" OR b" * 40)[:69], " " * 70 + "^"]),
    ],
)
def test_the_caret_stands_below_the_place(text: str, picture: list[str]) -> None:
    error = refusal(text)
    assert query.caret(error).split("\n") == [*picture, error.hint]


def test_a_caret_needs_neither_source_nor_hint() -> None:
    assert query.caret(QueryError("odd", line=9, column=3)) == "\n^"


def test_a_tilde_marks_a_short_form_of_a_concept_and_stands_first() -> None:
    assert query.spelling("~the alliance") == query.Term(text="the alliance", short=True)
    assert query.spelling("~=Altman") == query.Term(text="Altman", exact=True, short=True)
    assert [query.spelling(each).label for each in ("~the alliance", "~=Altman", "~/x+/")] == [
        "~the alliance",
        "~=Altman",
        "~/x+/",
    ]
    with pytest.raises(QueryError, match="the spelling is empty"):
        query.spelling("~")
    with pytest.raises(QueryError, match="begins with a sign"):
        query.parse("~alliance", [])
