"""Pruning: portions that hold nobody up, whatever the machine is doing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.edge.store import open_state, retention
from bot.rounds import Crew
from bot.rounds.pruning import FEWEST, LONGEST, Pruning, next_size
from tests.edge.store.large import START, fill

LATER = START + timedelta(days=400)


@pytest.mark.parametrize(
    ("size", "took", "following"),
    [
        (50, LONGEST / 10, 100),
        (retention.BATCH, LONGEST / 10, retention.BATCH),
        (50, LONGEST / 2, 50),
        (50, LONGEST * 2, 25),
        (FEWEST, LONGEST * 9, FEWEST),
    ],
    ids=["a quick one doubles", "up to a whole batch", "one that fits stays", "a slow one halves", "but a few are always taken"],
)
def test_a_portion_follows_from_how_long_the_last_one_took(size: int, took: float, following: int) -> None:
    assert next_size(size, took) == following


def test_everything_old_goes_in_portions_with_rests_and_every_key_stays(tmp_path: Path) -> None:
    path = tmp_path / "seen.sqlite3"
    fill(path, 1000, text_words=20)
    store, rests = open_state(path), []
    crew = Crew(clock=lambda: LATER, stopping=lambda: False)
    Pruning(store, crew, pause=rests.append).prune(timedelta(days=90), timedelta(days=399, hours=12))
    with store.read() as connection:
        counts = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM articles), (SELECT count(*) FROM seen)"
        ).one()
        assert retention.last_pruned(connection) == LATER
    store.close()
    assert counts == (1000 - 720 + 1, 0, 2000), "an item a minute: those of the first half day are gone, their keys are not"
    assert len(rests) >= (1000 + 720) // retention.BATCH - 2


def test_being_stopped_ends_it_and_it_is_not_taken_for_done(tmp_path: Path) -> None:
    path = tmp_path / "seen.sqlite3"
    fill(path, 500, text_words=20)
    store, portions = open_state(path), []
    crew = Crew(clock=lambda: LATER, stopping=lambda: len(portions) == 2)
    Pruning(store, crew, pause=portions.append).prune(timedelta(days=90), timedelta(days=90))
    with store.read() as connection:
        assert retention.last_pruned(connection) is None
    store.close()
