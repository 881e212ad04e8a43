"""What a lane does next: each table tells what is decided for which values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import lane
from bot.core.lane import Step
from bot.model import Budget, Hours, Queued, Quiet

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
        (2, timedelta(), 0.0, timedelta(minutes=5)),
        (30, timedelta(seconds=45), 1.0, timedelta(seconds=1.001)),
        (10, timedelta(hours=75), None, None),
        (10, timedelta(hours=75), 1.0, None),
        (1, timedelta(days=3650), None, timedelta(seconds=5)),
    ],
    ids=["5 s after the first", "5 min after the second", "a day at most", "the receiver's wish, and a millisecond for what the clock was cut by", "a fraction of a millisecond is a whole one",
         "a date that has passed asks for nothing: the schedule holds",
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
        (queue("a"), [(EARLIER, NEW), (NOW, NEW), (NOW, DIGEST)], Step(wait=NOW + BUDGET.per)),
        (queue("a", kind="feed.problem"), [(EARLIER, NEW), (NOW, NEW), (NOW, DIGEST)], Step(send=1)),
        ([Queued(seq=1, type=NEW, story="a", due=NOW + timedelta(seconds=1)), *queue("a")], [], Step(wait=NOW + timedelta(seconds=1))),
        ([Queued(seq=1, type=NEW, story="a", due=NOW)], [], Step(send=1)),
    ],
    ids=["nothing queued", "the oldest first", "the budget's last single message", "then one digest of the head's story",
         "even of one", "a digest is sent as it is", "one digest in a window, then waiting", "notices are not rationed",
         "in order: nothing overtakes a retry", "a retry that is due"],
)  # fmt: skip
def test_what_a_lane_does_next(waiting: list[Queued], sent: list[tuple[datetime, str]], step: Step) -> None:
    assert lane.next_step(waiting, sent, lane.Rules(budget=BUDGET), NOW) == step


# ---------------------------------------------------------------- hours

NIGHT, HOURLY = (Hours(quiet=(Quiet(start=0, end=720),)), Hours(digest="hourly"))  # the night ends at NOW
ASLEEP, SLOT, SINCE = NOW - timedelta(hours=2), NOW, NOW + timedelta(minutes=5)


def alert(seq: int, story: str = "a", created: datetime = ASLEEP, kind: str = NEW, **state: object) -> Queued:
    return Queued(seq=seq, type=kind, story=story, created=created, **state)  # type: ignore[arg-type]


RETRY = {"tries": 1, "due": NOW + timedelta(minutes=10)}
FULL = [(SINCE - timedelta(minutes=2), NEW)] * 2
WITH_HOURS: dict[str, tuple[Hours, list[Queued], list[tuple[datetime, str]], datetime, Step]] = {
    "in quiet hours everything waits for their end": (NIGHT, [alert(1), alert(2, kind=DIGEST)], [], ASLEEP, Step(wait=NOW)),
    "what was tried before too": (NIGHT, [alert(1, tries=1)], [], ASLEEP, Step(wait=NOW)),
    "an urgent story passes by": (NIGHT, [alert(1), alert(2, "urgent")], [], ASLEEP, Step(send=2)),
    "and a notice": (NIGHT, [alert(1), alert(2, "", kind="feed.problem")], [], ASLEEP, Step(send=2)),
    "but no receiver's wish for patience": (NIGHT, [alert(1), alert(2, "urgent", **RETRY), alert(3, "urgent")], [], NOW, Step(wait=NOW + timedelta(minutes=10))),
    "at their end one digest has all of the story": (NIGHT, [alert(1), alert(2, "b"), alert(3)], [], NOW, Step(merge=(1, 3))),
    "a digest that waited is merged in": (NIGHT, [alert(1, kind=DIGEST), alert(2)], [], NOW, Step(merge=(1, 2))),
    "but no first pass's digest: that is another statement": (NIGHT, [alert(1, kind=DIGEST, baseline=True), alert(2)], [], NOW, Step(send=1)),
    "nor what its receiver may have": (NIGHT, [alert(1, tries=1), alert(2), alert(3)], [], NOW, Step(send=1)),
    "one alone goes as itself": (NIGHT, [alert(1), alert(2, "b")], [], NOW, Step(send=1)),
    "what came before the night and sat through it is told with the rest": (NIGHT, [alert(1, created=NOW - timedelta(hours=13)), alert(2)], [], NOW, Step(merge=(1, 2))),
    "what comes after them goes singly": (NIGHT, [alert(1, created=SINCE), alert(2, created=SINCE)], [], SINCE, Step(send=1)),
    "the budget holds for the digest of the night": (NIGHT, [alert(1, created=SINCE, kind=DIGEST)], [*FULL, (SINCE, DIGEST)], SINCE, Step(wait=SINCE + timedelta(minutes=8))),
    "an urgent story keeps to the budget: one digest on top": (NIGHT, [alert(1), alert(2, "urgent", ASLEEP)], [(ASLEEP, NEW)] * 2, ASLEEP, Step(merge=(2,))),
    "before its hour a digest channel waits": (HOURLY, [alert(1, created=SINCE)], [], SINCE, Step(wait=NOW + timedelta(hours=1))),
    "at its hour one digest has all of the story": (HOURLY, [alert(1), alert(2, "b"), alert(3)], [], SLOT, Step(merge=(1, 3))),
    "a single one comes as a digest there": (HOURLY, [alert(1)], [], SLOT, Step(merge=(1,))),
    "what is found at the very hour waits for the next": (HOURLY, [alert(1, created=SLOT)], [], SLOT, Step(wait=SLOT + timedelta(hours=1))),
    "a digest made at its hour goes": (HOURLY, [alert(1, created=SLOT, kind=DIGEST), alert(2, created=SINCE)], [], SINCE, Step(send=1)),
    "an urgent story waits for no digest": (HOURLY, [alert(1, created=SINCE), alert(2, "urgent", SINCE)], [], SINCE, Step(send=2)),
    "what is dated far ahead was found under a wrong clock, and waits for no hour": (HOURLY, [alert(1, created=NOW + timedelta(days=3652))], [], SINCE, Step(send=1)),
    "an hour missed is made up for": (HOURLY, [alert(1, created=NOW - timedelta(days=3)), alert(2)], [], SINCE, Step(merge=(1, 2))),
}  # fmt: skip


@pytest.mark.parametrize("case", WITH_HOURS)
def test_what_a_lane_with_hours_does_next(case: str) -> None:
    when, waiting, sent, now, step = WITH_HOURS[case]
    rules = lane.Rules(budget=BUDGET, hours=when, urgent=frozenset({"urgent"}))
    assert lane.next_step(waiting, sent, rules, now) == step


def test_why_an_alert_waits_is_said_of_each() -> None:
    rules = lane.Rules(budget=BUDGET, hours=NIGHT, urgent=frozenset({"urgent"}))
    night = [alert(1), alert(2, "urgent"), alert(3, "urgent", tries=1)]
    full = [(ASLEEP, NEW), (ASLEEP, DIGEST)]
    assert {seq: wait.why for seq, wait in lane.waits(night, full, rules, ASLEEP).items()} == {
        1: "quiet hours until 12:00", 2: "budget of 2 messages in 10m until 10:10", 3: "budget of 2 messages in 10m until 10:10",
    }  # fmt: skip
    assert lane.waits(night, [], lane.Rules(budget=BUDGET), ASLEEP) == {}


ARRIVALS = st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["a", "b", "urgent"])), max_size=60)


@given(ARRIVALS, st.integers(1, 4), st.integers(1, 3), st.sampled_from([Hours(), NIGHT, HOURLY]))
def test_in_any_window_the_budget_and_one_message_more_and_in_the_end_everything_is_told(
    arrivals: list[tuple[int, str]], messages: int, parts: int, when: Hours
) -> None:
    """The lane played second by second of what happens: each digest of more than ten items takes ``parts`` messages."""
    rules = lane.Rules(budget=Budget(messages=messages, per=BUDGET.per), hours=when, urgent=frozenset({"urgent"}))
    begin = NOW - timedelta(minutes=25)
    coming = sorted(arrivals, reverse=True)
    queue: list[Queued] = []
    holds: dict[int, list[int]] = {}
    accepted: list[tuple[datetime, str]] = []
    told: list[int] = []
    left: dict[int, int] = {}
    now, seq, rounds = begin, 0, 0
    while coming or queue:
        rounds += 1
        assert rounds < 5000, "the lane comes to an end"
        while coming and begin + timedelta(seconds=coming[-1][0]) <= now:
            at, story = coming.pop()
            seq += 1
            holds[seq] = [seq]
            queue.append(alert(seq, story, begin + timedelta(seconds=at)))
        window = [(moment, kind) for moment, kind in accepted if moment > now - BUDGET.per]
        step = lane.next_step(queue, window, rules, now)
        if step.merge:
            seq += 1
            chosen = [each for each in queue if each.seq in step.merge]
            assert len({each.story for each in chosen}) == 1
            holds[seq] = [item for each in chosen for item in holds[each.seq]]
            queue = [each for each in queue if each.seq not in step.merge]
            queue.append(alert(seq, chosen[0].story, now, kind=DIGEST))
        elif step.send is not None:
            (sent,) = (each for each in queue if each.seq == step.send)
            many = sent.type == DIGEST and len(holds[sent.seq]) > 10
            left.setdefault(sent.seq, parts if many else 1)
            accepted.append((now, sent.type))
            left[sent.seq] -= 1
            queue = [replace(each, tries=1) if each is sent else each for each in queue if each is not sent or left[sent.seq]]
            if not left[sent.seq]:
                told += holds[sent.seq]
        else:
            coming_at = begin + timedelta(seconds=coming[-1][0]) if coming else None
            now = min(moment for moment in (step.wait, coming_at) if moment is not None)
    assert len(told) == len(set(told)) == len(arrivals), "everything once"
    for moment, _ in accepted:
        assert sum(1 for other, _ in accepted if moment - BUDGET.per < other <= moment) <= messages + 1


KINDS = ("development.new", "digest", "feed.problem")
MINUTES = st.integers(-15, 15).map(lambda minutes: NOW + timedelta(minutes=minutes))
ALERTS = st.builds(
    lambda kind, story, due, tries: Queued(seq=0, type=kind, story=story, due=due, tries=tries),
    st.sampled_from(KINDS), st.sampled_from(("a", "b")), st.none() | MINUTES, st.integers(0, 1),
)  # fmt: skip


@given(
    waiting=st.lists(ALERTS, max_size=6),
    sent=st.lists(st.tuples(MINUTES.map(lambda at: min(at, NOW)), st.sampled_from(KINDS)), max_size=3),
    quiet=st.booleans(),
    pauses=st.lists(st.integers(0, 900), min_size=6, max_size=6),
)
def test_a_run_is_what_asking_step_by_step_comes_to(
    waiting: list[Queued], sent: list[tuple[datetime, str]], quiet: bool, pauses: list[int]
) -> None:
    spans = (Quiet(start=0, end=60, days=frozenset({0})),) if quiet else ()
    rules = lane.Rules(budget=BUDGET, hours=Hours(quiet=spans))
    left, window, now = [replace(each, seq=seq) for seq, each in enumerate(waiting)], list(sent), NOW
    run = lane.run_of(left, window, rules, NOW)
    for pause in pauses[:run]:
        assert lane.next_step(left, window, rules, now) == Step(send=left[0].seq)
        now += timedelta(seconds=pause)
        window.append((now, left.pop(0).type))
    if left and not quiet and left[0].type != "digest" and now == NOW:
        assert lane.next_step(left, window, rules, now).send != left[0].seq, "a run ends where something else is to be done"
    assert not (quiet and run)
