"""replay: a draft of the rule over everything in the log. Reads only; nobody is told, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.config import Config
from bot.core import match, replay
from bot.core.replay import Tally, Trial
from bot.edge.store import Store, marks, past
from bot.model import Change, Extent, Story

_STEP = 50  # items between two looks at the progress: 20 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came out: how much of the log there was, and each story's trial with its tally."""

    extent: Extent
    stories: tuple[tuple[Trial, Tally], ...]


def run(
    store: Store,
    config: Config,
    drafts: Sequence[tuple[Story, match.Rule]],
    *,
    since: datetime | None,
    tell: Callable[[Change], None],
    show: Callable[[int, int], None],
    slow: Callable[[str], None],
) -> Replayed:
    """Try the drafts on the log, from ``since`` on. ``config`` is the one in force, for what today's rules are.

    ``tell`` hears of each item that a draft gains or loses, oldest first; ``show`` how many items of how many are done; ``slow``
    once of each regex that takes too long: it may do so on every item, for as long as it is let.
    """
    with store.read() as connection:
        today = {story.name: match.compile_rule(story, config.concepts).version for story in config.stories}
        trials = []
        for story, rule in drafts:
            marked = {item: mark.relevant for item, mark in marks.of_story(connection, story.name).items()}
            trials.append((Trial(story=story, rule=rule, today=today.get(story.name), marks=marked), Tally()))
        extent = past.extent(connection, since)
        show(0, extent.items)
        tripped = set[str]()
        for done, item in enumerate(past.rows(connection, since), 1):
            replay.again(item, trials, tell)
            for regex in {label for _, tally in trials for label in tally.tripped} - tripped:
                tripped.add(regex)
                slow(regex)
            if not done % _STEP:
                show(done, extent.items)
    return Replayed(extent=extent, stories=tuple(trials))


def rules(config: Config, only: str | None = None) -> list[tuple[Story, match.Rule]]:
    """The stories of a configuration with their rules: all, or the one of that name."""
    stories = [story for story in config.stories if only in {None, story.name}]
    return list(zip(stories, match.compile_rules(stories, config.concepts), strict=True))
