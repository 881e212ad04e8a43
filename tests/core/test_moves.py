"""Answers that must be given three times over a day before they are believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import moves
from bot.model import Feed, FeedState

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FEED = Feed(name="Example", url="https://example.org/rss", interval=timedelta(minutes=10))
NEW = "https://new.example.org/rss"
HOUR = timedelta(hours=1)


def asked(*answers: tuple[float, str | None], state: FeedState | None = None) -> FeedState:
    """The state after answers at so many hours from now on, each with where permanent redirects led."""
    state = state or FeedState(name="Example", url=FEED.url)
    for hours, moved in answers:
        state = moves.after_answer(state, FEED, moved, NOW + hours * HOUR, inside=True)
    return state


@pytest.mark.parametrize(
    ("answers", "adopted"),
    [
        ([(0, NEW), (12, NEW), (24, NEW)], NEW),
        ([(0, NEW), (1, NEW), (2, NEW), (23.9, NEW)], None),
        ([(0, NEW), (24, NEW)], None),
        ([(0, NEW), (12, None), (24, NEW), (25, NEW)], None),
        ([(0, NEW), (12, "https://other.example.org/"), (24, NEW)], None),
        ([(0, "http://new.example.org/rss"), (12, "http://new.example.org/rss"), (24, "http://new.example.org/rss")], None),
        ([(n * 12, "https://new.example.org/" + "x" * 3000) for n in range(3)], None),
    ],
    ids=["thrice over a day", "many times within a day", "twice", "with another answer between", "to two places by turns",
         "from https to http", "an endless address"],
)  # fmt: skip
def test_an_address_is_adopted_after(answers: list[tuple[float, str | None]], adopted: str | None) -> None:
    assert asked(*answers).adopted == adopted


def test_where_a_veiled_feed_moved_to_is_not_kept() -> None:
    """It was given by a reference, and a redirect mostly keeps the key that stands in it."""
    state = FeedState(name="Example", url=FEED.url)
    for hours in (0, 12, 24):
        state = moves.after_answer(state, replace(FEED, veiled=True), NEW + "?key=canary", NOW + hours * HOUR, inside=False)
        assert (state.adopted, state.streak) == (None, None)


def test_an_adopted_address_stays_while_it_answers_itself() -> None:
    state = asked((0, NEW), (12, NEW), (24, NEW), (25, None), (50, None))
    assert (state.adopted, state.adopted_inside, state.url) == (NEW, True, FEED.url)


def test_a_feed_that_moves_back_is_at_its_configured_address_again() -> None:
    state = asked((0, NEW), (12, NEW), (24, NEW), (30, FEED.url), (42, FEED.url), (54, FEED.url))
    assert (state.adopted, state.adopted_inside) == (None, False)


def test_an_adopted_address_that_fails_is_given_up_with_its_validators() -> None:
    state = FeedState(name="Example", url=FEED.url, adopted=NEW, etag='"a"', modified="Tue", adopted_inside=True)
    after = moves.without_adopted(state)
    assert (after.adopted, after.adopted_inside, after.etag, after.modified) == (None, False, None, None)


def test_a_feed_is_stopped_after_three_410_over_a_day_and_asked_just_so_often() -> None:
    state, moment, answers = FeedState(name="Example", url=FEED.url), NOW, 0
    while not state.stopped:
        state = moves.after_gone(state, moment)
        answers += 1
        moment = state.next_due or moment
    assert (answers, moment - NOW, state.next_due, state.lasting) == (3, timedelta(days=1), None, True)


def test_a_410_in_passing_is_forgotten_with_the_next_good_answer() -> None:
    state = moves.after_gone(FeedState(name="Example", url=FEED.url), NOW)
    state = asked((1, None), state=state)
    for hours in (12, 24):
        state = moves.after_gone(state, NOW + hours * HOUR)
    assert not state.stopped
