"""One pass for all terms: it must find just what each term finds alone, and stay within bounds on any text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bot.core import fold, match, query, scan
from bot.core.match import finds
from bot.core.needles import Needle, Needles, letters
from bot.core.scanner import Scanner
from bot.errors import QueryError
from bot.model import Story

stable = settings(max_examples=300, derandomize=True, deadline=None)

SPELLINGS = [
    "NATO", "=NATO", "=Nato", "nato*", "*nato", "*NATO*", "na*o", "OTAN", "at", "ton", "to nato", "NATO-Rat", "Open AI", "=Open AI",
    "=Department of War", "of war", "état", "U.S.", "C++", "++C", "a-a", "1a", "Straße", "İttifak", "北约", "北约*", "五角大楼 合同", "オープンAI",
    "나토", "나토 회의", "ناتو", "الناتو", "*الناتو", "حلف شمال الأطلسي", 'נאט"ו', "*פנטגון", "नाटो", "นาโต", "НАТО", "Пентагон*", "ΝΑΤΟ", "Σίσυφος",
    "/nat[oi]/", "/\\bot/", "/open\\W?ai?/", "/department of war\\b(?! of)/", "/strass?e/", "ß", "e\u0301", "\u0301a", "2026", "_a", "ال", "\ud800a",
]  # fmt: skip
# Pieces that make, break, double and nearly make these terms.
PIECES = [
    "NATO", "nato", "Nato", "naTO", "na", "to", "at", "ton", "otan", "OTAN", "rat", "Rat", "ato", " ", "  ", "\n", "-", "-\n", ".", ". ", "’", "—",
    "Open", "AI", "ai", "open", "Department", "department", "of", "War", "war", "état", "E\u0301tat", "e\u0301", "é", "É", "\u0301", "U.S.", "C++",
    "+", "a-a", "-a", "1a", "1", "2026", "_", "Straße", "strasse", "STRASSE", "ß", "İttifak", "ıttıfak", "İ", "i\u0307", "北约", "北", "约", "五角大楼",
    "合同", "オープン", "나토", "회의", "는", "ناتو", "الناتو", "ال", "و", "ب", "لل", "حلف", "شمال", "الأطلسي", "َ", "ـ", 'נאט"ו', "נאט״ו", "ב", "פנטגון", "नाटो",
    "ना", "ी", "นาโต", "็", "НАТО", "нато", "Нато", "Пентагон", "е", "Ь", "ΝΑΤΟ", "Σίσυφος", "ΣΊΣΥΦΟΣ", "\u00ad", "\u200b", "…", "ﬁ", "\ud800",
    "x" * 45, "٣",
]  # fmt: skip

texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=20)
spellings = st.sampled_from(SPELLINGS) | st.lists(st.sampled_from([*PIECES, "*", "="]), min_size=1, max_size=4).map("".join)


def term(spelling: str) -> query.Term | None:
    try:
        return query.spelling(spelling)
    except QueryError:
        return None


def of_each_alone(finders: Sequence[scan.Finder], fields: tuple[fold.Folded, ...]) -> list[scan.Spans]:
    return [scan.find(finder, fields, 1.0) for finder in finders]


def of_all_together(finders: Sequence[scan.Finder], fields: tuple[fold.Folded, ...]) -> list[scan.Spans]:
    reading = Scanner(finders).read(fields)
    nothing: scan.Spans = ((),) * len(fields)
    return [reading.find(number, 1.0) if number in reading.candidates else nothing for number in range(len(finders))]


@stable
@given(st.lists(spellings, max_size=12), st.lists(texts, min_size=1, max_size=3))
@example(["nato", "NATO", "nato*", "to", "at", "na*o"], ["nato natonato Nato’s enato natoe NATO", "", "è nato"])
@example(["a-a", "++C", "C++"], ["a-a-a-a ++C++C++"])
@example(["ناتو", "الناتو", "*ناتو"], ["والناتو بناتو سناتو", "ناتوناتو"])
@example(["\ud800a", "a"], ["\ud800a a\ud800 \ud83d\ude00 a"])
def test_all_terms_together_find_what_each_finds_alone(written: list[str], given_texts: list[str]) -> None:
    finders = [scan.finder(each) for spelling in written if (each := term(spelling)) is not None]
    fields = tuple(map(fold.fold, given_texts))
    together = of_all_together(finders, fields)
    assert together == of_each_alone(finders, fields)
    event(f"found: {any(map(any, together))}")


@stable
@given(st.lists(texts, min_size=1, max_size=3))
def test_a_whole_list_of_terms_finds_what_each_finds_alone(given_texts: list[str]) -> None:
    fields = tuple(map(fold.fold, given_texts))
    assert of_all_together(ALL, fields) == of_each_alone(ALL, fields)


ALL = [scan.finder(query.spelling(spelling)) for spelling in SPELLINGS]

# ---------------------------------------------------------------- needles


@stable
@given(
    st.lists(st.text("abß北\ud800", min_size=1, max_size=4), unique=True, max_size=5),
    st.text("abß北\ud800 -", max_size=40),
    st.sampled_from([None, "[a-z]", "[ß北-]"]),
    st.sampled_from([None, "[a-z]", r"[^\s-]"]),
)
def test_needles_are_found_at_every_place_that_nothing_spoils(
    words: list[str], text: str, before: str | None, after: str | None
) -> None:
    spoiling = [None if each is None else letters(each) for each in (before, after)]
    needles = [Needle(text=word, before=spoiling[0], after=spoiling[1]) for word in words]
    expected: dict[int, list[int] | None] = {}
    for number, word in enumerate(words):
        places = [
            at for at in range(len(text)) if text.startswith(word, at)
            and not (spoiling[0] is not None and at > 0 and spoiling[0][text[at - 1]])
            and not (spoiling[1] is not None and at + len(word) < len(text) and spoiling[1][text[at + len(word)]])
        ]  # fmt: skip
        if places:
            expected[number] = places
    assert Needles(needles).places(text) == expected


@pytest.mark.parametrize("filler", ["x", "é", "北", "x é "])
def test_needles_are_found_wherever_a_long_text_is_cut(filler: str) -> None:
    words = ["needle", "needles in", "é\u0161北"]
    blank = filler * (400_000 // len(filler))
    at = range(0, len(blank) - 20, 997)
    parts, expected, length = [], {0: [], 1: [], 2: []}, 0
    for number, start in enumerate(at):
        parts.append(blank[start : start + 997])
        length += len(parts[-1])
        expected[number % 3].append(length)
        if number % 3 == 1:
            expected[0].append(length)
        parts.append(words[number % 3])
        length += len(parts[-1])
    needles = [Needle(text=word, before=None, after=None) for word in words]
    found = Needles(needles).places("".join(parts))
    assert found == {number: sorted(places) for number, places in expected.items()}


def test_a_needle_in_too_many_places_is_left_to_a_search_of_the_whole_text() -> None:
    assert Needles([Needle(text="a", before=None, after=None)]).places("a " * 5_000) == {0: None}
    finders = [scan.finder(query.spelling("nato"))]
    fields = (fold.fold("natoé " * 5_000 + "nato " * 150),)
    assert of_all_together(finders, fields) == of_each_alone(finders, fields)
    assert len(of_all_together(finders, fields)[0][0]) == 150


def test_no_terms_and_empty_texts_find_nothing() -> None:
    assert not Scanner([]).read((fold.fold("nato"),)).candidates
    assert (
        not Scanner(ALL[:5])
        .read(
            (fold.fold(""), fold.fold("")),
        )
        .candidates
    )


# ---------------------------------------------------------------- several rules

CONCEPTS = {
    "openai": ["OpenAI", "=Open AI", "~AI", "~/ope+n/"],
    "nato": ["NATO", "/nat[oi]/", "~rat", "~of war"],
    "pentagon": ["Department of War", "Пентагон*", "~Department", "~war"],
}
STORIES = [
    Story(name="a", title="a", query="openai AND (nato OR pentagon)"),
    Story(name="b", title="b", query='pentagon AND NOT "open ai" AND NOT title:nato'),
    Story(name="c", title="c", query="/(a|aa)+$/ OR =NATO OR openai"),
]


@stable
@given(st.lists(texts, min_size=1, max_size=3))
@example(["Department of War of war of war", "the Department of War, AI", "OpenAI"])
def test_what_a_rule_finds_is_the_sum_of_what_its_terms_find(given_texts: list[str]) -> None:
    fields = tuple(map(fold.fold, given_texts))
    rule = match.compile_rule(STORIES[0], CONCEPTS)
    found = finds.look(rule, fields)
    for name in rule.names:
        for finders, spans in ((name.finders, found.spans[name.label]), (name.short, found.short.get(name.label))):
            if spans is None:  # short forms without a full one
                assert not name.short or not any(found.spans[name.label]) or not any(covered(name.short, fields))
            else:
                assert [places(each) for each in spans] == covered(finders, fields)
                assert all(one[1] <= other[0] for each in spans for one, other in pairwise(each))


def covered(finders: Sequence[tuple[query.Term, scan.Finder]], fields: tuple[fold.Folded, ...]) -> list[set[int]]:
    """The characters of each field that are part of a find."""
    each = [scan.find(finder, fields, 1.0) for _, finder in finders]
    return [set().union(*(places(spans[field]) for spans in each)) for field in range(len(fields))]


def places(spans: Sequence[scan.Span]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


@stable
@given(st.lists(texts, min_size=3, max_size=3))
@example(["Open AI and OpenAI", "NATO, Pentagons", "nati"])
def test_rules_that_share_a_pass_find_what_each_finds_alone(given_texts: list[str]) -> None:
    fields = tuple(map(fold.fold, given_texts))
    together = match.rule.compile_rules(STORIES, CONCEPTS)
    reading = together[0].scanner.read(fields)
    for shared, story in zip(together, STORIES, strict=True):
        alone = match.compile_rule(story, CONCEPTS)
        assert finds.look_in(shared, reading).spans == finds.look(alone, fields).spans
        assert (shared.version, shared.names, shared.regexes) == (alone.version, alone.names, alone.regexes)


def test_a_regex_that_trips_is_named_in_every_rule_that_asks_for_it() -> None:
    stories = [Story(name=name, title="t", query="/(a|aa)+$/ OR nato") for name in "ab"]
    rules = match.rule.compile_rules(stories, {})
    reading = rules[0].scanner.read((fold.fold("nato"), fold.fold("a" * 60 + "!")))
    for rule in rules:
        found = finds.look_in(rule, reading)
        assert found.tripped == ("/(a|aa)+$/",)
        assert found.has("nato", (0,))


# ---------------------------------------------------------------- bounds

HOSTILE = {
    "one needle repeated": "nato" * 400_000,
    "one term repeated": "nato " * 400_000,
    "needles spoilt beyond ASCII": "natoé" * 300_000,
    "Cyrillic": "нато " * 500_000,
    "prefixes": "و" * 2_000_000 + "ناتو",
    "open phrases": "open " * 500_000,
    "surrogates": "\ud800nato" * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_for_all_terms_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    fields = (fold.fold(text),)
    together = of_all_together(ALL, fields)
    assert time.perf_counter() - start < 15
    assert all(len(spans) <= scan.MOST_SPANS for each in together for spans in each)


@pytest.mark.parametrize("unit", ["nato ", "natoé ", "xnato "])
def test_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    scanner = Scanner(ALL)

    def seconds(text: str) -> float:
        start = time.process_time()
        scanner.read((fold.fold(text),))
        return time.process_time() - start

    seconds(unit)
    short, long = (min(seconds(unit * count) for _ in range(3)) for count in (20_000, 160_000))
    assert long < 30 * short
