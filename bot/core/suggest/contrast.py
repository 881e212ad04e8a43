"""Which terms tell some items from others: log-odds of how many items have them.

Log-odds with a half added to each count (Haldane, 1956, Ann. Hum. Genet. 20:309-311), so that a term found in no item of one
side has a finite value. Counted are items, not occurrences: one long article must not speak for all. A term is compared with two
backgrounds, and the lower value counts: it has to be rare among the items marked otherwise and in the log at large.

Among thousands of words some stand in two or three wrong verdicts by mere chance. How likely that is, is said of each: the
binomial probability that as many of so many items have a word as common as this one, times the number of words that were looked
at (Bonferroni's bound).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """In how many items of a group each term stands."""

    items: int
    counts: Counter[str]

    def share(self, term: str) -> float:
        """The share of the group's items that have it, 0 to 1."""
        return self.counts[term] / self.items if self.items else 0.0


def spread(items: Iterable[Collection[str]]) -> Spread:
    """The spread of terms over a group; each item is given as its terms."""
    counts, number = Counter[str](), 0
    for terms in items:
        counts.update(terms)
        number += 1
    return Spread(items=number, counts=counts)


def telling(term: str, group: Spread, *backgrounds: Spread) -> float:
    """How much more likely an item of the group has the term than one of the backgrounds: the lowest of the log-odds.

    Above 0: more likely; 1: e times the odds. An empty background says nothing.
    """
    return min(
        _log_odds(group.counts[term], group.items) - _log_odds(other.counts[term], other.items)
        for other in backgrounds if other.items
    )  # fmt: skip


def chance(term: str, group: Spread, words: int, *backgrounds: Spread) -> float:
    """How likely one of so many ``words``, each as common as the term, stands in as many items of the group: at most 1.

    How common the term is, all backgrounds together say, with a half added as above.
    """
    count, items = group.counts[term], group.items
    common = (sum(each.counts[term] for each in backgrounds) + 0.5) / (sum(each.items for each in backgrounds) + 1)
    tail = sum(math.comb(items, k) * common**k * (1 - common) ** (items - k) for k in range(count, items + 1))
    return min(1.0, words * tail)


def _log_odds(count: int, items: int) -> float:
    return math.log((count + 0.5) / (items - count + 0.5))
