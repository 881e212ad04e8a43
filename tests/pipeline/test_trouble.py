"""Trouble of our own: a state that is locked, a bug, a wrong clock, a stop. The rounds are driven by hand."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.edge.lock import StateLock
from bot.edge.store import items, retention
from bot.model import Answer, FetchFailure, Payload
from bot.pipeline import Judged, Polled, Sent
from bot.rounds import once
from bot.rounds.crew import LEASE

from .conftest import ABOUT, CONFIG, World, item, rss

SAME = "OpenAI and NATO look at a contract"
BUSY = Answer(state="retry", why="503", status=503)


def many_feeds(world: World, count: int, interval: str = "10m") -> None:
    """That many empty feeds on one server, beside A and B."""
    urls = [f"https://f.example.org/{n}" for n in range(count)]
    feeds = "".join(f'[[feeds]]\nname = "F{n}"\nurl = "{url}"\n' for n, url in enumerate(urls))
    world.configure(CONFIG.replace('"10m"', f'"{interval}"', 1) + feeds)
    for url in urls:
        world.web.serve(url, rss(), content_type="application/rss+xml")


def one_item(world: World) -> None:
    """After the first pass: one item that matches is logged."""
    world.once()
    world.web.feed("A", item("x", SAME))
    world.poll()


def one_alert(world: World) -> None:
    """One alert waits to be sent."""
    one_item(world)
    world.judge()


def waiting(world: World) -> tuple[int, int]:
    """How many items are not judged yet, and how many are to be judged or read again some day."""
    with world.store.read() as connection:
        return items.waiting(connection)[0], items.reading_again(connection)


# ---------------------------------------------------------------- the state


def test_polls_that_a_locked_state_undid_wait_a_minute_and_are_then_done_again(world: World) -> None:
    world.web.feed("A", item("x"))
    world.web.feed("B", item("z"))
    store = world.trouble()
    ticks = world.ticks()
    ticks.rounds.start()
    ticks.rounds.poll_due()
    store.locked = lambda number: True
    ticks.hand.run()
    store.locked = lambda number: False
    for _ in range(59):
        ticks.poll()
        world.now += timedelta(seconds=1)
    assert world.asked_for("https://a.example.org/rss") == 1
    world.now += timedelta(seconds=1)
    ticks.poll()
    assert sorted(row.item.title for row in world.log()) == ["x", "z"]


def test_a_judgement_that_a_locked_state_undid_is_made_again_soon(world: World) -> None:
    one_item(world)
    store = world.trouble()
    ticks = world.ticks()
    ticks.rounds.judge_waiting()
    store.locked = lambda number: True
    ticks.hand.run()
    store.locked = lambda number: False
    ticks.rounds.flush()
    assert world.verdicts() == {SAME: ""}
    world.now += timedelta(minutes=5)
    ticks.judge()
    assert world.verdicts() == {SAME: "match"}


def test_an_answer_that_could_not_be_kept_at_once_does_not_send_the_alert_again(world: World) -> None:
    """Another process holds the state just when the answer comes."""
    one_alert(world)
    store = world.trouble()
    store.locked = lambda number: number == 2  # the first one marked the alert as being sent
    world.deliver()
    world.deliver()
    assert len(world.receiver.accepted) == 1
    assert [row.state for row in world.outbox()] == ["delivered"]


def test_ticks_open_no_transaction_while_a_feed_is_in_hand(world: World) -> None:
    store = world.trouble()
    rounds = world.ticks().rounds
    rounds.poll_due()
    store.opened = 0
    for _ in range(30):
        rounds.poll_due()
        rounds.judge_waiting()
        rounds.announce()
        rounds.flush(every=1.0)
    assert store.opened == 0


def test_ticks_open_no_transaction_while_the_first_digest_waits_for_a_feed(world: World) -> None:
    world.web.feed("A", item("x", SAME))
    with world.store.write() as tx:
        tx.exec_driver_sql("UPDATE feeds SET next_due = next_due + 86400000 WHERE name = 'B'")
    world.poll()
    world.judge()
    store = world.trouble()
    rounds = world.ticks().rounds
    for _ in range(30):
        rounds.announce()
    assert store.opened == 0


def test_one_pass_opens_no_transaction_for_nothing(world: World) -> None:
    many_feeds(world, 60)
    store = world.trouble()
    ticks = world.ticks()
    once(ticks.rounds, one_by_one(ticks.hand.run_one))
    assert world.asked_for("https://f.example.org/59") == 1
    assert store.opened > 3
    assert store.for_nothing <= 3


def one_by_one(work: Callable[[], object]) -> Callable[[Callable[[], bool]], None]:
    """How `once` waits, with one piece of work done between two looks."""

    def wait(done: Callable[[], bool]) -> None:
        for _ in range(2000):
            if done():
                return
            work()
        pytest.fail("the pass does not end")

    return wait


def test_parked_alerts_go_some_day(world: World) -> None:
    one_alert(world)
    world.receiver.script = [Answer(state="parked", why="gone", status=410)]
    world.deliver()
    assert [row.state for row in world.outbox()] == ["parked"]
    world.now += timedelta(days=365 * 20)
    world.ticks().rounds.prune()
    assert world.outbox() == []


def test_a_look_at_who_holds_the_state_keeps_nobody_from_starting(tmp_path: Path) -> None:
    """`storywatch status` holds the lock for an instant to see whether it is free."""
    state = tmp_path / "seen.sqlite3"
    look = os.open(tmp_path / "seen.sqlite3.lock", os.O_CREAT | os.O_RDONLY)
    fcntl.flock(look, fcntl.LOCK_SH | fcntl.LOCK_NB)
    over = threading.Timer(0.01, os.close, (look,))
    over.start()
    StateLock(state).release()
    over.join()


# ---------------------------------------------------------------- bugs


def test_an_item_that_trips_a_bug_does_not_hold_up_the_first_digest(world: World) -> None:
    world.web.feed("A", item("x", SAME), item("p", "OpenAI poison"))
    world.web.article("p", *ABOUT)
    run = world.pool.run

    def trips(fn: Callable[..., object], /, *args: object, **kwargs: object) -> object:
        if kwargs.get("title") == "OpenAI poison":
            raise ZeroDivisionError("a bug")
        return run(fn, *args, **kwargs)

    world.pool.run = trips  # type: ignore[method-assign]
    ticks = world.ticks()
    ticks.rounds.start()
    ticks.poll()
    for _ in range(6):
        ticks.judge()
        ticks.rounds.announce()
        world.now += timedelta(minutes=10)
    assert [row.alert.type for row in world.outbox()] == ["digest"]
    notes = {row.item.title: row.note for row in world.log()}
    assert "unexpected error" in notes["OpenAI poison"]


def test_a_feed_that_trips_a_bug_does_not_hold_up_the_first_digest(world: World) -> None:
    def trips(headers: object) -> FetchFailure:
        raise ZeroDivisionError("a bug")

    world.web.feed("A", item("x", SAME))
    world.web.answers["https://b.example.org/rss"] = trips
    ticks = world.ticks()
    ticks.rounds.start()
    for _ in range(10):
        ticks.poll()
        ticks.judge()
        ticks.rounds.announce()
        world.now += timedelta(minutes=31)
    assert [row.alert.type for row in world.outbox()] == ["digest"]


def test_a_lane_that_trips_a_bug_does_not_send_every_second(world: World) -> None:
    one_alert(world)
    tried = []

    def trips(channel: object, alert_id: str, payload: Payload, *, attempt: int = 1) -> Answer:
        tried.append(alert_id)
        raise ZeroDivisionError("a bug")

    world.receiver.send = trips  # type: ignore[method-assign]
    rounds = world.ticks().rounds
    for _ in range(10):
        if rounds.deliver_due():
            assert rounds.crew.changed.wait(10)
            rounds.crew.changed.clear()
            world.restart()  # so that the alert may be taken again
        world.now += timedelta(seconds=1)
    rounds.close()
    assert len(tried) == 1


def test_what_fails_after_an_item_was_judged_leaves_its_verdict_text_and_peace(world: World) -> None:
    """As when the terminal that is told of it is gone."""
    failures = [OSError("the terminal is gone")]

    def heard(result: Polled | Judged | Sent) -> None:
        del result
        if failures:
            raise failures.pop()

    world.once()
    world.web.feed("A", item("x", SAME))
    world.web.article("x", *ABOUT)
    world.poll()
    ticks = world.ticks(heard)
    for _ in range(5):
        ticks.judge()
        world.now += timedelta(minutes=11)
    assert not failures
    assert waiting(world) == (0, 0)
    assert world.asked_for("https://a.example.org/x") == 1
    [row] = world.log(search="alliance")
    assert (row.note, row.verdicts[0].verdict) == ("read", "match")
    assert len(world.outbox()) == 1


def test_an_item_judged_twice_is_told_once(world: World) -> None:
    one_item(world)
    with world.store.write() as tx:
        [found] = items.claim(tx, world.now, lease=LEASE, limit=9)
    for _ in range(2):
        world.pipeline.judge(found, world.now)
    assert world.verdicts() == {SAME: "match"}
    world.deliver()
    assert world.told() == [SAME]


# ---------------------------------------------------------------- clocks


def test_judgements_that_wait_for_their_group_survive_a_clock_set_forward(world: World) -> None:
    """A laptop wakes up, and the leases have run out, between a judgement and its commit."""
    world.once()
    world.web.feed("A", *(item(f"c{n}", f"Cheese {n}") for n in range(5)))
    world.poll()
    ticks = world.ticks()
    ticks.rounds.judge_waiting()
    ticks.hand.run()
    world.now += 2 * LEASE
    assert ticks.rounds.judge_waiting() == 0
    assert ticks.rounds.flush() == 5
    world.web.feed("A", *(item(f"d{n}", f"Milk {n}") for n in range(5)))
    world.poll()
    ticks.judge()
    assert set(world.verdicts().values()) == {"no-match"}
    assert waiting(world)[0] == 0


def test_a_retry_set_under_a_wrong_clock_is_mended_at_the_start(world: World) -> None:
    one_alert(world)
    world.receiver.script = [BUSY]
    right = world.now
    world.now += timedelta(days=3650)
    world.deliver()
    world.now = right
    world.ticks().rounds.start()
    world.now += timedelta(days=2)
    world.deliver()
    assert world.told() == [SAME]


def test_what_is_due_follows_a_clock_that_was_put_back_between_two_runs(world: World) -> None:
    world.now += timedelta(hours=1)
    world.poll()
    asked, state = len(world.web.asked), world.state_of("A")
    assert state.last_polled is not None
    assert state.next_due is not None
    left = state.next_due - state.last_polled
    world.now = state.last_polled - timedelta(hours=1)
    for _ in range(2):  # and once only: a second start must not cut short what a server asked for
        world.ticks().rounds.start()
        assert world.state_of("A").next_due == world.now + left
    world.now += left
    world.poll()
    assert len(world.web.asked) > asked


def test_a_pass_that_takes_longer_than_the_interval_polls_each_feed_once(world: World) -> None:
    many_feeds(world, 60, interval="30s")
    ticks = world.ticks()

    def work() -> None:
        world.now += timedelta(seconds=1)
        ticks.hand.run_one()

    once(ticks.rounds, one_by_one(work))
    assert len(world.web.asked) == 62


def test_a_retry_after_counts_from_the_answer(world: World) -> None:
    one_alert(world)

    def slow(channel: object, alert_id: str, payload: Payload, *, attempt: int = 1) -> Answer:
        del channel, alert_id, payload, attempt
        world.now += timedelta(seconds=20)
        return Answer(state="retry", why="429", status=429, retry_after=10)

    world.receiver.send = slow  # type: ignore[method-assign]
    world.deliver()
    [row] = world.outbox()
    assert row.due is not None
    assert row.due >= world.now + timedelta(seconds=10)


# ---------------------------------------------------------------- stops


def test_what_is_queued_is_not_begun_once_the_bot_is_being_stopped(world: World) -> None:
    one_item(world)
    asked = len(world.web.asked)
    world.now += timedelta(minutes=20)
    ticks = world.ticks()
    assert (ticks.rounds.poll_due(), ticks.rounds.judge_waiting()) == (2, 1)
    world.stopping = True
    ticks.hand.run()
    assert len(world.web.asked) == asked
    assert world.verdicts() == {SAME: ""}


def test_a_pruning_cut_short_by_a_stop_does_not_count(world: World) -> None:
    long_ago = world.now - timedelta(days=30)
    with world.store.write() as tx:
        retention.set_last_pruned(tx, long_ago)
    pruned = []
    for world.stopping in (True, False):
        world.ticks().rounds.prune()
        with world.store.read() as connection:
            pruned.append(retention.last_pruned(connection))
    assert pruned == [long_ago, world.now]


def test_a_stop_in_the_middle_of_a_send_is_not_the_receivers_failure(world: World) -> None:
    one_alert(world)
    up = world.receiver.send

    def cut_off(channel: object, alert_id: str, payload: Payload, *, attempt: int = 1) -> Answer:
        del channel, alert_id, payload, attempt
        world.stopping = True
        return Answer(state="retry", why="the bot is being stopped; the message may have arrived")

    world.receiver.send = cut_off  # type: ignore[method-assign]
    for _ in range(6):
        world.stopping = False
        world.restart()
        world.now += timedelta(hours=30)
        world.deliver()
    world.receiver.send = up  # type: ignore[method-assign]
    world.stopping = False
    world.restart()
    world.deliver()
    assert world.told() == [SAME]
