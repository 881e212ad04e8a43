"""A scene for each test, or one for a whole file where several tests look at the same run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path / "scene") as scene:
        yield scene


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene of a whole file: one test module plays it once and its tests read the outcome."""
    with Scene(tmp_path_factory.mktemp("run") / "scene") as scene:
        yield scene
