"""When a channel may be told: its quiet hours, its digest's hours, and what both come to at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A span of the wall clock in which nothing is told: ``start`` and ``end`` in minutes from midnight, 0 to 1440.

    One that ends no later than it starts ends on the next day. ``days``: those on which it starts, 0 is Monday.
    """

    start: int
    end: int
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When a channel is told, on the wall clocks of ``zone``.

    ``quiet``: spans in which what is found is held. ``digest``: None, one message each; ``hourly``, all in one message at
    every full hour; or the minute of the day at which there is one.
    """

    zone: tzinfo = UTC
    quiet: tuple[Quiet, ...] = ()
    digest: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a channel's hours come to at a moment.

    ``closed``: in quiet hours, until then. ``opened``: when quiet hours last ended; what is older sat through them.
    ``slot``: the last moment of its digest, which told all that was found before (None: no digest channel).
    ``until`` and ``why``: when what is held now may go, and what holds it, in words.
    """

    closed: datetime | None = None
    opened: datetime | None = None
    slot: datetime | None = None
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A story or a feed of which nobody is told until then. ``kind``: ``story`` or ``feed``."""

    kind: str
    name: str
    until: datetime
