"""Aboutness: from how a story's words stand in an item to a score, as points that add up.

An item *about* a story names it in the headline or the opening, early, and comes back to it; one that mentions it does so
once, late, in a list. The points were found by a logistic regression over the labelled sets of ``tests/gold`` and the corpus,
scaled so that its border lies at a half, and rounded; of fifteen counts that were tried these carried the difference, the
others none that a second set confirmed. ``tests/gold/README.md`` has the figures. By hand: a headline that says everything
is believed (what it costs is satire), and two sentences that bring everything together count, however the rest is built.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.counting import count
from bot.core.match.standing import FAR, Standing
from bot.model import Ingredient

_HEADLINE = 0.5
_OPENING, _SUMMARY = 0.25, 0.1  # what only the summary adds must be borne out by the article
_EARLY = 0.3
# Words of the story in every second sentence, and in every paragraph. A long article need not keep that up: more than so many
# sentences and paragraphs are not asked for, so what is added at its end takes nothing away.
_DENSITY, _FULL_DENSITY, _MOST_SENTENCES = 0.2, 0.5, 10
_BREADTH, _MOST_PARAGRAPHS = 0.25, 4
_TOGETHER, _FULL_TOGETHER, _LEAST_TOGETHER = 0.3, 0.2, 2  # in every fifth sentence, and in two at least
# Where there is little more than title and summary, what they say together is believed: a flash, a teaser before a paywall.
_BRIEF, _BRIEF_SENTENCES = 0.5, 3


def weigh(stood: Standing) -> tuple[float, tuple[Ingredient, ...]]:
    """The score, 0 to 1, and what it is made of."""
    parts = tuple(
        Ingredient(name=name, points=round(points, 2), said=said)
        for name, points, said in (_brief(stood) if stood.sentences <= _BRIEF_SENTENCES else _article(stood))
    )
    return round(min(1.0, max(0.0, sum(part.points for part in parts))), 2), parts


def _brief(stood: Standing) -> Iterator[tuple[str, float, str]]:
    yield "headline", _BRIEF * stood.title, _share(stood.title, "the headline")
    yield "opening", _BRIEF * stood.announced, _share(stood.announced, "headline, summary and lead")


def _article(stood: Standing) -> Iterator[tuple[str, float, str]]:
    sentences, paragraphs = count(stood.sentences, "sentence"), count(stood.paragraphs, "paragraph")
    yield "headline", _HEADLINE * (stood.title == 1), _share(stood.title, "the headline")
    if stood.opening < stood.announced == 1:
        yield "opening", _SUMMARY, "all of it in headline, summary and lead, not without the summary"
    else:
        yield "opening", _OPENING * (stood.opening == 1), _share(stood.opening, "headline and lead")
    said = f"all of it within {count(stood.first, 'word')}" if stood.first < FAR else "late, or not all of it"
    yield "early", _EARLY * (1 - stood.first / FAR), said
    # Where the rarer word stands once and opens nothing, the other one is what the article is about.
    one_sided = stood.announced < 1 and stood.weaker < 2
    but = ", nearly all of them one word" if one_sided else ""
    density = min(1.0, stood.any / min(stood.sentences, _MOST_SENTENCES) / _FULL_DENSITY)
    yield "density", 0 if one_sided else _DENSITY * density, f"words of the story in {stood.any} of {sentences}{but}"
    breadth = min(1.0, stood.any_paragraphs / min(stood.paragraphs, _MOST_PARAGRAPHS))
    yield "breadth", 0 if one_sided else _BREADTH * breadth, f"in {stood.any_paragraphs} of {paragraphs}{but}"
    together = min(1.0, stood.met / stood.sentences / _FULL_TOGETHER) * (stood.met >= _LEAST_TOGETHER)
    yield "together", _TOGETHER * together, f"all of it in {count(stood.met, 'sentence')}"


def _share(share: float, where: str) -> str:
    part = "all" if share == 1 else "a part" if share else "nothing"
    return f"{part} of it in {where}"
