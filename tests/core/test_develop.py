"""One development per report: copies join it, rewrites, follow-ups and strangers do not."""

from __future__ import annotations

import json
import random
import re
import time
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import develop, headline
from bot.model import Candidate

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "story-dev.jsonl"
TEXTS = tomllib.loads((ROOT / "tests" / "data" / "reports.toml").read_text())
REPORT, REWRITE, OTHER, JAPANESE = (TEXTS[name].strip() for name in ("report", "rewrite", "other", "japanese"))
FOLLOW_UP = TEXTS["follow_up_lead"].strip()
TITLE = "Island ferry to run on batteries by spring"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def candidate(title, summary, article, *, item=1, development=None, ago=timedelta(hours=2)):
    made = develop.fingerprint(title, summary, article)
    return Candidate(
        development=item if development is None else development,
        item=item,
        when=NOW - ago,
        title=made.title,
        text=made.text,
        lead=made.lead,
        has_article=made.has_article,
    )


def placed(title, summary, article, *candidates):
    return develop.place(develop.fingerprint(title, summary, article), NOW, candidates)


ORIGINAL = candidate(TITLE, "", REPORT, item=12, development=7)


# ---------------------------------------------------------------- copies of articles

COPIES = [
    ("word for word, with a headline of its own", "Skerry Isle ferry goes electric", REPORT),
    ("on one line", TITLE, REPORT.replace("\n", " ")),
    ("its first three paragraphs", "Ferry: diesel is history", "\n".join(REPORT.splitlines()[:3])),
    ("its first paragraph", "Ferry will get batteries", REPORT.splitlines()[0]),
    ("under a dateline", "Ferry to switch to batteries", f"SKERRY ISLE, March 4 (Harbour Wire) - {REPORT}"),
    ("under heading and byline of its own", "Ferry: end of diesel", f"Ferry: end of diesel\nBy our reporters\n{REPORT}"),
    ("with a line about the agency", "Ferry on batteries", f"{REPORT}\nThis story was written by Harbour Wire."),
    ("with a word changed here and there", "Ferry on batteries", REPORT.replace("decided", "agreed").replace("crowns", "kroner")),
    ("in other typography", "FERRY TO RUN ON BATTERIES", REPORT.replace('"', "“").replace(" - ", " — ").upper()),
]  # fmt: skip


@pytest.mark.parametrize(("title", "article"), [row[1:] for row in COPIES], ids=[row[0] for row in COPIES])
def test_a_copy_joins_the_development_of_the_original(title, article):
    placement = placed(title, "", article, ORIGINAL)
    assert placement is not None
    assert (placement.development, placement.item) == (7, 12)
    assert re.fullmatch(r"near-verbatim copy of item 12 \(\d+ % of the shorter text\)", placement.why)


@pytest.mark.parametrize(("title", "article"), [row[1:] for row in COPIES], ids=[row[0] for row in COPIES])
def test_the_original_joins_when_the_copy_came_first(title, article):
    assert placed(TITLE, "", REPORT, candidate(title, "", article)) is not None


STRANGERS = [
    ("a rewrite of the same event", "Councillors vote for electric ferry", REWRITE),
    ("a follow-up: a new sentence before the old report", "Battery ferry delayed", f"{FOLLOW_UP}\n{REPORT}"),
    ("a follow-up: a new sentence for the old one", "Battery ferry delayed", "\n".join([FOLLOW_UP, *REPORT.splitlines()[1:]])),
    ("another event in the same place", "Seals return", OTHER),
    ("another event with background from the report", "Seals return", "\n".join([OTHER, *REPORT.splitlines()[1:4]])),
    ("the report inside a round-up", "The week on the islands", f"{OTHER}\n{REPORT}"),
    ("the same event in another language", "島のフェリー、春から電池で運航へ", JAPANESE),
]  # fmt: skip


@pytest.mark.parametrize(("title", "article"), [row[1:] for row in STRANGERS], ids=[row[0] for row in STRANGERS])
def test_other_news_opens_its_own_development_whichever_came_first(title, article):
    assert placed(title, "", article, ORIGINAL) is None
    assert placed(TITLE, "", REPORT, candidate(title, "", article)) is None


def test_copies_fold_in_scripts_without_spaces():
    old = candidate("島のフェリー、春から電池で運航へ", "", JAPANESE)
    assert placed("フェリー、電池で運航", "", JAPANESE.replace("火曜日", "二日"), old) is not None
    assert placed("アザラシが砂州に戻る", "", TEXTS["japanese_other"], old) is None


def edited(text, share, dice):
    """A copy with this share of its words dropped, added or put in the place of others, one third each."""
    strange, words = OTHER.split(), []
    for word in text.split():
        fate = dice.random()
        if fate >= share / 3:
            words.append(dice.choice(strange) if fate < 2 * share / 3 else word)
        if 2 * share / 3 <= fate < share:
            words.append(dice.choice(strange))
    return " ".join(words)


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.0, 1.0, 1.0), (0.02, 0.98, 1.0), (0.05, 0.9, 1.0), (0.1, 0.7, 1.0), (0.35, 0.0, 0.05)]
)
def test_light_editing_still_folds_and_heavy_editing_does_not(share, least, most):
    dice = random.Random(4)
    folded = [placed("Ferry on batteries", "", edited(REPORT, share, dice), ORIGINAL) is not None for _ in range(100)]
    assert least <= sum(folded) / 100 <= most


@pytest.mark.parametrize("length", [10, 12, 15, 25])
def test_a_new_first_sentence_of_ten_words_is_a_new_development(length):
    dice = random.Random(5)
    for _ in range(40):
        lead = " ".join(dice.choice(OTHER.split()) for _ in range(length))
        assert placed("Ferry news", "", f"{lead} {REPORT}", ORIGINAL) is None
        assert placed("Ferry news", "", " ".join([lead, *REPORT.split()[length:]]), ORIGINAL) is None


def test_long_articles_fold_though_only_a_sample_of_them_is_kept():
    dice = random.Random(6)
    vocabulary = f"{REPORT} {OTHER} {REWRITE}".split()
    long = " ".join(dice.choice(vocabulary) for _ in range(4_000))
    old = candidate(TITLE, "", f"{REPORT.splitlines()[0]}\n{long}")
    assert placed("Ferry: the long read", "", f"{REPORT.splitlines()[0]}\n{long}", old) is not None
    assert placed("Ferry: the long read", "", f"{FOLLOW_UP}\n{long}", old) is None


def test_a_notice_that_the_gate_let_through_folds_nothing():
    notice = "Welcome to our pages. Kindly confirm how we may treat what your device tells us about you before you go on reading."
    old = candidate("Council buys second ship", "", notice)
    assert not old.has_article
    assert placed("Harbour master resigns", "", notice, old) is None


# ---------------------------------------------------------------- summaries

SUMMARY = REPORT.splitlines()[0]


def test_a_summary_that_stands_in_an_older_article_is_a_copy():
    placement = placed("Ferry to get batteries", SUMMARY, "", ORIGINAL)
    assert placement == develop.Placement(development=7, item=12, why="its summary stands in item 12 (100 %)")
    assert placed("Ferry to get batteries", f"{' '.join(SUMMARY.split()[:18])} …", "", ORIGINAL) is not None, "cut off"
    assert placed("Ferry to get batteries", "The ferry will run on batteries from April, says the council.", "", ORIGINAL) is None


def test_an_article_that_opens_with_an_older_summary_is_a_copy():
    old = candidate("Ferry to get batteries", SUMMARY, "", item=3)
    placement = placed(TITLE, "", REPORT, old)
    assert placement is not None
    assert placement.why == "it opens with the summary of item 3 (100 %)"


def test_an_article_that_holds_an_older_summary_as_background_is_not():
    old = candidate("Ferry to get batteries", SUMMARY, "")
    assert placed("Battery ferry delayed", "", f"{FOLLOW_UP}\n{REPORT}", old) is None


def test_two_equal_summaries_are_copies_when_their_titles_are_alike():
    old = candidate("Island ferry gets batteries", SUMMARY, "")
    assert placed("Island ferry to get batteries", SUMMARY, "", old) is not None
    assert placed("Diesel ends, says the council of Skerry", SUMMARY, "", old) is None


def test_a_summary_that_an_outlet_puts_under_everything_folds_nothing():
    slogan = "Ferry news, harbour news and island news from the reporters who were there first, every morning in your letter box."
    old = candidate("Ferry hits the pier in a storm", slogan, "")
    assert placed("Ferry captain wins regatta on Sunday", slogan, "", old) is None


# ---------------------------------------------------------------- titles

SAME = [
    ("an outlet behind a bar", f"{TITLE} | Harbour Gazette"),
    ("an outlet behind a dash", f"{TITLE} - Harbour Gazette"),
    ("two of them", f"{TITLE} | News | The Skerry Post"),
    ("a Japanese bar", f"{TITLE}｜夕刊テック"),
    ("an update's number", f"UPDATE 2-{TITLE}"),
    ("an agency's mark", f"EXCLUSIVE-{TITLE}"),
    ("a mark with a colon", f"Breaking: {TITLE}"),
    ("a mark in brackets", f"[Video] {TITLE}"),
    ("capitals and quotes", "‘ISLAND FERRY’ TO RUN ON BATTERIES BY SPRING"),
]


@pytest.mark.parametrize("title", [row[1] for row in SAME], ids=[row[0] for row in SAME])
def test_an_item_known_by_its_title_only_joins_the_one_of_that_title(title):
    old = candidate(TITLE, "", "", item=5)
    assert placed(title, "", "", old) == develop.Placement(development=5, item=5, why="the same title as item 5")
    assert placed(title, "", "", ORIGINAL) is not None
    assert placed(title, "", REPORT, candidate(TITLE, "Read more.", "")) is not None


OTHER_TITLES = [
    ("other words", "Island ferry to run on batteries by summer"),
    ("a headline that goes on behind a dash", f"{TITLE} - and nobody asked the crew"),
    ("too short", "Live updates"),
]


@pytest.mark.parametrize("title", [row[1] for row in OTHER_TITLES], ids=[row[0] for row in OTHER_TITLES])
def test_other_titles_stay_apart(title):
    assert placed(title, "", "", candidate(TITLE, "", "")) is None
    assert placed("Live updates", "", "", candidate("Live updates", "", "")) is None
    assert placed("突发新闻", "", "", candidate("突发新闻", "", "")) is None


def test_two_flashes_too_short_to_compare_fold_by_their_title():
    flash = "The ferry will run on batteries from April."
    assert placed(TITLE, "", flash, candidate(TITLE, "", flash)) is not None
    assert placed("Ferry to be electric in spring", "", flash, candidate(TITLE, "", flash)) is None


def test_a_title_means_nothing_between_two_articles_or_against_two_summaries():
    assert placed(TITLE, "", REWRITE, ORIGINAL) is None
    summaries = [f"Ferry letter {number}: {text}" for number, text in enumerate((SUMMARY, OTHER.splitlines()[0]))]
    assert placed("The week on the ferry", summaries[0], "", candidate("The week on the ferry", summaries[1], "")) is None


KEYS = [
    ("OpenAI, NATO: the deal | Washington, DC", "openai nato the deal"),
    ("UPDATE 3-EXCLUSIVE-OpenAI weighs NATO contract", "openai weighs nato contract"),
    ("Live-streamed talks begin at NATO today", "streamed talks begin at nato today"),
    ("OpenAI - NATO", "openai nato"),
    ("OpenAIがNATOとの契約を検討　関係者 - 夕刊テック", "openai が nato と の 契 約 を 検 討 関 係 者"),
    ("【速報】北约考虑与OpenAI签约使用人工智能", "北 约 考 虑 与 openai 签 约 使 用 人 工 智 能"),
    ("", ""),
    ("|", ""),
]


@pytest.mark.parametrize(("title", "key"), KEYS)
def test_a_headline_loses_outlet_and_kind_but_never_itself(title, key):
    assert headline.key(title) == key


# ---------------------------------------------------------------- choice and time


def test_the_closest_text_wins_and_among_equals_the_older():
    half = candidate(TITLE, "", "\n".join([*REPORT.splitlines()[:3], *OTHER.splitlines()[1:2]]), item=1)
    late = candidate(TITLE, "", REPORT, item=2, ago=timedelta(hours=1))
    early = candidate(TITLE, "", REPORT, item=9, ago=timedelta(hours=5))
    titled = candidate(TITLE, "", "", item=4, ago=timedelta(hours=9))
    placement = placed(TITLE, "", REPORT, half, late, early, titled)
    assert placement is not None
    assert placement.item == 9


@pytest.mark.parametrize(
    ("days", "text_folds", "title_folds"), [(2, True, True), (4, True, False), (13, True, False), (15, False, False)]
)
def test_a_text_is_remembered_for_two_weeks_and_a_title_for_three_days(days, text_folds, title_folds):
    for sign in (1, -1):
        ago = sign * timedelta(days=days)
        assert (placed("Ferry", "", REPORT, candidate(TITLE, "", REPORT, ago=ago)) is not None) == text_folds
        assert (placed(TITLE, "", "", candidate(TITLE, "", "", ago=ago)) is not None) == title_folds


def test_nothing_to_compare_with_is_a_new_development():
    assert placed(TITLE, SUMMARY, REPORT) is None
    assert placed("", "", "", candidate("", "", "")) is None


def test_hundreds_of_candidates_cost_little():
    many = [candidate(TITLE, "", f"{OTHER} {number}", item=number) for number in range(20)] * 25
    started = time.process_time()
    placed(TITLE, "", REPORT, *many)
    assert time.process_time() - started < 0.5, "measured: 20 ms for 500"


@settings(max_examples=100, derandomize=True, deadline=None)
@given(*[st.text(max_size=120)] * 6)
def test_any_texts_can_be_placed(title, summary, article, other_title, other_summary, other_article):
    placement = placed(title, summary, article, candidate(other_title, other_summary, other_article, item=8))
    assert placement is None or (placement.item == 8 and "8" in placement.why)


# ---------------------------------------------------------------- the labelled corpus

CORPUS_ROWS = [json.loads(line) for line in CORPUS.read_text().splitlines()] if CORPUS.exists() else []
needs_corpus = pytest.mark.skipif(not CORPUS_ROWS, reason=f"the labelled corpus is not there: {CORPUS}")


def first_sentence(row):
    return re.split(r"(?<=[.。؟])\s", row["text"])[0]


def is_copy(row):
    return "syndicated copy" in row["why_hard"]


def half_read(row):
    return ("", row["text"]) if len(row["outlet"]) % 2 else (first_sentence(row), "")


KNOWN_AS = [
    ("articles", lambda row: (row["summary"], row["text"]), True),
    ("the copy by its first sentence", lambda row: (first_sentence(row), "" if is_copy(row) else row["text"]), True),
    ("the original by its first sentence", lambda row: (first_sentence(row), row["text"] if is_copy(row) else ""), True),
    ("articles of every second outlet", half_read, None),
    ("titles and summaries", lambda row: (row["summary"], ""), None),
]


@needs_corpus
@pytest.mark.parametrize(("known", "copy_folds"), [row[1:] for row in KNOWN_AS], ids=[row[0] for row in KNOWN_AS])
def test_the_corpus_copies_fold_and_no_two_events_do(known, copy_folds):
    rows: list[dict[str, str]] = []
    seen: list[Candidate] = []
    for row in CORPUS_ROWS:
        summary, article = known(row)
        made = develop.fingerprint(row["title"], summary, article)
        when = datetime.fromisoformat(row["published"])
        placement = develop.place(made, when, seen)
        own = len(rows) if placement is None else placement.development
        if placement is not None:
            assert rows[placement.development]["event_cluster"] == row["event_cluster"], placement.why
        if is_copy(row) and copy_folds is not None:
            assert (placement is not None) == copy_folds
        print_of = {"title": made.title, "text": made.text, "lead": made.lead, "has_article": made.has_article}
        seen.append(Candidate(development=own, item=len(rows), when=when, **print_of))
        rows.append(row)
