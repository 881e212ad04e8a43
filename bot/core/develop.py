"""Which items report the same news: the first version of the rule.

The same article, or a near-verbatim copy of it in another outlet, belongs to the development of the one before it. A
rewrite or a follow-up opens its own: a missed development is worse than a second alert, so every rule here asks for
verbatim text. Agencies build a follow-up from a new lead and the paragraphs of their last report; that is why the
beginnings must agree and not only the bulk. Texts in different languages have no shingle in common and never meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.core import headline, quality
from bot.core.sketch import may_overlap, overlap, share, size, sketch, spaced, tokens
from bot.model import Candidate, Print

# How far apart two items may be. Copies follow within days; a text that returns after weeks is news again.
WINDOW = timedelta(days=14)

# The same for items that only their title tells: columns keep theirs ("The week in AI").
_TITLE_WINDOW = timedelta(days=3)

# How much of the shorter text must stand in the longer one. In the labelled corpus a syndicated copy has 1.00 and no
# other pair more than 0.03; the two rewrites of one report in ../shared/seeds have 0.22. Of copies with a tenth of the
# words dropped, added or changed 99 % reach it, with a fifth 29 % (tests/core/test_develop.py makes them).
_COPIED = 0.6

# How much of either beginning must stand in the other text. The beginning is 20 words (40 characters without spaces). A
# new sentence of 10 words, before the old ones or in their place, leaves at most 0.50 of it, a dateline at least 0.69.
# Of copies with 5 words in 100 edited 97 % reach this, with 10 in 100 89 %; the others alert once more.
_OPENING, _OPENING_UNSPACED = 20, 40
_OPENS_ALIKE = 0.55

# How much of a summary must stand in a text, where no article could be read. A whole sentence has 1.00; one that was cut and
# ended with another word has 0.83 at 12 shingles, the fewest that say something (14 words).
_SUMMARISED = 0.8
_LEAST = 12

# What the titles of two summaries must share besides: an outlet may put one sentence under everything it has.
_TITLED_ALIKE = 0.5

# Texts under one title that share less than this are two issues of a column (unrelated texts: 0.03, see above).
_UNLIKE = 0.1

# A line of fewer words is no text yet, but a byline, a dateline or a caption; one that mostly repeats the title a heading.
_LINE_WORDS = 8
_HEADING = 0.8

# Characters of an article in which a word of its title is looked for; the first paragraph nearly always has one.
_LOOKED_AT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The development a new item joins, the item it copies, and why in words."""

    development: int
    item: int
    why: str


def fingerprint(title: str, summary: str, article: str) -> Print:
    """What later items are compared with; ``article`` is empty where none could be read.

    A text without a word of what announces it is left out: it may be a notice that the gate does not know, the same
    under every title of its outlet. Of the corpus's 72 articles 71 have such a word.
    """
    article = article if _speaks_of(article, f"{title} {summary}") else ""
    body = article or (summary if _speaks_of(summary, title) else "")
    return Print(
        title=headline.key(title), text=sketch(tokens(body)), lead=sketch(_opening(body, title)), has_article=bool(article)
    )


def place(new: Print, when: datetime, candidates: Sequence[Candidate]) -> Placement | None:
    """The development whose news the new item repeats; None when it opens its own. The closest text wins, then the older."""
    best: tuple[float, Placement] | None = None
    for old in sorted(candidates, key=lambda candidate: (candidate.when, candidate.item)):
        apart = abs(when - old.when)
        likeness = _likeness(new, old, apart) if apart <= WINDOW else None
        if likeness is not None and (best is None or likeness[0] > best[0]):
            best = likeness[0], Placement(development=old.development, item=old.item, why=likeness[1])
    return best[1] if best else None


Likeness: TypeAlias = tuple[float, str]


def _likeness(new: Print, old: Candidate, apart: timedelta) -> Likeness | None:
    """How sure it is that the two are one text (0 to 1) and why; None when they are not."""
    if min(size(new.text), size(old.text)) >= _LEAST:
        alike = may_overlap(new.text, old.text)  # hardly ever: a story's items are compared with all of it
        if new.has_article and old.has_article:
            return _copy(new, old) if alike else None
        if alike and (found := _by_summary(new, old)) is not None:
            return found
    return _by_title(new, old) if apart <= _TITLE_WINDOW else None


def _copy(new: Print, old: Candidate) -> Likeness | None:
    """Two articles: most of the shorter one stands in the longer, and they begin alike."""
    _, contained = overlap(new.text, old.text)
    if contained < _COPIED or not (_opens_in(new, old) and _opens_in(old, new)):
        return None
    return contained, f"near-verbatim copy of item {old.item} ({_percent(contained)} of the shorter text)"


def _opens_in(one: Print | Candidate, other: Print | Candidate) -> bool:
    # The beginning of the other is kept whole; of a long text only a sample is, too thin to find 20 words in.
    return max(share(one.lead, other.lead), share(one.lead, other.text)) >= _OPENS_ALIKE


def _by_summary(new: Print, old: Candidate) -> Likeness | None:
    """One of them or both are known by their summary only."""
    if old.has_article:
        found = share(new.text, old.text)
        return (found, f"its summary stands in item {old.item} ({_percent(found)})") if found >= _SUMMARISED else None
    if new.has_article:
        # An older summary deep in a new article is background; where it opens the article, it is the news.
        found = min(share(old.text, new.text), overlap(old.text, new.lead)[1])
        return (found, f"it opens with the summary of item {old.item} ({_percent(found)})") if found >= _SUMMARISED else None
    found = overlap(new.text, old.text)[1] if headline.likeness(new.title, old.title) >= _TITLED_ALIKE else 0.0
    return (found, f"the same summary as item {old.item} ({_percent(found)})") if found >= _SUMMARISED else None


def _by_title(new: Print, old: Candidate) -> Likeness | None:
    """At least one of them has no text worth comparing: they have the same title, and nothing that speaks against it."""
    if new.title != old.title or not headline.says_enough(new.title.split()):
        return None
    if min(size(new.text), size(old.text)) >= _LEAST and overlap(new.text, old.text)[1] < _UNLIKE:
        return None
    return 0.0, f"the same title as item {old.item}"


def _percent(part: float) -> str:
    return f"{round(100 * part)} %"


# ---------------------------------------------------------------- text


def _speaks_of(text: str, subject: str) -> bool:
    return not quality.stems(text[:_LOOKED_AT]).isdisjoint(quality.stems(subject))


def _opening(body: str, title: str) -> list[str]:
    """The first words of the text itself, past heading, byline, dateline and caption on lines of their own."""
    heading = frozenset(tokens(title))
    lines = body.splitlines()
    first = next((at for at, line in enumerate(lines) if _is_text(line, heading)), 0)
    words: list[str] = []
    for line in lines[first:]:
        words += tokens(line)
        if len(words) >= _OPENING_UNSPACED:
            break
    return words[: _OPENING if spaced(words) else _OPENING_UNSPACED]


def _is_text(line: str, heading: frozenset[str]) -> bool:
    words = set(tokens(line))
    return quality.count_words(line) >= _LINE_WORDS and len(words & heading) < _HEADING * len(words)
