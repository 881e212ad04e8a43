"""The letters that every match of a regex holds: so that it is run only where they stand."""

from __future__ import annotations

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from bot.core import fold, query, regexes, scan
from bot.core.scanner import Scanner

stable = settings(max_examples=1_000, derandomize=True, deadline=None)

NEEDLES = [
    ("department of war", "department of war"),
    (r"\bDepartment of War\b(?! studies)", "department of war"),
    (r"\bopen ai (?:in talks|says|said)\b", "open ai"),
    (r"\bopen ai\b(?<=\b(?:d.|(?:avec|von) )open ai)", "open ai"),
    ("gpt-?[45]o?", "gpt"),
    ("defen[cs]e", "defen"),
    ("colou?rful", "colo"),
    ("foob+ar", "foob"),
    ("foob+?arrrr", "arrrr"),
    ("foob*arr", "foo"),
    ("stra(?:ß|ss)e", "stra"),
    (r"ab\.cde", "cde"),
    ("(abc)(?:def)?ghi", "ghi"),
    ("ab", None),  # too short to be rare
    ("abc|de", None),
    ("abc{0,2}", None),
    ("(?:abcd){e<=1}efgh", None),
    ("(?i)abcd", None),
    ("(?x)ab cd", None),
    ("(?:(?x)a)bc de", None),
    ("(?P<name>a)bcde", None),
    (r"(.)\1bcde", None),
    (r"\x41bcde", None),
    (r"\N{LATIN SMALL LETTER A}bcd", None),
    (r"\p{L}abcd", None),
    ("[^]abc]defg", None),
    ("[[:alpha:]bc]defg", None),
    ("été", None),
]


@pytest.mark.parametrize(("source", "needle"), NEEDLES, ids=[row[0] for row in NEEDLES])
def test_the_needle_of_a_regex_is_what_is_plain_to_see(source: str, needle: str | None) -> None:
    assert regexes.read(source).needle == needle


# Parts of a regex, each with a text that it matches.
PARTS = [
    ("abc", "ABC"), ("war", "war"), ("Stop", "ſtop"), ("fix", "ﬁx"), ("kite", "\u212aite"), ("4", "4"), (" ", " "), (" ", "\u00a0"), ("-", "–"),
    ("ab?", "a"), ("cd*", "c"), ("cd*", "cddd"), ("ef+", "efff"), ("ef+?g", "effg"), ("gh*+", "g"), ("hi??", "h"), ("ij{0,1}", "i"), ("j{2}", "jj"),
    ("(?:kl)", "kl"), ("(?:kl|m)", "m"), ("(?:kl|m)*", ""), ("(no)?", ""), ("(?>op)", "op"), ("(?=qr)qr", "qr"), ("(?!xx)", ""), ("(?<=q)?", ""),
    ("[st]u", "tu"), ("[^st]u", "xu"), ("[^]s]u", "xu"), ("[s\\]]u", "]u"), ("[st]?", ""), ("[[:alpha:]]v", "yv"), ("straße", "STRASSE"), ("é", "é"),
    ("\\bw", "w"), ("\\w\\W", "a."), ("\\.", "."), ("\\.?x", "x"), (".", "y"), (".*", ""), ("\\x41", "a"), ("\\u0041b", "ab"), ("\\141b", "ab"),
    ("\\N{BULLET}a", "·a"), ("\\p{L}z", "éz"), ("(?i:ab)", "ab"), ("(?x: a b )", "ab"), ("(?<n>ab)", "ab"), ("(?#abcd)", ""), ("(?:abcd){e<=1}", "abd"),
    ("abcd{e<=1}", "abc"), ("a\\Kb", "ab"), ("\\#", "#"), ("||", ""), ("^?", ""), ("$?", ""), ("’s", "'s"), ("(?x)", ""), ("(?i)", ""),
]  # fmt: skip
# Those that leave a needle, and now and then any.
plain = st.sampled_from([(part, text) for part, text in PARTS if regexes._needle("abcd" + part)])
parts = st.lists(st.one_of(plain, plain, plain, plain, st.sampled_from(PARTS)), min_size=1, max_size=6)
between = st.sampled_from(["", "", "", " ", "x", "."])


@stable
@given(parts, between, between)
def test_every_match_holds_the_needle(parts: list[tuple[str, str]], before: str, after: str) -> None:
    try:
        pattern = regexes.read("".join(part for part, _ in parts))
    except regexes.BadRegex:
        assume(False)
    folded = fold.fold(before + "".join(text for _, text in parts) + after).text
    found = list(pattern.spans(folded, 1.0))
    for start, end in found:
        assert pattern.needle is None or pattern.needle in folded[start:end]
    event(f"needle: {pattern.needle is not None}, found: {bool(found)}")


def test_a_regex_is_not_run_where_its_needle_is_not() -> None:
    finder = scan.finder(query.spelling("/defen[cs]e/"))
    fields = tuple(map(fold.fold, ("x" * 10, "Defense, defence")))
    reading = Scanner([finder]).read(fields)
    assert reading.candidates == {0: ((), [0, 9])}
    assert reading.find(0, 1.0) == ((), ((0, 7), (9, 16)))
    assert not Scanner([finder]).read(fields[:1]).candidates
