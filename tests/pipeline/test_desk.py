"""Who waits for whom at the desk: nobody for another kind, and one in memory at a time."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import pytest

from bot.pipeline.desk import PLACES, Desk

KINDS = {
    "first": lambda desk: desk.feed(first=True, large=False),
    "large": lambda desk: desk.feed(first=True, large=True),
    "feed": lambda desk: desk.feed(first=False, large=True),
    "page": lambda desk: desk.page(),
}


def enters(place) -> threading.Event:
    """Set when a thread of its own has had the place."""
    there = threading.Event()

    def enter() -> None:
        with place:
            there.set()

    threading.Thread(target=enter, daemon=True).start()
    return there


@pytest.mark.parametrize("kind", KINDS)
def test_when_all_places_of_a_kind_are_taken_its_next_waits_and_no_other_does(kind):
    desk = Desk()
    with ExitStack() as taken:
        for _ in range(PLACES[kind]):
            taken.enter_context(KINDS[kind](desk))
        waiting = enters(KINDS[kind](desk))
        for other in KINDS.keys() - {kind}:
            assert enters(KINDS[other](desk)).wait(10)
        assert not waiting.is_set()
    assert waiting.wait(10)


def test_a_document_from_disk_is_in_memory_alone():
    desk = Desk()
    with desk.whole():
        waiting = enters(desk.whole())
        assert enters(desk.page()).wait(10)
        assert not waiting.is_set()
    assert waiting.wait(10)
