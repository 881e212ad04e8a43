"""Finding terms: whole words in every script, phrases, stars, case, attached prefixes, bounded regexes."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.core import fold, query, regexes, scan, script

stable = settings(max_examples=100, derandomize=True, deadline=None)


def found(term: str, *texts: str, seconds: float = 1.0) -> list[str]:
    """The forms of a term (written as a concept's spelling) in an item's fields."""
    fields = tuple(fold.fold(text) for text in texts)
    spans = scan.find(scan.finder(query.spelling(term)), fields, seconds)
    return [field.source[start:end] for field, each in zip(fields, spans, strict=True) for start, end in each]


# ---------------------------------------------------------------- what is found, and how the text spells it

FOUND = [
    # whole words
    ("lawsuit", "A lawsuit. Lawsuits? LAWSUIT!", ["lawsuit", "LAWSUIT"]),
    (
        "OpenAI",
        "OpenAI, openai and OPENAI's (OpenAI-led) @OpenAI #openai openai.com",
        ["OpenAI", "openai", "OPENAI", "OpenAI", "OpenAI", "openai", "openai"],
    ),
    ("OpenAI", "OpenAIs xOpenAI OpenAI2 _OpenAI OpenAI™ OpenAI² ①OpenAI", ["OpenAI", "OpenAI", "OpenAI"]),
    ("GPT-4", "GPT-4 GPT 4 Gpt-4 GPT-4o GPT-40 XGPT-4", ["GPT-4", "GPT 4", "Gpt-4"]),
    ("C++", "C++ and C++17, not XC++", ["C++", "C++"]),
    ("U.S.", "the U.S. army, U.S.-led", ["U.S.", "U.S."]),
    ("café", "un café, un cafe\u0301, un cafe", ["café", "cafe\u0301"]),
    ("cafe", "un cafe\u0301", []),
    ("Straße", "STRASSE, Straße, strasse", ["STRASSE", "Straße", "strasse"]),
    ("soft", "so\u00adft s\u200boft ｓｏｆｔ", ["so\u00adft", "s\u200boft", "ｓｏｆｔ"]),
    # capitals
    ("NATO", "NATO und die Nato", ["NATO", "Nato"]),
    ("NATO", "a senator, the coordinator, signatory, Renato", []),
    ("NATO", "è nato a Roma", []),
    ("NATO", "Nato a Roma nel 1950, dove anche il fratello è nato", []),
    ("NATO", "Nato a Roma nel 1950. La Nato risponde, è nato un caso, la NATO tace", ["Nato", "NATO"]),
    ("NATO", "Nato warns Russia", ["Nato"]),
    ("NATO", "NaTO nAto", []),
    ("НАТО", "НАТО и Нато, но не нато", ["НАТО", "Нато"]),
    ("US", "It tells us. Us too, says the US", ["US"]),
    ("AI ACT", "the AI Act, the AI ACT, the ai act, the Ai Act", ["AI ACT", "Ai Act"]),
    ("MOODY'S", "by Moody's and MOODY'S, not moody's", ["Moody's", "MOODY'S"]),
    ("*NATO", "proNATO, proNato, pronato", ["proNATO", "proNato"]),
    ("X", "x marks X", ["x", "X"]),
    ("=NATO", "NATO Nato nato ＮＡＴＯ NA\u00adTO", ["NATO", "ＮＡＴＯ", "NA\u00adTO"]),
    ("=Nato", "NATO Nato nato", ["Nato"]),
    (
        "=Department of War",
        "the Department of War; a department of war; the Department\n of War",
        ["Department of War", "Department\n of War"],
    ),
    ("=Open*", "OpenAI openai Opens", ["OpenAI", "Opens"]),
    # phrases
    (
        "Open AI",
        "Open AI, open-AI, open\nai, open  AI, Open‑AI, Open\u00a0AI",
        ["Open AI", "open-AI", "open\nai", "open  AI", "Open‑AI", "Open\u00a0AI"],
    ),
    ("Open AI", "OpenAI; the door is open, AI waits; wide open - AI; open—AI; reopen AI; open AIs", []),
    ("North Atlantic Treaty Organization", "the North Atlantic Treaty\nOrganization's", ["North Atlantic Treaty\nOrganization"]),
    ("state-owned", "state-owned, state owned, stateowned", ["state-owned", "state owned"]),
    ("五角大楼 合同", "五角大楼合同，五角大楼 合同", ["五角大楼合同", "五角大楼 合同"]),
    # stars
    ("cyber*", "cyber, cyberwar, Cyber-attack, cyber2 precyber", ["cyber", "cyberwar", "Cyber", "cyber2"]),
    ("*warfare", "warfare, cyberwarfare, warfares", ["warfare", "cyberwarfare"]),
    ("*gericht*", "Gericht, Verfassungsgerichtshof, Ge richt", ["Gericht", "Verfassungsgerichtshof"]),
    ("de*ense", "defense defence deense de ense", ["defense", "deense"]),
    ("Пентагон*", "В Пентагоне и у Пентагона, пентагон", ["Пентагоне", "Пентагона", "пентагон"]),
    ("OpenAI*", "OpenAIが、OpenAIs", ["OpenAI", "OpenAIs"]),
    ("北约*", "北约组织", ["北约"]),
    ("opérat* militaire", "l’opération militaire; opératif, militaire", ["opération militaire"]),
    ("to*to", "to" + "x" * 41 + "to toxto", ["toxto"]),
    # scripts
    ("OpenAI", "OpenAI将为五角大楼", ["OpenAI"]),
    ("NATO", "米国とNATOは協議", ["NATO"]),
    ("北约", "由北约提供", ["北约"]),
    ("오픈AI", "오픈AI가 나토와", ["오픈AI"]),
    ("나토", "나토는 미국나토 나토의", ["나토", "나토"]),
    ("オープンAI", "米オープンAIの、オープンai", ["オープンAI", "オープンai"]),
    ("ペンタゴン", "米ペンタゴンﾍﾟﾝﾀｺﾞﾝ", ["ペンタゴン", "ﾍﾟﾝﾀｺﾞﾝ"]),
    ("นาโต", "องค์การนาโตประกาศ", ["นาโต"]),
    ("नाटो", "नाटो ने कहा, नाटोवादी", ["नाटो"]),
    ("नाट", "नाटो ने", []),
    ("NATO", "NATO'nun, NATOnun, NATO’ya", ["NATO", "NATO"]),
    ("ittifakı", "NATO İTTİFAKI, ittifakı", ["İTTİFAKI", "ittifakı"]),
    ("ΝΑΤΟ", "το ΝΑΤΟ, το Νατο", ["ΝΑΤΟ", "Νατο"]),
    ("Σίσυφος", "Ο ΣΊΣΥΦΟΣ", ["ΣΊΣΥΦΟΣ"]),
    ("ნატო", "ნატო და ნატოს", ["ნატო"]),
    ("2026", "2026年, 12026, in2026, 2026th, 2026.", ["2026", "2026"]),
    # Arabic and Hebrew
    ("ناتو", "ناتو والناتو بناتو للناتو وبالناتو فالناتو", ["ناتو", "والناتو", "بناتو", "للناتو", "وبالناتو", "فالناتو"]),
    ("ناتو", "سناتور سناتو ناتوي", []),
    (
        "الناتو",
        "الناتو، والناتو بالناتو للناتو كالناتو وللناتو",
        ["الناتو", "والناتو", "بالناتو", "للناتو", "كالناتو", "وللناتو"],
    ),
    ("الناتو", "ناتو وناتو", []),
    ("الناتو", "النَّاتُو الـنـاتو", ["النَّاتُو", "الـنـاتو"]),
    ("الناتو ـ", "الناتو", ["الناتو"]),
    ("*بنتاغون", "البنتاغون وبنتاغون", ["البنتاغون", "وبنتاغون"]),
    ("حلف شمال الأطلسي", "إلى حلف شمال الأطلسي وبحلف شمال الأطلسي", ["حلف شمال الأطلسي", "وبحلف شمال الأطلسي"]),
    ("=ناتو", "ناتو والناتو", ["ناتو"]),
    ("NATO", "حلفNATOفي", ["NATO"]),
    ('נאט"ו', 'נאט"ו, בנאט״ו, שנאט"ו, ושבנאט"ו, בלנאט"ו', ['נאט"ו', "בנאט״ו", 'שנאט"ו', 'ושבנאט"ו']),
    ("פנטגון", "הפנטגון, לפנטגון, והפנטגון, אפנטגון", ["הפנטגון", "לפנטגון", "והפנטגון"]),
    ("פנטגון", "מהפנטגון, שמהפנטגון, כשהפנטגון, המפנטגון", ["מהפנטגון", "שמהפנטגון", "כשהפנטגון"]),
    ("ألتمان", "ألتمان، والتمان لألتمان؛ سالتمان تمان", ["ألتمان", "والتمان", "لألتمان"]),
    ("ΠΕΝΤΑΓΩΝ*", "στο Πεντάγωνο, του Πενταγώνου, ΠΕΝΤΑΓΩΝΟ", ["Πεντάγωνο", "Πενταγώνου", "ΠΕΝΤΑΓΩΝΟ"]),
    ("ΠΕΝΤΑΓΩΝ*", "ένα κανονικό πεντάγωνο", []),
    # regexes
    ("/gpt-?[45]o?/", "GPT-4o, gpt5, xGPT-4", ["GPT-4o", "gpt5", "GPT-4"]),
    (r"/\bnato\b/", "Nato senator", ["Nato"]),
    ("/straße/", "STRASSE", ["STRASSE"]),
    ("/openai[’']s/", "OpenAI’s OpenAI's", ["OpenAI’s", "OpenAI's"]),
    ("/us[–-]nato/", "US–NATO", ["US–NATO"]),
    ("/(?=a)/", "aaa", []),
]


@pytest.mark.parametrize(("term", "text", "expected"), FOUND, ids=[f"{row[0]} in {row[1]}"[:60] for row in FOUND])
def test_a_term_is_found_where_it_stands(term: str, text: str, expected: list[str]) -> None:
    assert found(term, text) == expected


def test_a_small_form_in_another_field_of_the_item_counts_against_a_capital_that_opens_a_sentence() -> None:
    assert found("NATO", "Nato in cantina") == ["Nato"]
    assert found("NATO", "Nato in cantina", "", "Il formaggio è nato in grotta.") == []
    assert found("NATO", "La Nato in cantina", "", "Il formaggio è nato in grotta.") == ["Nato"]


# ---------------------------------------------------------------- properties

letters = st.text(st.characters(categories=["L"], exclude_characters="ªº"), min_size=1, max_size=12)


@stable
@given(st.text(), letters, st.text())
@example("ß\u0301", "İI", "\u0301")
@example("Nato.", "NATO", " nato")
def test_a_term_between_spaces_is_found_in_any_text(before: str, term: str, after: str) -> None:
    assume(any(script.of(char) for char in fold.fold(term).text))
    text = f"{before} {term} {after}"
    start = len(before) + 1
    fields = (fold.fold(text),)
    spans = scan.find(scan.finder(query.Term(text=term)), fields, 1.0)[0]
    if len(spans) < scan.MOST_SPANS:
        assert any(max(span[0], start) < min(span[1], start + len(term)) for span in spans)


terms = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            ["NATO", "*", "a", "ال", "-", " ", "ß", "北", "=", "é", "\u0640", "\u00ad", "\u0301", "ab", "나", "_", "2", "."]
        )
    ).map("".join),
)


@stable
@given(terms, st.text(), st.text())
def test_spans_are_in_order_and_within_any_text(term: str, title: str, article: str) -> None:
    try:
        spelling = query.spelling(term)
    except query.QueryError:
        return
    texts = (title, f"{article} {term} {title}")
    spans = scan.find(scan.finder(spelling), tuple(map(fold.fold, texts)), 1.0)
    for text, each in zip(texts, spans, strict=True):
        assert list(each) == sorted(each)
        assert all(0 <= start < end <= len(text) for start, end in each)


# ---------------------------------------------------------------- bounds


@pytest.mark.parametrize(("regex", "letters"), [("/(a+)+$/", 5_000), ("/(a|aa)+$/", 60)])
def test_a_catastrophic_regex_is_stopped(regex: str, letters: int) -> None:
    start = time.perf_counter()
    with pytest.raises(regexes.TookTooLong):
        found(regex, "a" * letters + "!", seconds=0.1)
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("NATO", "nato" * 300_000),
        ("NATO", "nato " * 300_000),
        ("*nato", "nato" * 300_000),
        ("na*to", "na" * 300_000),
        ("Open AI", "open" + " " * 1_000_000),
        ("Open AI", "open " * 300_000),
        ("ناتو", "بناتو" * 200_000),
        ("ناتو", "و" * 1_000_000 + "ناتو"),
        ("/(?=x)|y/", "x" * 500_000),
    ],
)
def test_hostile_text_is_read_in_bounded_time(term: str, text: str) -> None:
    start = time.perf_counter()
    assert len(found(term, text)) <= scan.MOST_SPANS
    assert time.perf_counter() - start < 5


def test_the_places_kept_of_a_term_are_bounded() -> None:
    assert len(found("nato", "nato " * 1_000)) == scan.MOST_SPANS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" a deal with the ", 4),
        (" Altman's don’t U.S. ", 4),
        ("提供人工智能", 3),
        ("에서 열린 ", 2),
        (" नाटो की ", 2),
        (" - — , ", 0),
    ],
)
def test_words_between_are_counted_in_every_script(text: str, words: int) -> None:
    assert script.words_between(text, 0, len(text), 100) == words
    assert script.words_between(text, 0, len(text), 1) == min(words, 1)
