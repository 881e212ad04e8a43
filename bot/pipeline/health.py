"""What the operators are told of feeds: each change of one's health once, many of them in one message."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from bot.config import Config
from bot.core import decide, health, heartbeat
from bot.core.health import Change
from bot.core.moments import iso
from bot.edge.store import Transaction, feeds, meta, notices, outbox, verdicts
from bot.model import Alert, AlertType, FetchFailure, Foreign
from bot.pipeline.edges import Edges

OUTAGE = "outage"  # since when all feeds fail, among the facts of the state
HEARTBEAT = "heartbeat"  # when the daily word was said last, there
PING_BYTES = 4_096


class Watchman:
    """Looks after the feeds' health."""

    def __init__(self, config: Config, edges: Edges) -> None:
        self.config, self.edges = config, edges

    def look(self, now: datetime) -> list[Change]:
        """Queue what is to be told of the feeds, and remember that it was; returns it."""
        with self.edges.store.read() as connection:
            states = feeds.states(connection)
            recent = notices.problems_since(connection, now - health.PER)
        watched = (states[feed.name] for feed in self.config.feeds if feed.name in states)
        changes = [found for state in watched if (found := health.change(state, now)) is not None]
        said = health.messages(changes, recent if self.config.operators else 0)
        if not said:
            return []
        with self.edges.store.write() as tx:
            feeds.keep_told(tx, {change.feed: change.told for change in changes})
            for feed, words in said:
                self._tell(tx, feed, words, now)
        return changes

    def outage(self, count: int, now: datetime) -> None:
        """All feeds fail at once: tell that once, until :meth:`back`."""
        with self.edges.store.read() as connection:
            known = meta.moment(connection, OUTAGE) is not None
        if known:
            return
        with self.edges.store.write() as tx:
            meta.keep(tx, OUTAGE, now)
            words = f"none of them could be reached since {iso(now)}: our own network seems to be down. No feed is blamed for it"
            self._tell(tx, f"all {count} feeds", words, now)

    def back(self) -> datetime | None:
        """A server answers. Forget the outage there was, if any, perhaps one of a run before this; returns since when it was."""
        with self.edges.store.read() as connection:
            since = meta.moment(connection, OUTAGE)
        if since is not None:
            with self.edges.store.write() as tx:
                meta.keep(tx, OUTAGE, None)
        return since

    def heartbeat(self, now: datetime) -> bool:
        """Queue the daily word to the operators when its time has come."""
        if self.config.heartbeat is None or not self.config.operators:
            return False
        with self.edges.store.read() as connection:
            last = meta.moment(connection, HEARTBEAT)
        if last is not None and not heartbeat.due(self.config.heartbeat, last, now.astimezone(self.config.zone)):
            return False
        with self.edges.store.write() as tx:
            meta.keep(tx, HEARTBEAT, now)
            if last is not None:  # else the watch has just begun
                states, outage = feeds.states(tx), meta.moment(tx, OUTAGE)
                listed, matched = verdicts.since(tx, last)
                words = heartbeat.words(self.config.feeds, states, now, listed=listed, matched=matched, outage=outage)
                self._tell(tx, "", words, now, kind="heartbeat")
        return last is not None

    def ping(self) -> str | None:
        """Tell the dead-man service that we are alive, or that a person is needed; returns why that failed."""
        address = self.config.healthcheck
        if address is None:
            return None
        with self.edges.store.read() as connection:
            states, refused = feeds.states(connection), notices.refused(connection)
        needed = refused or any(states[feed.name].lasting for feed in self.config.feeds if feed.name in states)
        url = heartbeat.failing(address.reveal()) if needed else address.reveal()
        answer = self.edges.door.get(url, inside=True, cap=PING_BYTES, cut=True)
        if isinstance(answer, FetchFailure):
            return answer.why
        return None if answer.status < HTTPStatus.MULTIPLE_CHOICES else decide.status_words(answer.status)

    def _tell(self, tx: Transaction, feed: str, words: str, now: datetime, kind: AlertType = "feed.problem") -> None:
        for channel in self.config.operators:
            outbox.queue(
                tx, Alert(id=outbox.new_id(), type=kind, channel=channel, created=now, feed=feed, problem=Foreign(words))
            )
