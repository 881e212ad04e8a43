"""Does a story's rule hold of an item? ``judge`` answers with a receipt: all the evidence, for yes and no alike.

A term may stand in the title, the summary or the article. AND may be satisfied across fields, a phrase and NEAR within one; a
NOT looks at all three. ``rule`` compiles, ``finds`` evaluates, ``evidence`` picks what is shown, ``reason`` puts it into words.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core import fold
from bot.core.match import evidence, finds, reason
from bot.core.match.rule import Rule, compile_rule
from bot.model import Receipt

__all__ = ["Rule", "Texts", "compile_rule", "hints", "judge"]


@dataclass(frozen=True, slots=True)
class Texts:
    """What is known of an item, as plain text; ``article`` is empty when it could not be read."""

    title: str
    summary: str
    article: str


def judge(rule: Rule, texts: Texts) -> Receipt:
    """What the rule says of an item. Takes any text; hits carry offsets into the fields as they were given."""
    found = finds.settled(finds.look(rule, tuple(fold.fold(text) for text in (texts.title, texts.summary, texts.article))), None)
    yes = finds.holds(rule.tree, found, found.everywhere)
    excluding = () if yes else reason.excluded_by(rule, found)
    hits = evidence.hits_of(rule, found)
    where = evidence.where(rule, found, hits)
    return Receipt(
        holds=yes,
        score=evidence.score(rule, found, yes=yes),
        terms=evidence.terms(hits),
        where=where,
        sentence=evidence.best_sentence(found, hits, where),
        why=reason.why_yes(rule, found) if yes else reason.why_no(rule, found, excluding),
        rule=rule.version,
        hits=evidence.chosen(hits, evidence.hits_against(found, excluding)),
    )


def hints(rule: Rule, title: str, summary: str) -> bool:
    """Whether title or summary has a word that speaks for the story: reason enough to read the article."""
    found = finds.look(rule, (fold.fold(title), fold.fold(summary)))
    return any(found.has(label, found.everywhere) for label in rule.wanted)
