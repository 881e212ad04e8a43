"""suggest: what the marks of a story say about its rule, each proposal tried on everything in the log. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.config import Config
from bot.core import suggest
from bot.core.match import Texts
from bot.core.measure import Measure
from bot.core.replay import texts_of
from bot.core.suggest import Case, Draft, Effects, Proposal
from bot.edge.store import Reading, Store, marks, past
from bot.model import Past, Story

# Items of the log that tell how common a word is: a word in 1 of 100 items is found in 20 of them, give or take 9.
_SAMPLE = 2_000
_STEP = 50  # items between two looks at the progress

Show = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What came out for a story. ``left_out``: marks that cannot be used: of duplicates, of items not judged or too old, of feeds
    that the story does not look at. ``log``: unmarked items that the proposals were tried on. ``today``: None with too few marks;
    ``missed``, ``alarms``: the marked items that today's rule gets wrong.
    """

    draft: Draft
    cases: tuple[Case, ...]
    left_out: int
    today: Measure | None = None
    missed: tuple[int, ...] = ()
    alarms: tuple[int, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    log: int = 0


def run(store: Store, config: Config, story: Story, *, since: datetime | None, show: Show) -> Suggested:
    """What the story's marks say. ``since``: only items first seen then or later, marked or not."""
    draft = Draft(story=story, concepts=config.concepts)
    with store.read() as connection:
        marked = {item: mark.relevant for item, mark in marks.of_story(connection, story.name).items()}
        cases = tuple(
            Case(item=row.id, title=row.title, texts=texts_of(row), relevant=marked[row.id])
            for row in past.of_ids(connection, marked) if _counts(row, story, since)
        )  # fmt: skip
        done = Suggested(draft=draft, cases=cases, left_out=len(marked) - len(cases))
        if not suggest.enough(cases):
            return done
        show(0, 1, "reading the marks")
        used = {case.item for case in cases}
        learned = suggest.learn(draft, cases, _sample(connection, story, since, used))
        found = suggest.proposals(learned)
        gained, lost, log = _over_log(connection, draft, found, since, used, show) if found else (Counter(), Counter(), 0)
    tried = [replace(each, gained=gained[n], lost=lost[n]) for n, each in enumerate(found)]
    missed, alarms = (tuple(cases[n].item for n in numbers) for numbers in (learned.missed, learned.alarms))
    done = replace(done, today=learned.today, missed=missed, alarms=alarms)
    return replace(done, proposals=tuple(suggest.ranked(tried)), log=log)


def _counts(row: Past, story: Story, since: datetime | None) -> bool:
    return story.watches(row.feed) and (since is None or row.first_seen >= since)


def _sample(connection: Reading, story: Story, since: datetime | None, marked: set[int]) -> Iterator[Texts]:
    """Unmarked items from all over the log, the same ones every time."""
    every = max(1, past.extent(connection, since).items // _SAMPLE)
    for row in past.rows(connection, since, every=every):
        if row.id not in marked and story.watches(row.feed):
            yield texts_of(row)


def _over_log(
    connection: Reading, draft: Draft, found: list[Proposal], since: datetime | None, marked: set[int], show: Show
) -> tuple[Counter[int], Counter[int], int]:
    """How many unmarked items each proposal gains and loses, and how many there were."""
    effects = Effects(draft, [each.edit for each in found])
    gained, lost, log = Counter[int](), Counter[int](), 0
    total = past.extent(connection, since).items
    for done, row in enumerate(past.rows(connection, since), 1):
        if not done % _STEP:
            show(done, total, f"trying {len(found)} proposals: {done} of {total} items")
        if row.id in marked or not draft.story.watches(row.feed):
            continue
        log += 1
        outcome = effects.of(texts_of(row))
        (lost if outcome.holds else gained).update(outcome.turned)
    return gained, lost, log
