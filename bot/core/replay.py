"""A draft of a story tried on the past: what it says of each item of the log, beside what was said then.

The log's verdicts are taken as they stand; the draft judges what is left of an item. One ``Trial`` for each story, one ``Tally``
of what came out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date

from bot.core import match
from bot.core.measure import Measure, measure
from bot.model import Change, Past, Said, Story

NOT_WATCHED = "the draft does not look at this feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A story's draft. ``today``: the version of the rule in force, None where there is none of that name.

    ``marks``: whether the user finds an item relevant, by item.
    """

    story: Story
    rule: match.Rule
    today: str | None
    marks: Mapping[int, bool]


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of a trial so far. Of the dictionaries by day: how many items hold the rule; days are those of UTC."""

    items: int = 0  # judged by the draft
    pruned: int = 0  # of them without their text
    never_read: int = 0  # of them without a text, ever
    unwatched: int = 0  # of feeds that the draft does not look at
    gained: int = 0
    lost: int = 0
    lost_pruned: int = 0  # lost, and their text is gone
    said: int = 0  # verdicts of the live rule
    said_otherwise: int = 0  # of them by another version than today's
    marked_unsaid: int = 0  # marked items without a verdict of the live rule
    draft_days: Counter[date] = field(default_factory=Counter)
    live_days: Counter[date] = field(default_factory=Counter)
    tripped: Counter[str] = field(default_factory=Counter)  # regexes that took too long, and on how many items
    _marked: Counter[tuple[bool, bool, bool]] = field(default_factory=Counter)  # draft, live, relevant

    @property
    def marked(self) -> int:
        """How many of the items are marked."""
        return self._marked.total()

    @property
    def draft(self) -> Measure:
        """The draft on the marked items."""
        return measure((draft, relevant) for draft, _, relevant in self._marked.elements())

    @property
    def live(self) -> Measure:
        """The verdicts of the log on the same."""
        return measure((live, relevant) for _, live, relevant in self._marked.elements())

    def count(self, past: Past, trial: Trial, score: float | None) -> Change | None:
        """Take an item into account, of which the draft's query holds with that score (None: it does not)."""
        live = past.said.get(trial.story.name)
        draft, held = score is not None and score >= trial.rule.threshold, live is not None and live.holds
        if live is not None:
            self.said += 1
            self.said_otherwise += live.rule != trial.today
        if draft or held:
            day = past.first_seen.astimezone(UTC).date()
            self.draft_days[day] += draft
            self.live_days[day] += held
        relevant = trial.marks.get(past.id)
        if relevant is not None:
            self._marked[draft, held, relevant] += 1
            self.marked_unsaid += live is None
        if draft == held:
            return None
        self.gained += draft
        self.lost += held
        self.lost_pruned += held and past.state == "pruned"
        return _change(past, trial, live, relevant, gained=draft)


def again(past: Past, trials: Sequence[tuple[Trial, Tally]], tell: Callable[[Change], None]) -> None:
    """Judge one item by every draft (one at least; their rules were compiled together).

    ``tell`` hears of each verdict that is another than the log's.
    """
    texts = texts_of(past)
    folds = match.folded(texts)
    reading = trials[0][0].rule.scanner.read(folds)
    for trial, tally in trials:
        score = None
        if trial.story.watches(past.feed):
            looked = match.look_in(trial.rule, reading)
            score = None if looked.nothing else match.weigh(trial.rule, texts, looked)
            tally.tripped.update(looked.tripped)
            tally.items += 1
            tally.pruned += past.state == "pruned"
            tally.never_read += past.state == "never read"
        else:
            tally.unwatched += 1
        if (change := tally.count(past, trial, score)) is not None:
            tell(change)


def texts_of(past: Past) -> match.Texts:
    """What is left of an item to judge on."""
    return match.Texts(title=past.title, summary=past.summary, article=past.text or "")


def _change(past: Past, trial: Trial, live: Said | None, relevant: bool | None, *, gained: bool) -> Change:
    if trial.story.watches(past.feed):
        receipt = match.judge(trial.rule, texts_of(past))
        score, why = receipt.score, receipt.why
    else:
        score, why = 0.0, NOT_WATCHED
    return Change(
        kind="gained" if gained else "lost", story=trial.story.name, item=past.id, feed=past.feed, url=past.url,
        title=past.title, first_seen=past.first_seen, state=past.state, score=score, why=why, live=live, mark=relevant,
    )  # fmt: skip
