"""How the entries of an alert are spread over messages: all of them told, in as few messages as hold them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.render.escape import units
from bot.core.render.words import Detail, Markup, told
from bot.model import AlertEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one message holds: ``size`` in ``count`` entries, ``plain_size`` in its text-only form.

    Sizes are UTF-16 units unless ``measure`` counts something else.
    """

    size: int
    count: int
    plain_size: int
    measure: Callable[[str], int] = units

    def beside(self, text: str) -> Room:
        """What is left when every message has to hold this text too."""
        taken = self.cost(text) if text else 0
        return replace(self, size=self.size - taken, plain_size=self.plain_size - taken)

    def cost(self, text: str) -> int:
        """What an entry's text takes, with what sets it apart from the next."""
        return self.measure(text) + len("\n\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The entries of one message with their texts, rich and plain; ``number`` of ``total``.

    Both forms of an alert have the same parts, so a sender may change over to the plain one between two of them.
    """

    entries: tuple[AlertEntry, ...] = ()
    texts: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    number: int = 1
    total: int = 1


def parts(entries: Sequence[AlertEntry], markup: Markup, plain: Markup, room: Room) -> tuple[Part, ...]:
    """In the fullest detail that one message can hold, else one line an entry over several; at least one part."""
    lines = tuple(told(entry, plain, Detail.LINE) for entry in entries)
    texts = _fullest(entries, markup, room.size, room) if len(entries) <= room.count else None
    if texts is not None and sum(map(room.cost, lines)) <= room.plain_size:
        alike = plain is markup and room.plain_size == room.size
        simple = texts if alike else _fullest(entries, plain, room.plain_size, room)
        return (Part(entries=tuple(entries), texts=texts, plain=lines if simple is None else simple),)
    texts = lines if plain is markup else tuple(told(entry, markup, Detail.LINE) for entry in entries)
    cuts = tuple(_cuts([(room.cost(text), 1, room.cost(line)) for text, line in zip(texts, lines, strict=True)], room))
    return tuple(
        Part(entries=tuple(entries[cut]), texts=texts[cut], plain=lines[cut], number=number, total=len(cuts))
        for number, cut in enumerate(cuts, 1)
    )


def joined(texts: Sequence[str]) -> str:
    """The texts of a part as one, set apart by a blank line unless each is a single line."""
    return ("\n\n" if any("\n" in text for text in texts) else "\n").join(texts)


def _cuts(costs: Sequence[tuple[int, int, int]], room: Room) -> Iterator[slice]:
    """Runs of entries that one message holds, from the first on."""
    limits, start, spent = (room.size, room.count, room.plain_size), 0, (0, 0, 0)
    for at, cost in enumerate(costs):
        together = (spent[0] + cost[0], spent[1] + cost[1], spent[2] + cost[2])
        if at > start and any(size > limit for size, limit in zip(together, limits, strict=True)):
            yield slice(start, at)
            start, together = at, cost
        spent = together
    if costs:
        yield slice(start, len(costs))


def _fullest(entries: Sequence[AlertEntry], markup: Markup, size: int, room: Room) -> tuple[str, ...] | None:
    """All entries in the fullest detail that stays within ``size``; None where not even lines do."""
    for detail in Detail:
        texts: list[str] = []
        left = size
        for entry in entries:
            texts.append(told(entry, markup, detail))
            left -= room.cost(texts[-1])
            if left < 0:
                break
        else:
            return tuple(texts)
    return None
