"""From marked items to proposals: which edits are worth trying, and what each does to the verdicts on the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.core import match, query
from bot.core.suggest import words
from bot.core.suggest.edits import Add, Draft, Edit, Exclude, Remove, Threshold, Widen, made
from bot.core.suggest.effects import Effects
from bot.core.suggest.marked import Case, Learned, Proposal, tried
from bot.errors import QueryError

# How many terms are tried: each costs up to 1 ms for every marked item that has it, and the list below them is noise.
_MOST_WORDS, _MOST_REMOVED = 60, 40
# A word that puts but one verdict right may stand there by chance: any two articles share hundreds of words.
_LEAST_RIGHT = 2  # less those that it puts wrong
# How many proposals of each kind are worth a person's time; of weak ones half.
_SHOWN = {Add: 6, Widen: 6, Exclude: 6, Remove: 4, Threshold: 1}
_ALTERNATIVES = 3


def proposals(learned: Learned) -> list[Proposal]:
    """The edits that raise F1 on the marks, best first, a few of each kind."""
    found = [*_thresholds(learned), *_worded(learned, _additions(learned) + _exclusions(learned)), *_removals(learned)]
    shown = Counter[type[Edit]]()
    kept = []
    for proposal in ranked(found):
        kind = type(proposal.edit)
        shown[kind] += 2 if proposal.weak else 1
        if shown[kind] <= _SHOWN[kind]:
            kept.append(proposal)
    return kept


def ranked(found: Iterable[Proposal]) -> list[Proposal]:
    """By what they do on the marks, weak ones last; of equals those first that change least elsewhere, then by how telling."""

    def rank(each: Proposal) -> tuple[object, ...]:
        return each.weak, -round(each.gain, 6), each.gained + each.lost, -each.telling, str(each.edit)

    return sorted(found, key=rank)


def remeasured(draft: Draft, cases: Sequence[Case], found: Sequence[Proposal]) -> list[Proposal]:
    """The same edits on a rule that was changed meanwhile; those that help no more are gone. The order stays."""
    again = []
    for old, new in zip(found, tried(draft, cases, [each.edit for each in found]), strict=True):
        if new.gain > 0:
            again.append(replace(old, before=new.before, after=new.after, right=new.right, wrong=new.wrong))
    return again


# ---------------------------------------------------------------- words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An edit to try, and the term that it is made of."""

    edit: Edit
    term: str
    against: bool = False


def _additions(learned: Learned) -> list[_Candidate]:
    """Spellings for each place of the query where one more might put a missed item right."""
    found = Counter(term for n in learned.missed for term in learned.terms[n] if learned.relevant.counts[term] > 1)
    chosen = _most_telling(learned, found)
    written = _written(learned, learned.missed, chosen)
    candidates = [
        _Candidate(edit=edit, term=term) for term, spelling in written.items() for edit in _slots(learned.draft, spelling)
    ]
    effects = Effects(learned.draft, [each.edit for each in candidates])
    helping = {n for case in learned.missed for n in effects.of(learned.cases[case].texts).turned}
    return [each for n, each in enumerate(candidates) if n in helping]


def _exclusions(learned: Learned) -> list[_Candidate]:
    """Words that stand in several false alarms and in no relevant item."""
    counted = Counter(term for n in learned.alarms for term in learned.terms[n])
    found = {term: number for term, number in counted.items() if number > 1 and not learned.relevant.counts[term]}
    written = _written(learned, learned.alarms, _most_telling(learned, found, against=True))
    return [
        _Candidate(edit=Exclude(spelling=spelling), term=term, against=True)
        for term, spelling in written.items() if _can_be(Exclude(spelling=spelling), learned.draft)
    ]  # fmt: skip


def _most_telling(learned: Learned, found: Iterable[str], *, against: bool = False) -> list[str]:
    scores = {term: learned.telling(term, against=against) for term in found}
    telling = [term for term in scores if scores[term] > 0]
    return sorted(telling, key=lambda term: (-scores[term], term.endswith("*"), -len(term), term))[:_MOST_WORDS]


def _written(learned: Learned, numbers: Iterable[int], terms: Sequence[str]) -> dict[str, str]:
    """How the items write the terms, in the terms' order; without those that cannot be a spelling."""
    written = words.spellings((match.folded(learned.cases[n].texts) for n in numbers), frozenset(terms))
    return {term: written[term] for term in terms if term in written and _readable(written[term])}


def _readable(spelling: str) -> bool:
    try:
        query.check_spelling(spelling)
    except QueryError:
        return False
    return spelling[0] not in "=~/"


def _slots(draft: Draft, spelling: str) -> list[Edit]:
    """Every place of the rule where a spelling may be added: the concepts and words that speak for the story, and only for it."""
    tree = query.parse(draft.story.query, draft.concepts)
    under_not = {leaf.label for negation in query.negations(tree) for leaf in query.leaves(negation)}
    leaves = {leaf.label: leaf for leaf in query.wanted(tree) if leaf.label not in under_not}
    edits: list[Edit] = [
        Add(concept=label, spelling=spelling) if isinstance(leaf, query.Concept) else Widen(word=label, spelling=spelling)
        for label, leaf in leaves.items()
    ]
    return [edit for edit in edits if _can_be(edit, draft)]


def _can_be(edit: Edit, draft: Draft) -> bool:
    try:
        return made(edit, draft) != draft
    except QueryError:
        return False


def _worded(learned: Learned, candidates: Sequence[_Candidate]) -> list[Proposal]:
    """The edits that help, one for each effect: of those that turn the same items the most telling, of others the best."""
    groups: dict[object, list[Proposal]] = {}
    edits = [each.edit for each in candidates]
    for each, proposal in zip(candidates, tried(learned.draft, learned.cases, edits), strict=True):
        if _helps(proposal):
            stands = (learned.relevant.counts[each.term], learned.irrelevant.counts[each.term], learned.log.share(each.term))
            telling = learned.telling(each.term, against=each.against)
            chance = learned.chance(each.term, against=each.against)
            same = (each.against, proposal.right, proposal.wrong)
            groups.setdefault(same, []).append(replace(proposal, telling=telling, stands=stands, chance=chance))
    leading = [_leading(group) for group in groups.values()]
    return [each for each in leading if not any(_outdoes(other, each) for other in leading)]


def _helps(proposal: Proposal) -> bool:
    return proposal.gain > 0 and len(proposal.right) - len(proposal.wrong) >= _LEAST_RIGHT


def _leading(group: Sequence[Proposal]) -> Proposal:
    """The first of the group (they come with the most telling first), with the others as alternatives."""
    return replace(group[0], alternatives=tuple(each.edit for each in group[1 : 1 + _ALTERNATIVES]))


def _outdoes(one: Proposal, other: Proposal) -> bool:
    """Whether one puts right all that the other does and more, or the same at a lower price."""
    if isinstance(one.edit, Exclude) is not isinstance(other.edit, Exclude):
        return False
    more, less = set(one.right) - set(other.right), set(other.wrong) - set(one.wrong)
    return bool(more or less) and set(one.right) >= set(other.right) and set(one.wrong) <= set(other.wrong)


# ---------------------------------------------------------------- spellings to remove, thresholds


def _removals(learned: Learned) -> list[Proposal]:
    """Spellings that stand in false alarms, and without which fewer verdicts are wrong."""
    draft = learned.draft
    leaves = query.wanted(query.parse(draft.story.query, draft.concepts))
    names = dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, query.Concept))
    written = {(name, query.spelling(text)): text for name in names for text in draft.concepts[name]}
    effects = Effects(draft)
    seen = Counter(
        Remove(concept=name, spelling=written[name, term])
        for n in learned.alarms for name, term in effects.terms(match.folded(learned.cases[n].texts)) if (name, term) in written
    )  # fmt: skip
    edits = [each for each in sorted(seen, key=lambda each: (-seen[each], each)) if _leaves_some(each, draft)][:_MOST_REMOVED]
    return [each for each in tried(draft, learned.cases, edits) if _helps(each)]


def _leaves_some(edit: Remove, draft: Draft) -> bool:
    """Whether the concept keeps a full form."""
    return any(each != edit.spelling and not each.strip().startswith("~") for each in draft.concepts[edit.concept])


def _thresholds(learned: Learned) -> list[Proposal]:
    """The one threshold that parts the marked items best; of equals the one nearest to today's."""
    scores = sorted({outcome.score for outcome in learned.outcomes if outcome.score is not None})
    borders = [*scores[:1], *(_between(low, high) for low, high in pairwise(scores)), *(_above(scores[-1]) if scores else ())]
    edits = [Threshold(value=value) for value in borders if value != learned.draft.story.threshold]
    found = tried(learned.draft, learned.cases, edits)
    today = learned.draft.story.threshold
    best = min(found, key=lambda each: (-round(each.gain, 6), abs(_value(each) - today), _value(each)), default=None)
    return [best] if best is not None and _helps(best) else []


def _value(proposal: Proposal) -> float:
    return proposal.edit.value if isinstance(proposal.edit, Threshold) else 0.0


def _between(low: float, high: float) -> float:
    """A threshold that keeps ``high`` and not ``low``; scores have two decimals, and so has what a person writes."""
    return min(high, max(round((low + high) / 2, 2), round(low + 0.01, 2)))


def _above(highest: float) -> list[float]:
    return [round(highest + 0.01, 2)] if highest < 1 else []
