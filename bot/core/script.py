"""Which script a character belongs to, and what a word's border means there.

A border is broken only by a letter, digit or underscore that continues the word *in the same script*: Latin beside Cyrillic,
Arabic or Han is a border. Scripts written without spaces have no borders at all. Korean particles follow their noun without a
space, so Hangul asks for a border on the left only. Digits and the underscore belong to every script that puts spaces.
Block ranges follow the Unicode Standard, chapter 2.8 and Blocks.txt; punctuation inside a block is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0"
_DIGITS = r"\d_"
_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb"
_SPACED = {
    "latin": "A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff",
    "greek": "\u0370-\u0373\u0376-\u037d\u037f-\u03ff\u1f00-\u1fff",
    "cyrillic": "\u0400-\u052f\u1c80-\u1c88\u2de0-\u2dff\ua640-\ua69f",
    "armenian": "\u0531-\u0556\u0560-\u0588",
    "hebrew": "\u05d0-\u05f2",
    "arabic": "\u0620-\u0669\u066e-\u06d3\u06d5-\u06ff\u0750-\u077f\u08a0-\u08ff",
    "devanagari": "\u0900-\u0963\u0966-\u097f\ua8e0-\ua8ff",
    "bengali": "\u0980-\u09ff",
    "gurmukhi": "\u0a00-\u0a7f",
    "gujarati": "\u0a80-\u0aff",
    "oriya": "\u0b00-\u0b7f",
    "tamil": "\u0b80-\u0bff",
    "telugu": "\u0c00-\u0c7f",
    "kannada": "\u0c80-\u0cff",
    "malayalam": "\u0d00-\u0d7f",
    "sinhala": "\u0d80-\u0dff",
    "georgian": "\u10a0-\u10fa\u10fc-\u10ff\u1c90-\u1cbf\u2d00-\u2d2d",
    "ethiopic": "\u1200-\u135f\u1369-\u139f\u2d80-\u2ddf",
    "hangul": _HANGUL,
}
_UNSPACED = (
    "\u0e00-\u0e4e\u0e50-\u0eff\u1000-\u1049\u1050-\u109f\u1780-\u17d3"
    "\u17e0-\u17e9\ua9e0-\ua9fe\uaa60-\uaa7f"  # Thai, Lao, Myanmar, Khmer
    "\u3005-\u3007\u303b\u3041-\u30fa\u30fc-\u312f\u31f0-\u31ff"  # kana, bopomofo
    "\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What continues a word of this script (the body of a ``[...]`` class), and on which side a border is asked for."""

    name: str
    letters: str
    left: bool = True
    right: bool = True


_EVERY_SPACED = "".join(_SPACED.values()) + _DIGITS + _MARKS
_UNSPACED_SCRIPT = Script(name="unspaced", letters=_UNSPACED, left=False, right=False)
_DIGIT_SCRIPT = Script(name="digit", letters=_EVERY_SPACED)
_OTHER_SCRIPT = Script(name="other", letters=r"\w")
# A class of so many ranges takes milliseconds to compile: each of these is, when it is first looked for.
_WORD = f"[{_EVERY_SPACED}]+(?:['\u2019][{_EVERY_SPACED}]+)*"
_RUN = f"[{_UNSPACED}]+"
_WORDS = f"{_WORD}|[{_UNSPACED}]{{1,2}}|\\w"
_compiled = cache(re.compile)


@cache
def _scripts() -> tuple[tuple[re.Pattern[str], Script], ...]:
    spaced = (Script(name=name, letters=body + _DIGITS + _MARKS, right=name != "hangul") for name, body in _SPACED.items())
    table = [*zip(_SPACED.values(), spaced, strict=True), (_UNSPACED, _UNSPACED_SCRIPT), (_DIGITS + _MARKS, _DIGIT_SCRIPT)]
    # Digits last: the digits inside a script's own block (Arabic, Devanagari) belong to that script.
    return tuple((re.compile(f"[{body}]"), script) for body, script in table)


@cache
def of(char: str) -> Script | None:
    """The script of one character; None for what is no part of a word: signs, punctuation, white space."""
    for pattern, script in _scripts():
        if pattern.match(char):
            return script
    return _OTHER_SCRIPT if re.match(r"\w", char) else None


def words_between(text: str, start: int, end: int, limit: int) -> int:
    """How many words stand in ``text[start:end]``, counted no further than ``limit``.

    Two characters of a script without spaces count as one word: the mean length of a Chinese word is a little under two.
    """
    return sum(1 for _ in islice(_compiled(_WORDS).finditer(text, start, end), limit))


def words(text: str) -> Iterator[tuple[int, int]]:
    """The words of scripts that put spaces, as spans in order."""
    return (found.span() for found in _compiled(_WORD).finditer(text))


def runs(text: str) -> Iterator[tuple[int, int]]:
    """The stretches in scripts without spaces, as spans in order."""
    return (found.span() for found in _compiled(_RUN).finditer(text))
