"""The loops: one thing that fails never stops another, and what is not done is given back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.core import decide
from bot.edge.http import HostTurns, Paced
from bot.edge.store import Store, feeds, items, open_state
from bot.errors import StateError, Stopping
from bot.model import Article, Channel, Entry, Feed, FeedState, Item, Judgement, NewItem
from bot.pipeline import Judged, Polled
from bot.rounds import Crew, Rounds, once
from bot.rounds.group import SIZE, Group

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not done():
        assert time.monotonic() < deadline, "it did not come to pass"
        threading.Event().wait(0.005)


class FakePipeline:
    """Does what the test says, where a pipeline would work."""

    def __init__(self, store: Store, *names: str) -> None:
        watched = tuple(
            Feed(name=name, url=f"https://{name.lower()}.example.org/", interval=timedelta(minutes=10)) for name in names
        )
        channels = (Channel(name="good", kind="console"), Channel(name="bad", kind="console"))
        self.config = SimpleNamespace(
            feeds=watched,
            channels=channels,
            interval=timedelta(minutes=10),
            keep_text=timedelta(days=90),
            keep_log=timedelta(days=730),
        )
        self.edges = SimpleNamespace(store=store)
        self.polls: dict[str, Callable[[], object]] = {}
        self.judgings: dict[int, Callable[[], object]] = {}
        self.seen: list[object] = []

    def poll(self, state: FeedState, now: datetime) -> Polled:
        self.polls.get(state.name, lambda: None)()
        self.seen.append(state.name)
        feed = next(feed for feed in self.config.feeds if feed.name == state.name)
        return Polled(feed=state.name, state=decide.after_poll(state, feed, now, 0.0))

    def judge(self, item: Item, now: datetime) -> Judged:
        self.judgings.get(item.id, lambda: None)()
        self.seen.append(item.id)
        return Judged(judgement=Judgement(item=item, article=Article(text="", note="read"), verdicts=(), at=now), kept=False)

    def announce(self, now: datetime) -> int:
        del now
        return 0

    def back(self) -> None:
        return None

    def heartbeat(self, now: datetime) -> bool:
        del now
        return False

    def ping(self) -> None:
        return None

    def look(self, now: datetime) -> list[object]:
        del now
        return []


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_state(tmp_path / "state" / "seen.sqlite3")
    yield store
    store.close()


@pytest.fixture
def workers() -> Iterator[Paced]:
    workers = Paced(HostTurns(0.0), 4)
    yield workers
    workers.stop(1.0)


def rounds_over(
    pipeline: Any, workers: Paced, clock: Callable[[], datetime] = lambda: NOW, stopping: Callable[[], bool] = bool
) -> Rounds:
    rounds = Rounds(pipeline, workers, Crew(clock=clock, stopping=stopping))
    rounds.start()
    return rounds


def log_items(store: Store, count: int) -> list[int]:
    new = [
        NewItem(
            entry=Entry(guid=str(n), url=f"https://a.example.org/{n}", title=f"T{n}", summary="", published=None),
            keys=(),
            outlet="A",
        )
        for n in range(count)
    ]
    with store.write() as tx:
        return items.add(tx, "A", new, NOW)


def states(store: Store) -> dict[str, FeedState]:
    with store.read() as connection:
        return feeds.states(connection)


def fail() -> None:
    raise ZeroDivisionError("a bug")


def test_a_bug_in_one_poll_is_logged_and_stops_no_other(store: Store, workers: Paced, caplog: pytest.LogCaptureFixture) -> None:
    pipeline = FakePipeline(store, "A", "B", "C")
    pipeline.polls["B"] = fail
    rounds = rounds_over(pipeline, workers)
    assert rounds.poll_due() == 3
    until(lambda: not rounds.busy())
    rounds.flush()
    after = states(store)
    assert sorted(map(str, pipeline.seen)) == ["A", "C"]
    assert (after["A"].problem, after["B"].lasting) == (None, True)
    assert after["B"].next_due == NOW + timedelta(hours=1)
    assert "ZeroDivisionError" in caplog.text


def test_a_poll_cut_off_by_a_stop_is_due_again_at_once(store: Store, workers: Paced) -> None:
    def stop() -> None:
        raise Stopping("cut off")

    pipeline = FakePipeline(store, "A")
    pipeline.polls["A"] = stop
    rounds = rounds_over(pipeline, workers)
    rounds.poll_due()
    until(lambda: not rounds.busy())
    rounds.flush()
    pipeline.polls.clear()
    assert rounds.poll_due() == 1


def test_a_state_that_fails_for_a_moment_costs_a_minute_and_asks_no_server_every_second(
    store: Store, workers: Paced, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise StateError("no space left on the disk")

    pipeline = FakePipeline(store, "A")
    pipeline.polls["A"] = full
    now = [NOW]
    rounds = rounds_over(pipeline, workers, clock=lambda: now[0])
    rounds.poll_due()
    until(lambda: not rounds.busy())
    rounds.flush()
    pipeline.polls.clear()
    assert rounds.poll_due() == 0
    now[0] += timedelta(minutes=1)
    assert rounds.poll_due() == 1
    assert "no space left" in caplog.text


def test_a_bug_in_judging_one_item_puts_it_off_and_stops_no_other(
    store: Store, workers: Paced, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    now = [NOW]
    pipeline = FakePipeline(store, "A")
    first, second = log_items(store, 2)
    pipeline.judgings[first] = fail
    rounds = rounds_over(pipeline, workers, clock=lambda: now[0])
    assert rounds.judge_waiting() == 2
    until(lambda: not rounds.busy())
    rounds.flush()
    assert pipeline.seen == [second]
    assert rounds.judge_waiting() == 0
    pipeline.judgings.clear()
    now[0] += timedelta(minutes=10)
    assert rounds.judge_waiting() == 1
    until(lambda: not rounds.busy())


def test_items_that_ask_for_no_page_need_no_turn_of_their_own_at_their_host(store: Store) -> None:
    turns = HostTurns(3600.0)  # a second turn would come an hour later
    workers = Paced(turns, 4)
    pipeline = FakePipeline(store, "A")
    ids = log_items(store, 30)
    rounds = rounds_over(pipeline, workers)
    assert rounds.judge_waiting() == 30
    until(lambda: not rounds.busy())
    workers.stop(1.0)
    assert pipeline.seen == ids


def test_after_an_item_that_asked_for_its_page_the_others_wait_for_the_hosts_next_turn(store: Store) -> None:
    turns = HostTurns(3600.0)
    workers = Paced(turns, 4)
    pipeline = FakePipeline(store, "A")
    first, *others = log_items(store, 3)
    fetched = threading.Event()

    def fetch() -> None:
        with turns.turn("a.example.org:443", 1.0) as may:
            assert may
        fetched.set()

    pipeline.judgings[first] = fetch
    rounds = rounds_over(pipeline, workers)
    rounds.judge_waiting()
    assert fetched.wait(10)
    until(lambda: pipeline.seen)
    assert rounds.busy()
    workers.stop(1.0)
    assert pipeline.seen == [first]
    assert others


def test_work_in_hand_is_not_taken_twice_even_when_its_lease_ran_out(store: Store, workers: Paced) -> None:
    gate, now = threading.Event(), [NOW]
    pipeline = FakePipeline(store, "A")
    pipeline.polls["A"] = gate.wait
    rounds = rounds_over(pipeline, workers, clock=lambda: now[0])
    assert rounds.poll_due() == 1
    now[0] += timedelta(hours=3)
    assert rounds.poll_due() == 0
    gate.set()
    until(lambda: not rounds.busy())


def test_nothing_is_started_once_the_bot_is_being_stopped(store: Store, workers: Paced) -> None:
    pipeline = FakePipeline(store, "A")
    log_items(store, 1)
    rounds = rounds_over(pipeline, workers, stopping=lambda: True)
    assert (rounds.poll_due(), rounds.judge_waiting(), rounds.deliver_due()) == (0, 0, 0)


def test_a_feed_taken_out_while_it_is_polled_stays_out(store: Store, workers: Paced) -> None:
    gate = threading.Event()
    pipeline = FakePipeline(store, "A", "B")
    pipeline.polls["A"] = gate.wait
    rounds = rounds_over(pipeline, workers)
    rounds.poll_due()
    rounds.reconfigure(FakePipeline(store, "B"))  # type: ignore[arg-type]
    gate.set()
    until(lambda: not rounds.busy())
    rounds.flush()
    assert states(store)["A"].next_due is None


def test_one_pass_does_everything_that_is_due_and_ends(store: Store, workers: Paced) -> None:
    pipeline = FakePipeline(store, "A", "B")
    found = log_items(store, 3)
    rounds = Rounds(pipeline, workers, Crew(clock=lambda: NOW, stopping=lambda: False))  # type: ignore[arg-type]
    once(rounds, until)
    assert sorted(map(str, pipeline.seen)) == sorted(["A", "B", *map(str, found)])
    assert not rounds.busy()
    with store.read() as connection:
        assert items.waiting(connection) == (0, 0)


def test_it_is_idle_when_nothing_is_in_hand_and_nothing_is_due(store: Store, workers: Paced) -> None:
    gate, now = threading.Event(), [NOW]
    pipeline = FakePipeline(store, "A")
    pipeline.polls["A"] = gate.wait
    rounds = rounds_over(pipeline, workers, clock=lambda: now[0])
    assert not rounds.idle(), "a feed is due"
    rounds.poll_due()
    assert not rounds.idle(), "a feed is being polled"
    gate.set()
    until(rounds.idle)
    log_items(store, 1)
    assert not rounds.idle(), "an item waits"
    rounds.judge_waiting()
    until(rounds.idle)
    rounds.flush()
    now[0] += timedelta(minutes=10)
    assert not rounds.idle(), "the feed is due again"


class Slow:
    """A state whose commits are seen by others before its own caller goes on."""

    def __init__(self, store: Store) -> None:
        self.store, self.look = store, lambda: True
        self.seen: list[bool] = []

    def read(self) -> Any:
        return self.store.read()

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self.store.write() as tx:
            yield tx
        self.seen.append(self.look())


def test_work_that_is_just_being_taken_up_is_never_overlooked(store: Store, workers: Paced) -> None:
    pipeline = FakePipeline(store, "A")
    pipeline.edges.store = slow = Slow(store)
    rounds = rounds_over(pipeline, workers)
    slow.look = rounds.idle
    log_items(store, 1)
    for take in (rounds.poll_due, rounds.judge_waiting):
        slow.seen.clear()
        assert take() == 1
        assert not slow.seen[0]
        until(lambda: not rounds.busy())
        rounds.flush()
    assert rounds.idle()


# ---------------------------------------------------------------- the group commit


def test_a_group_is_committed_when_it_is_whole_or_old_enough() -> None:
    kept: list[list[int]] = []
    group: Group[int] = Group(lambda some: kept.append(list(some)))
    group.add(1)
    assert group.flush(every=60) == 0
    assert group.flush() == 1
    for n in range(SIZE):
        group.add(n)
    assert [len(some) for some in kept] == [1, SIZE]
    assert group.flush() == 0


def test_a_group_that_cannot_be_kept_waits_on() -> None:
    kept: list[list[int]] = []
    full = [True]

    def commit(some: Any) -> None:
        if full[0]:
            raise StateError("no space left on the disk")
        kept.append(list(some))

    group: Group[int] = Group(commit)
    group.add(1)
    group.add(2)
    with pytest.raises(StateError):
        group.flush()
    full[0] = False
    group.add(3)
    assert group.flush() == 3
    assert kept == [[1, 2, 3]]
