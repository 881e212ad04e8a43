"""Counts as people say them."""

from __future__ import annotations


def count(number: int, one: str, many: str = "") -> str:
    """``1 feed``, ``2 feeds``; ``many`` for a plural that is not made with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"
