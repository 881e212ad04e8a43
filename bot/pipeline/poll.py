"""poll(feed): from a due feed to logged items. Its items, validators and next due time commit together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.config import Config
from bot.core import decide, identify, listed, moves, order, overlap, pace
from bot.core.pace import fresh, rhythm, wishes
from bot.edge.http import retry_after, same_origin
from bot.edge.store import Transaction, feeds, gaps, items, restored
from bot.errors import ChildError, ParseError, Stopping
from bot.model import Entry, Feed, FeedState, Fetched, FetchFailure, Gap, NewItem, ParsedFeed
from bot.pipeline.edges import Edges
from bot.pipeline.outcomes import Polled
from bot.pipeline.reading import Document, Reader, digest

# Decoded size (reliability.md, C2): the largest honest feeds seen are a few MB.
FEED_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """An answer that was fine, and what it changes before its document is looked at.

    ``fresh``: seconds for which its headers say it stays so; ``chance``: drawn once, for the next poll's time.
    """

    feed: Feed
    before: FeedState
    after: FeedState
    answer: Fetched
    now: datetime
    chance: float
    fresh: float | None


class Poller:
    """Polls feeds."""

    def __init__(self, config: Config, edges: Edges, chance: Callable[[], float]) -> None:
        self.edges, self.chance, self.reader = edges, chance, Reader(edges)
        self.feeds = {feed.name: feed for feed in config.feeds}

    def poll(self, state: FeedState, now: datetime) -> Polled:
        """Ask a feed, and log what it lists that was never seen."""
        feed = self.feeds.get(state.name)
        if feed is None or feed.place != state.url:
            raise Stopping("the feed was taken out or moved by a reload; what is due then is polled then")
        validators = decide.conditional(state)
        answer = self._ask(feed, state, validators)
        if isinstance(answer, FetchFailure):
            return self._failed(feed, state, decide.fetch_problem(answer), now)
        if problem := decide.answer_problem(answer, _wish(answer), conditional=bool(validators)):
            return self._failed(feed, state, decide.turned_away(problem, answer), now)
        visit = self._visit(feed, state, answer, now)
        if visit.after.body_hash == state.body_hash:
            return Polled(feed=feed.name, state=visit.after)
        with self.edges.desk.feed(first=decide.proven(state), large=answer.on_disk is not None):
            return self._take_in(visit)

    def _take_in(self, visit: _Visit) -> Polled:
        feed, state, now = visit.feed, visit.before, visit.now
        try:
            document = self.reader.read(state, visit.answer, now)
        except ParseError as error:
            problem = decide.Problem(why=str(error), lasting=True)
            return self._failed(feed, state, decide.turned_away(problem, visit.answer), now)
        except ChildError as error:
            return self._failed(feed, state, decide.Problem(why=str(error), lasting=False, weight=decide.SOFT), now)
        return self._log(visit, document)

    def _ask(self, feed: Feed, state: FeedState, validators: Mapping[str, str]) -> Fetched | FetchFailure:
        """The feed's answer. At an address it moved to, its headers stay at home, and so does the right to go inside."""
        url, inside, private = feed.url, True, feed.headers
        if state.adopted is not None:
            url, inside = state.adopted, state.adopted_inside
            private = private if same_origin(url, feed.url) else {}
        return self.edges.sound(
            self.edges.door.get(url, headers=validators, private=private, inside=inside, cap=FEED_BYTES, spool=True)
        )

    def _visit(self, feed: Feed, state: FeedState, answer: Fetched, now: datetime) -> _Visit:
        stays, chance = fresh.seconds(answer.headers, datetime.now(UTC)), self.chance()
        after = decide.after_poll(state, feed, now, chance, stays)
        after = moves.after_answer(after, feed, answer.moved, now, inside=answer.inside)
        after = replace(after, **_validators(state, answer))
        return _Visit(feed=feed, before=state, after=after, answer=answer, now=now, chance=chance, fresh=stays)

    def _failed(self, feed: Feed, before: FeedState, problem: decide.Problem, now: datetime) -> Polled:
        after = decide.after_failure(before, feed, problem, now, self.chance())
        if before.adopted is not None and (problem.gone or after.lasting):
            after = moves.without_adopted(after)
        elif problem.gone:
            after = moves.after_gone(after, now)
        return Polled(feed=feed.name, state=after, note=problem.why, unanswered=problem.unanswered)

    def _log(self, visit: _Visit, document: Document) -> Polled:
        feed, before, now = visit.feed, visit.before, visit.now
        entries, whole = document.parsed.entries, not document.parsed.truncated
        first = before.first_polled is None
        backlog = order.newest(entries, feed.alert_backlog)
        with self.edges.store.write() as tx:
            sightings, doubled = _sight(tx, feed, entries, document.standing)
            news = [n for n in order.oldest_first(entries) if decide.enters_log(sightings[n], doubled)]
            new = [_new_item(feed, sightings[n], baseline=first and n not in backlog, inside=visit.answer.inside) for n in news]
            became = {n: sighting.of for n, sighting in enumerate(sightings) if sighting.of is not None}
            became.update(zip(news, items.add(tx, feed.name, new, now), strict=True))
            if new and not first and before.last_ok is None:  # its first document since the state was restored
                restored.answered(tx, feed.name, now)
            marks = {mark: became[n] for n, mark in enumerate(document.marks) if n in became}
            gap = overlap.gap(before, sightings, document.standing, now, whole=whole)
            if gap is not None:
                gaps.add(tx, gap)
            state = decide.after_document(visit.after, now, whole=whole, settled=before.last_ok is not None)
            fresh_ones = sum(sightings[n].kind != "again" for n in news)  # a guid that changed is no news
            state = _learned(replace(visit, after=state), document, fresh_ones, gap)
            feeds.save(tx, state, listed.pack({**document.standing, **marks}))
        note = _note(document.parsed, new=len(new))
        return Polled(feed=feed.name, state=state, kept=True, new=len(new), note=note, gap=gap)


def _learned(visit: _Visit, document: Document, new: int, gap: Gap | None) -> FeedState:
    """The state with what the document asks and what it shows of the feed's rhythm, and the next poll set by them."""
    before, state, now = visit.before, visit.after, visit.now
    since = before.last_ok if before.first_polled is not None else None
    entries = len(document.standing) + len(document.parsed.entries)
    state = wishes.remembered(state, document.wishes)
    state = rhythm.after_document(state, now, new=new, entries=entries, since=since)
    if gap is not None:
        state = rhythm.hurried(state, gap.until - gap.since)
    return replace(state, next_due=pace.due(state, visit.feed, now, visit.chance, visit.fresh))


def _note(parsed: ParsedFeed, *, new: int) -> str:
    """What is to be said of a document that was read in part; of one that is too long only where it had news."""
    if parsed.truncated:
        return "its document is cut off; the whole items in it were read"
    if parsed.left_out and new:
        return f"its document is too long: the newest {len(parsed.entries):,} items were read, {parsed.left_out:,} left out"
    return ""


def _wish(answer: Fetched) -> float | None:
    """The server's Retry-After in seconds. A date in it is held against the real time, whatever ``--now`` says."""
    return retry_after(answer.headers, datetime.now(UTC))


def _validators(state: FeedState, answer: Fetched) -> dict[str, Any]:
    """What the next conditional request goes by: replaced with every 200, forgotten when absent (RFC 9110, 13.1).

    A 304 may bring a new tag for the body we have; what it does not mention stays.
    """
    etag, modified = answer.headers.get("etag"), answer.headers.get("last-modified")
    if answer.status == 304:
        return {"etag": etag or state.etag, "modified": modified or state.modified, "confirmed": state.confirmed + 1}
    return {"etag": etag, "modified": modified, "confirmed": 0, "body_hash": digest(answer.whole)}


def _sight(
    tx: Transaction, feed: Feed, entries: Sequence[Entry], standing: Mapping[int, int]
) -> tuple[Sequence[identify.Sighting], set[int]]:
    """What each entry is, and of which items this feed has a duplicate in the log. Ids are those of originals."""
    keyed = [(entry, identify.keys(feed.name, entry)) for entry in entries]
    known = items.known(tx, (key for _, keys in keyed for key in keys.present()))
    roots = items.originals(tx, [*known.values(), *standing.values()])
    known = {key: roots.get(item, item) for key, item in known.items()}
    here = {roots.get(item, item) for item in standing.values()}
    owned = items.owned(tx, feed.name, known.values())
    return identify.resolve(keyed, known, owned, here), items.doubled(tx, feed.name, known.values())


def _new_item(feed: Feed, sighting: identify.Sighting, *, baseline: bool, inside: bool) -> NewItem:
    return NewItem(
        entry=sighting.entry, keys=sighting.keys.present(), outlet=sighting.entry.source or feed.name, baseline=baseline,
        inside=inside, duplicate_of=sighting.of, duplicate_why=sighting.why,
    )  # fmt: skip
