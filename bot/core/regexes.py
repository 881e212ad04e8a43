"""The user's own regexes: read, and run within a bound. The only importer of ``regex``.

The standard library's ``re`` took 6 s for ``(a+)+$`` on 27 letters, twice that for every further one; ``regex`` can be bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import regex

from bot.core import fold

LONGEST = 500  # characters of a pattern
_MOST_GROUPS = 50  # ``regex`` reads groups by recursion
# Zero-length matches are skipped; a pattern that is nearly all of them must not keep us busy.
_MOST_MATCHES = 10_000
_RECURSION = regex.compile(r"\(\?(?:R|&|P>|[+-]?\d)")
_FLAGS = regex.IGNORECASE | regex.FULLCASE | regex.VERSION0
_SHORTEST_NEEDLE = 3  # letters; shorter ones stand in every text
_CLASS = r"\[\^?+(?:\\.|[^\\\[\]])++\]"
# Of a pattern: letters, what makes the letter before it optional, and what says nothing of letters. Alternatives, counts and
# fuzzy matches ({), flags, named groups, references and the rarer escapes are none of these.
_PART = regex.compile(
    r"""(?<letter>[A-Za-z0-9\ ])|(?<optional>[*?])|[.^$+,:;"'!%&/=<>@_~\-]|[^\x00-\x7f]|\\[bBdDwWsS\W_]"""
    rf"|{_CLASS}|(?<group>\((?:(?![*?])|\?(?:[:=!>]|<[=!]))(?:\\.|{_CLASS}|[^\\()\[\]]|(?&group))*+\))"
)
_ESCAPE = "put a \\ before a sign that is meant as itself: \\( \\[ \\. \\* \\+"
_PROBE_SECONDS = 0.5
# A regex runs over the fold, so the signs in it must be those of the fold; an escaped hyphen makes no range within [...].
_FOLDED_SIGNS = {code: r"\-" if sign == "-" else sign for code, sign in fold.ALIKE.items()}


class BadRegex(Exception):
    """A pattern that cannot be used: why, the offset where it goes wrong, and what to write instead."""

    def __init__(self, why: str, offset: int = 0, hint: str = "") -> None:
        self.why, self.offset, self.hint = why, offset, hint
        super().__init__(why)


class TookTooLong(Exception):
    """A search was stopped at its bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A regex that has been read; it ignores case. Where ``needle`` is not in the fold, the regex finds nothing."""

    source: str
    needle: str | None
    _compiled: regex.Pattern[str]

    def spans(self, text: str, seconds: float) -> Iterator[tuple[int, int]]:
        """The non-empty matches in ``text``. Raises TookTooLong when the search takes more than ``seconds`` of CPU time."""
        try:
            for found in islice(self._compiled.finditer(text, timeout=seconds), _MOST_MATCHES):
                if found.end() > found.start():
                    yield found.span()
        except (TimeoutError, MemoryError) as error:
            raise TookTooLong(self.source) from error


def read(source: str) -> Pattern:
    """Compile a pattern. Raises BadRegex for one that is wrong, too long, recursive, or matches the empty text."""
    if len(source) > LONGEST:
        raise BadRegex(f"it is longer than {LONGEST} characters", hint="look for its most telling part, or use several")
    if source.count("(") > _MOST_GROUPS:
        raise BadRegex(f"it has more than {_MOST_GROUPS} groups", hint="use several simpler ones")
    recursion = _RECURSION.search(source)
    if recursion:
        raise BadRegex("recursion cannot be bounded", recursion.start(), "write out the depth that is needed")
    try:
        compiled = regex.compile(source.translate(_FOLDED_SIGNS), _FLAGS)
        empty = compiled.fullmatch("", timeout=_PROBE_SECONDS)
    except regex.error as error:
        raise BadRegex(str(error.msg), min(error.pos or 0, len(source)), _ESCAPE) from error
    except (RecursionError, MemoryError, OverflowError, ValueError, TimeoutError) as error:
        raise BadRegex("it is too deeply nested or too large", hint="use several simpler ones") from error
    if empty is not None:
        raise BadRegex("it matches the empty text, so it would be found everywhere", hint="write + in the place of *")
    return Pattern(source=source, needle=_needle(source), _compiled=compiled)


def _needle(source: str) -> str | None:
    """The longest stretch of plain letters that every match holds; None where that is not plain to see.

    Only what stands outside all groups and classes is looked at, and ASCII only: of other letters the fold may make others.
    """
    runs = [""]
    at = 0
    while at < len(source):
        part = _PART.match(source, at)
        if part is None:
            return None
        at = part.end()
        match part.lastgroup:
            case "letter":
                runs[-1] += part[0].lower()
            case "optional":
                runs[-1:] = [runs[-1][:-1], ""]
            case _:
                runs.append("")
    longest = max((run.strip() for run in runs), key=len)
    return longest if len(longest) >= _SHORTEST_NEEDLE else None
