"""``kill -9`` at every commit of a pass: whatever belongs together and is not committed together gets lost here."""

from __future__ import annotations

import pytest

from .kills import can_trace
from .play import play_sweep
from .scene import Scene

pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not can_trace(), reason="strace is not here, or may not trace: kills at each commit cannot be tried"),
]


def test_a_pass_killed_at_each_of_its_commits_loses_nothing(scene: Scene) -> None:
    figures = play_sweep(scene, seed=10)
    figures.must_be_good()
    assert figures.kills >= 8
