"""Sketches: exact for short texts, a fair estimate for long ones, in scripts with and without spaces."""

from __future__ import annotations

import random
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.sketch import KEPT, may_overlap, overlap, share, size, sketch, spaced, tokens

TEXTS = tomllib.loads((Path(__file__).parents[1] / "data" / "reports.toml").read_text())
PROPERTY = settings(max_examples=100, derandomize=True, deadline=None)


def of(text):
    return sketch(tokens(text))


def words(count, seed=0, kinds=100_000):
    dice = random.Random(seed)
    return [f"w{dice.randrange(kinds)}" for _ in range(count)]


def exact(a, b):
    """What the sketches estimate, from all shingles."""
    first, second = ({tuple(text[at : at + 3]) for at in range(len(text) - 2)} for text in (a, b))
    common = len(first & second)
    return common / len(first | second), common / min(len(first), len(second)), common / len(first)


def test_a_text_stands_wholly_in_itself_and_a_stranger_not_at_all():
    for name, text in TEXTS.items():
        assert overlap(of(text), of(text)) == (1.0, 1.0)
        for other, strange in TEXTS.items():
            if other != name:
                assert overlap(of(text), of(strange))[1] < 0.2, (name, other)


def test_a_short_text_is_counted_exactly():
    a, b = words(200, 1), words(80, 1) + words(60, 2)
    jaccard, contained, in_a = exact(a, b)
    assert overlap(sketch(a), sketch(b)) == pytest.approx((jaccard, contained))
    assert share(sketch(a), sketch(b)) == pytest.approx(in_a)
    assert size(sketch(a)) == 198


@pytest.mark.parametrize("lengths", [(5_000, 5_000), (5_000, 1_000), (1_000, 5_000), (9_000, 400)])
@pytest.mark.parametrize("kept", [0.2, 0.6, 0.9])
def test_a_long_text_is_estimated_fairly(lengths, kept):
    """One cut, both cut, cut at different limits: below the lower limit both samples are complete."""
    first, second = lengths
    common = words(round(kept * min(lengths)), 1)
    a, b = common + words(first - len(common), 2), common + words(second - len(common), 3)
    jaccard, contained, in_a = exact(a, b)
    estimate = overlap(sketch(a), sketch(b))
    samples = min(KEPT, KEPT * min(lengths) / max(lengths))
    error = 3 * (0.25 / samples) ** 0.5
    assert estimate[0] == pytest.approx(jaccard, abs=error)
    assert estimate[1] == pytest.approx(contained, abs=error)
    assert share(sketch(a), sketch(b)) == pytest.approx(in_a, abs=error)


def test_too_thin_a_sample_says_nothing_rather_than_anything():
    long = words(30_000, 1)
    brief = words(40, 1)[:20] + words(20, 9)
    assert overlap(sketch(long), sketch(brief)) == (0.0, 0.0)
    assert share(sketch(brief), sketch(long)) == 0.0


def test_what_typesetting_changes_does_not_count():
    plain = "NATO's 'unclassified' networks - the alliance's own - would use OpenAI models for office work"
    typeset = "NATO’s ‘UNCLASSIFIED’ networks — the alliance’s own — would use Open\u00adAI models for ofﬁce\u00a0work"
    assert overlap(of(plain), of(typeset)) == (1.0, 1.0)


def test_scripts_without_spaces_are_cut_into_characters():
    assert not spaced(tokens(TEXTS["japanese"]))
    assert spaced(tokens(TEXTS["report"]))
    assert tokens("OpenAIと北约 2026") == ["openai", "と", "北", "约", "2026"]
    copied = TEXTS["japanese"].replace("火曜日", "二日")
    assert 0.8 < overlap(of(TEXTS["japanese"]), of(copied))[1] < 1.0
    assert overlap(of(TEXTS["japanese"]), of(TEXTS["japanese_other"]))[1] < 0.1
    assert overlap(of("ขณะที่พันธมิตรกำลังพิจารณาข้อเสนอใหม่"), of("ขณะที่พันธมิตรกำลังพิจารณาข้อเสนอใหม่ของบริษัท"))[1] == 1.0


def test_texts_without_a_shingle_have_nothing_in_common():
    for empty in ("", "two words", "…!", "北约"):
        assert of(empty) == b""
        assert overlap(of(empty), of(empty)) == (0.0, 0.0)
        assert share(of(empty), of(TEXTS["report"])) == 0.0


def test_a_sketch_is_small_and_reads_the_same_everywhere():
    assert len(sketch(words(20_000))) == 4 * KEPT
    assert sketch(["openai", "and", "nato"]).hex() == "8be27e64", "the log keeps sketches for months: the hash must not change"


def test_the_cost_is_in_proportion_to_the_text_and_bounded():
    started = time.process_time()
    for _ in range(20):
        of(" ".join(words(400)))
    assert (time.process_time() - started) / 20 < 0.005, "measured: 0.4 ms"
    started = time.process_time()
    of("a " * 5_000_000)
    assert time.process_time() - started < 0.5


@PROPERTY
@given(a=st.text(max_size=200), b=st.text(max_size=200))
def test_any_two_texts_can_be_compared_in_either_order(a, b):
    jaccard, contained = overlap(of(a), of(b))
    assert 0 <= jaccard <= contained <= 1
    assert overlap(of(b), of(a)) == (jaccard, contained)
    assert max(share(of(a), of(b)), share(of(b), of(a))) == contained
    assert overlap(of(a), of(a)) == ((1.0, 1.0) if of(a) else (0.0, 0.0))


def part_of(text, share, seed):
    """So much of a text, the rest of it replaced by other words."""
    dice = random.Random(seed)
    at = dice.randrange(len(text) + 1)
    kept = [*text, *text][at : at + int(share * len(text))]
    return [*kept, *words(len(text) - len(kept), seed + 1, kinds=10**9)]


@pytest.mark.parametrize("longer", [1, 4, 20])
@pytest.mark.parametrize("count", [12, 60, 400, 3000])
def test_what_stands_in_another_text_by_more_than_half_is_never_passed_over(count, longer):
    for seed in range(60):
        text = words(count, seed)
        whole = [*words(count * (longer - 1), seed + 1000), *part_of(text, 0.7, seed)]
        a, b = sketch(text), sketch(whole)
        if max(overlap(a, b)[1], share(a, b), share(b, a)) >= 0.6:
            assert may_overlap(a, b)
            assert may_overlap(b, a)


def test_texts_that_have_nothing_in_common_are_told_apart_by_their_first_shingles():
    texts = [sketch(words(count, seed)) for seed, count in enumerate((3, 20, 200, 2000, 9000))]
    assert not any(may_overlap(a, b) for a in texts for b in texts if a is not b)
    assert not may_overlap(b"", texts[0])
    assert not may_overlap(texts[0], b"")
    assert all(may_overlap(text, text) for text in texts)
