"""What of an article's text is the article: its paragraphs and sentences, without the lists and boxes that stand around it.

Extraction leaves a page's related headlines, "read also" lines and newsletter boxes in place often enough that they decided
verdicts: with them in the text, any-word matching fell from F1 .85 to .66 on the labelled set of issue 4. A reader tells them
by their shape, and so do the rules here: several short lines in a row that end in no end mark, or begin with one bullet; a
line that begins as such boxes do ("Read more:"). What is cut is kept as a span, so that a receipt can say where a word stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.core import boxes, fold, quality, sentence

Span = tuple[int, int]

# A headline or a link has at most so many words; the longest of wire headlines have 20, a line of an article seldom under 25.
_HEADLINE = 22
_HEADING = 5
# So many short lines in a row are a list. Two are a heading and its byline.
_LIST = 3
# Of the lines at the end so many may close like sentences (headlines that ask) and still be a list.
_MOSTLY = 0.7
# The closing paragraph is left out where so many sentences stand before it: there the author, a sponsor or the background of
# it all are told, and a text that says it nowhere else is not about it.
_ENOUGH = 4
CLOSING = "the closing paragraph"
# So far into an article its things are named; of the relevant items of the labelled sets three name one later.
_NAMED = 2 / 3
# Scripts in which a line says nothing by ending without a mark.
_MARKLESS = re.compile("[\u0e00-\u0eff\u1780-\u17d3]")
_BULLET = re.compile(
    r"(?:[-*\u2022\u2023\u25aa\u25ab\u25cf\u25e6\u2013\u2014\u2192\u25b6\u25ba\u203a\u00bb>+]|\d{1,2}[.)])\s*(?=\S)"
)
_SUFFIX = re.compile(r"(?:[|\u2013\u2014\u00b7-]\s*([^|\u2013\u2014\u00b7-]{2,40})|\(([^()]{2,40})\))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An article's text as it is read, as spans in order.

    ``kept``: its paragraphs; ``sentences``: theirs; ``cut``: the stretches left out, each with what it looks like.
    """

    kept: tuple[Span, ...]
    sentences: tuple[Span, ...]
    cut: tuple[tuple[Span, str], ...]

    @property
    def named(self) -> int:
        """The offset before which an article that speaks of a thing has named it."""
        return self.sentences[int(len(self.sentences) * _NAMED)][0] if self.sentences else 0


NOTHING = Body(kept=(), sentences=(), cut=())


@dataclass(frozen=True, slots=True)
class _Line:
    """``short``: no longer than headlines are. ``loose``: it looks like a headline or a link rather than like a sentence."""

    span: Span
    text: str
    short: bool
    loose: bool


def _line(span: Span, text: str) -> _Line:
    words = quality.count_words(text) if len(text) <= _HEADLINE * 12 else _HEADLINE + 1
    short = words <= _HEADLINE
    loose = short and not _MARKLESS.search(text) and not sentence.ended(text)
    # What introduces a list or a quotation is a sentence; a heading with a colon ("Related:") is shorter.
    introduces = loose and words > _HEADING and text.rstrip().endswith((":", "\uff1a"))
    return _Line(span, text, short, loose and not introduces)


def read(text: str, title: str = "") -> Body:
    """The text, one paragraph a line, as paragraphs and what was cut. Takes any text, in linear time.

    A first line that is the ``title`` again says nothing new: pages have it above their article.
    """
    lines = [_line(span, text[span[0] : span[1]]) for span in _lines(text)]
    cut = _cut(lines)
    if lines and title and fold.fold(lines[0].text).text.strip() == fold.fold(title).text.strip():
        cut[0] = "the headline again"
    kept = {number: sentence.spans(text, *line.span) for number, line in enumerate(lines) if number not in cut}
    if len(kept) > 1 and sum(map(len, kept.values())) - len(kept[last := max(kept)]) >= _ENOUGH:
        cut[last] = CLOSING
        del kept[last]
    return Body(
        kept=tuple(lines[number].span for number in kept),
        sentences=tuple(span for spans in kept.values() for span in spans),
        cut=tuple((lines[number].span, what) for number, what in sorted(cut.items())),
    )


def _lines(text: str) -> Iterator[Span]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, at + len(line)
        at += len(line) + 1


def _cut(lines: Sequence[_Line]) -> dict[int, str]:
    """The numbers of the lines that are no part of the article, with what they look like."""
    cut = {number: what for number, line in enumerate(lines) if (what := boxes.kind(fold.fold(line.text[:200]).text)) is not None}
    loose = [number in cut or line.loose for number, line in enumerate(lines)]
    for is_loose, group in groupby(range(len(lines)), key=loose.__getitem__):
        run = list(group)
        if is_loose and len(run) >= _LIST:
            cut |= dict.fromkeys((number for number in run if number not in cut), "a list of links")
    # Below the last list there may be one paragraph more, the author's or a sponsor's; above it, another list.
    end = len(lines) - 1 if lines and not lines[-1].short else len(lines)
    while (first := _tail(lines[:end], loose)) is not None:
        # A list of whole sentences from the first line on (a day's news in brief) is all there is: nothing below belongs to it.
        last = len(lines) if first == 0 and sum(loose) < len(lines) / 2 else end
        cut |= dict.fromkeys((number for number in range(first, last) if number not in cut), "a list of links")
        end = first
    return cut


def _tail(lines: Sequence[_Line], loose: Sequence[bool]) -> int | None:
    """Where the longest list at the end begins: short lines that mostly close as no sentence does, or are marked alike."""
    found, looser, marks = None, 0, _marks(lines[-1].text) if lines else frozenset()
    for count, (number, line) in enumerate(reversed(list(enumerate(lines))), 1):
        if not line.short:
            break
        looser += loose[number]
        if marks:
            marks &= _marks(line.text)
        if count >= _LIST and (marks or (loose[number] and looser >= _MOSTLY * count)):
            found = number
    return found


def _marks(line: str) -> frozenset[str]:
    """What marks the line as one of a list: its bullet, its number, the suffix it ends with ("... | Outlet")."""
    bullet, suffix = _BULLET.match(line), _SUFFIX.search(line)
    begins = "" if bullet is None else "number" if bullet[0][0].isdigit() else bullet[0][:1]
    return frozenset(filter(None, (begins, suffix[0] if suffix else "")))
