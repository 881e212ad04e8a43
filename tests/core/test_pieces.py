"""The short cut of ``fold`` must come to what ``pieces`` comes to, for any text: the same fold, and the same way back."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bot.core import fold, pieces

stable = settings(max_examples=400, derandomize=True, deadline=None)


def exactly(text: str) -> fold.Folded:
    folded, origins = pieces.fold_in_pieces(text)
    return fold.Folded(source=text, text=folded, _origins=origins)


def assert_same(text: str) -> None:
    quick, exact = fold.fold(text), exactly(text)
    assert quick.text == exact.text
    places = range(len(exact.text))
    assert [quick.span(at, at + 1) for at in places] == [exact.span(at, at + 1) for at in places]


# Blocks whose characters are folded in different ways, and mixtures of them as one text may hold.
BLOCKS = [
    (0x20, 0x7E), (0x80, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0x980, 0xDFF), (0xE00, 0xEFF), (0x1000, 0x109F),
    (0x1100, 0x11FF), (0x13A0, 0x13FF), (0x1780, 0x17FF), (0x1E00, 0x1FFF), (0x2000, 0x214F), (0x3000, 0x30FF), (0xAB70, 0xABBF), (0xAC00, 0xAC80),
    (0xD800, 0xD810), (0xFB00, 0xFDFF), (0xFE00, 0xFE0F), (0xFF00, 0xFFEF), (0x1F600, 0x1F640),
]  # fmt: skip
block = st.sampled_from(BLOCKS).flatmap(lambda ends: st.integers(*ends).map(chr))
character = st.one_of(block, block, st.sampled_from("iIİıßΣςﬁ…’“\u200c\u0301\u0653\ufe0f\u093c\u09be\u09c7ำ้"))
repeated = st.tuples(character, st.sampled_from([1, 1, 1, 2, 40, 70])).map(lambda pair: pair[0] * pair[1])
mixed = st.lists(repeated, max_size=14).map("".join)
texts = st.one_of(mixed, mixed.map(lambda text: unicodedata.normalize("NFC", text)), st.text())


@stable
@given(texts)
@example("Καὶ ὁ Σίσυφος, ΣΊΣΥΦΟΣ, ὈΔΥΣΣΕΎΣ")
@example("ß\ufe03\ufe0d E\u0300 \u1ffc\u093c")
@example("\ufe0e\u0952\ufe03\ufe0f\u093c")  # marks that change places when what stood between them goes
@example("\u037a\u093c")  # a sign that casefolding makes a letter of, after NFKC made it a mark
@example("\ufe8d\u0653")  # a presentation form that joins madda once it is an alef
@example("\u09c7\u064b\u09be")
@example("น้ำ กำ")
@example("ᎠᏣ ꭰ")
@example("❤\ufe0f OpenAI")
@example("ᾴά")  # a letter whose fold holds another letter that has a fold
@example("امریکا أمريكا ا\u0654مريكا ا\u064bلى")
def test_the_short_cut_leads_where_the_long_way_does(text: str) -> None:
    assert_same(text)
    event("short cut" if not text.isascii() and fold._fold_apart(text) is not None else "long way")


def test_every_calm_character_folds_to_its_lower_case_alone() -> None:
    calm = re.compile(f"[{fold._CALM}]")
    chars = [char for code in range(0x80, 0x110000) if calm.match(char := chr(code))]
    assert len(chars) > 40_000
    wrong = [char for char in chars if pieces.fold_piece(char) != char.lower() or len(char.lower()) != 1 or pieces.joins(char)]
    assert not wrong
    assert "Σ" not in chars  # lower() looks at what stands beside it


def test_no_fold_of_the_short_cut_holds_a_character_that_has_another_fold() -> None:
    for code in range(0x80, 0x110000):
        if (char := chr(code)).isprintable() and pieces.fold_piece(char) != char and fold._kind(char) != "joins":
            assert all(pieces.fold_piece(each) == each for each in pieces.fold_piece(char)), hex(code)


def test_every_settled_mark_leaves_the_letters_before_it_alone() -> None:
    marks = [char for code in range(0x300, 0x20000) if fold._kind(char := chr(code)) == "mark"]
    letters = [chr(code) for first, last in BLOCKS for code in range(first, min(last, first + 160) + 1)]
    changing = [char for char in letters if pieces.fold_piece(char) != char and fold._kind(char) == "alone"]
    assert len(marks) > 300
    assert len(changing) > 300
    for mark in marks[::7]:
        for char in changing[::3]:
            pair = char + mark
            if unicodedata.is_normalized("NFC", pair):
                assert exactly(pair).text == fold.fold(pair).text, [hex(ord(each)) for each in pair]


ARTICLES = {
    "English": "“We don’t know,” said the U.S. — it’s “open”… ",
    "French": "L’été dernier, l’OTAN a « tranché » ; où ça ? ",
    "German": "Die „große“ Straße – heißt es – führt nach Kärnten. ",
    "Russian": "«Пентагон» объявил о сделке — её детали неизвестны. ",
    "Turkish": "İstanbul’da “ışık” sözü verildi. ",
    "Persian": "نمی‌تواند به اوپن‌ای‌آی «کمک» کند. ",
    "Arabic": "قال إنَّ الناتو «لن» يوقّع. ",
    "Hindi": "“सरकार” ने ओपनएआई के साथ समझौता किया। ",
    "Thai": "รัฐบาลไทยทำข้อตกลงกับนาโตแล้ว ",
    "Chinese": "北约表示，“将与OpenAI合作”。",
    "Korean": "나토는 “오픈AI”와 계약했다고 밝혔다. ",
    "Hebrew": "נאט״ו חתמה על הסכם עם OpenAI. ",
}


@pytest.mark.parametrize("text", ARTICLES.values(), ids=ARTICLES)
def test_news_takes_the_short_cut(text: str) -> None:
    article = text * 20
    assert fold._fold_apart(article) is not None
    assert_same(article)


@pytest.mark.parametrize(
    "text",
    [
        "कि" * 700_000,
        "क" + "\u093c\u094d" * 300_000,
        ("क" + "\u093c" * 59 + "\u200d") * 20_000,
        "".join(map(chr, range(0x1E00, 0x1FFF))) * 2_000,
        "“x”" * 700_000,
        "\ud800é" * 700_000,
    ],
    ids=["vowel signs", "a run of marks", "runs joined", "many characters", "quotes", "surrogates"],
)
def test_hostile_text_is_folded_in_linear_time(text: str) -> None:
    start = time.perf_counter()
    folded = fold.fold(text)
    folded.span(len(folded.text) - 1, len(folded.text))
    assert time.perf_counter() - start < 10
