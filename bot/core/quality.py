"""The gate between a page's text and the matcher: is this the article, or what stood in its place?

Consent walls, paywalls, robot checks and error pages answer with status 200 and text that extracts well. Matched or
compared as articles they would do harm: one outlet's wall is the same text under every headline. A page is refused when
what is left beside its notices is too little, or has nothing to do with its title and summary. An article about
cookies passes, because sentences that speak of the title's subject are never notices.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

from bot.core import fold, notices

REASONS: dict[notices.Kind, str] = {
    "consent": "a consent notice instead of the article",
    "paywall": "a paywall notice",
    "robot": "a robot check instead of the article",
    "error": "an error page",
}

# Words that must stand beside a notice to make an article of the page: two sentences. Teasers before a paywall have
# 40 and more; the button labels and headings that no phrase of ours matches add up to under 20.
_LEAST = 25

# Text above notices that shares no word with title and summary is still the article when there is this many times more of
# it: of 72 articles of the labelled corpus 9 have fewer than two words in common with title and summary.
_OUTWEIGHS = 3

# Words shared with title and summary that make a sentence, or the rest of the page, speak of the same thing.
_SHARED = 2

# A notice stands at the beginning or the end. What lies further in than these characters is not searched: a
# wall's own words fill its beginning, and searching costs 0.1 ms for 1,000 characters.
_HEAD, _TAIL = 6_000, 2_000

# The longest line (in words) that is taken out of an article as a notice; a longer one may hold news beside it.
_LONGEST_LINE = 40


# A line's sentences, each with the kind of notice that its words are found in.
_Kinds: TypeAlias = list[tuple[str, notices.Kind | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``text`` without the lines that are notices; ``problem`` in words when it is no article at all."""

    text: str
    problem: str | None


def problem(text: str, title: str, summary: str) -> str | None:
    """Why ``text`` is not the article that ``title`` and ``summary`` announce, in words for ``Article.note``; None if it is."""
    return judge(text, title, summary).problem


def judge(text: str, title: str, summary: str) -> Judged:
    """The text of a page, one paragraph a line, as an article: without its notices, or with the reason why it is none."""
    head, middle, tail = _windows(text)
    kinds = [[_kinds(line) for line in lines] for lines in (head, tail)]
    if not any(kind for window in kinds for line in window for _, kind in line):  # most pages: the rest would change nothing
        return Judged(text="\n".join((*head, *middle, *tail)), problem=None)
    page = _Page(stems(f"{title} {summary}"))
    kept = [*page.read(head, kinds[0]), *middle, *page.read(tail, kinds[1])]
    page.left_words += sum(map(count_words, middle))
    return Judged(text="\n".join(kept), problem=page.problem())


class _Page:
    """What the lines read so far are made of."""

    def __init__(self, subject: frozenset[str]) -> None:
        self._subject = subject
        self._noticed: defaultdict[notices.Kind, int] = defaultdict(int)  # words
        self._opened = False  # with a notice: walls do, articles with a gate at their end do not
        self._left_stems: set[str] = set()
        self.left_words = 0

    def read(self, lines: list[str], kinds: list[_Kinds]) -> list[str]:
        """Take the lines into account; those that are not notices from end to end."""
        return [line for line, sentences in zip(lines, kinds, strict=True) if self._keeps(line, sentences)]

    def _keeps(self, line: str, sentences: _Kinds) -> bool:
        found = sum(self._notices(sentence, kind) for sentence, kind in sentences)
        return not found or found < len(sentences) / 2 or count_words(line) > _LONGEST_LINE

    def _notices(self, sentence: str, kind: notices.Kind | None) -> bool:
        words, said = count_words(sentence), stems(sentence)
        if kind is not None and len(said & self._subject) < _SHARED:
            self._opened |= not self._noticed and not self.left_words
            self._noticed[kind] += words
            return True
        self.left_words += words
        self._left_stems |= said
        return False

    def problem(self) -> str | None:
        noticed = sum(self._noticed.values())
        if not noticed:
            return None
        enough = self.left_words >= _LEAST
        on_subject = len(self._left_stems & self._subject) >= _SHARED
        outweighed = not self._opened and self.left_words >= _OUTWEIGHS * noticed
        if enough and (on_subject or outweighed):
            return None
        return REASONS[max(self._noticed, key=self._noticed.__getitem__)]


def _kinds(line: str) -> _Kinds:
    return [(sentence, notices.kind(fold.fold(sentence).text)) for sentence in _sentences(line)]


def _windows(text: str) -> tuple[list[str], list[str], list[str]]:
    """The lines at the beginning, in the middle and at the end."""
    lines = text.splitlines()
    first, length = 0, 0
    while first < len(lines) and length < _HEAD:
        length += len(lines[first])
        first += 1
    last, length = len(lines), 0
    while last > first and length < _TAIL:
        last -= 1
        length += len(lines[last])
    return lines[:first], lines[first:last], lines[last:]


_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")


def _sentences(line: str) -> list[str]:
    return [sentence for sentence in _SENTENCE_END.split(line) if sentence]


# ---------------------------------------------------------------- words of any script

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(f"[^\\W_{_UNSPACED}]+")


def count_words(text: str) -> int:
    """Words; two characters count as one in scripts without spaces (the mean length of a Chinese word is a little under two)."""
    return len(_WORD.findall(text)) + sum(map(len, _RUN.findall(text))) // 2


def stems(text: str) -> frozenset[str]:
    """What tells whether two texts speak of the same thing: beginnings of words of four letters and more, pairs of CJK letters.

    Five letters, so that inflected languages meet ("Пентагон", "Пентагоне").
    """
    folded = fold.fold(text).text
    pairs = {run[at : at + 2] for run in _RUN.findall(folded) for at in range(len(run) - 1)}
    return frozenset(pairs | {word[:5] for word in _WORD.findall(folded) if len(word) >= 4})
