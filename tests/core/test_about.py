"""Aboutness: what a reader would take an item to be about, told by where and how often its words stand."""

from __future__ import annotations

import pytest

from bot.core import match
from bot.core.match import about
from bot.core.match.standing import FAR, Standing
from bot.model import Receipt, Story

CONCEPTS = {"acme": ["Acme", "~the firm"], "harbour": ["Harbour Board", "~the board"], "ferry": ["ferry", "ferries"]}
QUERY = "acme AND (harbour OR ferry)"
FILLER = [
    "The mayor spoke for an hour about the weather and the price of paint.",
    "Nobody in the hall had expected the lights to stay on for so long.",
    "A second vote is planned for the week after the summer holidays.",
    "Shops in the old town reported fewer visitors than a year ago.",
    "The library will open on Sundays, though only until the early afternoon.",
    "Two schools share one caretaker, who prefers the one with the garden.",
    "Rain is expected in the north, and more of it in the north-west.",
    "The choir has found a new home in a hall behind the fire station.",
]


def lines(*sentences: str) -> str:
    """One paragraph for each sentence."""
    return "\n".join(sentences)


def judged(title: str, article: str, *, summary: str = "", query: str = QUERY, threshold: float = 0.5) -> Receipt:
    rule = match.compile_rule(Story(name="s", title="t", query=query, threshold=threshold), CONCEPTS)
    return match.judge(rule, match.Texts(title, summary, article))


MEET = "Acme wants to run a ferry across the bay for the Harbour Board."
CASES = [
    ("the headline says all of it", "Acme to run ferry", lines(*FILLER), "", True),
    ("the headline says all of it, the article nothing of it", "Acme to run ferry", lines(*FILLER[:5]), "", True),
    ("the headline says a part, the lead the rest", "Acme has a plan", lines(MEET, *FILLER), "", True),
    ("the headline says nothing, the lead all", "A plan for the bay", lines(MEET, "Acme gave no price.", *FILLER[:5]), "", True),
    ("all of it once, late, in a long article", "A night at the town hall", lines(*FILLER, MEET, "The end."), "", False),
    ("all of it in the closing paragraph only", "A night at the town hall", lines(*FILLER[:5], MEET), "", False),
    ("all of it in several sentences, wherever", "A night at the town hall",
     lines(*FILLER[:3], MEET, FILLER[3], "The ferry would cost Acme little.", *FILLER[4:6]), "", True),
    ("one word everywhere, the other once in passing", "Acme opens a shop",
     lines("Acme opened a shop.", "Acme sells paint.", FILLER[0], "Acme once lost a ferry contract.", "Acme is old.", FILLER[1], "Acme is big.", FILLER[2]), "", False),
    ("a name among names", "Who sponsors the regatta", lines(*FILLER[:2], "Sponsors are Acme, Bolt, the ferry line, Cobalt and Dune.", *FILLER[2:6]), "", False),
    ("a headline that lists names", "Acme, Bolt, Cobalt, ferry: the week in ports", lines(*FILLER), "", False),
    ("links after the article", "A night at the town hall", lines(*FILLER[:6], "Acme to run ferry", "Ferry talks stall", "Acme denies all"), "", False),
    ("the summary says all of it, the article nothing", "A plan", lines(*FILLER), "Acme and the Harbour Board talk.", False),
    ("the summary says all of it, there is no article", "A plan", "", "Acme and the Harbour Board talk.", True),
    ("a teaser before a paywall bears the summary out", "A plan", "The firm talks about ferries.", "Acme wants a ferry.", True),
    ("headline and summary in two halves, no article", "Acme has a plan", "", "It is about a ferry.", True),
    ("a flash of two sentences", "Bay plan", "Acme will run the ferry. It gave no price.", "", True),
]  # fmt: skip


@pytest.mark.parametrize(("title", "article", "summary", "about"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_an_item_is_about_the_story_or_only_mentions_it(title: str, article: str, summary: str, about: bool) -> None:
    receipt = judged(title, article, summary=summary)
    assert receipt.holds is about, receipt
    assert round(sum(part.points for part in receipt.ingredients), 2) >= receipt.score


def test_a_threshold_of_nothing_takes_the_words_anywhere() -> None:
    article = lines(*FILLER, "Acme to run ferry", "Ferry talks stall", "Acme denies all")
    assert judged("A night", article, threshold=0).holds
    assert not judged("A night", article).holds


def test_a_higher_threshold_asks_for_more() -> None:
    assert not judged("Acme has a plan", lines(MEET, *FILLER), threshold=0.95).holds


@pytest.mark.parametrize("query", ["ferry", "acme", "ferry OR acme", "acme NEAR/5 ferry", "title:acme AND ferry"])
def test_every_kind_of_query_can_be_weighed(query: str) -> None:
    assert judged("Acme to run ferry", lines(MEET, *FILLER), query=query).holds
    assert 0 <= judged("Acme", lines(*FILLER, MEET, "The end."), query=query).score <= 1


def test_of_several_ways_the_best_counts() -> None:
    query = "(acme AND ferry) OR (harbour AND regatta)"
    receipt = judged("A plan", lines(MEET, "Acme and its ferry wait.", *FILLER[:4], "No regatta."), query=query)
    assert receipt.holds


def test_a_short_form_counts_only_where_the_name_came_before_the_end() -> None:
    named = lines(MEET, "The firm is old.", *FILLER[:4])
    late = lines("The firm runs a ferry.", "The firm is old.", *FILLER[:4], "Acme declined to comment.", "The end.")
    assert "The firm" in judged("A plan", named).terms
    assert "The firm" not in judged("A plan", late).terms


WHYS = [
    ("in passing, with what is missing", lines(*FILLER, MEET, "The end."),
     "mentions acme, harbour and ferry, but in passing: not in the headline, not in the opening, the rarer word in 0 of 9 sentences"),
    ("only in a list", lines(*FILLER[:6], "Acme to run ferry", "Ferry talks stall", "Acme denies all"),
     "mentions acme and ferry, but only in a list of links"),
    ("one of them only in a box", lines("Acme spoke.", *FILLER[:6], "Read more: the ferry"),
     "mentions acme and ferry, but ferry only in related headlines"),
    ("only at the end", lines(*FILLER[:5], MEET), "mentions acme, harbour and ferry, but only in the closing paragraph"),
]  # fmt: skip


@pytest.mark.parametrize(("article", "why"), [row[1:] for row in WHYS], ids=[row[0] for row in WHYS])
def test_a_no_says_why(article: str, why: str) -> None:
    receipt = judged("A night at the town hall", article)
    assert (receipt.holds, receipt.why) == (False, why)


def test_the_receipt_says_what_was_read() -> None:
    article = lines(*FILLER[:6], "Acme to run ferry", "Ferry talks stall", "Acme denies all")
    assert (
        judged("A night", article, summary="x").read
        == "title, summary, article (5 sentences, 4 lines left out: the closing paragraph, a list of links)"
    )
    assert judged("A night", lines(*FILLER)).read == "title, article"
    assert judged("", "").read == "nothing"


def test_the_score_stays_between_0_and_1_whatever_is_counted() -> None:
    most = Standing(
        aspects=2, title=1, opening=1, announced=1, sentences=9, paragraphs=9, met=9, weaker=9, any=9, any_paragraphs=9, first=0
    )
    least = Standing(aspects=2, title=0, opening=0, announced=0, sentences=9, paragraphs=9, first=FAR)
    assert (about.weigh(most)[0], about.weigh(least)[0]) == (1.0, 0.0)
