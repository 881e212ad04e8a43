"""Does a story's rule hold of an item? ``judge`` answers with a receipt: all the evidence, for yes and no alike.

A term may stand in the title, the summary or the article. AND may be satisfied across fields, a phrase and NEAR within one; a
NOT looks at all three. Where the query holds, the item must be *about* the story too: its score reaches the story's threshold.

    rule      compiles query and concepts            passages  the article without the lists and boxes around it
    finds     evaluates the query                    standing  how the words stand in the text, as counts
    evidence  picks what a receipt shows             about     the counts as points: the score
    reason    puts the outcome into words                places    all of the words, for who reads the text
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.core import fold, language
from bot.core.counting import count
from bot.core.fold import Folded
from bot.core.match import about, evidence, finds, passages, reason, standing
from bot.core.match.finds import Finds, look, look_in, merged, stands
from bot.core.match.passages import Body
from bot.core.match.places import Place, Seen, all_places, left_out, see
from bot.core.match.rule import Named, Owned, Rule, compile_rule, compile_rules, compile_together
from bot.core.scan import Span, Spans
from bot.core.scanner import Reading, Scanner
from bot.model import Ingredient, Receipt

__all__ = [
    "Finds", "Folded", "Named", "Owned", "Place", "Reading", "Rule", "Span", "Spans", "Texts", "all_places", "compile_rule",
    "compile_rules", "compile_together", "folded", "hints", "judge", "judge_all", "left_out", "look", "look_in", "merged",
    "stands", "weigh",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Texts:
    """What is known of an item, as plain text; ``article`` is empty when it could not be read."""

    title: str
    summary: str
    article: str


def judge(rule: Rule, texts: Texts) -> Receipt:
    """What the rule says of an item. Takes any text; hits carry offsets into the fields as they were given."""
    return judge_all((rule,), texts)[0]


def judge_all(rules: Sequence[Rule], texts: Texts) -> tuple[Receipt, ...]:
    """What each rule says of an item; rules that were compiled together share the work."""
    fields = folded(texts)
    tongue = language.of(texts.title, texts.summary, texts.article) if rules else None
    read = cache(lambda: passages.read(texts.article, texts.title))
    readings: dict[Scanner, Reading] = {}
    receipts = []
    for rule in rules:
        reading = readings.get(rule.scanner) or readings.setdefault(rule.scanner, rule.scanner.read(fields))
        receipts.append(replace(_judged(rule, texts, see(rule, finds.look_in(rule, reading), read)), language=tongue))
    return tuple(receipts)


def _judged(rule: Rule, texts: Texts, seen: Seen) -> Receipt:
    found, body = seen.counted, seen.body
    if not finds.holds(rule.tree, found, found.everywhere):
        return _lacking(rule, texts, seen.everything, found, body)
    score, parts, stood = _weighed(rule, found, body or passages.NOTHING)
    yes = score >= rule.threshold
    why = reason.why_yes(rule, found) if yes else reason.why_not_about(rule, found, stood)
    return _receipt(rule, texts, found, body, holds=yes, score=score, why=why, ingredients=parts)


def hints(rules: Sequence[Rule], title: str, summary: str) -> bool:
    """Whether title or summary has a word that speaks for one of the stories: reason enough to read the article."""
    fields = (fold.fold(title), fold.fold(summary))
    readings = {scanner: scanner.read(fields) for scanner in {rule.scanner for rule in rules}}
    return any(finds.look_in(rule, readings[rule.scanner]).speaks(rule.wanted) for rule in rules)


def folded(texts: Texts) -> tuple[Folded, ...]:
    """The item's fields as ``look`` takes them: folded once for many rules."""
    return tuple(fold.fold(text) for text in (texts.title, texts.summary, texts.article))


def weigh(rule: Rule, texts: Texts, looked: Finds) -> float | None:
    """The score that ``judge`` gives an item of which the query holds; None where it does not.

    Without the evidence, which is most of the work: for going over a whole log. ``looked`` is what ``look`` found in ``texts``.
    """
    # What is cut from an article takes words away and adds none: where all of the text is not enough, what is kept is not.
    if not finds.may_hold(rule.tree, looked):
        return None
    seen = see(rule, looked, lambda: passages.read(texts.article, texts.title))
    if not finds.holds(rule.tree, seen.counted, seen.counted.everywhere):
        return None
    return _weighed(rule, seen.counted, seen.body or passages.NOTHING)[0]


def _lacking(rule: Rule, texts: Texts, everything: Finds, found: Finds, body: Body | None) -> Receipt:
    """The receipt where the query does not hold of the text that counts; what stands in a list is shown, and named so."""
    score = round(0.98 * rule.threshold * finds.share(rule.tree, found, found.everywhere), 2)
    if body is not None and body.cut and finds.holds(rule.tree, everything, everything.everywhere):
        why = reason.why_cut(rule, found, everything, body)
        return _receipt(rule, texts, everything, body, holds=False, score=score, why=why)
    excluding = reason.excluded_by(rule, found)
    why = reason.why_no(rule, found, excluding)
    return _receipt(rule, texts, found, body, holds=False, score=score, why=why, excluding=excluding)


def _weighed(rule: Rule, found: Finds, body: Body) -> tuple[float, tuple[Ingredient, ...], standing.Standing]:
    """The score of the way to be about the story that the item follows best."""
    ways = [stood for way in rule.aspects if (stood := standing.stand(way, found, body)) is not None]
    weighed = [(*about.weigh(stood), stood) for stood in ways]
    # A query can hold without any word: (a OR NOT b). Nothing can be weighed then.
    return max(weighed, key=lambda each: each[0], default=(1.0, (), standing.NOWHERE))


def _receipt(
    rule: Rule, texts: Texts, found: Finds, body: Body | None, *, holds: bool, score: float, why: str,
    ingredients: tuple[Ingredient, ...] = (), excluding: tuple[str, ...] = (),
) -> Receipt:  # fmt: skip
    hits = evidence.hits_of(rule, found)
    where = evidence.where(rule, found, hits)
    return Receipt(
        holds=holds,
        score=score,
        terms=evidence.terms(hits),
        where=where,
        sentence=evidence.best_sentence(found, hits, where),
        why=why,
        rule=rule.version,
        hits=evidence.chosen(hits, evidence.hits_against(found, excluding)),
        threshold=rule.threshold,
        ingredients=ingredients,
        read=_read(texts, body),
    )


def _read(texts: Texts, body: Body | None) -> str:
    """What text there was, in words."""
    fields = [name for name, text in (("title", texts.title), ("summary", texts.summary)) if text]
    if texts.article:
        sizes = [] if body is None else [count(len(body.sentences), "sentence"), *_left_out(body)]
        fields.append("article" + (f" ({', '.join(sizes)})" if sizes else ""))
    return ", ".join(fields) or "nothing"


def _left_out(body: Body) -> list[str]:
    kinds = dict.fromkeys(what for _, what in body.cut)
    return [f"{count(len(body.cut), 'line')} left out: {', '.join(kinds)}"] if kinds else []
