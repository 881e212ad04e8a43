"""How a story's aspects stand in an item: in its headline and opening, how often, how widely and how close together.

These are counts that a reader could make with a pencil. ``about`` turns them into points. Measured only where the query holds,
from the offsets of the one matcher pass: a regex for each sentence would cost 27 ms an item (issue 4's prototype).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core import quality
from bot.core.match.finds import Finds
from bot.core.match.passages import Body, Span
from bot.core.match.rule import Aspects

_TITLE, _SUMMARY, _ARTICLE = range(3)
# The opening of a text: so many words, but never more than this share of it, or it would swallow short articles.
_LEAD_WORDS, _LEAD_SHARE = 40, 0.35
# Two sentences as close as these speak of one thing: neighbours.
_NEAR = 1
# Members of an enumeration are short; and a pair with one "and" between is none.
_MEMBER_WORDS, _LEAST_MEMBERS = 4, 3
_AND = "and or und oder et ou y e o en of i a и или та ve og och ja και و".replace(" ", "|")
_MEMBERS = re.compile(rf"\s*[,;\u060c\u3001\uff0c\u00b7|/]\s*(?:(?:{_AND}) )?|\s+(?:{_AND}|&)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The counts. Where there are several aspects, what counts for all of them counts for the weakest.

    ``title``, ``opening``: the share of aspects there (opening: title, summary and lead). ``sentences``, ``paragraphs``: of
    the article. ``met``: sentences that have all aspects and do not merely list them; ``near``: those whose neighbours help.
    ``weaker``, ``weaker_paragraphs``: sentences and paragraphs with the weakest aspect. ``any``, ``any_paragraphs``: with at
    least one. ``first``: how far into the article all have appeared, 0 to 1 (1: not all of them do). ``listed``: they meet in
    enumerations only.
    """

    aspects: int
    title: float
    opening: float
    sentences: int = 0
    paragraphs: int = 0
    met: int = 0
    near: int = 0
    weaker: int = 0
    weaker_paragraphs: int = 0
    any: int = 0
    any_paragraphs: int = 0
    first: float = 1.0
    listed: bool = False


NOWHERE = Standing(aspects=0, title=0.0, opening=0.0)


def stand(way: Aspects, found: Finds, body: Body) -> Standing | None:
    """How the aspects stand; None when one of them is nowhere."""
    spans = [[_spans(found, aspect, field) for aspect in way] for field in (_TITLE, _SUMMARY, _ARTICLE)]
    if not all(any(spans[field][aspect] for field in range(3)) for aspect in range(len(way))):
        return None
    lead = _lead(found.fields[_ARTICLE].source, body)
    opened = [
        bool(spans[_TITLE][n] or spans[_SUMMARY][n] or any(start < lead for start, _ in spans[_ARTICLE][n]))
        for n in range(len(way))
    ]
    titled = [bool(spans[_TITLE][n]) for n in range(len(way))]
    if all(titled) and _enumerated(found.fields[_TITLE].source, spans[_TITLE]):
        titled = [False] * len(way)
    told = Standing(aspects=len(way), title=sum(titled) / len(way), opening=sum(opened) / len(way))
    return _in_article(told, spans[_ARTICLE], found.fields[_ARTICLE].source, body) if body.kept else told


def _in_article(told: Standing, spans: Sequence[Sequence[Span]], text: str, body: Body) -> Standing:
    """``told`` with what is counted in the article."""
    sentences = body.sentences
    within = [_numbers([start for start, _ in sentences], each) for each in spans]
    paragraphs = [_numbers([start for start, _ in body.kept], each) for each in spans]
    together = sorted(frozenset.intersection(*within))
    met = [n for n in together if len(spans) == 1 or not _enumerated(text, _inside(spans, sentences[n]))]
    near = [n for n in range(len(sentences)) if all(each & {n, n + _NEAR} for each in within)]
    count = len(sentences)
    return replace(
        told,
        sentences=count,
        paragraphs=len(body.kept),
        met=len(met),
        near=len(near),
        weaker=min(map(len, within)),
        weaker_paragraphs=min(map(len, paragraphs)),
        any=len(frozenset.union(*within)),
        any_paragraphs=len(frozenset.union(*paragraphs)),
        first=max(min(each, default=count) for each in within) / count,
        listed=bool(together) and not met,
    )


def _spans(found: Finds, labels: frozenset[str], field: int) -> list[Span]:
    return sorted({span for label in labels for span in found.spans[label][field]})


def _lead(text: str, body: Body) -> int:
    """The offset at which the article's opening ends: a sentence's end."""
    ends, counts = [0], [0]
    for start, end in body.sentences:
        ends.append(end)
        counts.append(counts[-1] + quality.count_words(text[start:end]))
        if counts[-1] * _LEAD_SHARE > _LEAD_WORDS:  # the share is no bound any more: the rest of the article need not be counted
            break
    return ends[bisect_left(counts, min(_LEAD_WORDS, _LEAD_SHARE * counts[-1]))]


def _numbers(starts: Sequence[int], spans: Sequence[Span]) -> frozenset[int]:
    """The numbers of the sentences or paragraphs in which the spans begin."""
    return frozenset(bisect_right(starts, start) - 1 for start, _ in spans)


def _inside(spans: Sequence[Sequence[Span]], sentence: Span) -> list[list[Span]]:
    return [[span for span in each if sentence[0] <= span[0] < sentence[1]] for each in spans]


def _enumerated(text: str, spans: Sequence[Sequence[Span]]) -> bool:
    """Whether the aspects stand side by side only as members of a list: each pair is parted by other short members."""
    if len(spans) == 1:
        return False
    pairs = [(one, other) for one in spans[0] for each in spans[1:] for other in each]
    return all(_are_members(text, *sorted(pair)) for pair in pairs)


def _are_members(text: str, one: Span, other: Span) -> bool:
    between = text[one[1] : other[0]]
    members = _MEMBERS.split(between)
    if len(members) < _LEAST_MEMBERS:
        return False
    return all(quality.count_words(member) <= _MEMBER_WORDS for member in members) and any(map(str.strip, members))
