"""Text from strangers: what goes, what stays, and that no input takes more than linear time."""

import json
import sqlite3
import time
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.text import ELLIPSIS, clean, clean_lines, harmless, plain, shorten

STABLE = settings(max_examples=100, derandomize=True, deadline=None)
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)  # surrogates too


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("  a\t b\r\n\u00a0c\u3000d ", "a b c d", id="white space of any kind becomes one space"),
        pytest.param("a\x00b\x07c\x1b[31md\x9be", "abc[31mde", id="NUL, C0 and C1 controls go"),
        pytest.param("a\u202eb\u2066c\u2069d", "abcd", id="bidi overrides and isolates go"),
        pytest.param("NA\u00adTO Open\u200bAI \ufeffx", "NATO OpenAI x", id="invisible characters inside words go"),
        pytest.param("می\u200cخواهم 👨\u200d👩", "می\u200cخواهم 👨\u200d👩", id="joiners of Persian and emoji stay"),
        pytest.param("a\ud800b", "a\ufffdb", id="a lone surrogate becomes the replacement character"),
        pytest.param("\ud83d\ude00", "😀", id="two halves of a pair become their character"),
        pytest.param("e\u0301", "é", id="NFC"),
        pytest.param("ﬁ Ⅳ", "ﬁ Ⅳ", id="compatibility characters are left alone"),
        pytest.param("line\u2028two\u0085three", "line two three", id="Unicode line ends are white space"),
        pytest.param("", "", id="nothing stays nothing"),
    ],
)
def test_clean(raw, expected):
    assert clean(raw, 500) == expected


def test_paragraphs_stay_apart_in_the_text_of_an_article():
    assert clean_lines(" One\tline \r\n\r\n\n Two\x00 \x85three ", 500) == "One line\nTwo\nthree"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("two words here", 10, "two words…"),
        ("two words here", 9, "two…"),
        ("x" * 30, 10, "x" * 9 + "…"),
        ("一" * 30, 10, "一" * 9 + "…"),
        ("a" + "\u0301" * 20, 5, "a…"),
        ("word", 1, "…"),
        ("word", 0, ""),
        ("first\nsecond", 8, "first…"),
    ],
)
def test_shorten_ends_at_a_word_border_and_never_inside_a_character(text, limit, expected):
    assert shorten(text, limit) == expected


SEEN_AS_ONE = ("👩‍👩‍👧‍👦", "🇩🇪", "🇫🇷", "👍🏽", "e\u0301", "\u1112\u1161\u11ab", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "क्षि", "❤️", "a", "北", "각")


@STABLE
@given(st.lists(st.sampled_from(SEEN_AS_ONE), min_size=2, max_size=40).map("".join), st.integers(2, 40))
def test_what_is_seen_as_one_is_not_cut_in_two_unless_it_alone_is_too_long(text, limit):
    kept = shorten(text, limit).removesuffix("…")
    borders = [found.end() for found in regex.finditer(r"\X", text)]
    assert len(kept) in borders or (len(kept) == 1 and borders[0] >= limit)


@STABLE
@given(ANY_TEXT, st.integers(0, 120))
def test_clean_text_is_short_storable_printable_and_stays_as_it_is(raw, limit):
    text = clean(raw, limit)
    assert len(text) <= limit
    assert json.loads(json.dumps(text).encode()) == text
    assert sqlite3.connect(":memory:").execute("SELECT ?", (text,)).fetchone() == (text,)
    assert not {unicodedata.category(character) for character in text} & {"Cc", "Cs"}
    assert unicodedata.is_normalized("NFC", text)
    assert clean(text, limit) == text


@STABLE
@given(ANY_TEXT)
def test_clean_lines_has_no_empty_lines_and_no_other_white_space_than_newline_and_space(raw):
    text = clean_lines(raw, 1000)
    assert all(line and line == clean(line, 1000) for line in text.split("\n")) or not text
    assert clean_lines(text, 1000) == text


def test_line_separators_part_words_in_text_and_go_where_the_spelling_is_kept():
    assert clean("a\u2028b\u2029c", 10) == "a b c"
    assert harmless("http://a.example/a\u2028b\u2029c") == "http://a.example/abc"


def test_harmless_keeps_the_spelling():
    assert harmless(" https://x.example/e\u0301\n\x00?a=\ud800 ") == " https://x.example/e\u0301?a=\ufffd "


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("It&amp;#8217;s", "It’s", id="references escaped twice"),
        pytest.param("&lt;b&gt; is bold & &copy; &nope;", "<b> is bold & © &nope;", id="references, known and unknown"),
        pytest.param("<p>One</p><p>Two<br>three</p>", "One Two three", id="block tags part words"),
        pytest.param("<b>N</b>ATO", "NATO", id="inline tags do not"),
        pytest.param("<script>if (a<b) alert('x')</script>after<STYLE>p{}</Style >.", "after.", id="scripts and styles go"),
        pytest.param("the <script> tag", "the tag", id="an unclosed script takes nothing with it"),
        pytest.param("<a title=\"a > b\" href='x>y'>link</a>", "link", id="a > in a quoted attribute"),
        pytest.param('<a title="unclosed>text</a> more', "text more", id="an unclosed quote"),
        pytest.param("a < b, x <3 y, <- z", "a < b, x <3 y, <- z", id="a < that begins no tag"),
        pytest.param("profits <expected", "profits <expected", id="a tag that never ends is text"),
        pytest.param("a<!-- <b> -->b<?php echo ?>c<!DOCTYPE html>d", "abcd", id="comments and declarations"),
        pytest.param("a <!-- open", "a <!-- open", id="an open comment is text"),
        pytest.param("<![CDATA[in]]> out", "in out", id="CDATA marks"),
        pytest.param("&lt;p&gt;escaped &amp;amp; twice&lt;/p&gt;", "escaped & twice", id="markup escaped twice"),
        pytest.param("<img src=x onerror=alert(1)>pic", "pic", id="tags with handlers"),
        pytest.param("&#" + "9" * 5000 + ";", "\ufffd", id="a number too long for int()"),
        pytest.param("&amp;#" + "9" * 5000 + ";", "\ufffd", id="the same, escaped twice"),
        pytest.param("&#xD800;&#0;", "\ufffd\ufffd", id="references to no character"),
        pytest.param("plain text", "plain text", id="no markup at all"),
    ],
)
def test_plain(markup, expected):
    assert clean(plain(markup), 500) == expected


@STABLE
@given(st.text("<>&;!-/?abp \"'#x1=[]", max_size=120))
def test_plain_never_raises_and_never_grows(markup):
    assert len(plain(markup)) <= len(markup)


N = 60_000


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--" * N,
        "<" * N,
        "<a " * N,
        "<a '" * N,
        "<a \"'>" * N,
        '<a \'"> "<b' * N,
        "<script>" * N,
        "<script></script" * N,
        "</script" * N,
        "<!" * N,
        "<?" * N,
        "<div>" * N,
        "&" * N,
        "&#" + "1" * N,
        "&lt;br " * N,
        "a" + "\u0301\u0327" * N,
        ("a" + "\u0301\u0327" * 30) * (N // 30),
        "\ud800" * N,
        " \t" * N,
    ],
    ids=lambda text: text[:8].encode("unicode_escape").decode(),
)
def test_time_is_linear_on_hostile_input(hostile):
    started = time.perf_counter()
    clean(plain(hostile), 500)
    clean_lines(hostile, 5000)
    assert time.perf_counter() - started < 2  # 0.15 s at most when measured; quadratic would be minutes


def test_a_run_of_marks_is_cut_before_it_costs_time():
    text = clean("a" + "\u0301" * 1000 + " b", 5000)
    assert len(text) < 70
    assert text.endswith(" b")


def test_a_cut_text_says_so():
    assert clean("word " * 100, 50).endswith(ELLIPSIS)
