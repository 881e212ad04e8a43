"""Which terms tell some items from others: log-odds of how many items have them.

Log-odds with a half added to each count (Haldane, 1956, Ann. Hum. Genet. 20:309-311), so that a term found in no item of one
side has a finite value. Counted are items, not occurrences: one long article must not speak for all. A term is compared with two
backgrounds, and the lower value counts: it has to be rare among the items marked otherwise and in the log at large.
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


def _log_odds(count: int, items: int) -> float:
    return math.log((count + 0.5) / (items - count + 0.5))
