"""A text with the words of stories in it: which count, which exclude, and what was left out of the article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.cli.sheet import LABEL, Line, Run, Style
from bot.core import highlight, match
from bot.core.highlight import Span

_STYLES: Mapping[str, Style] = {"word": "word", "against": "against", "idle": "quiet", "": "plain"}
_ORDER = (
    "word",
    "against",
    "idle",
)  # what a word is to most of the stories that know it matters less than that it counts for one
_LINES = "\n"


def text_lines(texts: match.Texts, rules: Sequence[match.Rule]) -> Iterator[Line]:
    """Title, summary and article; every paragraph a line, those that are no part of the article with what they look like."""
    found = [place for rule in rules for place in match.all_places(rule, texts.title, texts.summary, texts.article)]
    found.sort(key=lambda place: _ORDER.index(place.role))
    for where, text in (("title", texts.title), ("summary", texts.summary)):
        spans = [(place.span, str(place.role)) for place in found if place.where == where]
        if text:
            yield Line(prefix=_label(where), runs=_runs(text, spans))
    yield from _article(texts, [(place.span, str(place.role)) for place in found if place.where == "article"])


def _article(texts: match.Texts, spans: Sequence[tuple[Span, str]]) -> Iterator[Line]:
    cut = {start: what for (start, _), what in match.left_out(texts.article, texts.title)}
    ordered, at, label = sorted(spans), 0, "article"
    first = 0
    for paragraph in texts.article.split(_LINES):
        end = at + len(paragraph)
        last = first
        while last < len(ordered) and ordered[last][0][0] < end:
            last += 1
        inside = [((start - at, stop - at), role) for (start, stop), role in ordered[first:last]]
        if paragraph.strip():
            what = cut.get(at)
            yield _left_out(paragraph, what, inside) if what else Line(prefix=_label(label), runs=_runs(paragraph, inside))
            label = label if what else ""
        at, first = end + len(_LINES), last


def _left_out(paragraph: str, what: str, spans: Sequence[tuple[Span, str]]) -> Line:
    """A line that is no part of the article. Its words count all the same for a story without a threshold."""
    pieces = highlight.stretches(paragraph, [(span, role) for span, role in spans if role != "idle"], otherwise="idle")
    return Line(prefix=_label("left out"), runs=((f"({what}) ", "quiet"), *((piece, _STYLES[role]) for piece, role in pieces)))


def _label(text: str) -> str:
    return f"  {text}".ljust(LABEL)


def _runs(text: str, spans: Sequence[tuple[Span, str]]) -> tuple[Run, ...]:
    return tuple((piece, _STYLES[role]) for piece, role in highlight.stretches(text, spans))
