"""From verdicts to the outbox: what the channels of a story are told of items that match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.config import Config
from bot.core import decide
from bot.edge.store import Reading, Transaction, feeds, items, mutes, outbox, restored, verdicts
from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, AlertType, Foreign, Item, Story, Verdict
from bot.pipeline.edges import Edges


class Herald:
    """Tells at the end of a first pass what already matched."""

    def __init__(self, config: Config, edges: Edges) -> None:
        self.edges = edges
        self.stories = {story.name: story for story in config.stories}

    def announce(self, now: datetime) -> int:
        """After a first pass: one digest per story and channel of what already matched. Returns the items told.

        Likewise after the state was restored: one of what is new since the copy, and may have been told before.
        """
        with self.edges.store.read() as connection:
            if not verdicts.unannounced(connection) or _pass_goes_on(connection):
                return 0
        told = 0
        with self.edges.store.write() as tx:
            if _pass_goes_on(tx):
                return 0  # the pass is not over: one digest for all feeds
            active = mutes.active(tx, now)
            for name, ids in verdicts.unannounced(tx).items():
                open_ = [item.id for item in items.of_ids(tx, ids) if not decide.muted(active, name, item.feed)]
                if name in self.stories and open_:
                    told += len(open_)
                    firsts = _first_of_each(tx, name, open_)
                    for repeats in (False, True):
                        about = [(item, verdict) for item, verdict in firsts if (verdict.verdict == "match") is repeats]
                        if about:
                            queue(tx, "digest", self.stories[name], about, now, repeats=repeats)
                verdicts.announced(tx, name, ids)
        return told


def queue(
    tx: Transaction,
    kind: AlertType,
    story: Story,
    about: Sequence[tuple[Item, Verdict]],
    now: datetime,
    *,
    repeats: bool = False,
) -> None:
    """Queue one alert about items and their verdicts for each channel of the story."""
    standing = verdicts.of_development(tx, [verdict.development or 0 for _, verdict in about])
    entries = tuple(_entry(item, verdict, standing) for item, verdict in about)
    alert = Alert(
        id="", type=kind, channel="", created=now, story=story.name, story_title=story.title, entries=entries,
        baseline=kind == "digest" and not repeats, repeats=repeats,
    )  # fmt: skip
    for channel in story.channels:
        outbox.queue(tx, replace(alert, id=outbox.new_id(), channel=channel))


def _pass_goes_on(connection: Reading) -> bool:
    """Whether a first pass, or the first one since a restore, is not over: feeds or items of it still wait."""
    return bool(items.waiting(connection)[1] or feeds.unpolled(connection) or restored.waiting(connection))


def _first_of_each(tx: Transaction, story: str, ids: Sequence[int]) -> list[tuple[Item, Verdict]]:
    """The first item of each development among the ids."""
    found: dict[int | None, tuple[Item, Verdict]] = {}
    of_items = verdicts.of_items(tx, ids)
    for item in items.of_ids(tx, ids):
        verdict = next(v for v in of_items[item.id] if v.story == story)
        found.setdefault(verdict.development, (item, verdict))
    return list(found.values())


def _entry(item: Item, verdict: Verdict, standing: dict[int, AlertDevelopment]) -> AlertEntry:
    receipt, terms = verdict.receipt, tuple(map(Foreign, verdict.receipt.terms))
    return AlertEntry(
        development=standing[verdict.development or 0],
        item=AlertItem(
            id=str(item.id), feed=item.feed, outlet=Foreign(item.outlet), title=Foreign(item.title),
            url=None if item.url is None else Foreign(item.url), published=item.published, first_seen=item.first_seen,
        ),
        match=AlertMatch(score=receipt.score, terms=terms, where=receipt.where, sentence=Foreign(receipt.sentence)),
    )  # fmt: skip
