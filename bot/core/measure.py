"""How good a rule is by what the user marked: precision, recall and F1, each with the interval that so few marks allow.

The interval of a share is Wilson's score interval (E. B. Wilson, 1927, J. Am. Stat. Assoc. 22:209-212), which keeps its 95 % for
small samples and shares near 0 or 1 where the textbook's does not (Brown, Cai and DasGupta, 2001, Stat. Sci. 16:101-133).
F1 is no share, but 2s/(1+s) of one: s = hits / (hits + false alarms + misses) (the F* of Hand, Christen and Kirielle, 2021,
Mach. Learn. 110:451-456). It grows with s, so the interval of s becomes that of F1.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

# The 97.5 % point of the normal distribution: 95 % lie within this many standard deviations.
_Z = 1.959964


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of something, 0 to 1, and the interval that holds the true one in 95 of 100 samples."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A rule's verdicts on marked items, counted: ``hits`` are relevant and flagged, ``misses`` relevant and not flagged."""

    hits: int = 0
    false_alarms: int = 0
    misses: int = 0
    rejected: int = 0

    @property
    def marked(self) -> int:
        """All items that were counted."""
        return self.hits + self.false_alarms + self.misses + self.rejected

    @property
    def relevant(self) -> int:
        """Those that the user finds relevant."""
        return self.hits + self.misses

    @property
    def precision(self) -> Share | None:
        """Of what the rule flags, how much is relevant; None where it flags nothing."""
        return share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> Share | None:
        """Of what is relevant, how much the rule flags; None where nothing is."""
        return share(self.hits, self.relevant)

    @property
    def f1(self) -> Share | None:
        """The harmonic mean of both; None where nothing is relevant and nothing flagged."""
        found = share(self.hits, self.hits + self.false_alarms + self.misses)
        return None if found is None else Share(value=_f1(found.value), low=_f1(found.low), high=_f1(found.high))


def measure(verdicts: Iterable[tuple[bool, bool]]) -> Measure:
    """The measure of a rule from (flagged, relevant) for each marked item."""
    counted = {(flagged, relevant): 0 for flagged in (True, False) for relevant in (True, False)}
    for verdict in verdicts:
        counted[verdict] += 1
    return Measure(
        hits=counted[True, True],
        false_alarms=counted[True, False],
        misses=counted[False, True],
        rejected=counted[False, False],
    )


def share(part: int, whole: int) -> Share | None:
    """``part`` of ``whole`` with Wilson's interval; None of nothing."""
    if not whole:
        return None
    value = part / whole
    spread = _Z * math.sqrt(value * (1 - value) / whole + _Z**2 / (4 * whole**2))
    scale = 1 + _Z**2 / whole
    middle = value + _Z**2 / (2 * whole)
    # The bounds of 0 and 1 are exact; rounding must not take them past the share itself.
    low = 0.0 if part == 0 else min(value, (middle - spread) / scale)
    high = 1.0 if part == whole else max(value, (middle + spread) / scale)
    return Share(value=value, low=low, high=high)


def _f1(share: float) -> float:
    return 2 * share / (1 + share)
