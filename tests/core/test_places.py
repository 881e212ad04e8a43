"""Where all words of a rule stand, and which of them count."""

from __future__ import annotations

import pytest

from bot.core import match
from bot.model import Story

CONCEPTS = {"openai": ["OpenAI"], "nato": ["NATO", "~the alliance", "北约"], "lawsuit": ["lawsuit"]}
RULE = match.compile_rule(Story(name="s", title="t", query="openai AND nato AND NOT lawsuit"), CONCEPTS)
LIST = "\nRead more: OpenAI wins\nNATO meets in Oslo\nA third headline here"


def placed(title: str, summary: str = "", article: str = "") -> set[tuple[str, str, str]]:
    texts = {"title": title, "summary": summary, "article": article}
    found = match.all_places(RULE, title, summary, article)
    return {(place.where, texts[place.where][slice(*place.span)], place.role) for place in found}


PLACES = {
    "words that count": (("OpenAI and NATO",), {("title", "OpenAI", "word"), ("title", "NATO", "word")}),
    "a word that excludes": (("OpenAI", "A lawsuit"), {("title", "OpenAI", "word"), ("summary", "lawsuit", "against")}),
    "a short form beside a full one": (
        ("NATO", "The alliance met"),
        {("title", "NATO", "word"), ("summary", "The alliance", "word")},
    ),
    "a short form alone is no word": (("OpenAI", "The alliance met"), {("title", "OpenAI", "word")}),
    "words in a list around the article": (
        ("OpenAI", "", f"北约 says nothing today.{LIST}"),
        {("title", "OpenAI", "word"), ("article", "北约", "word"), ("article", "OpenAI", "idle"), ("article", "NATO", "idle")},
    ),
    "none": (("Rain", "", "Wind"), set()),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_words_are(case: str) -> None:
    texts, expected = PLACES[case]
    assert placed(*texts) == expected


def test_every_hit_of_the_receipt_is_among_them() -> None:
    texts = ("OpenAI and 北约", "The alliance and OpenAI.", f"OpenAI met NATO in a lawsuit.\nThe alliance was there.{LIST}")
    hits = {(hit.where, hit.start, hit.end) for hit in match.judge(RULE, match.Texts(*texts)).hits}
    assert len(hits) > 5
    assert hits <= {(place.where, *place.span) for place in match.all_places(RULE, *texts)}


def test_what_is_left_out_is_named() -> None:
    article = f"北约 says nothing today.{LIST}"
    (first, *rest) = match.left_out(article)
    assert article[slice(*first[0])] == "Read more: OpenAI wins"
    assert first[1] == "related headlines"
    assert {what for _, what in rest} == {"a list of links"}
