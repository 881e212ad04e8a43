"""Finding one term in an item's fields.

Words are looked for whole, in any case, in the folded text. What "whole" means is the script's matter (``script``): ``NATO`` is
not in "senator", but it is in "向NATO提供"; 나토 is in "나토는".

* A phrase is its words in sequence, between them white space, one hyphen or a line break; nothing at all between two words of
  a script without spaces.
* ``*`` stands for letters and digits of the same word and script. At the edge of Han, kana, Thai... it stands for nothing, as
  there the term is found inside a longer run anyway.
* A term in CAPITALS (two letters or more) is an acronym: ``NATO`` is found as "NATO" and "Nato", never as "nato". "Nato" as the
  first word of a sentence counts only while the item has no "nato": Italian and Spanish "nato" means born.
* Other terms are found in any case: ``OpenAI`` in "OPENAI" and "openai". An exact term (``=NATO``) only as written.
* Before an Arabic term one conjunction (و ف), one preposition (ب ك ل) and the article (ال, لل) may be attached, before a Hebrew
  one ו, ש, וש or כש and one of ב ל מ ה כ מה. An Arabic term written with ال is found as وال, بال, كال, لل too, not without any
  article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import TypeAlias

from bot.core import fold, regexes, script, sentence
from bot.core.fold import Folded
from bot.core.query.tree import Term

Span: TypeAlias = tuple[int, int]
Spans: TypeAlias = tuple[tuple[Span, ...], ...]

# Bounds against hostile text: what is kept of a term in one field, and how many places are looked at for it.
MOST_SPANS = 200
_MOST_PLACES = 20_000
_STAR_LETTERS = 40  # the longest German compounds of news text stay under it
_STAR_UNSPACED = 8  # inside a word of a script without spaces, where nothing else ends the word
_GAP = r"(?:\s+|-\n?)"
_STARS = re.compile(r"\*+")
_CAPITALS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_WORD_BREAK = re.compile(r"\s+|(?<=\S)-(?=\S)")


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
class _Case:
    """The forms a case-sensitive term is accepted in; ``capitalised`` is the weaker one."""

    written: re.Pattern[str]
    capitalised: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsFinder:
    """A term of words, ready to be looked for. ``needle`` must be in the fold, or the term is not."""

    needle: str
    pattern: re.Pattern[str]
    left: _Left | None
    case: _Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegexFinder:
    """A regex, ready to be looked for."""

    pattern: regexes.Pattern


Finder: TypeAlias = WordsFinder | RegexFinder


def finder(term: Term) -> Finder:
    """The finder of a checked term. Raises regexes.BadRegex for a regex that was not checked."""
    if term.kind == "regex":
        return RegexFinder(pattern=regexes.read(term.text))
    words = _words(term.text)
    left, words = _left(words, exact=term.exact)
    return WordsFinder(
        needle=max((piece for word in words for piece in word), key=len),
        pattern=re.compile(_pattern(words, bordered=left is None)),
        left=left,
        case=_case(term),
    )


def find(finder: Finder, fields: Sequence[Folded], seconds: float) -> Spans:
    """Where the term stands, field by field, as spans of the fields' sources; at most MOST_SPANS in each.

    All fields of an item go in together, as one may say what a capital in another is worth. ``seconds`` bounds a regex in each
    field; raises regexes.TookTooLong when it is exceeded.
    """
    if isinstance(finder, RegexFinder):
        return tuple(tuple(islice(_regex_places(finder, field, seconds), MOST_SPANS)) for field in fields)
    if not any(finder.needle in field.text for field in fields):
        return ((),) * len(fields)
    if finder.case is not None:
        return _in_case(finder.case, fields, [tuple(islice(_places(finder, field), _MOST_PLACES)) for field in fields])
    return tuple(tuple(islice(_places(finder, field), MOST_SPANS)) for field in fields)


def _regex_places(finder: RegexFinder, field: Folded, seconds: float) -> Iterator[Span]:
    return (field.span(*span) for span in finder.pattern.spans(field.text, seconds))


def _places(finder: WordsFinder, field: Folded) -> Iterator[Span]:
    if finder.needle not in field.text:
        return
    for found in islice(finder.pattern.finditer(field.text), _MOST_PLACES):
        start = found.start() if finder.left is None else finder.left.reach(field.text, found.start())
        if start is not None:
            yield field.span(start, found.end())


def _in_case(case: _Case, fields: Sequence[Folded], places: Sequence[Sequence[Span]]) -> Spans:
    surfaces = [
        [fold.plain(field.source[start:end]) for start, end in spans] for field, spans in zip(fields, places, strict=True)
    ]
    small = any(surface.islower() for found in surfaces for surface in found)
    kept = []
    for field, spans, found in zip(fields, places, surfaces, strict=True):
        accepted = (
            span for span, surface in zip(spans, found, strict=True) if _accepts(case, surface, field, span[0], small=small)
        )
        kept.append(tuple(islice(accepted, MOST_SPANS)))
    return tuple(kept)


def _accepts(case: _Case, surface: str, field: Folded, start: int, *, small: bool) -> bool:
    if case.written.fullmatch(surface):
        return True
    if case.capitalised is None or not case.capitalised.fullmatch(surface):
        return False
    return not (small and sentence.opens(field.source, start))


# ---------------------------------------------------------------- from a term to a pattern


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


def _pattern(words: list[list[str]], *, bordered: bool) -> str:
    parts = [_word(words[0], leading=True, bordered=bordered)]
    for before, word in pairwise(words):
        unspaced = all(edge is not None and edge.name == "unspaced" for edge in (_edge(before, -1), _edge(word, 0)))
        parts += (_GAP + "?" if unspaced else _GAP, _word(word))
    last = _edge(words[-1], -1)
    border = f"(?![{last.letters}])" if last is not None and last.right else ""
    return "".join(parts) + border


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


def _case(term: Term) -> _Case | None:
    text = fold.plain(term.text)
    if term.exact:
        return _Case(written=_spelled(text, gap=r"\s+"))
    letters = [char for char in text if char.isalpha()]
    if len(letters) < 2 or not all(char.isupper() for char in letters):
        return None
    capitalised = _CAPITALS.sub(lambda found: found[0].capitalize(), text)
    return _Case(written=_spelled(text, gap=_GAP, hyphen=_GAP), capitalised=_spelled(capitalised, gap=_GAP, hyphen=_GAP))


def _spelled(text: str, *, gap: str, hyphen: str = "-") -> re.Pattern[str]:
    """The text in just this case, its stars and gaps left open; where the words end was decided before."""
    signs = {"*": r"\S*", " ": gap, "-": hyphen}
    return re.compile("".join(signs.get(char, re.escape(char)) for char in text))
