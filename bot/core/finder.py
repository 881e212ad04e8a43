"""A term made ready to be looked for: its needle, its pattern, what may be attached before it, and its case.

``scan`` says what is found and what is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import TypeAlias

from bot.core import fold, regexes, script
from bot.core.needles import Letters, letters
from bot.core.query.tree import Term

_STAR_LETTERS = 40  # the longest German compounds of news text stay under it
_STAR_UNSPACED = 8  # inside a word of a script without spaces, where nothing else ends the word
_GAP = r"(?:\s+|-\n?)"
_NO_GAP = r"[^\s-]"  # what stands at neither end of a gap
_STARS = re.compile(r"\*+")
_CAPITALS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_WORD_BREAK = re.compile(r"\s+|(?<=\S)-(?=\S)")
_PATTERNS = 20_000  # more than the terms of any configuration that was seen; beyond it some are compiled again


def _joined(*choices: str) -> frozenset[str]:
    return frozenset("".join(parts) for parts in product(*(choice.split(" ") for choice in choices)))


_PREFIXES = {
    "arabic": _joined(" و ف", " ب ك ل", " ال") | _joined(" و ف", "لل"),
    "hebrew": _joined(" ו ש וש כש", " ב ל מ ה כ מה"),
}
_ARTICLE = "ال"
# With ل too: a name may begin like the article without having one (ألتمان is the same as التمان).
_ARTICLED = _joined(" و ف", " ب ك ل", _ARTICLE) | _joined(" و ف", "لل")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Left:
    """What may be attached to the term's first letter: ``runs``, or any letters (None)."""

    letter: re.Pattern[str]
    runs: frozenset[str] | None

    def reach(self, text: str, start: int) -> int | None:
        """Where the word begins whose term begins at ``start``; None when something else is attached."""
        floor = max(0, start - _STAR_LETTERS - 1)
        first = start
        while first > floor and self.letter.match(text, first - 1):
            first -= 1
        if self.runs is None:
            return first if start - first <= _STAR_LETTERS else None
        return first if text[first:start] in self.runs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The forms a case-sensitive term is accepted in, as patterns; ``capitalised`` is the weaker one."""

    written: str
    capitalised: str | None = None

    def spells(self, surface: str) -> bool:
        """Whether the text writes the term as the user did."""
        return _compiled(self.written).fullmatch(surface) is not None

    def capitalises(self, surface: str) -> bool:
        """Whether the text writes an acronym like a name."""
        return self.capitalised is not None and _compiled(self.capitalised).fullmatch(surface) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsFinder:
    """A term of words, ready to be looked for. ``needle`` must be in the fold, or the term is not.

    ``before`` and ``after``: what cannot stand beside the needle where it belongs to the term. ``leads``: the term begins with
    its needle, so it is found by trying each place of it.
    """

    needle: str
    before: Letters | None
    after: Letters | None
    leads: bool
    regex: str
    left: _Left | None
    case: Case | None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds the term, but for what may be attached before it. Compiled when first needed: most terms are in no text."""
        return _compiled(self.regex)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegexFinder:
    """A regex, ready to be looked for. ``needle`` must be in the fold, or the regex finds nothing; None: it has none."""

    pattern: regexes.Pattern

    @property
    def needle(self) -> str | None:
        """The letters that every match holds."""
        return self.pattern.needle


Finder: TypeAlias = WordsFinder | RegexFinder


@lru_cache(maxsize=_PATTERNS)
def finder(term: Term) -> Finder:
    """The finder of a checked term. Raises regexes.BadRegex for a regex that was not checked."""
    if term.kind == "regex":
        return RegexFinder(pattern=regexes.read(term.text))
    words = _words(term.text)
    left, words = _left(words, exact=term.exact)
    word, piece = _longest(words)
    return WordsFinder(
        needle=words[word][piece],
        before=_before(words, word, piece, bordered=left is None),
        after=_after(words, word, piece),
        leads=word == 0 and not any(words[0][:piece]),
        regex=_pattern(words, bordered=left is None),
        left=left,
        case=_case(term),
    )


_compiled = lru_cache(maxsize=_PATTERNS)(re.compile)


def _words(text: str) -> list[list[str]]:
    """The folded words of a term, each cut at its stars: ``wild*`` is ["wild", ""]."""
    words = (_STARS.sub("*", fold.fold(word).text) for word in _WORD_BREAK.split(fold.plain(text)))
    return [word.split("*") for word in words if word.strip("*")]


def _left(words: list[list[str]], *, exact: bool) -> tuple[_Left | None, list[list[str]]]:
    """What may be attached on the left, and the words without the article that belongs to it."""
    first = words[0]
    starred = first[0] == ""
    edge = script.of(first[1 if starred else 0][0])
    if edge is None or not edge.left:
        return None, words
    letter = re.compile(f"[{edge.letters}]")
    if starred:
        return _Left(letter=letter, runs=None), words
    if exact or edge.name not in _PREFIXES:
        return None, words
    if first[0].startswith(_ARTICLE) and len(first[0]) > len(_ARTICLE) + 1:
        return _Left(letter=letter, runs=_ARTICLED), [[first[0].removeprefix(_ARTICLE), *first[1:]], *words[1:]]
    return _Left(letter=letter, runs=_PREFIXES[edge.name]), words


def _longest(words: list[list[str]]) -> tuple[int, int]:
    """The word and the piece of it that is looked for first: the longest is the rarest."""
    places = ((word, piece) for word, pieces in enumerate(words) for piece in range(len(pieces)))
    return max(places, key=lambda place: len(words[place[0]][place[1]]))


def _before(words: list[list[str]], word: int, piece: int, *, bordered: bool) -> Letters | None:
    if piece:
        return None
    if word:
        return letters(_NO_GAP) if _gap(words[word - 1], words[word]) == _GAP else None
    edge = _edge(words[0], 0)
    return letters(f"[{edge.letters}]") if bordered and edge is not None and edge.left else None


def _after(words: list[list[str]], word: int, piece: int) -> Letters | None:
    if piece + 1 < len(words[word]):
        return None
    if word + 1 < len(words):
        return letters(_NO_GAP) if _gap(words[word], words[word + 1]) == _GAP else None
    edge = _edge(words[-1], -1)
    return letters(f"[{edge.letters}]") if edge is not None and edge.right else None


def _pattern(words: list[list[str]], *, bordered: bool) -> str:
    parts = [_word(words[0], leading=True, bordered=bordered)]
    for before, word in pairwise(words):
        parts += (_gap(before, word), _word(word))
    last = _edge(words[-1], -1)
    border = f"(?![{last.letters}])" if last is not None and last.right else ""
    return "".join(parts) + border


def _gap(before: list[str], word: list[str]) -> str:
    """What stands between two words: it may be nothing within a script without spaces."""
    unspaced = all(edge is not None and edge.name == "unspaced" for edge in (_edge(before, -1), _edge(word, 0)))
    return _GAP + "?" if unspaced else _GAP


def _word(pieces: list[str], *, leading: bool = False, bordered: bool = False) -> str:
    """One word. The left border is asked for after its first letters, so that ``re`` can search for these as a plain string."""
    first = 1 if pieces[0] == "" else 0
    head = re.escape(pieces[first])
    edge = script.of(pieces[first][0])
    if first and not leading:
        head = _star(edge, inside=False) + head
    elif bordered and not first and edge is not None and edge.left:
        head += f"(?<![{edge.letters}]{head})"
    for before, piece in pairwise(pieces[first:]):
        head += _star(script.of(before[-1]), inside=piece != "") + re.escape(piece)
    return head


def _edge(pieces: list[str], side: int) -> script.Script | None:
    """The script of a word's first (0) or last (-1) letter, stars aside."""
    return script.of([piece for piece in pieces if piece][side][side])


def _star(beside: script.Script | None, *, inside: bool) -> str:
    if beside is None:
        return rf"\w{{0,{_STAR_LETTERS}}}"
    if beside.name == "unspaced":
        return f"[{beside.letters}]{{0,{_STAR_UNSPACED}}}" if inside else ""
    return f"[{beside.letters}]{{0,{_STAR_LETTERS}}}"


def _case(term: Term) -> Case | None:
    text = fold.plain(term.text)
    if term.exact:
        return Case(written=_spelled(text, gap=r"\s+"))
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 2 or not all(char.isupper() for char in letters):
        return None
    capitalised = _CAPITALS.sub(lambda found: found[0].capitalize(), text)
    return Case(written=_spelled(text, gap=_GAP, hyphen=_GAP), capitalised=_spelled(capitalised, gap=_GAP, hyphen=_GAP))


def _spelled(text: str, *, gap: str, hyphen: str = "-") -> str:
    """The text in just this case, its stars and gaps left open; where the words end was decided before."""
    signs = {"*": r"\S*", " ": gap, "-": hyphen}
    return "".join(signs.get(char, re.escape(char)) for char in text)
