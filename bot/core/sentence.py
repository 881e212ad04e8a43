"""Where sentences begin and end, in any script, and the excerpt of one that a reader is shown.

A simple rule in the place of a segmenter: an end mark of Unicode's ``Sentence_Terminal`` kind, or a line break. ``. ! ?`` end a
sentence only before white space that no small letter follows, and the full stop of an initial or a common title ends none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.core import fold
from bot.model import Hit

# Closing quotes are opening ones elsewhere: German and Czech close with \u201c, Danish with \u00ab.
_CLOSERS = "[\"'\u2018\u2019\u201c\u201d\u00ab\u00bb\u2039\u203a)\\]\u300d\u300f\uff09]*"
_END = re.compile(
    f"(?<![.!?\u2026])[.!?\u2026]+{_CLOSERS}(?=\\s)"  # the look-behind keeps a run of stops linear
    f"|[\u3002\uff01\uff1f\uff61\u06d4\u061f\u0964\u0965\u1362\u1367\u1368\u104b\u17d4]+{_CLOSERS}"
    "|[\n\r\u0085\u2028\u2029]+"
)
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:[^\W\d_]|[^\W\d_]\.[^\W\d_]|mr|mrs|ms|dr|prof|gen|lt|col|sgt|capt|adm|sen|rep|gov|st|sr|jr|inc|corp|ltd|co|vs|bn|approx"
    r"|hr|fr|nr|bzw|ca|sig|dott|mme|mlle|стр|ул|им|тыс|млн|млрд)\.$",
    re.IGNORECASE,
)
_OPENING = re.compile("[.!?\u2026:;|\u3002\uff01\uff1f\uff61\u06d4\u061f\u0964\u1362\n\r\u2028\u2029]\\W*$")
_WORD = re.compile(r"\w")
_CLOSED = re.compile(f"[.!?\u2026\u3002\uff01\uff1f\uff61\u06d4\u061f\u0964\u0965\u1362\u1367\u1368\u104b\u17d4]{_CLOSERS}\\s*$")
_LONGEST = 600  # characters: the longest sentences of wire copy have 400
_WINDOW = 600  # characters looked at on either side: twice the longest excerpt
_OPENING_WINDOW = 12  # room for the quotes, brackets, dash and spaces between a sentence's end and the next first word


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence that ``text[start:end]`` stands in; cut at the window where no end is near."""
    floor, ceiling = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    begins = max((mark.end() for mark in _END.finditer(text, floor, start) if _ends(text, mark)), default=floor)
    stops = next((mark.end() for mark in _END.finditer(text, end, ceiling) if _ends(text, mark)), ceiling)
    return begins, stops


def spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The sentences of ``text[start:end]`` as spans without the white space around them. One longer than any writer's, or in
    a script that marks no sentence's end (Thai), is cut into stretches.
    """
    borders = [start, *(mark.end() for mark in _END.finditer(text, start, end) if _ends(text, mark)), end]
    return [piece for first, last in pairwise(borders) for piece in _stretches(text, first, last)]


def ended(line: str) -> bool:
    """Whether the line closes with an end mark, as sentences do and headlines hardly ever."""
    return _CLOSED.search(line) is not None


def opens(text: str, at: int) -> bool:
    """Whether the word at ``at`` is the first of a sentence or follows a colon: a capital there proves nothing."""
    floor = max(0, at - _OPENING_WINDOW)
    before = text[floor:at]
    return _OPENING.search(before) is not None or (floor == 0 and _WORD.search(before) is None)


def excerpt(text: str, sentence: tuple[int, int], hits: Sequence[Hit], limit: int) -> str:
    """The sentence on one line, at most ``limit`` characters, cut at word borders around the hits that tell most."""
    whole = fold.visible(text[sentence[0] : sentence[1]])
    if len(whole) <= limit:
        return whole
    room = limit - 2  # for an ellipsis at either end
    start, end = _cut(text, sentence, _fullest(hits, room), room)
    before, after = ("\u2026" if start > sentence[0] else ""), ("\u2026" if end < sentence[1] else "")
    return before + fold.visible(text[start:end]) + after


def _ends(text: str, mark: re.Match[str]) -> bool:
    if mark[0][0] not in ".!?\u2026":
        return True
    if text[mark.end() : mark.end() + 8].lstrip()[:1].islower():
        return False
    return mark[0] != "." or _ABBREVIATION.search(text[max(0, mark.start() - 12) : mark.end()]) is None


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end - start > _LONGEST:
        space = text.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        border = space if space > 0 else start + _LONGEST
        yield start, border
        start = border + (space > 0)
    if text[start:end].strip():
        yield start, end


def _fullest(hits: Sequence[Hit], room: int) -> tuple[int, int]:
    """The stretch between two hits, at most ``room`` long, with most distinct concepts; else the first hit."""
    best, most = (hits[0].start, hits[0].end), 0
    for first in hits:
        inside = [hit for hit in hits if hit.start >= first.start and hit.end - first.start <= room]
        concepts = len({hit.concept for hit in inside})
        if concepts > most:
            best, most = (first.start, max(hit.end for hit in inside)), concepts
    return best


def _cut(text: str, sentence: tuple[int, int], core: tuple[int, int], room: int) -> tuple[int, int]:
    """The core with text on both sides, at most ``room`` characters in all, its borders moved in to white space."""
    spare = max(0, room - (core[1] - core[0]))
    end = min(sentence[1], max(sentence[0], core[0] - spare // 2) + room)
    start = max(sentence[0], end - room)
    if start > sentence[0] and (gap := re.search(r"\s", text[start : core[0]])):
        start += gap.end()
    if end < sentence[1] and (gap := re.search(r"\s\S*$", text[core[1] : end])):
        end = core[1] + gap.start()
    return start, end
