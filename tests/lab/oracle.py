"""The judge of a run: what the web served and the receivers accepted, held against what the bot's log says.

A figure here never rests on the bot's word alone: *lost* and *duplicate* are counted at the receivers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .sinks import Message

Row: TypeAlias = dict[str, Any]  # a line of the log
KeyOf: TypeAlias = Callable[[str], str | None]  # an address -> the lab's name of the item


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process of the bot, from start to end (``time.monotonic()``)."""

    started: float
    killed: bool


@dataclass(slots=True, kw_only=True)
class Repeat:
    """A message about an item that its receiver had accepted before."""

    sink: str
    key: str  # the item; of a digest the first such
    excuse: str  # why no sender could have known; empty: a fault


@dataclass(slots=True, kw_only=True)
class Figures:
    """The outcome of a run, each fault named."""

    items: int = 0
    events: int = 0
    matches: int = 0
    alerts: dict[str, int] = field(default_factory=dict)
    kills: int = 0
    restarts: int = 0
    slowest_restart: float = 0.0  # seconds from a start to its first request
    missed: list[str] = field(default_factory=list)  # a matching event without a match in the log
    folded: list[str] = field(default_factory=list)  # an event that only another event's alert stands for
    lost: list[str] = field(default_factory=list)  # no alert for the event's development at a receiver
    wrong: list[str] = field(default_factory=list)  # a match or an alert for an event that does not match
    repeats: list[Repeat] = field(default_factory=list)
    half: list[str] = field(default_factory=list)  # rows that contradict each other or the ledgers

    @property
    def unexcused(self) -> list[Repeat]:
        return [repeat for repeat in self.repeats if not repeat.excuse]

    @property
    def good(self) -> bool:
        return not (self.lost or self.missed or self.wrong or self.half or self.unexcused)

    def must_be_good(self) -> None:
        """Print the figures; fail with them if anything is wrong or was folded."""
        print(self.table())
        assert self.good, self.table()
        assert not self.folded, self.table()

    def table(self) -> str:
        """For people, one figure a line."""
        excused = len(self.repeats) - len(self.unexcused)
        rows = {
            "items served": self.items,
            "events (matching)": f"{self.events} ({self.matches})",
            "alerts accepted": ", ".join(f"{name} {count}" for name, count in self.alerts.items()),
            "kills / restarts": f"{self.kills} / {self.restarts}",
            "slowest start to first poll": f"{self.slowest_restart:.2f} s",
            "lost": len(self.lost),
            "missed by the matcher": len(self.missed),
            "folded into another event": len(self.folded),
            "matched wrongly": len(self.wrong),
            "duplicates seen / excused": f"{len(self.repeats)} / {excused}",
            "half or contradicting rows": len(self.half),
        }
        faults = [*self.lost, *self.missed, *self.wrong, *self.half, *map(str, self.unexcused)][:12]
        return "\n".join([*(f"{name:28}{value}" for name, value in rows.items()), *(f"  ! {fault}" for fault in faults)])


def repeats(messages: Sequence[tuple[Message, Sequence[str]]], lives: Sequence[Life]) -> list[Repeat]:
    """Messages that told a receiver what it knew; ``messages``: what it accepted, with the items named.

    The excuse: the earlier message is the last one that the receiver took from a process that was then killed
    (one lane per channel: before the next message its predecessor is committed), or its answer never arrived.
    """
    found, earlier = [], dict[str, int]()
    for at, (message, keys) in enumerate(messages):
        excuses = {key: _excuse(earlier[key], messages, lives) for key in keys if key in earlier}
        if excuses:
            key = min(excuses, key=lambda key: bool(excuses[key]))  # one without an excuse counts
            found.append(Repeat(sink=message.sink, key=key, excuse=excuses[key]))
        earlier |= dict.fromkeys(keys, at)
    return found


def _excuse(at: int, messages: Sequence[tuple[Message, Sequence[str]]], lives: Sequence[Life]) -> str:
    first = messages[at][0]
    if not first.told:
        return "its answer was lost"
    life = _life(first, lives)
    following = messages[at + 1][0] if at + 1 < len(messages) else None
    if life is not None and life.killed and (following is None or _life(following, lives) is not life):
        return "killed between accept and commit"
    return ""


def _life(message: Message, lives: Sequence[Life]) -> Life | None:
    return next((life for life in reversed(lives) if life.started <= message.at), None)


def developments(rows: Iterable[Row], key_of: KeyOf) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """From the log: the developments of each item, and the items of each development (matches only)."""
    of_item, of_development = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for row in rows:
        for verdict in row["verdicts"]:
            if verdict["verdict"] == "match":
                of_item[key_of(row["url"])].add(verdict["development"])
                of_development[verdict["development"]].add(key_of(row["url"]))
    return of_item, of_development


def contradictions(rows: Sequence[Row], named: set[str], key_of: KeyOf) -> list[str]:
    """Rows without a verdict, and rows whose ``alerted`` is not what the receivers saw."""
    found = [f"{row['url']}: no verdict" for row in rows if not row["verdicts"]]
    for row in rows:
        for verdict in row["verdicts"]:
            told = key_of(row["url"]) in named
            if verdict["verdict"] == "match" and verdict["alerted"] != told:
                found.append(f"{row['url']}: alerted is {verdict['alerted']}, receivers accepted: {told}")
    return found


def strangers(rows: Sequence[Row], accepted: Sequence[Message]) -> list[str]:
    """Webhook messages that name an item the log does not have, or another development than the log does."""
    known = {row["id"]: {verdict["development"] for verdict in row["verdicts"]} for row in rows}
    found = []
    for message in accepted:
        if message.type not in {"development.new", "digest"}:
            continue
        data = message.payload["data"]
        for entry in data.get("items", [data]):
            identity, development = entry["item"]["id"], entry["development"]["id"]
            if development not in known.get(identity, set()):
                found.append(f"alert {data['alert']} names item {identity} of development {development}: the log does not")
    return found
