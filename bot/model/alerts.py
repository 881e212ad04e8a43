"""Alerts: what they say, the payloads they become, what channels answer, where they stand in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from bot.model.foreign import Foreign
from bot.model.log import Where

AlertType: TypeAlias = Literal["development.new", "development.update", "digest", "feed.problem", "heartbeat", "test"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AlertState: TypeAlias = Literal["queued", "sending", "delivered", "retry", "parked", "merged", "dropped"]
# A notice about a channel is a ``feed.problem`` whose ``feed`` is this and the channel's name: the contract has no type of
# its own for it, and a reader of notices that knows only feeds still shows a person what is wrong with what.
CHANNEL_NOTICE = "channel "


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertItem:
    """The item an alert names, as its reader sees it."""

    id: str
    feed: str
    outlet: Foreign
    title: Foreign
    url: Foreign | None
    published: datetime | None
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMatch:
    """Why the item matched: the short form of its receipt."""

    score: float
    terms: tuple[Foreign, ...]
    where: Where | None
    sentence: Foreign


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDevelopment:
    """The development an alert is about; ``outlets`` in the order they came, the item's own first."""

    id: str
    headline: Foreign
    items: int
    outlets: tuple[Foreign, ...]


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
    problem: Foreign = Foreign("")  # noqa: RUF009  frozen; of a heartbeat: how things are
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
    named them, ``everywhere``: of all channels of this kind); ``parked`` (asking again will not help);
    ``disabled`` (the channel takes nothing until a person repairs it). ``why`` is safe to print.
    ``plain``: parked as it is, but worth one try as plain text. ``ambiguous``: the answer was lost
    after the message may have left, so the receiver may have it. ``pause``: seconds of real time
    before the next message to the channel.
    """

    state: Literal["delivered", "retry", "parked", "disabled"]
    why: str
    status: int | None = None
    retry_after: float | None = None
    everywhere: bool = False
    plain: bool = False
    ambiguous: bool = False
    pause: float = 0.0


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
    refused; ``parts``: messages of it accepted; ``ambiguous``: held back, for its receiver may have it.
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
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at delivering an alert, from the ledger."""

    number: int
    at: datetime
    state: str
    status: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands in a channel's way: disabled (since when, and ``why``), to be left alone, or between two messages.

    ``not_before`` goes by the bot's clock, ``paced_until`` by the real time.
    """

    disabled_at: datetime | None
    why: str
    not_before: datetime | None
    paced_until: datetime | None

    def lets_pass(self, now: datetime) -> bool:
        """Whether the channel may be sent something now, but for the pause between two messages."""
        return self.disabled_at is None and (self.not_before is None or self.not_before <= now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocking:
    """The first alert of a lane, tried ``tries`` times and not accepted: everything behind it waits."""

    alert: str
    tries: int
    why: str
