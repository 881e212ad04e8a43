"""What an item's verdict becomes under each of many edits, for little more than the price of one look.

Looking for a thousand spellings takes most of a replay, so no edit gets a look of its own: all their words are looked for in the
same pass, and each edit is the rule with another list of which of the words count for what. Where none of an edit's words may
stand, nothing more is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core import match, query
from bot.core.suggest.edits import Add, Draft, Edit, Exclude, Remove, Threshold, Widen
from bot.model import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The rule's verdict on an item, its score (None: the query does not hold), and by number the edits that turn it."""

    holds: bool
    score: float | None
    turned: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    """The rule with an edit made. ``number``: that of the finder which must find something; None: of no word."""

    rule: match.Rule
    number: int | None
    narrows: bool  # can turn a yes only


class Effects:
    """A rule with edits that are tried on items one by one. Raises QueryError where the rule cannot be read."""

    def __init__(self, draft: Draft, edits: Sequence[Edit] = ()) -> None:
        self.edits = tuple(edits)
        words = {edit.spelling: f"w{n}" for n, edit in enumerate(edits) if isinstance(edit, Add | Widen | Exclude)}
        self._rule, spotter = _compiled(draft, words)
        numbers = {label: number for number, (_, labels) in spotter.items() for label in labels}
        self._variants = [
            _variant(self._rule, edit, None if isinstance(edit, Threshold | Remove) else numbers[words[edit.spelling]])
            for edit in edits
        ]  # fmt: skip

    def of(self, texts: match.Texts) -> Outcome:
        """The verdict on an item, and which edits turn it."""
        reading = self._rule.scanner.read(match.folded(texts))
        score = _score(self._rule, texts, reading)
        holds = score is not None and score >= self._rule.threshold
        turned = []
        for number, variant in enumerate(self._variants):
            threshold = variant.rule.threshold
            if variant.number is None and bool(threshold) is bool(self._rule.threshold):
                verdict = score is not None and score >= threshold
            elif (variant.narrows and not holds) or not (variant.number is None or match.stands(reading, variant.number)):
                continue
            else:
                weighed = _score(variant.rule, texts, reading)
                verdict = weighed is not None and weighed >= threshold
            if verdict != holds:
                turned.append(number)
        return Outcome(holds=holds, score=score, turned=frozenset(turned))

    def places(self, folds: tuple[match.Folded, ...]) -> tuple[tuple[match.Span, ...], ...]:
        """Where the rule's words stand, excluding ones and short forms too: in order and without overlaps, field by field."""
        looked = match.look(self._rule, folds)
        return match.merged(*looked.spans.values(), *looked.short.values())

    def terms(self, folds: tuple[match.Folded, ...]) -> set[tuple[str, query.Term]]:
        """The rule's terms that stand in an item, each with the word or concept that it stands for."""
        reading = self._rule.scanner.read(folds)
        standing = ((term, labels) for n, (term, labels) in self._rule.owned.items() if match.stands(reading, n))
        return {(label, term) for term, labels in standing for label in labels}


def _score(rule: match.Rule, texts: match.Texts, reading: match.Reading) -> float | None:
    looked = match.look_in(rule, reading)
    return None if looked.nothing else match.weigh(rule, texts, looked)


def _compiled(draft: Draft, words: Mapping[str, str]) -> tuple[match.Rule, match.Owned]:
    """The rule, and which finders of its scanner look for the words, by the labels given to them."""
    if not words:
        return match.compile_rule(draft.story, draft.concepts), {}
    spotting = Story(name="", title="", query=" OR ".join(words.values()))
    concepts = {label: (spelling,) for spelling, label in words.items()}
    rule, spotter = match.compile_together(((draft.story, draft.concepts), (spotting, concepts)))
    return rule, spotter.owned


def _variant(rule: match.Rule, edit: Edit, number: int | None) -> _Variant:
    match edit:
        case Threshold(value=value):
            return _Variant(rule=replace(rule, threshold=value), number=None, narrows=False)
        case Add(concept=label) | Widen(word=label):
            return _Variant(rule=_with(rule, edit.spelling, number, label), number=number, narrows=False)
        case Exclude():
            # In quotes, so that the label is no concept's.
            leaf = query.Word(term=query.spelling(edit.spelling), line=1, column=1)
            tree = query.And(parts=(rule.tree, query.Not(part=leaf, line=1, column=1)))
            names = (*rule.names, match.Named(label=leaf.label, finders=()))
            narrowed = replace(_with(rule, edit.spelling, number, leaf.label), tree=tree, names=names)
            return _Variant(rule=narrowed, number=number, narrows=True)
        case Remove():
            return _without(rule, edit)


def _with(rule: match.Rule, spelling: str, number: int | None, label: str) -> match.Rule:
    """The rule in which the finder of that number counts for the label too."""
    if number is None:
        return rule
    term, labels = rule.owned.get(number, (query.spelling(spelling), ()))
    return replace(rule, owned={**rule.owned, number: (term, tuple(dict.fromkeys((*labels, label))))})


def _without(rule: match.Rule, edit: Remove) -> _Variant:
    """The rule in which a spelling does not count for its concept any more."""
    gone = query.spelling(edit.spelling)
    number = next((n for n, (term, labels) in rule.owned.items() if term == gone and edit.concept in labels), None)
    if number is None:
        return _Variant(rule=rule, number=None, narrows=False)
    left = tuple(label for label in rule.owned[number][1] if label != edit.concept)
    return _Variant(rule=replace(rule, owned={**rule.owned, number: (gone, left)}), number=number, narrows=False)
