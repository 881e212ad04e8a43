"""Concepts that miss much of what they stand for: advice for whoever writes them.

On the labelled set of issue 4, concepts of names alone, without epithets and inflections, cost 17 points of F1, more than all
else. Advice is cheap to ignore and dear when it is wrong, so it is one line a concept, about what can be seen without knowing
the thing: how many names there are, in which letters, and whether they keep to one case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.core import fold, script
from bot.core.query import grammar, terms
from bot.core.query.tree import Concept, Term, wanted
from bot.errors import QueryError

# A name, its acronym and one epithet, or their like in another language: with fewer there is always one more to be found.
_FEW = 3
_JOINERS = str.maketrans("", "", " -*'")
_LETTERS = {"unspaced": "Chinese, Japanese or Thai", "hangul": "Korean"}
_ADVICE = {
    "few": 'add what other newsrooms and languages call it, and short forms ("~the alliance")',
    "case": 'without "=", NATO is found as NATO and Nato, never as nato',
    "letters": "add the name as they write it, unless they write it in these letters too",
}


def thin(query: str, concepts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By concept that the query asks for: what it misses, and what to add. Nothing for a query that is refused."""
    names: dict[str, list[str]] = {}
    for name in concepts:
        names.setdefault(name.casefold(), []).append(name)
    try:
        asked = dict.fromkeys(leaf.name for leaf in wanted(grammar.tree(query, names)) if isinstance(leaf, Concept))
        spelled = {name: [terms.spelling_term(text) for text in concepts[name]] for name in asked}
    except QueryError:
        return {}
    letters = {name: _scripts(of_concept) for name, of_concept in spelled.items()}
    found = {name: list(_faults(name, of_concept, letters)) for name, of_concept in spelled.items()}
    return {
        name: f"{' and '.join(said for _, said in faults)}: {_ADVICE[faults[0][0]]}" for name, faults in found.items() if faults
    }


def _faults(name: str, spelled: Sequence[Term], letters: Mapping[str, Mapping[str, None]]) -> Iterator[tuple[str, str]]:
    if any(term.kind == "regex" for term in spelled):  # it may stand for anything
        return
    # "OpenAI" and "Open AI", "NATO" and "=Nato" are one name: nobody who uses another is found by them.
    different = {fold.fold(term.text).text.translate(_JOINERS) for term in spelled}
    if len(different) < _FEW:
        yield "few", f"has {len(different)} {'name' if len(different) == 1 else 'names'} only"
    if all(term.exact for term in spelled) and _one_case(spelled):
        yield "case", "keeps to one case (=) in all of them, so that others, and headlines in capitals, are missed"
    others = [(other, more) for other, more in letters.items() if other != name and more.keys() - letters[name].keys()]
    if len(letters[name]) == 1 and others:
        other, more = others[0]
        beyond = ", ".join(_named(each) for each in more if each not in letters[name])
        yield "letters", f"is in {_named(next(iter(letters[name])))} letters only, while {other} is in {beyond} too"


def _one_case(spelled: Sequence[Term]) -> bool:
    """Whether every name with capital and small letters stands there in one of the two only."""
    forms: dict[str, set[str]] = {}
    for term in spelled:
        forms.setdefault(fold.fold(term.text).text, set()).add(term.text)
    return all(len(written) == 1 and text != text.swapcase() for text, written in forms.items())


def _scripts(spelled: Sequence[Term]) -> dict[str, None]:
    """The scripts of the terms, in order."""
    found = (script.of(char) for term in spelled if term.kind == "words" for char in fold.fold(term.text).text)
    return dict.fromkeys(each.name for each in found if each is not None and each.name not in {"digit", "other"})


def _named(name: str) -> str:
    return _LETTERS.get(name, name.capitalize())
