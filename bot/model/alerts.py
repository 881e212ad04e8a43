"""Alerts: what they say, the payloads they become, what channels answer, where they stand in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from bot.model.log import Where

AlertType: TypeAlias = Literal["development.new", "development.update", "digest", "feed.problem", "heartbeat", "test"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AlertState: TypeAlias = Literal["queued", "sending", "delivered", "retry", "parked", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertItem:
    """The item an alert names, as its reader sees it."""

    id: str
    feed: str
    outlet: str
    title: str
    url: str | None
    published: datetime | None
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMatch:
    """Why the item matched: the short form of its receipt."""

    score: float
    terms: tuple[str, ...]
    where: Where | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDevelopment:
    """The development an alert is about; ``outlets`` in the order they came, the item's own first."""

    id: str
    headline: str
    items: int
    outlets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEntry:
    """One line of an alert: a ``development.new`` has one, a ``digest`` several."""

    development: AlertDevelopment
    item: AlertItem
    match: AlertMatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message for one channel. ``id`` stays the same over every retry."""

    id: str
    type: AlertType
    channel: str
    created: datetime
    story: str = ""
    story_title: str = ""
    entries: tuple[AlertEntry, ...] = ()
    feed: str = ""
    problem: str = ""  # of a heartbeat: how things are
    baseline: bool = False  # a first pass's digest: the entries stood in the feeds before the watch began
    repeats: bool = False  # a digest after the state was restored: what is in it may have been told before


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What one message sends: the very bytes. ``plain``: the text-only form, for a channel that refused the rich one."""

    body: bytes
    content_type: str
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a channel made of one attempt.

    ``state``: ``delivered``; ``retry`` (may work later; ``retry_after`` seconds if the receiver
    named them); ``parked`` (asking again will not help). ``why`` is safe to print.
    ``plain``: parked as it is, but worth one try as plain text.
    """

    state: Literal["delivered", "retry", "parked"]
    why: str
    status: int | None = None
    retry_after: float | None = None
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One alert of a channel's queue, as much as deciding what to send next takes."""

    seq: int
    type: AlertType
    story: str
    due: datetime | None = None  # not before: the receiver asked for it, or a retry waits
    tries: int = 0  # a receiver may have it already under its id, if any
    created: datetime = EPOCH
    baseline: bool = False  # a first pass's digest


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One alert with where it stands.

    ``tries``: attempts since ``since``, when it was queued (again); ``plain``: its rich form was
    refused; ``parts``: messages of it accepted.
    """

    seq: int
    alert: Alert
    state: AlertState
    attempts: int
    tries: int
    since: datetime
    plain: bool
    parts: int
    due: datetime | None
    why: str
    delivered_at: datetime | None
    merged_into: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at delivering an alert, from the ledger."""

    number: int
    at: datetime
    state: str
    status: int | None
    why: str
