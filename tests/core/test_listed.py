"""The blob of a feed's last document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import listed

NUMBERS = st.integers(0, 2**64 - 1)


@given(st.dictionaries(NUMBERS, NUMBERS))
def test_what_was_packed_is_unpacked(pairs: dict[int, int]) -> None:
    assert listed.unpack(listed.pack(pairs)) == pairs


@pytest.mark.parametrize("blob", [None, b"", b"torn", b"x" * 17])
def test_a_missing_or_torn_blob_means_that_nothing_is_known(blob: bytes | None) -> None:
    assert listed.unpack(blob) == {}
