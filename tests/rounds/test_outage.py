"""Whose fault it is when nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import FeedState
from bot.pipeline import Polled
from bot.rounds.outage import Suspicion

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def fails(suspicion: Suspicion, *names: str, at: datetime = NOW, host: str = "") -> list[bool]:
    """Polls of feeds that get no answer, each at a host of its own name or all at one."""
    waits = []
    for name in names:
        state = FeedState(name=name, url=f"https://{host or name.lower()}.example.org/rss")
        waits.append(suspicion.unanswered(state, Polled(feed=name, state=state, unanswered=True), at))
    return waits


@pytest.mark.parametrize(
    ("names", "host", "watched", "answered", "ours"),
    [
        ("ABC", "", 3, None, True),
        ("ABC", "one", 3, None, True),
        ("ABC", "", 31, None, True),
        ("ABC", "one", 31, None, False),
        ("AB", "", 2, None, False),
        ("A", "", 1, None, False),
        ("ABC", "", 31, NOW - MINUTE, False),
        ("ABC", "", 31, NOW - 3 * MINUTE, True),
        ("ABC", "", 3, NOW - MINUTE, True),
    ],
    ids=["all three feeds", "all feeds of one host", "three hosts of many feeds", "one host of several", "both of two feeds",
         "the only feed", "three hosts while others answer", "three hosts, and nobody answers any more", "all, just after an answer"],
)  # fmt: skip
def test_an_outage_is_ours_when_these_get_no_answer(
    names: str, host: str, watched: int, answered: datetime | None, ours: bool
) -> None:
    suspicion = Suspicion()
    if answered is not None:
        suspicion.answered(answered)
    assert all(fails(suspicion, *names, host=host))
    spared, counted = suspicion.judged(NOW, watched, final=True)
    assert ([state.name for state in spared], [polled.feed for polled in counted]) == (
        (list(names), []) if ours else ([], list(names))
    )


def test_failures_wait_for_an_answer_and_count_when_it_comes() -> None:
    suspicion = Suspicion()
    fails(suspicion, "A", "B")
    assert suspicion.judged(NOW, 31, final=False) == ((), ())
    counted, ended = suspicion.answered(NOW + MINUTE)
    assert ([polled.feed for polled in counted], ended) == (["A", "B"], False)


def test_failures_without_any_answer_count_after_an_hour() -> None:
    suspicion = Suspicion()
    fails(suspicion, "A", "B")
    _, counted = suspicion.judged(NOW + 61 * MINUTE, 31, final=False)
    assert [polled.feed for polled in counted] == ["A", "B"]


def test_during_an_outage_nobody_is_blamed_and_an_answer_ends_it() -> None:
    suspicion = Suspicion()
    fails(suspicion, "A", "B", "C")
    suspicion.judged(NOW, 3, final=False)
    assert fails(suspicion, "A", at=NOW + 9 * MINUTE) == [False]
    assert suspicion.answered(NOW + 20 * MINUTE) == ([], True)
    assert fails(suspicion, "A", at=NOW + 30 * MINUTE) == [True]
