"""Sentences in any script, and the excerpt of one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import sentence
from bot.model import Hit

stable = settings(max_examples=100, derandomize=True, deadline=None)


def hit(text: str, word: str, start: int = 0) -> Hit:
    at = text.index(word, start)
    return Hit(term=word, concept=word, where="article", start=at, end=at + len(word))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two NATO here. Three.", "Two NATO here."),
        ("The U.S. army and NATO met. More.", "The U.S. army and NATO met."),
        ("A deal of 3.5 million for NATO was signed! More.", "A deal of 3.5 million for NATO was signed!"),
        ("Done. Gen. J. Smith of NATO spoke. More.", "Gen. J. Smith of NATO spoke."),
        ("He said 'Go.' Then NATO went. More.", "Then NATO went."),
        ("Is it “NATO?” Yes.", "Is it “NATO?”"),
        ("So… well. But NATO… it waits. End.", "But NATO… it waits."),
        ("The shop Yahoo! is near NATO. End.", "The shop Yahoo! is near NATO."),
        ("A headline\nNATO without a stop\nAnother", "NATO without a stop"),
        ("第一句。第二句NATO在此。第三句。", "第二句NATO在此。"),
        ("「これはNATOだ。」次の文。", "「これはNATOだ。」"),
        ("पहला वाक्य। दूसरा NATO वाक्य। तीसरा।", "दूसरा NATO वाक्य।"),
        ("پہلا جملہ۔ دوسرا NATO جملہ۔ تیسرا۔", "دوسرا NATO جملہ۔"),
        ("هل هذا؟ نعم NATO هنا. النهاية.", "نعم NATO هنا."),
        ("የመጀመሪያ። ሁለተኛ NATO። ሶስተኛ።", "ሁለተኛ NATO።"),
        ("Das gilt z. B. für die NATO. Ende.", "Das gilt z. B. für die NATO."),
        ("NATO", "NATO"),
    ],
)
def test_the_sentence_around_a_word(text: str, expected: str) -> None:
    found = hit(text, "NATO")
    start, end = sentence.around(text, found.start, found.end)
    assert text[start:end].strip() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nato a Roma", True),
        ("  «Nato a Roma»", True),
        ("Fine. Nato a Roma", True),
        ("Ende.” – Nato", True),
        ("Il caso: Nato a Roma", True),
        ("Riga\nNato a Roma", True),
        ("终。Nato", True),
        ("die Nato", False),
        ("der 3. und die Nato", False),
        ("er sagte, «Nato»", False),
    ],
)
def test_where_a_sentence_opens(text: str, expected: bool) -> None:
    assert sentence.opens(text, text.index("Nato")) is expected


def test_a_long_sentence_is_cut_at_words_around_the_words_that_tell_most() -> None:
    text = "alpha " * 100 + "NATO " + "beta " * 20 + "OpenAI met NATO " + "gamma " * 100
    hits = [hit(text, "NATO"), hit(text, "OpenAI"), hit(text, "NATO", text.index("OpenAI"))]
    cut = sentence.excerpt(text, (0, len(text)), hits, 300)
    assert 200 < len(cut) <= 300
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert "OpenAI met NATO" in cut
    assert set(cut.strip("…").split()) <= {"alpha", "beta", "gamma", "NATO", "OpenAI", "met"}


def test_a_long_sentence_without_spaces_is_cut_where_it_must() -> None:
    text = "文" * 500 + "北约" + "字" * 500
    cut = sentence.excerpt(text, (0, len(text)), [hit(text, "北约")], 300)
    assert "北约" in cut
    assert len(cut) <= 300


@stable
@given(st.text("aB .!?\n。文", max_size=1500), st.integers(0, 1500), st.integers(1, 900), st.integers(10, 300))
def test_an_excerpt_is_one_line_within_its_limit(text: str, start: int, length: int, limit: int) -> None:
    text = text + "xy"
    start = min(start, len(text) - 1)
    end = min(len(text), start + length)
    around = sentence.around(text, start, end)
    assert 0 <= around[0] <= start < end <= around[1] <= len(text)
    cut = sentence.excerpt(text, around, [Hit(term="t", concept="c", where="title", start=start, end=end)], limit)
    assert len(cut) <= limit
    assert "\n" not in cut
