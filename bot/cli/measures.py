"""How good a rule is on the marks, for people and for machines."""

from __future__ import annotations

from bot.core.measure import Measure, Share


def spell(share: Share | None) -> str:
    """``0.67 (0.21-0.94)``: the value and its 95 % interval; ``-`` of nothing."""
    return "-" if share is None else f"{share.value:.2f} ({share.low:.2f}-{share.high:.2f})"


def as_json(measured: Measure) -> dict[str, object]:
    """The counts, and the shares with their intervals."""
    return {
        "marked": measured.marked, "relevant": measured.relevant, "hits": measured.hits, "false_alarms": measured.false_alarms,
        "misses": measured.misses, "precision": _share(measured.precision), "recall": _share(measured.recall),
        "f1": _share(measured.f1),
    }  # fmt: skip


def _share(share: Share | None) -> dict[str, float] | None:
    return None if share is None else {"value": round(share.value, 4), "low": round(share.low, 4), "high": round(share.high, 4)}
