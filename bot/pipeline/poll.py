"""poll(feed): from a due feed to logged items. Its items, validators and next due time commit together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from bot.config import Config
from bot.core import cut, decide, identify, listed, parse
from bot.edge.http import retry_after
from bot.edge.store import Transaction, feeds, items, outbox
from bot.errors import ChildError, ParseError, Stopping
from bot.model import Alert, Entry, Feed, FeedState, Fetched, FetchFailure, NewItem, ParsedFeed
from bot.pipeline.edges import Edges

# Decoded size (reliability.md, C2): the largest honest feeds seen are a few MB.
FEED_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a poll came to. Where it is not ``kept``, ``state`` waits for the next group commit."""

    feed: str
    state: FeedState
    kept: bool = False
    new: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """The entries of a document that were not in the one before.

    ``standing``: fingerprint -> item of those that were. ``marks``: the fingerprint of each entry,
    or empty where the document could not be cut.
    """

    parsed: ParsedFeed
    standing: Mapping[int, int] = field(default_factory=dict)
    marks: tuple[int, ...] = ()


class Poller:
    """Polls feeds."""

    def __init__(self, config: Config, edges: Edges, chance: Callable[[], float]) -> None:
        self.edges, self.chance = edges, chance
        self.operators = config.operators
        self.feeds = {feed.name: feed for feed in config.feeds}

    def poll(self, state: FeedState, now: datetime) -> Polled:
        """Ask a feed, and log what it lists that was never seen."""
        feed = self.feeds.get(state.name)
        if feed is None or feed.url != state.url:
            raise Stopping("the feed was taken out or moved by a reload; what is due then is polled then")
        validators = decide.conditional(state)
        door = self.edges.door
        answer = self.edges.sound(door.get(feed.url, headers=validators, private=feed.headers, inside=True, cap=FEED_BYTES))
        if isinstance(answer, FetchFailure):
            return self._failed(feed, state, decide.fetch_problem(answer), now)
        if problem := decide.answer_problem(answer, _wish(answer), conditional=bool(validators)):
            return self._failed(feed, state, problem, now)
        after = replace(decide.after_poll(state, feed, now, self.chance()), **_validators(state, answer))
        if after.body_hash == state.body_hash:
            return Polled(feed=feed.name, state=after)
        try:
            document = self._read(feed, answer, now)
        except (ParseError, ChildError) as error:
            return self._failed(feed, state, decide.Problem(why=str(error), lasting=isinstance(error, ParseError)), now)
        return self._log(feed, after, document, inside=answer.inside, now=now, settled=state.last_ok is not None)

    def _failed(self, feed: Feed, before: FeedState, problem: decide.Problem, now: datetime) -> Polled:
        after = decide.after_failure(before, feed, problem, now, self.chance())
        news = after.lasting and not before.lasting
        if news and self.operators:
            with self.edges.store.write() as tx:
                feeds.save_polled(tx, [after])
                for channel in self.operators:
                    notice = Alert(id=outbox.new_id(), type="feed.problem", channel=channel, created=now, feed=feed.name)
                    outbox.queue(tx, replace(notice, problem=problem.why))
        return Polled(feed=feed.name, state=after, kept=news and bool(self.operators), note=problem.why)

    def _read(self, feed: Feed, answer: Fetched, now: datetime) -> _Document:
        """The document without what stood in the one before, found by its raw bytes: parsing is what polls cost."""
        pieces = cut.split(answer.body)
        if pieces is None:
            return _Document(parsed=self._parse(answer.body, answer, now))
        with self.edges.store.read() as connection:
            before = listed.unpack(feeds.listed(connection, feed.name))
        marks = [cut.fingerprint(segment) for segment in pieces.segments]
        standing = {mark: before[mark] for mark in marks if mark in before}
        unseen = [n for n, mark in enumerate(marks) if mark not in before]
        if not unseen:
            cut_off = not pieces.tail.strip()
            return _Document(parsed=ParsedFeed(title="", entries=(), truncated=cut_off), standing=standing)
        if len(unseen) > parse.MOST_ENTRIES:  # which of them are read depends on the whole document
            return _Document(parsed=self._parse(answer.body, answer, now))
        parsed = self._parse(cut.keep(pieces, unseen), answer, now)
        if len(parsed.entries) != len(unseen):  # the cut was wrong about this document: read it whole
            return _Document(parsed=self._parse(answer.body, answer, now))
        return _Document(parsed=parsed, standing=standing, marks=tuple(marks[n] for n in unseen))

    def _parse(self, body: bytes, answer: Fetched, now: datetime) -> ParsedFeed:
        content_type = answer.headers.get("content-type")
        return self.edges.pool.run(parse.feed, body, url=answer.url, content_type=content_type, now=now)

    def _log(self, feed: Feed, state: FeedState, document: _Document, *, inside: bool, now: datetime, settled: bool) -> Polled:
        entries, whole = document.parsed.entries, not document.parsed.truncated
        first = state.first_polled is None
        backlog = decide.newest(entries, feed.alert_backlog)
        with self.edges.store.write() as tx:
            sightings, doubled = _sight(tx, feed, entries, document.standing)
            fresh = [n for n in decide.oldest_first(entries) if decide.enters_log(sightings[n], doubled)]
            new = [_new_item(feed, sightings[n], baseline=first and n not in backlog, inside=inside) for n in fresh]
            became = {n: sighting.of for n, sighting in enumerate(sightings) if sighting.of is not None}
            became.update(zip(fresh, items.add(tx, feed.name, new, now), strict=True))
            marks = {mark: became[n] for n, mark in enumerate(document.marks) if n in became}
            state = decide.after_document(state, now, whole=whole, settled=settled)
            feeds.save(tx, state, listed.pack({**document.standing, **marks}))
        note = _note(document.parsed, new=len(new))
        return Polled(feed=feed.name, state=state, kept=True, new=len(new), note=note)


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
        return {"etag": etag or state.etag, "modified": modified or state.modified}
    return {"etag": etag, "modified": modified, "body_hash": hashlib.blake2b(answer.body, digest_size=16).digest()}


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
