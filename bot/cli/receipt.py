"""A receipt as a person reads it and as a program does: for ``show``, ``explain`` and ``review``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from bot.cli.sheet import Line, Run, columns, fact
from bot.cli.times import iso, local
from bot.core import highlight
from bot.core.text import shorten
from bot.model import Hit, Mark, Receipt

_TERMS = 20  # listed for a person; --json has all
_PLACES = 6  # of one term
_LONGEST_TERM = 40


def lines(receipt: Receipt, why: str) -> Iterator[Line]:
    """The receipt: the reason, the score with what it is made of, the words with their places, the sentence, what was read."""
    yield fact("why", why)
    yield from _score(receipt)
    yield from _found(receipt.hits)
    if receipt.sentence:
        yield fact("sentence", *sentence(receipt), f" [{receipt.where}]")
    if receipt.read:
        yield fact("read", receipt.read)
        yield fact("language", receipt.language or "too little text to tell")


def sentence(receipt: Receipt) -> list[Run]:
    """The receipt's sentence, with the words it is shown for."""
    spans = [(span, "word") for span in highlight.occurrences(receipt.sentence, receipt.terms)]
    return [(text, "word" if kind else "plain") for text, kind in highlight.stretches(receipt.sentence, spans)]


def mark_line(mark: Mark) -> Line:
    """What the user said of an item."""
    said = "relevant" if mark.relevant else "irrelevant"
    return fact("mark", said + (f": {mark.note}" if mark.note else "") + f" ({local(mark.at, zone=True)})")


def as_json(receipt: Receipt) -> dict[str, Any]:
    """What a receipt holds beyond the contract's verdict."""
    return {
        "rule": receipt.rule,
        "threshold": receipt.threshold,
        "ingredients": [asdict(part) for part in receipt.ingredients],
        "language": receipt.language,
        "read": receipt.read,
        "hits": [asdict(hit) for hit in receipt.hits],
    }


def mark_json(mark: Mark) -> dict[str, Any]:
    """A mark; whose it is is told by what it stands in."""
    return {"story": mark.story, "relevant": mark.relevant, "note": mark.note, "at": iso(mark.at)}


def _score(receipt: Receipt) -> Iterator[Line]:
    weighed = bool(receipt.ingredients)
    threshold = f"; the threshold is {receipt.threshold:.2f}" if weighed or receipt.threshold else ""
    yield fact("score", f"{receipt.score:.2f}{threshold} (rule {receipt.rule or 'none'})")
    parts = [(f"{part.points:+.2f}", part.name, part.said) for part in receipt.ingredients]
    for row in columns(parts) if parts else ():
        yield fact("", row)
    total = sum(part.points for part in receipt.ingredients)
    if weighed and round(total, 2) != receipt.score:
        yield fact("", f"{total:+.2f}  in all; a score is at least 0 and at most 1")


def _found(hits: Sequence[Hit]) -> Iterator[Line]:
    """The words, each with all its places: the text itself is below, so that a place is found in it by its number."""
    places: dict[tuple[str, str], dict[str, list[int]]] = {}
    for hit in hits:
        places.setdefault((hit.concept, hit.term), {}).setdefault(hit.where, []).append(hit.start)
    rows = [
        (shorten(term, _LONGEST_TERM), concept, "; ".join(f"{where} {_some(starts)}" for where, starts in fields.items()))
        for (concept, term), fields in list(places.items())[:_TERMS]
    ]
    for number, row in enumerate(columns(rows) if rows else ()):
        yield fact("" if number else "found", row)
    if len(places) > _TERMS:
        yield fact("", f"and {len(places) - _TERMS} more: --json has them all")


def _some(starts: Sequence[int]) -> str:
    more = len(starts) - _PLACES
    return ", ".join(map(str, starts[:_PLACES])) + (f" and {more} more" if more > 0 else "")
