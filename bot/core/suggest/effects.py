"""What an item's verdict becomes under each of many edits, for little more than the price of one look.

Compiling a rule of a thousand spellings takes a second and looking for them all takes most of a replay, so no edit gets a rule of
its own: all their words are looked for in one more pass, and only where one stands, what was found for the rule is changed as
the edit would change it, and weighed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


class Effects:
    """A rule with edits that are tried on items one by one. ``rule``: the draft's, where it is compiled already."""

    def __init__(self, draft: Draft, edits: Sequence[Edit], rule: match.Rule | None = None) -> None:
        self.draft, self.edits = draft, tuple(edits)
        self.rule = rule or match.compile_rule(draft.story, draft.concepts)
        self._spotter = Spotter(edit.spelling for edit in edits if not isinstance(edit, Threshold))
        self._excluding = {n: _excluding(self.rule, edit.spelling) for n, edit in enumerate(edits) if isinstance(edit, Exclude)}
        removing = sorted({edit.concept for edit in edits if isinstance(edit, Remove)})
        self._apart = {name: Spotter(draft.concepts[name]) for name in removing}
        adding = sorted({edit.concept for edit in edits if isinstance(edit, Add)})
        short = {name: [each[1:] for each in map(str.strip, draft.concepts[name]) if each.startswith("~")] for name in adding}
        self._short = {name: Spotter(spellings, together=True) for name, spellings in short.items() if spellings}

    def of(self, texts: match.Texts) -> Outcome:
        """The verdict on an item, and which edits turn it."""
        folds = match.folded(texts)
        looked = match.look(self.rule, folds)
        spotted = self._spotter.look(folds)
        score = None if looked.nothing else match.weigh(self.rule, texts, looked)
        holds = score is not None and score >= self.rule.threshold
        item = _Item(texts=texts, folds=folds, looked=looked, spotted=spotted, holds=holds)
        turned = []
        for number, edit in enumerate(self.edits):
            if isinstance(edit, Threshold):
                verdict = score is not None and score >= edit.value
            elif edit.spelling not in spotted or (not holds and isinstance(edit, Exclude | Remove)):
                continue
            else:
                verdict = self._under(number, edit, item)
            if verdict != holds:
                turned.append(number)
        return Outcome(holds=holds, score=score, turned=frozenset(turned))

    def places(self, folds: tuple[match.Folded, ...]) -> tuple[tuple[match.Span, ...], ...]:
        """Where the rule's words stand, excluding ones and short forms too: in order and without overlaps, field by field."""
        looked = match.look(self.rule, folds)
        return match.merged(*looked.spans.values(), *looked.short.values())

    def _under(self, number: int, edit: Add | Widen | Exclude | Remove, item: _Item) -> bool:
        """The verdict under an edit whose words stand in the item."""
        looked, rule = item.looked, self.rule
        new = item.spotted[edit.spelling]
        match edit:
            case Add(concept=label):
                looked = self._added(label, new, item)
            case Widen(word=label):
                looked = _put(looked, label, match.merged(looked.spans[label], new))
            case Exclude():
                rule = self._excluding[number]
                looked = _put(looked, _word(edit.spelling).label, new)
            case Remove(concept=label):
                looked = self._removed(label, edit.spelling, item)
        score = match.weigh(rule, item.texts, looked)
        return score is not None and score >= rule.threshold

    def _added(self, label: str, new: match.Spans, item: _Item) -> match.Finds:
        looked = item.looked
        if not any(looked.spans[label]) and label in self._short:  # its short forms count from now on
            for short in self._short[label].look(item.folds).values():
                looked = replace(looked, short={**looked.short, label: short})
        return _put(looked, label, match.merged(looked.spans[label], new))

    def _removed(self, label: str, spelling: str, item: _Item) -> match.Finds:
        looked = item.looked
        left = {each: spans for each, spans in self._apart[label].look(item.folds).items() if each != spelling}
        full = match.merged(*(spans for each, spans in left.items() if not each.strip().startswith("~")))
        short = match.merged(*(spans for each, spans in left.items() if each.strip().startswith("~")))
        nothing: match.Spans = ((),) * len(item.folds)
        if any(full) and label in looked.short:
            looked = replace(looked, short={**looked.short, label: short or nothing})
        return _put(looked, label, full or nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    texts: match.Texts
    folds: tuple[match.Folded, ...]
    looked: match.Finds
    spotted: Mapping[str, match.Spans]
    holds: bool


class Spotter:
    """Looks for many spellings at once, each for itself: a rule of which nothing is asked but where its words stand."""

    def __init__(self, spellings: Iterable[str], *, together: bool = False) -> None:
        texts = list(dict.fromkeys(spellings))
        groups = [texts] if together else [[text] for text in texts]
        # A short form stands alone here; a concept of short forms only would be refused.
        self._concepts = {f"w{n}": [text.strip().removeprefix("~") for text in group] for n, group in enumerate(groups)}
        self._texts = {f"w{n}": group[0] for n, group in enumerate(groups) if group}
        story = Story(name="", title="", query=" OR ".join(self._concepts) or "w")
        self._rule = match.compile_rule(story, self._concepts) if texts else None

    def look(self, folds: tuple[match.Folded, ...]) -> dict[str, match.Spans]:
        """Those of the spellings that stand in the item, with their places."""
        if self._rule is None:
            return {}
        found = match.look(self._rule, folds).spans
        return {text: found[label] for label, text in self._texts.items() if any(found[label])}


def _put(looked: match.Finds, label: str, spans: match.Spans) -> match.Finds:
    return replace(looked, spans={**looked.spans, label: spans})


def _excluding(rule: match.Rule, spelling: str) -> match.Rule:
    """The rule with a NOT more. Only its tree counts for weighing: the NOT's word is looked for by the spotter."""
    return replace(rule, tree=query.And(parts=(rule.tree, query.Not(part=_word(spelling), line=1, column=1))))


def _word(spelling: str) -> query.Word:
    """As in quotes, so that its label is no concept's."""
    return query.Word(term=query.spelling(spelling), line=1, column=1)
