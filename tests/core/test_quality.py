"""The gate: what stands in an article's place is recognised in many languages, articles about such things are not."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import notices, quality

CONSENT, PAYWALL, ROBOT, ERROR = (quality.REASONS[kind] for kind in ("consent", "paywall", "robot", "error"))
TITLE = "Council agrees on harbour wall after long night"

TEXTS = tomllib.loads((Path(__file__).parents[1] / "data" / "notices.toml").read_text())
NOTICES = [(each["language"], quality.REASONS[each["kind"]], each["text"]) for each in TEXTS["notices"]]
ARTICLES = [(each["name"], each["title"], each["summary"], each["text"]) for each in TEXTS["articles"]]


@pytest.mark.parametrize(("language", "reason", "text"), NOTICES, ids=[f"{row[0]}: {row[2][:40]}" for row in NOTICES])
def test_a_notice_is_refused_with_its_reason(language, reason, text):
    assert quality.problem(text, TITLE, "") == reason
    assert quality.problem(text, "", "") == reason, "and without a title to compare it with"


def test_at_least_a_dozen_languages_are_covered():
    assert len({row[0] for row in NOTICES}) >= 20


@pytest.mark.parametrize(("title", "summary", "text"), [row[1:] for row in ARTICLES], ids=[row[0] for row in ARTICLES])
def test_an_article_passes_even_if_it_speaks_of_such_things(title, summary, text):
    assert quality.problem(text, title, summary) is None


def test_the_lines_of_a_gate_are_taken_out_of_the_article_below_them():
    story = (
        "The council of Skerry Isle approved the harbour wall last summer.\n"
        "Documents show that the engineers had warned of twice the sum, and that the council never published the survey."
    )
    text = f"We value your privacy\n{story}\nSubscribe to continue reading this article.\nAlready a subscriber? Log in"
    assert quality.judge(text, "Harbour wall: what the council knew", "").text == story


def test_a_long_line_is_kept_whole_though_it_holds_a_notice():
    line = "The ferry stopped. Subscribe to continue reading. " + "Nobody was hurt, the harbour master said on Friday. " * 8
    assert quality.judge(line, "Ferry stopped at the harbour", "").text == line


def test_a_wall_with_more_text_than_phrases_is_refused_because_it_has_no_word_of_the_title():
    purposes = "\n".join(
        f"Purpose {number}: measure how content performs and derive insights about audiences" for number in range(30)
    )
    text = f"We and our partners store information on a device.\nYou can manage your choices below.\n{purposes}"
    assert quality.problem(text, TITLE, "") == CONSENT
    assert quality.problem(text, TITLE, "What the council said at night") == CONSENT


def test_a_summary_ties_the_text_to_its_item_where_the_title_does_not():
    text = (
        "Already a subscriber? Sign in to continue.\nStart your free trial, cancel anytime, unlimited access.\n"
        "The ferry will run on batteries from April, the harbour council decided on Tuesday after two years of trials "
        "on the northern route and back."
    )
    assert quality.problem(text, "Quiet, please", "The harbour council decided to put the ferry on batteries") is None


def test_an_article_that_shares_no_word_with_its_title_survives_the_gate_below_it():
    text = (
        "The engineers had warned of twice that sum, documents show.\n" * 6
        + "Subscribe to continue reading.\nAlready a subscriber? Log in"
    )
    assert quality.problem(text, "The wrong end of the stick", "") is None


def test_judging_takes_time_in_proportion_to_the_text_and_little_of_it():
    text = "\n".join(
        ["The council of Skerry Isle approved the new harbour wall last summer, and we asked you to subscribe."] * 2_000
    )
    started = time.process_time()
    quality.judge(text, TITLE, "")
    quality.judge(text.replace("\n", " "), TITLE, "")
    quality.judge("we use " * 30_000, TITLE, "")
    assert time.process_time() - started < 1.0, "measured: 0.1 s"


@settings(max_examples=100, derandomize=True, deadline=None)
@given(text=st.text(max_size=400), title=st.text(max_size=60))
def test_any_text_is_judged_and_none_is_added(text, title):
    judged = quality.judge(text, title, "")
    assert set(judged.text.splitlines()) <= set(text.splitlines())
    assert judged.problem is None or judged.problem in quality.REASONS.values()


def test_every_line_of_the_tables_is_well_formed():
    by_word, unspaced = notices._phrases()
    phrases = [phrase for group in by_word.values() for phrase, _ in group] + [phrase for phrase, _ in unspaced]
    assert len(phrases) > 1_500
    assert not [phrase for phrase in phrases if set(phrase) & set("()|;") or phrase != phrase.lower() or "  " in phrase]
    assert min(map(len, phrases)) >= 3
    assert not [phrase for phrase, _ in unspaced if phrase.isascii()], "an ASCII phrase would be looked for inside words"


WORDS = [("one two three", 3), ("OpenAI's 2 models", 4), ("北约考虑采用", 3), ("OpenAI与北约", 2), ("", 0), ("…!?", 0)]


@pytest.mark.parametrize(("text", "count"), WORDS)
def test_words_are_counted_in_scripts_with_and_without_spaces(text, count):
    assert quality.count_words(text) == count
