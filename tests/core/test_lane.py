"""What a lane does next: each table tells what is decided for which values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import lane
from bot.core.lane import Step
from bot.model import Budget, Queued

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def test_the_schedule_of_retries_spans_75_hours() -> None:
    assert sum(lane.SCHEDULE, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize(
    ("attempts", "age", "retry_after", "wait"),
    [
        (1, timedelta(), None, timedelta(seconds=5)),
        (2, timedelta(), None, timedelta(minutes=5)),
        (40, timedelta(hours=70), None, timedelta(hours=24)),
        (2, timedelta(), 1.5, timedelta(seconds=1.501)),
        (2, timedelta(), 0.0004, timedelta(seconds=0.002)),
        (30, timedelta(seconds=45), 1.0, timedelta(seconds=1.001)),
        (10, timedelta(hours=75), None, None),
        (10, timedelta(hours=75), 1.0, None),
        (1, timedelta(days=3650), None, timedelta(seconds=5)),
    ],
    ids=["5 s after the first", "5 min after the second", "a day at most", "the receiver's wish, and a millisecond for what the clock was cut by", "a fraction of a millisecond is a whole one",
         "patience asked for thirty times loses nothing", "parked after 75 hours", "whatever the receiver wishes",
         "a clock that jumped ahead parks nothing"],
)  # fmt: skip
def test_when_an_alert_is_tried_again(attempts: int, age: timedelta, retry_after: float | None, wait: timedelta | None) -> None:
    due = lane.again(attempts, NOW - age, retry_after, NOW, 0.0)
    assert due == (None if wait is None else NOW + wait)


@given(attempts=st.integers(1, 50), retry_after=st.floats(0, 86400), chance=st.floats(0, 0.999))
def test_no_attempt_comes_before_the_receivers_retry_after(attempts: int, retry_after: float, chance: float) -> None:
    due = lane.again(attempts, NOW, retry_after, NOW, chance)
    assert due is not None
    assert due >= NOW + timedelta(seconds=retry_after) - timedelta(microseconds=1)


BUDGET = Budget(messages=2, per=timedelta(minutes=10))
EARLIER = NOW - timedelta(minutes=4)


def queue(*stories: str, kind: str = "development.new") -> list[Queued]:
    return [Queued(seq=n, type=kind, story=story) for n, story in enumerate(stories, 1)]  # type: ignore[arg-type]


NEW, DIGEST = "development.new", "digest"


@pytest.mark.parametrize(
    ("waiting", "sent", "step"),
    [
        ([], [], Step()),
        (queue("a", "a", "a"), [], Step(send=1)),
        (queue("a", "a"), [(EARLIER, NEW)], Step(send=1)),
        (queue("a", "b", "a"), [(EARLIER, NEW), (NOW, NEW)], Step(merge=(1, 3))),
        (queue("b"), [(EARLIER, NEW), (NOW, NEW)], Step(merge=(1,))),
        (queue("a", kind=DIGEST), [(EARLIER, NEW), (NOW, NEW)], Step(send=1)),
        (queue("a"), [(EARLIER, NEW), (NOW, NEW), (NOW, DIGEST)], Step(wait=EARLIER + BUDGET.per)),
        (queue("a", kind="feed.problem"), [(EARLIER, NEW), (NOW, NEW), (NOW, DIGEST)], Step(send=1)),
        ([Queued(seq=1, type=NEW, story="a", due=NOW + timedelta(seconds=1)), *queue("a")], [], Step(wait=NOW + timedelta(seconds=1))),
        ([Queued(seq=1, type=NEW, story="a", due=NOW)], [], Step(send=1)),
    ],
    ids=["nothing queued", "the oldest first", "the budget's last single message", "then one digest of the head's story",
         "even of one", "a digest is sent as it is", "one digest in a window, then waiting", "notices are not rationed",
         "in order: nothing overtakes a retry", "a retry that is due"],
)  # fmt: skip
def test_what_a_lane_does_next(waiting: list[Queued], sent: list[tuple[datetime, str]], step: Step) -> None:
    assert lane.next_step(waiting, sent, BUDGET, NOW) == step
