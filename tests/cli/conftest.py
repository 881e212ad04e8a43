"""A place for each test, and one that is filled once for all tests that only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from .place import Place, Web, fill


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with closing(Web()) as web:
        yield Place(tmp_path / "place", web)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Three passes lie behind it: see :func:`fill`. Not to be changed: ``copy`` is for that."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("filled") / "place", web)
        fill(place)
        yield place


@pytest.fixture
def copy(filled: Place, tmp_path: Path) -> Place:
    """The filled place, to be changed."""
    return filled.copied(tmp_path / "copy")
