"""The matcher's bench, in small: it runs, says so for machines, and its contenders find the same."""

from __future__ import annotations

import json

import pytest

from tests.bench import matcher


def test_the_matcher_and_the_alternation_find_the_same_in_made_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert matcher.main(["--json", "--count", "120", "--rounds", "1", "--seed", "7"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["same_hits"]
    assert 0.03 < report["with_terms"] < 0.07
    assert report["ratios"]["matcher / alternation, 5,000 terms"] > 1
