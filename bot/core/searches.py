"""Search feeds for a story: its query and the spellings of its concepts, as a search engine's query, one for each language.

What a search brings is judged by the story's rule like everything else, so a search may be wider than the rule, never narrower:
NOT, title: and NEAR are left out or loosened, and of each concept the names that are most likely written in that language go in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, TypeAlias
from urllib.parse import quote

from bot.core import fold, script
from bot.core.editions import EDITIONS, Edition
from bot.core.query import terms
from bot.core.query.tree import Concept, Leaf, Node, Term
from bot.core.query.ways import Group, Way, ways

Engine: TypeAlias = Literal["google", "bing"]

# Google looks at the first 32 words of a query and says so below a longer one; OR and when: are counted here as words, too.
# Bing takes more; what fits Google says enough.
MOST_WORDS = 32
# Characters of an address that every server and proxy takes (RFC 9110, section 4.1, asks for 8,000; old ones stop at 2,048).
MOST_CHARACTERS = 2_000
# Names of one concept in one search: the first ones of a list are the names themselves, later ones ever rarer epithets.
_MOST_NAMES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """A concept's name with the languages it is said to be of; none: of any language that has its letters."""

    term: Term
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search feed. ``number`` counts those of one language, from 1, where there are ``of`` them."""

    edition: Edition
    engine: Engine
    query: str
    url: str
    number: int = 1
    of: int = 1


def spelling(text: str, heading: str = "") -> Spelling:
    """A spelling of a concept, and the heading it stands under. Raises QueryError for one that cannot be read."""
    named = {word.casefold() for word in re.findall(r"[^\W\d_]+", heading)}
    languages = frozenset(code for code, edition in EDITIONS.items() if named & set(edition.names))
    if not languages and named & _OTHERS:
        languages = frozenset({"other"})
    return Spelling(term=terms.spelling_term(text), languages=languages)


# Languages that no edition is known for: a name under such a heading is not one of every language.
_OTHERS = frozenset(
    re.findall(
        r"\w+",
        """albanian armenian azerbaijani basque belarusian bosnian burmese catalan croatian danish estonian farsi finnish galician
        georgian icelandic irish kazakh khmer lao macedonian malay maltese mongolian nepali persian punjabi sinhala slovenian
        swahili tagalog urdu uzbek welsh""",
    )
)


def spoken(concepts: Mapping[str, Sequence[Spelling]], tree: Node) -> tuple[str, ...]:
    """The languages in which the story's concepts have names of their own, in the order of the editions; English always."""
    asked = [each for way in ways(tree) for group in way for leaf in group for each in _spellings(leaf, concepts)]
    own = {code for each in asked for code in each.languages}
    letters = {name for each in asked if not each.languages for name in _scripts(each.term) if name != "latin"}
    return tuple(
        code for code, edition in EDITIONS.items()
        if code == "en" or code in own or (edition.script in letters and edition.alone)
    )  # fmt: skip


def searches(tree: Node, concepts: Mapping[str, Sequence[Spelling]], edition: Edition, engine: Engine) -> tuple[Search, ...]:
    """The searches for a story in one language; none where no word of it can be looked for there."""
    queries = [query for way in ways(tree) if (query := _query(way, concepts, edition, engine))]
    queries = list(dict.fromkeys(queries))
    return tuple(
        Search(edition=edition, engine=engine, query=query, url=address(query, edition, engine), number=n, of=len(queries))
        for n, query in enumerate(queries, 1)
    )


def address(query: str, edition: Edition, engine: Engine) -> str:
    """The address of the search's feed. Letters stay as they are, for whoever reads the file; the door encodes them."""
    asked = "".join("+" if char == " " else quote(char, safe="():") if char.isascii() else char for char in query)
    if engine == "bing":
        return f"https://www.bing.com/news/search?q={asked}&format=rss&mkt={edition.market}"
    return f"https://news.google.com/rss/search?q={asked}&hl={edition.hl}&gl={edition.gl}&ceid={edition.ceid}"


# ---------------------------------------------------------------- the words


def _query(way: Way, concepts: Mapping[str, Sequence[Spelling]], edition: Edition, engine: Engine) -> str:
    groups = [names for group in way if (names := _names(group, concepts, edition))]
    if not groups:
        return ""
    kept: list[list[str]] = [[] for _ in groups]
    for number, name in _in_turns(groups):
        kept[number].append(name)
        if not _fits(_written(kept, engine), edition, engine) and sum(map(len, kept)) > 1:
            kept[number].pop()
            if any(len(group) > 1 for group in kept):  # what is rarer does not fit, either
                break
    return _written(kept, engine)


def _in_turns(groups: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    """The first name of every group, then the second of each: what does not fit any more is the rarest."""
    for row in zip_longest(*(group[:_MOST_NAMES] for group in groups)):
        yield from ((number, name) for number, name in enumerate(row) if name is not None)


def _fits(query: str, edition: Edition, engine: Engine) -> bool:
    words = len(re.findall(r"[^\s()\"]+", query))
    return words <= MOST_WORDS and len(quote(address(query, edition, engine), safe="%:/?&=+()")) <= MOST_CHARACTERS


def _written(groups: Sequence[Sequence[str]], engine: Engine) -> str:
    asked = " ".join(f"({' OR '.join(group)})" if len(group) > 1 else group[0] for group in groups if group)
    return f"{asked} when:7d" if engine == "google" else asked


def _names(group: Group, concepts: Mapping[str, Sequence[Spelling]], edition: Edition) -> list[str]:
    """What to look for, each once: the likeliest name of every concept of the group first, then the second of each."""
    of_leaves = [_of_leaf(_spellings(leaf, concepts), edition) for leaf in group]
    kept: dict[str, str] = {}
    for text in (text for row in zip_longest(*of_leaves) for text in row if text is not None):
        key = _bare(text)
        # Engines find the endings of a word they know, and letters with and without marks.
        if not any(key == other or (len(other) > 3 and key.startswith(other) and " " not in key) for other in kept):
            kept[key] = text
    return [text if re.fullmatch(r"\w+", text) else f'"{text}"' for text in kept.values()]


def _of_leaf(found: Sequence[Spelling], edition: Edition) -> list[str]:
    """The names of one concept in a language: its own by turns with those of every language."""
    fit = [each for each in found if each.term.kind == "words" and not each.term.short and _plain(each.term.text)]
    own = [each for each in fit if _is_own(each, edition)]
    general = [each for each in fit if each not in own and _is_general(each, edition)]
    if edition.script != "latin" and not any("*" not in each.term.text for each in own):
        # НАТО stands under one language and is written so in its neighbours', too.
        own += [each for each in fit if each not in own and edition.script in _scripts(each.term)]
    by_turns = (general, own) if edition.script == "latin" else (own, general)
    texts = [[_plain(each.term.text) for each in sorted(some, key=_is_phrase)] for some in by_turns]
    first, second, *others = [*(text for row in zip_longest(*texts) for text in row if text is not None), "", ""]
    return [text for text in (first, second, *sorted(others, key=lambda text: " " in text)) if text]


def _is_general(each: Spelling, edition: Edition) -> bool:
    """Whether a name in Latin letters is of every language; acronyms are of more than the one they stand under: OTAN."""
    if not _scripts(each.term) <= {"latin"}:
        return False
    return not each.languages or (edition.script == "latin" and bool(re.fullmatch(r"[^\W\d_a-z]{2,6}", each.term.text)))


def _is_phrase(each: Spelling) -> bool:
    return " " in each.term.text


def _is_own(each: Spelling, edition: Edition) -> bool:
    """Whether the name is of this language: by the heading it stands under, or by its letters."""
    if each.languages and edition.code not in each.languages:
        return False
    if edition.script == "han" and not _is_written_in(each.term.text, edition):
        return False
    if each.languages:
        return True
    scripts = _scripts(each.term) - {"latin"}
    return bool(scripts) and scripts <= {edition.script, *(["han"] if edition.script == "kana" else [])}


def _is_written_in(text: str, edition: Edition) -> bool:
    """Whether the characters are those of the mainland or of Taiwan: 约 is in GB 2312 alone, 約 in Big5 alone."""
    try:
        "".join(char for char in text if _letters(char) == "han").encode("big5" if edition.code == "zh-TW" else "gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _bare(text: str) -> str:
    """The name without marks, signs and case: for telling whether a search has it already."""
    letters = unicodedata.normalize("NFKD", fold.fold(text).text)
    return "".join(char for char in letters if char.isalnum() or char == " ")


def _spellings(leaf: Leaf, concepts: Mapping[str, Sequence[Spelling]]) -> Sequence[Spelling]:
    if isinstance(leaf, Concept):
        return concepts.get(leaf.name, ())
    return [Spelling(term=leaf.term)]


def _plain(text: str) -> str:
    """The name without stars, or nothing: a word that is cut off at its end may be found, a phrase of such words is not."""
    bare = text.strip("*")
    if "*" in bare or (bare != text and not re.fullmatch(r"\w+", bare)):
        return ""
    return re.sub(r"(?<=[\u05d0-\u05ea])\"(?=[\u05d0-\u05ea])", "\u05f4", bare).replace('"', "")


def _scripts(term: Term) -> set[str]:
    """The scripts of a name; Han, kana and Thai, which ``core.script`` has as one, told apart."""
    return {_letters(char) for char in term.text} - {""}


def _letters(char: str) -> str:
    found = script.of(char)
    if found is None or found.name in {"digit", "other"}:
        return ""
    if found.name != "unspaced":
        return found.name
    if "\u0e00" <= char <= "\u0e7f":
        return "thai"
    return "kana" if "\u3041" <= char <= "\u30ff" else "han"
