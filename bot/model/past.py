"""The log as rules are tried on it: items with their texts and what was said of them, and what a draft says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from bot.model.log import VerdictName

# What there is of an item's article: its text, nothing any more (pruned), or nothing ever (no page, not asked for, in vain).
TextState: TypeAlias = Literal["there", "pruned", "never read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict as the log holds it, without its evidence. ``rule``: the version that said so."""

    verdict: VerdictName
    score: float
    why: str
    rule: str

    @property
    def holds(self) -> bool:
        """Whether the rule held: told of or not."""
        return self.verdict in {"match", "baseline"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An item that was judged, and is no duplicate, with everything that a rule reads. ``said``: by story."""

    id: int
    feed: str
    url: str | None
    title: str
    summary: str
    text: str | None
    note: str
    first_seen: datetime
    said: Mapping[str, Said]

    @property
    def state(self) -> TextState:
        """What there is of its article."""
        if self.text is not None:
            return "there"
        return "pruned" if self.note.startswith("read") else "never read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of the log lies in a time: items to try a rule on, duplicates of them, and items not judged yet."""

    items: int
    duplicates: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An item of which a draft says other than the log. ``live``: None where the log has no verdict for the story."""

    kind: Literal["gained", "lost"]
    story: str
    item: int
    feed: str
    url: str | None
    title: str
    first_seen: datetime
    state: TextState
    score: float
    why: str
    live: Said | None
    mark: bool | None  # whether the user finds it relevant; None: not marked
