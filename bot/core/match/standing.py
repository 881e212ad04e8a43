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
# What appears later than this many words into an article is late, however long the article is.
FAR = 200
# What an article comes back to, it does within so many words or its first half: behind that stand background and boxes.
_BACK_WORDS = 100
# Members of an enumeration are short; and a pair with one "and" between is none.
_MEMBER_WORDS, _LEAST_MEMBERS = 4, 3
_AND = "and or und oder et ou y e o en of i a и или та ve og och ja και و".replace(" ", "|")
_MEMBERS = re.compile(rf"\s*[,;\u060c\u3001\uff0c\u00b7|/]\s*(?:(?:{_AND}) )?|\s+(?:{_AND}|&)\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The counts. Where there are several aspects, what counts for all of them counts for the weakest.

    ``title``, ``opening``, ``announced``: the share of aspects in the title; in title and lead; in title, summary and lead.
    ``sentences``, ``paragraphs``: of the article. ``met``: sentences that have all aspects and do not merely list them.
    ``listed``: all of those that have them list them. ``weaker``: sentences with the weakest aspect,
    within the first 100 words or the first half.
    ``any``, ``any_paragraphs``: sentences and paragraphs with at least one aspect. ``first``: the words of
    the article before all have appeared, counted up to ``FAR``.
    """

    aspects: int
    title: float
    opening: float
    announced: float
    sentences: int = 0
    paragraphs: int = 0
    met: int = 0
    listed: bool = False
    weaker: int = 0
    any: int = 0
    any_paragraphs: int = 0
    first: int = FAR


NOWHERE = Standing(aspects=0, title=0.0, opening=0.0, announced=0.0)


def stand(way: Aspects, found: Finds, body: Body) -> Standing | None:
    """How the aspects stand; None when one of them is nowhere."""
    spans = [[_spans(found, aspect, field) for aspect in way] for field in (_TITLE, _SUMMARY, _ARTICLE)]
    if not all(any(spans[field][aspect] for field in range(3)) for aspect in range(len(way))):
        return None
    lead = _lead(found.fields[_ARTICLE].source, body)
    titled = [bool(each) for each in spans[_TITLE]]
    if all(titled) and _enumerated(found.fields[_TITLE].source, spans[_TITLE]):
        titled = [False] * len(way)
    opened = [told or any(start < lead for start, _ in each) for told, each in zip(titled, spans[_ARTICLE], strict=True)]
    announced = [told or bool(each) for told, each in zip(opened, spans[_SUMMARY], strict=True)]
    title, opening, both = (sum(each) / len(way) for each in (titled, opened, announced))
    told = Standing(aspects=len(way), title=title, opening=opening, announced=both)
    return _in_article(told, spans[_ARTICLE], found.fields[_ARTICLE].source, body) if body.kept else told


def _in_article(told: Standing, spans: Sequence[Sequence[Span]], text: str, body: Body) -> Standing:
    """``told`` with what is counted in the article."""
    sentences = body.sentences
    within = [_numbers([start for start, _ in sentences], each) for each in spans]
    paragraphs = [_numbers([start for start, _ in body.kept], each) for each in spans]
    together = sorted(frozenset.intersection(*within))
    met = [n for n in together if len(spans) == 1 or not _enumerated(text, _inside(spans, sentences[n]))]
    count, main = len(sentences), _main(text, body)
    return replace(
        told,
        sentences=count,
        paragraphs=len(body.kept),
        met=len(met),
        listed=bool(together) and not met,
        weaker=min(sum(n < main for n in each) for each in within),
        any=len(frozenset.union(*within)),
        any_paragraphs=len(frozenset.union(*paragraphs)),
        first=_words_before(text, body, max(each[0][0] for each in spans)) if all(spans) else FAR,
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


def _main(text: str, body: Body) -> int:
    """How many sentences the article's main part has: its first half, and at least so many words."""
    half, words = (body.sentences[0][0] + body.sentences[-1][1]) / 2, 0
    for number, (start, end) in enumerate(body.sentences):
        if words >= _BACK_WORDS and start >= half:
            return number
        words += 0 if words >= _BACK_WORDS else quality.count_words(text[start:end])
    return len(body.sentences)


def _words_before(text: str, body: Body, at: int) -> int:
    """How many words of the article stand before the offset, counted no further than FAR."""
    count = 0
    for start, end in body.sentences:
        if start >= at or count >= FAR:
            break
        count += quality.count_words(text[start : min(end, at)])
    return min(count, FAR)


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
