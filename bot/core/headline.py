"""Headlines as keys: the same words, whatever an outlet puts before and behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core.sketch import spaced, tokens

# What agencies and outlets put before a headline: what sort of item it is, and how often it was sent before.
_KINDS = (
    "update|wrapup|refile|rpt|corrected|correction|exclusive|breaking|breaking news|developing|analysis|factbox|explainer|insight"
    "|focus|live|watch|video|opinion|eilmeldung|exklusiv|exclusif|en direct|urgente?|última hora|exclusiv[oa]|esclusiv[oa]"
    "|срочно|эксклюзив"
)
_PREFIX = re.compile(rf"[\[(【（][^\])】）]{{1,20}}[\])】）]\s*|(?:{_KINDS})(?:[ -]?\d{{1,2}})?\s*[:|–—-]+\s*", re.IGNORECASE)

# " | Outlet", " - Outlet". Behind a dash a headline may go on, so there every word must begin as a name does.
_SUFFIX = re.compile(r"(?:\s*[|｜»]\s*|\s+(?P<dash>[-–—·:]{1,2})\s+)(?P<outlet>[^|｜»]{1,40})$")
_OUTLET_WORDS = 5

# Fewer words (characters where words are not written apart) say too little to recognise an item by: "Live updates".
_WORDS, _CHARACTERS = 4, 8


def key(title: str) -> str:
    """A headline's folded words without outlet and kind of item: equal for what a reader would call the same headline."""
    while (marked := _PREFIX.match(title)) and says_enough(tokens(title[marked.end() :])):
        title = title[marked.end() :]
    while (named := _SUFFIX.search(title)) and _is_outlet(named) and says_enough(tokens(title[: named.start()])):
        title = title[: named.start()]
    return " ".join(tokens(title))


def says_enough(words: Sequence[str]) -> bool:
    """Whether these tokens are enough to recognise a text by."""
    return len(words) >= (_WORDS if spaced(words) else _CHARACTERS)


def likeness(one: str, other: str) -> float:
    """How many of two keys' words are common to both: 0 to 1 (Jaccard)."""
    first, second = set(one.split()), set(other.split())
    return len(first & second) / len(first | second) if first and second else 0.0


def _is_outlet(named: re.Match[str]) -> bool:
    words = named["outlet"].split()
    return len(words) <= _OUTLET_WORDS and (named["dash"] is None or not any(word[0].islower() for word in words))
