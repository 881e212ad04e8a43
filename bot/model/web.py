"""What the web gives: answers, feed documents, articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias


class OnDisk(Protocol):
    """A body that is too large for memory: a file without a name, there as long as anybody refers to it."""

    def __len__(self) -> int:
        """Its size in bytes."""

    def read(self) -> bytes:
        """All of it, in memory: for one at a time."""

    def pieces(self) -> Iterator[bytes]:
        """All of it, in small pieces."""

    def path(self) -> str | None:
        """Where a child process can open it; None where the system has no such place."""


Body: TypeAlias = bytes | OnDisk


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole answer of a server: any status, the body decoded and within its cap.

    ``inside`` says that the answer came from an address in ``network.allow``: only such an
    answer may lead to other private addresses. ``moved``: where permanent redirects (301, 308) led before any other hop.
    ``on_disk``: all of a body that is too large for memory, for whoever asked to have it so; ``body`` is its beginning then.
    """

    url: str
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    inside: bool = False
    moved: str | None = None
    on_disk: OnDisk | None = None

    @property
    def whole(self) -> Body:
        """All of the body, wherever it is."""
        return self.body if self.on_disk is None else self.on_disk


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """No usable answer, and why in words that carry no address, secret or control character.

    ``temporary`` tells a fault that may pass (time-out, refused connection, 5xx) from one that
    will not (forbidden address, bad scheme); ``retry_after`` is the server's wish in seconds.
    ``sent``: bytes of the request may have left, so the other side may have acted on it.
    ``kind`` of what went wrong: the host's name could not be resolved now, or its certificate is not valid.
    ``closed``: the host's addresses, all of them refused; named in ``network.allow`` they would not have been.
    """

    why: str
    temporary: bool
    status: int | None = None
    retry_after: float | None = None
    sent: bool = False
    kind: Literal["", "name", "certificate"] = ""
    closed: tuple[str, ...] = ()


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
    """A feed document read: its entries in document order. ``truncated``: its end is missing.

    ``left_out``: entries that it had beyond what is read of one document, the oldest ones.
    """

    title: str
    entries: tuple[Entry, ...]
    truncated: bool = False
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The text read from an item's page, or none and why.

    ``note`` is the log's ``article`` field: ``read``, ``failed: why`` or ``not read: why``.
    ``retry``: the failure may pass, so the page is worth another try later. ``deadly``: reading it ended two child processes.
    """

    text: str
    note: str
    retry: bool = False
    deadly: bool = False
    wait: float | None = None  # the server's Retry-After, in seconds
