"""A sample of the hostile catalogue and of the fuzzer; the whole of them is ``python -m tests.lab.hostile`` and ``.fuzz``."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fuzz import Fuzz
from .hostile import large
from .hostile.__main__ import passed, play, run
from .hostile.world import every

pytestmark = pytest.mark.lab


def test_the_catalogue_has_its_cases_and_each_its_own_name() -> None:
    names = [case.name for case in every()]
    assert len(names) == len(set(names)) >= 500


def test_a_sample_harms_neither_the_bot_nor_its_receivers(tmp_path: Path) -> None:
    figures = run(60, seed=5, seconds=25, alone=0)
    assert passed(figures), figures
    assert figures["child MB peak"] <= 600
    assert figures["worst wall of a response"] <= 33  # the deadline of 30 s, and the server's own time to notice


def test_many_documents_just_within_their_caps_cost_main_less_than_64_mb_and_harm_no_good_feed() -> None:
    """As many at the same moment as the daemon has threads; a body in memory for each of them took over 200 MB."""
    idle = play([], 15)
    figures = play(large.cases(16), 60)
    assert passed(figures), figures
    assert figures["main MB peak"] - idle["main MB peak"] <= 64, figures
    assert figures["child MB peak"] <= 600


def test_a_moment_of_fuzzing_finds_nothing() -> None:
    fuzz = Fuzz(seed=3)
    fuzz.run(4)
    assert fuzz.counts["feed"] + fuzz.counts["page"] > 0
    assert [find[:2] for find in fuzz.finds] == []
