"""Aboutness: from how a story's words stand in an item to a score, as points that add up.

An item *about* a story names it in the headline or the opening, comes back to it, and keeps its words together; one that
mentions it does so once, late, in a list. The points are those of a logistic regression over ``tests/gold`` (10-fold), scaled
so that its border lies at a half, and rounded: see ``tests/gold/README.md`` for how to repeat it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.counting import count
from bot.core.match.standing import Standing
from bot.model import Ingredient

# Where an article could be read. A headline that says all of it is believed; the rest must be borne out by the text.
_HEADLINE, _HEADLINE_PART = 0.5, 0.0
_OPENING, _OPENING_PART = 0.25, 0.05
_DENSITY, _FULL_DENSITY = 0.25, 0.5  # words of the story in every second sentence
_BREADTH = 0.2
_EARLY = 0.2
_BALANCE, _FULL_BALANCE = 0.1, 0.3  # the rarer word in every third sentence
_TOGETHER = 0.2  # in two sentences or more
# Where title and summary are all there is: what they say together is believed.
_BRIEF_TITLE, _BRIEF_OPENING = 0.5, 0.5


def weigh(stood: Standing) -> tuple[float, tuple[Ingredient, ...]]:
    """The score, 0 to 1, and what it is made of."""
    parts = tuple(
        Ingredient(name=name, points=round(points, 2), said=said)
        for name, points, said in (_article(stood) if stood.sentences else _brief(stood))
    )
    return round(min(1.0, max(0.0, sum(part.points for part in parts))), 2), parts


def _brief(stood: Standing) -> Iterator[tuple[str, float, str]]:
    yield "headline", _BRIEF_TITLE * stood.title, _share(stood.title, "the headline")
    yield "opening", _BRIEF_OPENING * stood.opening, _share(stood.opening, "headline and summary")


def _article(stood: Standing) -> Iterator[tuple[str, float, str]]:
    sentences, paragraphs = count(stood.sentences, "sentence"), count(stood.paragraphs, "paragraph")
    headline = _HEADLINE if stood.title == 1 else _HEADLINE_PART * stood.title
    yield "headline", headline, _share(stood.title, "the headline")
    opening = _OPENING if stood.opening == 1 else _OPENING_PART * stood.opening
    yield "opening", opening, _share(stood.opening, "headline, summary and lead")
    density = min(1.0, stood.any / stood.sentences / _FULL_DENSITY)
    yield "density", _DENSITY * density, f"words of the story in {stood.any} of {sentences}"
    breadth = stood.any_paragraphs / stood.paragraphs
    yield "breadth", _BREADTH * breadth, f"in {stood.any_paragraphs} of {paragraphs}"
    yield "early", _EARLY * (1 - stood.first), f"all of it within {stood.first:.0%} of the article"
    balance = min(1.0, stood.weaker / stood.sentences / _FULL_BALANCE)
    yield "balance", _BALANCE * balance, f"the rarer word in {stood.weaker} of {sentences}"
    yield "together", _TOGETHER * (stood.met > 1), f"all of it in {count(stood.met, 'sentence')}"


def _share(share: float, where: str) -> str:
    part = "all" if share == 1 else "a part" if share else "nothing"
    return f"{part} of it in {where}"
