"""The price of a guarded GET, in small: that it is measured on the same bytes at all."""

from __future__ import annotations

import pytest

from tests.bench.get import measure


@pytest.mark.parametrize("path", ["/kept", "/fresh"])
def test_both_sides_fetch_the_same_bytes_and_cost_something(path: str) -> None:
    ours, theirs, ratio = measure(path, times=5)
    assert min(ours, theirs, ratio) > 0
