"""Marked items as a rule judges them: what there is to learn from, and what an edit does to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.core import match
from bot.core.measure import Measure, measure
from bot.core.suggest import contrast, words
from bot.core.suggest.edits import Draft, Edit
from bot.core.suggest.effects import Effects, Outcome

# Fewer say nothing: with 10 of 10 right, the 95 % interval of a share still begins at .72.
LEAST_MARKS = 10
# The usual bound of a test: of twenty logs of pure noise one gets a proposal that is not called weak.
CHANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A marked item: what a rule reads of it, and what the user said."""

    item: int
    title: str
    texts: match.Texts
    relevant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An edit that puts verdicts on marked items right.

    ``right``, ``wrong``: the marked items whose verdict becomes so. ``alternatives``: other words with the same effect on them.
    ``stands``: in how many relevant and how many irrelevant marked items its words stand, and in what share of the sample of the
    log; ``chance``: how likely any word does so well by chance; both None where no word is. ``gained``, ``lost``: matches in the
    unmarked rest of the log.
    """

    edit: Edit
    before: Measure
    after: Measure
    right: tuple[int, ...]
    wrong: tuple[int, ...]
    telling: float = 0.0
    stands: tuple[int, int, float] | None = None
    chance: float | None = None
    alternatives: tuple[Edit, ...] = ()
    gained: int = 0
    lost: int = 0

    @property
    def weak(self) -> bool:
        """Whether mere chance may have done as well."""
        return self.chance is not None and self.chance > CHANCE

    @property
    def gain(self) -> float:
        """By how much F1 on the marks grows."""
        before, after = self.before.f1, self.after.f1
        return (after.value if after else 0.0) - (before.value if before else 0.0)


def enough(cases: Sequence[Case]) -> bool:
    """Whether there is anything to learn from: enough marks, and both kinds."""
    return len(cases) >= LEAST_MARKS and len({case.relevant for case in cases}) == 2


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The marked items as the rule judges them today, and where the terms of them stand."""

    draft: Draft
    cases: Sequence[Case]
    outcomes: Sequence[Outcome]
    terms: Sequence[frozenset[str]]
    relevant: contrast.Spread
    irrelevant: contrast.Spread
    log: contrast.Spread

    @property
    def today(self) -> Measure:
        """How the rule does on the marks."""
        return measure((outcome.holds, case.relevant) for case, outcome in zip(self.cases, self.outcomes, strict=True))

    @property
    def missed(self) -> list[int]:
        """Relevant items that the rule does not flag, by their number among the cases."""
        return [n for n, case in enumerate(self.cases) if case.relevant and not self.outcomes[n].holds]

    @property
    def alarms(self) -> list[int]:
        """Irrelevant items that it flags."""
        return [n for n, case in enumerate(self.cases) if not case.relevant and self.outcomes[n].holds]

    def telling(self, term: str, *, against: bool = False) -> float:
        """How much a term speaks for relevant items, or ``against`` them; the log at large is the other background."""
        for_, other = (self.irrelevant, self.relevant) if against else (self.relevant, self.irrelevant)
        return contrast.telling(term, for_, other, self.log)

    def chance(self, term: str, *, against: bool = False) -> float:
        """How likely any word stands by chance in as many of the missed items; or of the false alarms."""
        wrong, other = (self._alarmed, self.relevant) if against else (self._missed, self.irrelevant)
        return contrast.chance(term, wrong, len(wrong.counts), other, self.log)

    @cached_property
    def _missed(self) -> contrast.Spread:
        return contrast.spread(self.terms[n] for n in self.missed)

    @cached_property
    def _alarmed(self) -> contrast.Spread:
        return contrast.spread(self.terms[n] for n in self.alarms)


def learn(draft: Draft, cases: Sequence[Case], log: Iterable[match.Texts]) -> Learned:
    """What the rule says of the cases today. ``log``: a sample of unmarked items, for how common a term is. Raises QueryError."""
    effects = Effects(draft)
    folds = [match.folded(case.texts) for case in cases]
    terms = [frozenset(words.new_terms(each, effects.places(each))) for each in folds]
    known = frozenset().union(*terms)
    return Learned(
        draft=draft,
        cases=cases,
        outcomes=[effects.of(case.texts) for case in cases],
        terms=terms,
        relevant=contrast.spread(each for each, case in zip(terms, cases, strict=True) if case.relevant),
        irrelevant=contrast.spread(each for each, case in zip(terms, cases, strict=True) if not case.relevant),
        log=contrast.spread(words.terms(match.folded(texts), known) for texts in log),
    )


def tried(draft: Draft, cases: Sequence[Case], edits: Sequence[Edit]) -> list[Proposal]:
    """What each edit does to the verdicts on the cases, whether it helps or not. Raises QueryError."""
    if not edits:
        return []
    effects = Effects(draft, edits)
    outcomes = [effects.of(case.texts) for case in cases]
    return [_measured(edit, number, cases, outcomes) for number, edit in enumerate(edits)]


def _measured(edit: Edit, number: int, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Proposal:
    pairs = list(zip(cases, outcomes, strict=True))
    turned = [(case, outcome) for case, outcome in pairs if number in outcome.turned]
    return Proposal(
        edit=edit,
        before=measure((outcome.holds, case.relevant) for case, outcome in pairs),
        after=measure((outcome.holds != (number in outcome.turned), case.relevant) for case, outcome in pairs),
        right=tuple(case.item for case, outcome in turned if outcome.holds != case.relevant),
        wrong=tuple(case.item for case, outcome in turned if outcome.holds == case.relevant),
    )
