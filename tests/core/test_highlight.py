"""Words that stand out in a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import highlight

FOUND = {
    "a word": ("OpenAI and NATO", ["NATO"], ["NATO"]),
    "not within another": ("The senator of NATOville", ["NATO", "sena"], []),
    "beside another script": ("向NATO提供", ["NATO"], ["NATO"]),
    "of a script without spaces, anywhere": ("关于北约的报道", ["北约"], ["北约"]),
    "before a Korean particle": ("나토는 말했다", ["나토"], ["나토"]),
    "from right to left": ("حلف الناتو قال", ["الناتو"], ["الناتو"]),
    "the longer of two": ("Open AI Inc said", ["Open AI", "Open AI Inc"], ["Open AI Inc"]),
    "beside signs": ('"OpenAI", (NATO)', ["OpenAI", "NATO"], ["OpenAI", "NATO"]),
    "with signs of its own": ("C++ and C", ["C++"], ["C++"]),
    "nothing to look for": ("OpenAI", [""], []),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_term_is_found_as_a_whole_word(case: str) -> None:
    text, terms, expected = FOUND[case]
    assert [text[start:end] for start, end in highlight.occurrences(text, terms)] == expected


def test_of_words_that_overlap_the_first_and_longest_stands_out() -> None:
    spans = [((0, 4), "a"), ((0, 9), "b"), ((5, 12), "c"), ((10, 12), "d"), ((12, 12), "e")]
    assert list(highlight.stretches("Open AI Inc. said", spans)) == [("Open AI I", "b"), ("n", ""), ("c.", "d"), (" said", "")]


@settings(derandomize=True, deadline=None)
@given(
    st.text("aé北 \n", max_size=30),
    st.lists(st.tuples(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.just("x")), max_size=5),
)
def test_no_character_is_lost(text: str, spans: list[tuple[tuple[int, int], str]]) -> None:
    spans = [((start, min(end, len(text))), kind) for (start, end), kind in spans if start <= len(text)]
    assert "".join(piece for piece, _ in highlight.stretches(text, spans)) == text
