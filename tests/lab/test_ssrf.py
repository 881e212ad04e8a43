"""A sample of the SSRF lab; the whole of it is ``python -m tests.lab.ssrf``."""

from __future__ import annotations

import pytest

from .ssrf.__main__ import passed, possible, run
from .ssrf.spellings import every

needs_namespaces = pytest.mark.skipif(
    not possible(), reason="NO NETWORK NAMESPACES HERE: the guard is not tested against real forbidden addresses"
)


def test_the_table_has_thousands_of_combinations_and_no_line_twice() -> None:
    urls = [each.url for each in every()]
    assert len(urls) == len(set(urls)) > 1_000  # times nine paths


@needs_namespaces
def test_no_canary_hears_of_a_sample() -> None:
    figures = run("--sample", "70", "--flips", "400")
    assert passed(figures), figures
    assert figures["flips"]["looked up"] == 400  # once for each fetch: nothing is resolved again after it was judged


@needs_namespaces
def test_a_guard_that_is_wide_open_is_heard_by_the_canaries() -> None:
    figures = run("--sample", "70", "--flips", "4", "--allow", "0.0.0.0/0", "--allow", "::/0")
    assert figures["exit"] == 0
    assert len(figures["accepts"]) >= 5, figures
