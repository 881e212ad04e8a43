"""Folding: what becomes equal, and that every stretch of a fold leads back to where it came from."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core import fold

stable = settings(max_examples=100, derandomize=True, deadline=None)

# Characters that change their length, join or vanish, mixed with plain ones.
tricky = st.text(
    st.sampled_from("aZ ßİıﬁ½…ŉǰΐ\u00adé\u0301\u0307\u0316iIe가\u1100\u1161\u11a8ﾊﾟカ゛ـَُلاНс™①²\u200b\u200d’—–ำक\u093c़़\ud800𝔸")
)
texts = st.one_of(st.text(), tricky)

SAME = [
    ("NATO", "nato"),
    ("ＮＡＴＯ", "nato"),
    ("O\u00adpen\u200bAI", "openai"),
    ("\ufeffNATO\u2060", "nato"),
    ("STRASSE", "straße"),
    ("İSTANBUL", "istanbul"),
    ("İTTİFAKI", "ittifakı"),
    ("i\u0307ttifak", "ittifak"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("l’OTAN", "l'otan"),
    ("l´OTAN", "l'otan"),
    ("US–NATO", "us-nato"),
    ("US‑NATO", "us-nato"),
    ("cafe\u0301", "café"),
    ("НАТО", "нато"),
    ("ﾍﾟﾝﾀｺﾞﾝ", "ペンタゴン"),
    ("나토", "\u1102\u1161\u1110\u1169"),
    ("الـنـاتو", "الناتو"),
    ("النَّاتُو", "الناتو"),
    ("נאט״ו", 'נאט"ו'),
    ("ΠΕΝΤΑΓΩΝΟ", "Πεντάγωνο"),
    ("ΠΡΟΪΟΝΤΑ", "προϊόντα"),
    ("ΜΑΪΟΥ", "Μαΐου"),
    ("Πεντα\u0301γωνο", "Πεντάγωνο"),
    ("الاطلسى", "الأطلسي"),
    ("آمریکا", "امريكا"),
    ("ا\u0654مريكا", "أمريكا"),
    ("Соединенных", "Соединённых"),
    ("е\u0308лка", "елка"),
    ("Alianţa", "Alianța"),
    ("萨姆·奥特曼", "萨姆・奥特曼"),
    ("サム･アルトマン", "サム・アルトマン"),
    ("ﷺ", "صلى الله عليه وسلم"),
    ("a\u00a0b", "a b"),
    ("ﬁnance", "finance"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_mean_the_same_fold_alike(one: str, other: str) -> None:
    assert fold.fold(one).text == fold.fold(other).text


@pytest.mark.parametrize("text", ["OpenAI™", "NATO²", "NATO¹", "①NATO"])
def test_a_sign_does_not_become_a_letter_or_a_digit(text: str) -> None:
    folded = fold.fold(text).text
    assert folded.strip("™²¹①") in ("openai", "nato")


@pytest.mark.parametrize(
    ("text", "needle", "written"),
    [
        ("Die Straße nach Kiew", "strasse", "Straße"),
        ("ß ß ß NATO", "nato", "NATO"),
        ("… … O\u00adpen\u200bAI …", "openai", "O\u00adpen\u200bAI"),
        ("向ＮＡＴＯ提供", "nato", "ＮＡＴＯ"),
        ("يريد النَّاتُو ذلك", "الناتو", "النَّاتُو"),
        ("ve İSTANBUL'da", "istanbul", "İSTANBUL"),
        ("un cafe\u0301 noir", "café", "cafe\u0301"),
        ("ﾍﾟﾝﾀｺﾞﾝは", "ペンタゴン", "ﾍﾟﾝﾀｺﾞﾝ"),
    ],
)
def test_a_find_is_quoted_as_the_text_spells_it(text: str, needle: str, written: str) -> None:
    folded = fold.fold(text)
    start = folded.text.index(needle)
    begin, end = folded.span(start, start + len(needle))
    assert text[begin:end] == written


@stable
@given(texts)
@example("ß" * 3 + "\u00ad" + "İ")
@example("e" + "\u0301\u0316" * 80)
def test_every_stretch_of_a_fold_folds_back_to_itself(text: str) -> None:
    folded = fold.fold(text)
    origins = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in origins)
    assert origins == sorted(origins)
    for at, (start, end) in enumerate(origins):
        assert folded.text[at] in fold.fold(text[start:end]).text


@stable
@given(st.text(st.characters(codec="ascii")))
def test_ascii_is_its_lower_case_in_place(text: str) -> None:
    folded = fold.fold(text)
    assert folded.text == text.lower()
    assert all(folded.span(at, at + 1) == (at, at + 1) for at in range(len(text)))


@stable
@given(texts)
def test_visible_text_is_one_line_and_plain_text_takes_anything(text: str) -> None:
    assert len(fold.visible(text).split("\n")) == 1
    assert fold.fold(fold.plain(text)).source == fold.plain(text)


def test_plain_text_keeps_its_case() -> None:
    assert fold.plain("Ｏ\u00adpenAI’s") == "OpenAI's"


@pytest.mark.parametrize("text", ["e" + "\u0301\u0316" * 100_000, "ß" * 200_000, "…" * 200_000, "\u0301" * 200_000])
def test_hostile_text_is_folded_in_linear_time(text: str) -> None:
    start = time.perf_counter()
    fold.fold(text)
    fold.plain(text)
    assert time.perf_counter() - start < 5
