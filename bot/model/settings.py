"""What the configuration says: feeds, stories, channels, the network; and the type that holds a secret."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from bot.model.hours import Hours

ArticlePolicy: TypeAlias = Literal["all", "hinted", "never"]
Rhythm: TypeAlias = Literal["learned", "fixed"]
ChannelKind: TypeAlias = Literal["slack", "discord", "mattermost", "teams", "webhook", "console"]
# What becomes of an alert whose answer was lost after it may have arrived: at least once, or at most once.
OnAmbiguous: TypeAlias = Literal["resend", "hold"]


# The score from which an item counts as being about a story: the points of ``core/match/about`` are scaled to it.
THRESHOLD = 0.5


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source address, polled when due. A feed *is* its name: the URL may change.

    ``rhythm``: whether its next poll also goes by what it publishes and what its server hints at, or by ``interval`` alone.
    ``veiled``: its address was given by a reference, so it is a secret and written nowhere.
    """

    name: str
    url: str
    interval: timedelta
    articles: ArticlePolicy = "all"
    headers: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    alert_backlog: int = 0
    rhythm: Rhythm = "learned"
    veiled: bool = False

    @property
    def place(self) -> str:
        """What the state knows the address by: itself, or, of a veiled one, its server and a fingerprint of the whole."""
        if not self.veiled:
            return self.url
        server = urlsplit(self.url)
        return f"{server.scheme}://{server.netloc}/***{hashlib.blake2b(self.url.encode(), digest_size=16).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a user follows: a query over concepts and words, and the channels that hear of it.

    ``threshold``: the score, 0 to 1, from which an item is about the story; 0: its words anywhere are enough.
    ``urgent``: told at once, in quiet hours and by channels that send digests too.
    """

    name: str
    title: str
    query: str
    threshold: float = THRESHOLD
    channels: tuple[str, ...] = ()
    feeds: tuple[str, ...] | None = None
    exclude_feeds: tuple[str, ...] = ()
    urgent: bool = False

    def watches(self, feed: str) -> bool:
        """Whether this story looks at the feed of that name."""
        return (self.feeds is None or feed in self.feeds) and feed not in self.exclude_feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """At most ``messages`` messages within ``per``, and one of a digest on top, into which the rest goes."""

    messages: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A destination of alerts. ``url`` and ``secret`` are absent for the console.

    ``older_secrets`` sign beside ``secret`` while receivers change over. ``forum``: every message opens a thread.
    ``mention``: whom every message calls; ``story_mentions``: whom those about a story call, by its name.
    """

    name: str
    kind: ChannelKind
    url: Secret | None = None
    secret: Secret | None = None
    older_secrets: tuple[Secret, ...] = ()
    forum: bool = False
    mention: tuple[str, ...] = ()
    story_mentions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    budget: Budget = Budget(messages=20, per=timedelta(minutes=10))
    on_ambiguous: OnAmbiguous = "resend"
    hours: Hours = field(default_factory=Hours)

    def calls(self, story: str) -> tuple[str, ...]:
        """Whom a message about the story calls: those of the channel, then those of the story, each once."""
        return tuple(dict.fromkeys((*self.mention, *self.story_mentions.get(story, ()))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the one door to the network behaves."""

    allow: tuple[str, ...] = ()
    host_gap: timedelta = timedelta(seconds=1)
    deadline: timedelta = timedelta(seconds=30)
    ca: str | None = None
    proxy: Secret | None = None
    contact: str | None = None
