"""The frozen types that pass between the rooms of the house.

Everything here is a plain value: no behaviour beyond reading itself, no imports of ours.
Times are aware datetimes in UTC; durations are ``timedelta`` or seconds as ``float``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias

ArticlePolicy: TypeAlias = Literal["all", "hinted", "never"]
ChannelKind: TypeAlias = Literal["slack", "discord", "webhook", "console"]
Where: TypeAlias = Literal["title", "summary", "article"]
VerdictName: TypeAlias = Literal["match", "no-match", "baseline", "duplicate"]
AlertType: TypeAlias = Literal["development.new", "development.update", "digest", "feed.problem", "test"]
AlertState: TypeAlias = Literal["queued", "sending", "delivered", "retry", "parked", "merged"]


class Secret:
    """A value that must never be printed: a webhook URL, a signing key, a header.

    Everything that formats it gets ``***``; only :meth:`reveal` gives the text, so a
    reader can list the places that use it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


# ---------------------------------------------------------------- configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source address, polled when due. A feed *is* its name: the URL may change."""

    name: str
    url: str
    interval: timedelta
    articles: ArticlePolicy = "all"
    headers: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    alert_backlog: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a user follows: a query over concepts and words, and the channels that hear of it."""

    name: str
    title: str
    query: str
    channels: tuple[str, ...] = ()
    feeds: tuple[str, ...] | None = None
    exclude_feeds: tuple[str, ...] = ()

    def watches(self, feed: str) -> bool:
        """Whether this story looks at the feed of that name."""
        return (self.feeds is None or feed in self.feeds) and feed not in self.exclude_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most ``messages`` single messages within ``per``; the rest goes into one digest."""

    messages: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A destination of alerts. ``url`` and ``secret`` are absent for the console."""

    name: str
    kind: ChannelKind
    url: Secret | None = None
    secret: Secret | None = None
    budget: Budget = Budget(messages=20, per=timedelta(minutes=10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the one door to the network behaves."""

    allow: tuple[str, ...] = ()
    host_gap: timedelta = timedelta(seconds=1)
    deadline: timedelta = timedelta(seconds=30)
    ca: str | None = None
    proxy: Secret | None = None
    contact: str | None = None


# ---------------------------------------------------------------- what the web gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer of a server: any status, the body decoded and within its cap.

    ``inside`` says that the answer came from an address in ``network.allow``: only such an
    answer may lead to other private addresses.
    """

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """No usable answer, and why in words that carry no address, secret or control character.

    ``temporary`` tells a fault that may pass (time-out, refused connection, 5xx) from one that
    will not (forbidden address, bad scheme); ``retry_after`` is the server's wish in seconds.
    ``sent``: bytes of the request may have left, so the other side may have acted on it.
    """

    why: str
    temporary: bool
    status: int | None = None
    retry_after: float | None = None
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed document, its text cleaned: no markup, control characters or surrogates."""

    guid: str | None
    url: str | None  # absolute, otherwise as the feed spells it
    title: str
    summary: str
    published: datetime | None
    source: str | None = None  # the outlet that an aggregator names


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed document read: its entries in document order. ``truncated``: its end is missing."""

    title: str
    entries: tuple[Entry, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text read from an item's page, or none and why.

    ``note`` is the log's ``article`` field: ``read``, ``failed: why`` or ``not read: why``.
    ``retry``: the failure may pass, so the page is worth another try later.
    """

    text: str
    note: str
    retry: bool = False


# ---------------------------------------------------------------- what the state keeps of a feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between polls.

    ``first_polled``: when its baseline was taken (None: not yet). ``lasting``: the problem will
    not pass by itself, a person is needed. ``body_hash`` and the validators belong to ``url``.
    """

    name: str
    url: str
    etag: str | None = None
    modified: str | None = None
    body_hash: bytes | None = None
    next_due: datetime | None = None
    first_polled: datetime | None = None
    last_polled: datetime | None = None
    last_ok: datetime | None = None
    failures: int = 0
    problem: str | None = None
    lasting: bool = False


# ---------------------------------------------------------------- what the log keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """An entry about to enter the log, with the identity keys it will be known by."""

    entry: Entry
    keys: tuple[bytes, ...]
    outlet: str
    baseline: bool = False
    inside: bool = False
    duplicate_of: int | None = None
    duplicate_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed as the log keeps it."""

    id: int
    feed: str
    guid: str | None
    url: str | None
    title: str
    summary: str
    published: datetime | None
    first_seen: datetime
    outlet: str
    baseline: bool = False  # stood in the feed's first poll: never alerted
    inside: bool = False  # came from an allowed private address
    duplicate_of: int | None = None
    duplicate_why: str = ""
    tries: int = 0  # how often its page was asked for in vain


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term found: which, in what field, and where it stands in that field's cleaned text."""

    term: str  # as the text spells it
    concept: str  # the concept or query word it stands for
    where: Where
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a rule says of an item, with all the evidence, for yes and no alike."""

    holds: bool
    score: float  # 0-1
    terms: tuple[str, ...]
    where: Where | None
    sentence: str
    why: str  # the reason in words
    rule: str  # version of the rule: a hash of query and concepts
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome for a story x item, as the log shows it."""

    story: str
    verdict: VerdictName
    receipt: Receipt
    development: int | None = None
    alerted: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One item with its verdicts, as ``log`` and ``show`` print it. ``note`` is the contract's ``article``."""

    item: Item
    note: str
    verdicts: tuple[Verdict, ...]
    text: str | None = None  # the article's text, only when asked for
    judged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What an item is recognised by when another is a copy of it: its title's key and sketches of its text."""

    title: str
    text: bytes
    lead: bytes
    has_article: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item of the story that a new one may be a copy of."""

    development: int
    item: int
    when: datetime
    title: str
    text: bytes
    lead: bytes
    has_article: bool


# ---------------------------------------------------------------- alerts


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
    problem: str = ""
    baseline: bool = False  # a first pass's digest: the entries stood in the feeds before the watch began


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
