"""The hand: filled up before it is empty, and never thought empty while it takes."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from bot.errors import StateError
from bot.rounds.hand import Hand


class Table:
    """Work that waits, by number; what was taken is begun, and done when the test says so."""

    def __init__(self, waiting: int, most: int) -> None:
        self.waiting = list(range(waiting))
        self.begun: list[int] = []
        self.seen_busy: list[bool] = []
        self.told: list[StateError] = []
        self.hand: Hand[int, int] = Hand(most, self._take, self._begin, self.told.append)

    def _take(self, room: int) -> dict[int, int]:
        self.seen_busy.append(bool(self.hand))
        taken, self.waiting = self.waiting[:room], self.waiting[room:]
        return {number: number for number in taken}

    def _begin(self, fresh: Collection[int]) -> None:
        self.begun += fresh


def test_no_more_is_taken_than_there_is_room_for() -> None:
    table = Table(waiting=10, most=4)
    assert [table.hand.fill(), table.hand.fill()] == [4, 0]
    assert table.begun == [0, 1, 2, 3]


def test_the_hand_is_filled_up_when_half_of_it_is_done_and_more_waits() -> None:
    table = Table(waiting=10, most=4)
    table.hand.fill()
    for number in range(3):
        table.hand.done(number)
    assert table.begun == list(range(7))  # the third left one of four in hand: three more were begun


def test_a_hand_that_found_all_there_was_asks_no_more_until_the_next_tick() -> None:
    table = Table(waiting=3, most=4)
    table.hand.fill()
    for number in range(3):
        table.hand.done(number)
    assert len(table.seen_busy) == 1
    assert not table.hand


def test_what_is_being_taken_counts_as_in_hand() -> None:
    table = Table(waiting=1, most=4)
    table.hand.fill()
    assert table.seen_busy == [True]  # neither due any more nor in hand yet: whoever asks must not think the work at its end


def test_a_piece_that_is_in_hand_is_not_begun_twice() -> None:
    begun: list[int] = []
    hand: Hand[int, int] = Hand(4, lambda room: {1: 1}, begun.extend, lambda error: None)
    assert [hand.fill(), hand.fill()] == [1, 0]
    assert begun == [1]


def test_a_look_that_fails_leaves_the_hand_free_and_the_next_tick_tries_again() -> None:
    troubles = [StateError("the disk is full")]

    def take(room: int) -> dict[int, int]:
        if troubles:
            raise troubles.pop()
        return {7: 7}

    hand: Hand[int, int] = Hand(4, take, lambda fresh: None, lambda error: None)
    with pytest.raises(StateError):
        hand.fill()
    assert not hand
    assert hand.fill() == 1


def test_a_refill_that_fails_is_said_and_stops_no_thread() -> None:
    looks, told = iter([{1: 1, 2: 2}]), list[StateError]()

    def take(room: int) -> dict[int, int]:
        try:
            return next(looks)
        except StopIteration:
            raise StateError("the disk is full") from None

    hand: Hand[int, int] = Hand(2, take, lambda fresh: None, told.append)
    hand.fill()
    hand.done(1)
    hand.done(2)
    assert "the disk is full" in map(str, told)
    assert not hand
