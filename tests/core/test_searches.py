"""Search feeds for a story: its query and the names of its concepts, in each language."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import query, searches
from bot.core.editions import EDITIONS
from bot.core.query.ways import ways

NAMES = {
    "maker": [("OpenAI", "every language"), ("OpenAIs", "every language"), ("ChatGPT*", ""), ("~Altman", ""), ("/gpt-?5/", ""),
              ("ОпенАИ", "Russian"), ("オープンAI", "Japanese")],
    "pact": [("NATO", ""), ("N.A.T.O.", ""), ("OTAN", "French"), ("Alliance atlantique", "French"), ("Nordatlantikpakt*", "German"),
             ("Atlantisch* Bondgenootschap*", "Dutch"), ("НАТО", "Russian"), ("натівськ*", "Ukrainian"), ('נאט"ו', "Hebrew"),
             ("北约", "Chinese"), ("北約", "Chinese"), ("پیمان", "Persian"), ("NATO-Gipfel", "Danish")],
    "house": [("PENTAGON*", ""), ("PENTÁGON*", ""), ("пентагон*", "Russian"), ("五角大楼", "Chinese"), ("五角大樓", "Chinese")],
}  # fmt: skip
CONCEPTS = {name: [searches.spelling(*each) for each in spellings] for name, spellings in NAMES.items()}


def asked(text: str, code: str, engine: searches.Engine = "google") -> list[str]:
    tree = query.parse(text, CONCEPTS)
    return [each.query.removesuffix(" when:7d") for each in searches.searches(tree, CONCEPTS, EDITIONS[code], engine)]


# ---------------------------------------------------------------- the query's shape

SHAPES = {
    "cheese": ["cheese"],
    '"blue cheese"': ['"blue cheese"'],
    "cheese AND milk": ["cheese milk"],
    "cheese OR milk": ["(cheese OR milk)"],
    "a1 AND (b1 OR c1)": ["a1 (b1 OR c1)"],
    "(a1 AND b1) OR c1": ["c1", "a1 b1"],
    "(a1 AND b1) OR (c1 AND d1)": ["a1 b1", "c1 d1"],
    "a1 AND NOT b1": ["a1"],
    "title:a1 AND title:(b1 OR c1)": ["a1 (b1 OR c1)"],
    "a1 NEAR/5 b1": ["a1 b1"],
    "=NATO AND a1": ["NATO a1"],
    "/a+/ AND b1": ["b1"],
    "de*ense AND b1": ["b1"],
    "a1 AND (b1 OR NOT c1)": ["a1"],
    "(a1 OR (b1 AND c1)) AND (d1 OR (e1 AND f1)) AND (g1 OR (h1 AND i1))": ["a1 d1", "a1 e1 f1", "b1 c1 d1", "b1 c1 e1 f1"],
}


@pytest.mark.parametrize("text", SHAPES)
def test_a_query_becomes_searches_that_find_at_least_as_much(text):
    assert asked(text, "en") == SHAPES[text]


LEAVES = st.sampled_from("abcdef")


@st.composite
def queries(draw, depth=3):
    if depth == 0 or draw(st.booleans()):
        return draw(LEAVES) * 3
    joined = draw(st.sampled_from([" AND ", " OR ", " AND NOT "]))
    return f"({draw(queries(depth=depth - 1))}{joined}{draw(queries(depth=depth - 1))})"


def holds(node, words) -> bool:
    match node:
        case query.And(parts=parts):
            return all(holds(part, words) for part in parts)
        case query.Or(parts=parts):
            return any(holds(part, words) for part in parts)
        case query.Not(part=part):
            return not holds(part, words)
        case _:
            return node.term.text in words


@given(queries(), st.sets(LEAVES.map(lambda letter: letter * 3)))
def test_a_search_finds_whatever_the_rule_finds(text, words):
    """Nothing missed: where the query holds of a text by its words, one of its searches does."""
    tree = query.parse(text, [])
    found = ways(tree)
    assert len(found) <= 4
    if holds(tree, words) and found:
        assert any(all(any(leaf.term.text in words for leaf in group) for group in way) for way in found)


# ---------------------------------------------------------------- the names

LANGUAGES = {
    "fr": ["(OpenAI OR ChatGPT) (NATO OR PENTAGON OR OTAN OR \"Alliance atlantique\")"],
    "de": ["(OpenAI OR ChatGPT) (NATO OR PENTAGON OR Nordatlantikpakt OR OTAN)"],
    "es": ["(OpenAI OR ChatGPT) (NATO OR PENTAGON OR OTAN)"],
    "nl": ["(OpenAI OR ChatGPT) (NATO OR PENTAGON OR OTAN)"],
    "ru": ["(ОпенАИ OR OpenAI OR ChatGPT) (НАТО OR пентагон OR NATO OR PENTAGON)"],
    "uk": ["(ОпенАИ OR OpenAI OR ChatGPT) (натівськ OR пентагон OR NATO OR PENTAGON OR НАТО)"],
    "he": ['(OpenAI OR ChatGPT) ("נאט״ו" OR PENTAGON OR NATO)'],
    "ja": ["(オープンAI OR OpenAI OR ChatGPT) (NATO OR PENTAGON)"],
    "zh-CN": ["(OpenAI OR ChatGPT) (北约 OR 五角大楼 OR NATO OR PENTAGON)"],
    "zh-TW": ["(OpenAI OR ChatGPT) (北約 OR 五角大樓 OR NATO OR PENTAGON)"],
    "ar": ["(OpenAI OR ChatGPT) (پیمان OR PENTAGON OR NATO)"],
}  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_is_asked_by_its_own_names_and_those_of_all(code):
    assert asked("maker AND (pact OR house)", code) == LANGUAGES[code]


def test_the_languages_that_a_storys_concepts_speak():
    tree = query.parse("maker AND (pact OR house)", CONCEPTS)
    spoken = searches.spoken(CONCEPTS, tree)
    assert spoken == ("en", "fr", "de", "nl", "ru", "uk", "he", "ja", "zh-CN", "zh-TW"), "not Arabic: the name is Persian"
    bare = {"x": [searches.spelling(text) for text in ("NATO", "НАТО", "나토", "ΝΑΤΟ")]}
    assert searches.spoken(bare, query.parse("x", bare)) == ("en", "el", "ru", "ko"), "by their letters, where nothing is said"


def test_nothing_is_searched_where_no_name_can_be():
    concepts = {"x": [searches.spelling("/a+/"), searches.spelling("~the alliance"), searches.spelling("НАТО")]}
    assert searches.searches(query.parse("x", concepts), concepts, EDITIONS["en"], "google") == ()


def test_a_query_of_more_words_than_an_engine_reads_is_asked_in_part():
    (search,) = searches.searches(query.parse(" AND ".join(f"w{n}" for n in range(40)), []), {}, EDITIONS["en"], "google")
    assert search.query == " ".join([*(f"w{n}" for n in range(31)), "when:7d"]), "a wider search than the rule"


# ---------------------------------------------------------------- the address


def test_an_address_asks_for_the_edition():
    (search,) = searches.searches(query.parse('"a & b" OR c#1', []), {}, EDITIONS["pt"], "google")
    parts = urlsplit(search.url)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "news.google.com", "/rss/search", "")
    assert parse_qs(parts.query) == {"q": ['("a & b" OR "c#1") when:7d'], "hl": ["pt-BR"], "gl": ["BR"], "ceid": ["BR:pt-419"]}
    (search,) = searches.searches(query.parse("a1 OR b1", []), {}, EDITIONS["de"], "bing")
    assert search.url == "https://www.bing.com/news/search?q=(a1+OR+b1)&format=rss&mkt=de-DE"


WORDS = st.text(st.characters(whitelist_categories=("Ll", "Lo"), max_codepoint=0xD7FF), min_size=2, max_size=30)


def words_of(texts, code, engine):
    concepts = {
        "x": [searches.spelling(f'"{text}"') for text in texts],
        "y": [searches.spelling(f'"{text}"') for text in texts[::-1]],
    }
    found = searches.searches(query.parse("x AND y", concepts), concepts, EDITIONS[code], engine)
    return [(each, re.findall(r'[^\s()"]+', each.query)) for each in found]


def test_the_first_groups_last_name_counts_toward_the_limit_too():
    ((_, words),) = words_of(["aa", "aa aa", "aa aa aaa", "aa aaa", "aa aaaa", "aa aa aa"], "ar", "google")
    assert len(words) <= 32


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=40),
    st.sampled_from(sorted(EDITIONS)),
    st.sampled_from(["google", "bing"]),
)
def test_a_search_is_never_longer_than_the_engine_reads(texts, code, engine):
    for each, words in words_of(texts, code, engine):
        assert len(words) <= 32
        assert not re.search(r"[\s\\]", each.url)
        assert each.url.isprintable()
