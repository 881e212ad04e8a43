"""Queries that nothing can match are refused with the reason; those that something can match never are."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import match, query
from bot.errors import QueryError
from bot.model import Story

CONCEPTS = {
    "openai": ["OpenAI", "ChatGPT*", "~Altman"],
    "nato": ["NATO", "=OTAN", "北约"],
    "alliances": ["NATO", "otan", "北约", "AUKUS"],
    "short": ["x-form", "~NATO"],
}

IMPOSSIBLE = {
    "a word and not it": ("drone AND NOT drone", 11, "asks for drone and excludes it"),
    "a concept and not it": ("openai AND nato AND NOT openai", 21, "asks for openai and excludes it"),
    "the NOT first": ("NOT nato AND nato", 1, "asks for nato and excludes it"),
    "in brackets": ("openai AND NOT (nato OR openai)", 12, "asks for openai"),
    "each of two ways": ("(nato OR openai) AND NOT nato AND NOT openai", 22, "asks for nato"),
    "in the title and nowhere": ("title:nato AND NOT nato", 16, "asks for nato"),
    "in the title and not in it": ("title:(nato AND NOT nato)", 17, "asks for nato"),
    "near it and without it": ("(openai NEAR/5 nato) AND NOT nato", 26, "asks for nato"),
    "a spelling without its concept": ('"NATO" AND NOT nato', 12, 'asks for "NATO" and excludes nato, which is there wherever "NATO" is'),
    "a concept without a wider one": ("nato AND NOT alliances", 10, "asks for nato and excludes alliances, which is there wherever nato"),
    "one case without any": ("=Drone AND NOT drone", 12, "asks for =Drone and excludes drone"),
    "capitals without any case": ("=NATO AND NOT \"NATO\"", 11, "asks for =NATO"),
    "not not": ("nato AND NOT (NOT (NOT nato))", 20, "asks for nato"),
    "a regex": ("/gpt-?4/ AND NOT /gpt-?4/", 14, "asks for /gpt-?4/"),
}  # fmt: skip


def compiled(text: str) -> match.Rule:
    return match.compile_rule(Story(name="s", title="t", query=text), CONCEPTS)


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_a_query_that_nothing_can_match_is_refused(case: str) -> None:
    text, column, said = IMPOSSIBLE[case]
    with pytest.raises(QueryError) as caught:
        compiled(text)
    assert said in caught.value.message
    assert (caught.value.line, caught.value.column) == (1, column)
    assert text[column - 1 :].startswith("NOT")
    assert "\n" + " " * (column - 1) + "^" in query.caret(caught.value)


# Each with a title and a summary that it matches: possible is what is shown, not what is said.
POSSIBLE = {
    "two words": ("drone AND NOT lawsuit", "A drone", ""),
    "in the text and not in the title": ("nato AND NOT title:nato", "Rain", "NATO said so."),
    "one of two ways": ("(nato AND NOT nato) OR openai", "OpenAI", ""),
    "a concept without one of its spellings": ('nato AND NOT "NATO"', "OTAN", ""),
    "a wider concept without a narrower": ("alliances AND NOT nato", "AUKUS", ""),
    "any case without one": ("drone AND NOT =Drone", "A drone", ""),
    "small letters without capitals": ('otan AND NOT "OTAN"', "otan", ""),
    "apart and not near": ("openai AND drone AND NOT (openai NEAR/1 drone)", "OpenAI said that it builds a drone", ""),
    "a full form without the short one": ("short AND NOT nato", "x-form", ""),
    "another ending": ("cyber* AND NOT cyberwar", "cyberspace", ""),
}


@pytest.mark.parametrize("case", POSSIBLE)
def test_a_query_that_something_matches_is_not_refused(case: str) -> None:
    text, title, summary = POSSIBLE[case]
    rule = compiled(text)
    receipt = match.judge(rule, match.Texts(title, summary, ""))
    assert not receipt.why.startswith(("excluded", "no word")), receipt.why
    assert receipt.ingredients, "the query holds, and was weighed"


LONG = {
    "many words": " AND ".join(f"word{n}" for n in range(600)) + " AND NOT word0",
    "many ways": " AND ".join(f"(a{n} OR b{n})" for n in range(350)) + " AND NOT (zebra OR yak)",
    "many ways, none of them open": " AND ".join(f"(a{n} OR b{n})" for n in range(300)) + " AND NOT z AND z",
    "many exclusions": "drone AND NOT (" + " OR ".join(f"w{n}" for n in range(1200)) + ")",
    "deep": "(" * 20 + "drone" + " OR x)" * 20 + " AND NOT drone AND NOT x",
}


@pytest.mark.parametrize("case", LONG)
def test_a_long_query_is_looked_through_in_time(case: str) -> None:
    tree = query.parse(LONG[case], CONCEPTS)
    before = time.process_time()
    with suppress(QueryError):
        query.check_satisfiable(tree, CONCEPTS)
    assert time.process_time() - before < 5


LEAVES = st.sampled_from(["drone", "nato", "openai", '"NATO"', "=OTAN", "title:nato", "title:drone"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" AND ".join).map("({})".format),
        st.tuples(inner, inner).map(" OR ".join).map("({})".format),
        inner.map("NOT {}".format).map("({})".format),
    ),
    max_leaves=5,
)
WORDS = ("drone", "NATO", "OTAN", "北约", "OpenAI", "ChatGPT")


@settings(derandomize=True, deadline=None, max_examples=150)
@given(TREES.filter(lambda text: "title:(" not in text), st.lists(st.sampled_from(WORDS)), st.lists(st.sampled_from(WORDS)))
def test_no_query_is_refused_that_a_text_matches(text: str, title: list[str], summary: list[str]) -> None:
    """Whatever words a title and a summary are made of, a query that holds of them is not called impossible."""
    try:
        tree = query.parse(text, CONCEPTS)
    except QueryError:  # it would match every item, or title: stands where it may not
        return
    try:
        query.check_satisfiable(tree, CONCEPTS)
    except QueryError:
        pass
    else:
        return
    relaxed = f"({text}) OR zebra"  # the same query, saved from being refused by a word that is not there
    found = match.judge(compiled(relaxed), match.Texts(" ".join(title), " ".join(summary), ""))
    assert not found.ingredients, f"{text} holds of {title} / {summary}"
    assert not found.holds
