"""What the state remembers: feeds between polls, items, verdicts with their evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from bot.model.web import Article, Entry

Where: TypeAlias = Literal["title", "summary", "article"]
VerdictName: TypeAlias = Literal["match", "no-match", "baseline", "duplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What is remembered of a feed between polls.

    ``first_polled``: when its baseline was taken (None: not yet). ``lasting``: the problem will
    not pass by itself, a person is needed. ``body_hash`` and the validators belong to ``url``.

    What its server asks: ``asks_every`` seconds between polls (from ``asks_base`` on, if it says so), not within the hours
    and days (GMT, Monday first) whose bits are set in ``skip_hours`` and ``skip_days``.
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
    confirmed: int = 0  # answers "nothing new" in a row: some servers give that one for ever
    answers: int = 0  # polls that were fine since the baseline
    asks_every: int | None = None
    asks_base: datetime | None = None
    skip_hours: int = 0
    skip_days: int = 0
    entries: int = 0  # in its last document
    gap: float | None = None  # learned: seconds from one new item to the next
    last_new: datetime | None = None
    arrivals: int = 0  # items that came since the baseline
    turnover: float | None = None  # seconds in which a document of it is replaced as a whole, where that is soon
    score: float = 0.0  # of its failures: hard 1, soft 0.5, temporary 0.25
    good: int = 0  # polls in a row that were fine
    failing_since: datetime | None = None
    streak: str | None = None  # an answer that is believed only when given again and again: "gone", or a new address
    streak_since: datetime | None = None
    streak_count: int = 0
    adopted: str | None = None  # the address it moved to for good; ``url`` stays what the configuration says
    adopted_inside: bool = False  # that address lies in network.allow, and was led to from there or from the configuration
    stopped: bool = False  # gone for good: not polled any more
    told: str | None = None  # what the operators heard last: "broken", "quiet"; None: nothing, or that it is well


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which a feed may have listed items that were never seen: two polls of it did not overlap."""

    feed: str
    since: datetime
    until: datetime
    entries: int  # how many the document had after it, all of them new


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
    judged_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term found: which, in what field, and where it stands in that field's cleaned text."""

    term: str  # as the text spells it
    concept: str  # the concept or query word it stands for
    where: Where
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """One part of a score: what it is called, the points it gave or took, and what was seen, in words."""

    name: str
    points: float
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a rule says of an item, with all the evidence, for yes and no alike.

    ``holds``: the query holds and ``score`` reaches ``threshold``. ``read`` says what text there was to judge on.
    """

    holds: bool
    score: float  # 0-1
    terms: tuple[str, ...]
    where: Where | None
    sentence: str
    why: str  # the reason in words
    rule: str  # version of the rule: a hash of query, concepts and threshold
    hits: tuple[Hit, ...] = ()
    threshold: float = 0.0
    ingredients: tuple[Ingredient, ...] = ()
    language: str | None = None  # ISO 639-1 where there is one; None: too short to tell
    read: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the user said of an item: whether it belongs to the story. The truth that rules are measured against."""

    item: int
    story: str
    relevant: bool
    note: str
    at: datetime


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
class Judgement:
    """All that judging an item came to. ``again``: when to ask for its page once more."""

    item: Item
    article: Article
    verdicts: tuple[Verdict, ...]
    at: datetime
    again: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """One item with its verdicts, as ``log`` and ``show`` print it. ``note`` is the contract's ``article``."""

    item: Item
    note: str
    verdicts: tuple[Verdict, ...]
    text: str | None = None  # the article's text, only when asked for
    judged_at: datetime | None = None
    marks: tuple[Mark, ...] = ()  # what the user said of it, only when asked for


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
