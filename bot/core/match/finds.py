"""What an item holds of a rule's words, and whether the rule holds of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core import query, regexes, scan, script
from bot.core.fold import Folded
from bot.core.match.rule import Rule
from bot.core.scanner import Reading

TITLE = 0
# CPU seconds for all user regexes over one item. An honest regex reads 700 MB a second (measured), the longest article is 5 MB.
REGEX_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """The spans of every word and concept of a rule, by label and field; ``tripped`` names the regexes that took too long.

    ``short``: those of the short forms, until :func:`settled` decides whether they count.
    """

    fields: tuple[Folded, ...]
    spans: Mapping[str, scan.Spans]
    short: Mapping[str, scan.Spans]
    tripped: tuple[str, ...]

    @property
    def everywhere(self) -> tuple[int, ...]:
        """All fields, as their numbers."""
        return tuple(range(len(self.fields)))

    def has(self, label: str, fields: Sequence[int]) -> bool:
        """Whether a word or concept stands in one of the fields."""
        return any(self.spans[label][field] for field in fields)

    def speaks(self, labels: Iterable[str]) -> bool:
        """Whether any of the words or concepts stands anywhere."""
        return any(self.has(label, self.everywhere) for label in labels)

    @property
    def nothing(self) -> bool:
        """Whether no word of the query stands anywhere, not even below a NOT. Then no query holds: one that did is refused."""
        return not any(map(any, self.spans.values()))

    @property
    def titled(self) -> Finds:
        """What the title alone holds: all that exists for what stands below ``title:``."""
        others = ((),) * (len(self.fields) - 1)
        titles = {label: (spans[TITLE], *others) for label, spans in self.spans.items()}
        return Finds(fields=self.fields, spans=titles, short={}, tripped=self.tripped)


def look(rule: Rule, fields: tuple[Folded, ...]) -> Finds:
    """What the fields hold of the rule: one pass over them for all its terms."""
    return look_in(rule, rule.scanner.read(fields))


def look_in(rule: Rule, reading: Reading) -> Finds:
    """What an item holds of the rule. ``reading`` comes from the rule's scanner; rules that share it share the work."""
    numbers = sorted(rule.owned.keys() & reading.candidates.keys())
    tripped: list[str] = []
    full = _ask(rule, reading, [number for number in numbers if not rule.owned[number][0].short], tripped)
    # Common words, most of them: looked for only where they can count.
    can_count = [
        number for number in numbers if rule.owned[number][0].short and not full.keys().isdisjoint(rule.owned[number][1])
    ]
    short = _ask(rule, reading, can_count, tripped)
    nothing: scan.Spans = ((),) * len(reading.fields)
    return Finds(
        fields=reading.fields,
        spans={name.label: full.get(name.label, nothing) for name in rule.names},
        short={label: spans for label, spans in short.items() if label in full},
        tripped=tuple(tripped),
    )


def stands(reading: Reading, number: int) -> bool:
    """Whether the finder of that number finds anything; not, if it is a regex that takes too long."""
    try:
        return number in reading.candidates and any(reading.find(number, REGEX_SECONDS))
    except regexes.TookTooLong:
        return False


def settled(found: Finds, kept: Sequence[scan.Span] | None, named: int | None = None) -> Finds:
    """What counts of the finds: in the last field only what stands in ``kept`` (stretches in order; None: all of it), and the
    short forms of those words and concepts of which a full form stands in an earlier field, or in the last before ``named``
    (None: anywhere). Writers name a thing before they call it "the alliance"; a name that comes last is a box's or a biography's.
    """
    spans = {label: _within(fields, kept) for label, fields in found.spans.items()}
    for label, short in found.short.items():
        if _names(spans[label], named):
            both = zip(spans[label], _within(short, kept), strict=True)
            spans[label] = tuple(_mentions({*full, *more}) for full, more in both)
    return Finds(fields=found.fields, spans=spans, short={}, tripped=found.tripped)


def _names(fields: scan.Spans, before: int | None) -> bool:
    return any(fields[:-1]) or any(before is None or start < before for start, _ in fields[-1])


def _within(fields: scan.Spans, kept: Sequence[scan.Span] | None) -> scan.Spans:
    if kept is None or not fields[-1]:
        return fields
    starts = [start for start, _ in kept]
    places = ((span, bisect_right(starts, span[0]) - 1) for span in fields[-1])
    return (*fields[:-1], tuple(span for span, at in places if at >= 0 and span[1] <= kept[at][1]))


def holds(node: query.Node, finds: Finds, fields: Sequence[int]) -> bool:
    """Whether the node holds of what was found in ``fields``. A NOT looks at all fields, below title: at the title."""
    match node:
        case query.Word() | query.Concept():
            return finds.has(node.label, fields)
        case query.And(parts=parts):
            return all(holds(part, finds, fields) for part in parts)
        case query.Or(parts=parts):
            return any(holds(part, finds, fields) for part in parts)
        case query.Not(part=part):
            return not holds(part, finds, finds.everywhere)
        case query.Title(part=part):
            return TITLE in fields and holds(part, finds.titled, (TITLE,))
        case query.Near(left=left, right=right, words=words):
            return any(_near(left, right, words, finds, field) for field in fields)


def may_hold(node: query.Node, finds: Finds) -> bool:
    """False only where the node holds of no part of what was looked at: words that it asks for stand nowhere."""
    match node:
        case query.Word() | query.Concept():
            return any(finds.spans[node.label])
        case query.And(parts=parts):
            return all(may_hold(part, finds) for part in parts)
        case query.Or(parts=parts):
            return any(may_hold(part, finds) for part in parts)
        case query.Not():
            return True
        case query.Title(part=part):
            return may_hold(part, finds)
        case query.Near(left=left, right=right):
            return all(any(may_hold(leaf, finds) for leaf in side) for side in (left, right))


def share(node: query.Node, finds: Finds, fields: Sequence[int]) -> float:
    """How much of what the node asks for was found, 0 to 1. A NOT counts only when it is broken: as one more part, not found."""
    match node:
        case query.Word() | query.Concept():
            return float(finds.has(node.label, fields))
        case query.And(parts=parts):
            asked = [part for part in parts if not query.needs_nothing(part)]
            broken = sum(query.needs_nothing(part) and not holds(part, finds, fields) for part in parts)
            return sum(share(part, finds, fields) for part in asked) / max(1, len(asked) + broken)
        case query.Or(parts=parts):
            return max(share(part, finds, fields) for part in parts)
        case query.Not():
            return float(holds(node, finds, fields))
        case query.Title(part=part):
            return share(part, finds.titled, (TITLE,)) if TITLE in fields else 0.0
        case query.Near(left=left, right=right):
            sides = sum(any(finds.has(leaf.label, fields) for leaf in side) for side in (left, right))
            return sides / 2 if holds(node, finds, fields) else sides / 3  # nearness is the third part


def _ask(rule: Rule, reading: Reading, numbers: Sequence[int], tripped: list[str]) -> dict[str, scan.Spans]:
    """What the finders of these numbers find, by label; the regexes that took too long are added to ``tripped``."""
    seconds = REGEX_SECONDS / max(1, rule.regexes * len(reading.fields))
    found: dict[str, list[scan.Spans]] = {}
    for number in numbers:
        term, labels = rule.owned[number]
        try:
            spans = reading.find(number, seconds)
        except regexes.TookTooLong:
            tripped.append(term.label)
            continue
        if any(spans):
            for label in labels:
                found.setdefault(label, []).append(spans)
    return {label: tuple(_mentions(set().union(*field)) for field in zip(*each, strict=True)) for label, each in found.items()}


def merged(*found: scan.Spans) -> scan.Spans:
    """The places of one word or concept from those of several, field by field."""
    return tuple(_mentions({span for spans in fields for span in spans}) for fields in zip(*found, strict=True))


def _mentions(spans: set[scan.Span]) -> tuple[scan.Span, ...]:
    """In order, those that share words as one: "the Department" and "Department of War" are one mention of one thing."""
    kept: list[scan.Span] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def _near(left: Sequence[query.Leaf], right: Sequence[query.Leaf], words: int, finds: Finds, field: int) -> bool:
    """Both neighbours of every left span are enough: any other right span of that side is farther away."""
    rights = [span for leaf in right for span in finds.spans[leaf.label][field]]
    starts, ends = sorted(span[0] for span in rights), sorted(span[1] for span in rights)
    text = finds.fields[field].source
    for start, end in (span for leaf in left for span in finds.spans[leaf.label][field]):
        after, before = bisect_left(starts, end), bisect_right(ends, start)
        if after < len(starts) and script.words_between(text, end, starts[after], words + 1) <= words:
            return True
        if before and script.words_between(text, ends[before - 1], start, words + 1) <= words:
            return True
    return False
