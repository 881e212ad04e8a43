"""A lane and what its receiver says of the channel: one request to the dead, no early one to the busy, no silence about either."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.config import load
from bot.edge.store import Store, Transaction, byhand, channels, outbox
from bot.errors import StateFull
from bot.rounds import Crew, Rounds
from tests.lab.server import Reply

from .lane_place import Lanes, lanes

GONE = Reply(status=410, body=b"gone")
OK = Reply(status=200, body=b"ok")
LOST = Reply(fault="reset")
SECOND = timedelta(seconds=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Lanes]:
    with lanes(tmp_path) as place:
        yield place


# ---------------------------------------------------------------- permanent for the channel


def dead_among_others(place: Lanes) -> None:
    place.configure(("webhook", "dead"), ("slack", "other"), ("webhook", "ops"), operators='"ops"')
    place.queue("dead", "one", "two", "three")
    place.script["dead"] = [GONE]
    place.deliver()


def test_a_dead_channel_gets_one_request_and_keeps_everything(place: Lanes) -> None:
    dead_among_others(place)
    for _ in range(5):
        place.deliver(after=timedelta(hours=20))
        place.restart()
        place.configure(("webhook", "dead"), ("slack", "other"), ("webhook", "ops"), operators='"ops"')  # a reload
    assert place.requests("dead") == 1
    assert place.states("dead") == ["queued"] * 3
    assert [sent.state for sent in place.sent if sent.alert.channel == "dead"] == ["disabled"]


def test_every_other_channel_hears_of_it_once(place: Lanes) -> None:
    dead_among_others(place)
    place.deliver(after=timedelta(hours=1))
    [told] = [json.loads(arrival.body) for arrival in place.arrived if arrival.channel == "ops"]
    assert (told["type"], told["data"]["feed"]) == ("feed.problem", "channel dead")
    assert "410" in told["data"]["problem"]
    assert "storywatch alerts retry --channel dead" in told["data"]["problem"]
    assert place.requests("other") == 1
    assert [row.alert.problem.raw for row in place.rows("dead")] == ["one", "two", "three"], "and not itself"


def test_after_repair_everything_goes_out_in_order(place: Lanes) -> None:
    dead_among_others(place)
    place.script["dead"] = [OK]
    with place.store.write() as tx:
        enabled = channels.enable(tx, ["dead"])
        byhand.retry(tx, None, place.now, channel="dead", enabled=enabled)
    place.deliver()
    accepted = [json.loads(arrival.body)["data"]["problem"] for arrival in place.arrived if arrival.channel == "dead"]
    assert accepted == ["one", "one", "two", "three"]


def test_a_channel_still_dead_after_a_retry_gets_one_more_request(place: Lanes) -> None:
    dead_among_others(place)
    with place.store.write() as tx:
        channels.enable(tx, None)
    place.deliver()
    place.deliver(after=timedelta(hours=1))
    assert place.requests("dead") == 2
    assert place.states("dead") == ["queued"] * 3


def test_a_changed_address_enables_the_channel_by_itself(place: Lanes) -> None:
    dead_among_others(place)
    place.configure(("webhook", "dead"), more={"dead": 'secret = "whsec_' + "a" * 32 + '"'})
    place.script["dead"] = [OK]
    place.deliver()
    assert place.states("dead") == ["delivered"] * 3


# ---------------------------------------------------------------- ambiguous


@pytest.mark.parametrize("kind", ["slack", "discord", "webhook"])
def test_a_lost_answer_is_sent_again_under_the_same_id_unless_the_channel_holds(place: Lanes, kind: str) -> None:
    place.configure((kind, "again"), (kind, "once"), more={"once": 'on_ambiguous = "hold"'})
    for name in ("again", "once"):
        place.queue(name, "one", "two")
        place.script[name] = [LOST, OK]
    place.deliver()
    assert (place.states("again"), place.states("once")) == (["retry", "queued"], ["parked", "delivered"])
    place.deliver(after=timedelta(hours=80))
    assert place.states("again") == ["delivered", "delivered"]
    assert (place.requests("again"), place.requests("once")) == (3, 2)
    [held, _] = place.rows("once")
    assert held.ambiguous
    assert "may have arrived" in held.why
    with place.store.write() as tx:
        assert byhand.retry(tx, None, place.now) == [], "not unless it is named"
        byhand.retry(tx, [held.alert.id], place.now)
    place.deliver()
    assert place.states("once") == ["delivered", "delivered"]
    if kind == "webhook":
        assert len({arrival.headers["webhook-id"] for arrival in place.arrived if arrival.channel == "again"}) == 2


def test_what_never_left_is_not_ambiguous(place: Lanes) -> None:
    place.configure(("webhook", "once"), more={"once": 'on_ambiguous = "hold"'})
    place.queue("once", "one")
    place._web.close()  # connection refused
    place.deliver()
    assert place.states("once") == ["retry"]
    assert not place.rows("once")[0].ambiguous


@pytest.mark.parametrize(("option", "states"), [('"hold"', ["parked", "delivered"]), ('"resend"', ["delivered", "delivered"])])
@pytest.mark.parametrize("restarted", [True, False])
def test_a_sender_that_died_between_the_post_and_the_answer(
    place: Lanes, option: str, states: list[str], restarted: bool
) -> None:
    place.configure(("webhook", "room"), more={"room": f"on_ambiguous = {option}"})
    place.queue("room", "one", "two")
    with place.store.write() as tx:
        outbox.take(tx, 1, place.now)
    if restarted:
        place.restart()
    place.deliver()
    assert place.states("room") == states


# ---------------------------------------------------------------- limits


def limit(seconds: float, *, everywhere: bool = False) -> Reply:
    return Reply(status=429, body=json.dumps({"message": "slow", "retry_after": seconds, "global": everywhere}).encode())


def test_a_wish_to_wait_outlives_a_restart_a_persons_retry_and_the_alert_itself(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    first, second = place.queue("room", "one", "two")
    place.script["room"] = [Reply(status=503, headers={"Retry-After": "1800"}), OK]
    place.deliver()
    place.restart()
    with place.store.write() as tx:
        byhand.retry(tx, [first], place.now)
    place.deliver(after=timedelta(seconds=1799))
    with place.store.write() as tx:
        byhand.drop(tx, [first], sending=False)
    place.deliver(after=SECOND)
    assert place.requests("room") == 1
    place.deliver(after=SECOND)
    assert place.states("room") == ["dropped", "delivered"]
    assert place.rows("room")[1].alert.id == second


def test_discords_global_limit_holds_all_channels_of_discord_and_no_other(place: Lanes) -> None:
    place.configure(("discord", "one"), ("discord", "two"), ("webhook", "hook"))
    for name in ("one", "two", "hook"):
        place.queue(name, "news")
    place.script["one"] = [limit(1.5, everywhere=True), OK]
    place.deliver()
    assert (place.states("one"), place.states("two"), place.states("hook")) == (["retry"], ["queued"], ["delivered"])
    place.deliver(after=1.5 * SECOND)
    assert (place.requests("one"), place.requests("two")) == (1, 0)
    place.deliver(after=timedelta(milliseconds=1))
    assert (place.states("one"), place.states("two")) == (["delivered"], ["delivered"])


def test_a_limit_of_one_webhook_holds_no_other(place: Lanes) -> None:
    place.configure(("discord", "one"), ("discord", "two"))
    for name in ("one", "two"):
        place.queue(name, "news")
    place.script["one"] = [limit(1.5), OK]
    place.deliver()
    assert (place.states("one"), place.states("two")) == (["retry"], ["delivered"])


def test_an_empty_bucket_of_discord_is_waited_for(place: Lanes) -> None:
    place.configure(("discord", "room"))
    place.queue("room", "one", "two", "three")
    empty = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2.25", "X-RateLimit-Bucket": "abc"}
    place.script["room"] = [Reply(body=b"{}", headers=empty), OK]
    place.deliver()
    first, second, third = [arrival.at for arrival in place.arrived]
    assert second - first >= timedelta(seconds=2.25)
    assert third == second, "and no longer"


@pytest.mark.parametrize("restarted", [True, False])
def test_slack_gets_one_message_a_second_also_over_a_restart(place: Lanes, restarted: bool) -> None:
    place.configure(("slack", "room"))
    place.queue("room", "one")
    place.deliver()
    if restarted:
        place.restart()
    place.queue("room", "two", "three")
    place.deliver()
    times = [arrival.at for arrival in place.arrived]
    assert len(times) == 3
    assert all(later - earlier >= SECOND for earlier, later in itertools.pairwise(times))


def test_a_pause_ends_when_the_bot_is_stopped_and_what_waits_stays_queued(place: Lanes) -> None:
    place.configure(("slack", "room"))
    place.queue("room", "one", "two")
    place._rest = lambda seconds: place.stop.set()  # type: ignore[method-assign]
    pipeline = place.pipeline
    pipeline.deliver(place.config.channels[0], lambda: place.now, place.sent.append)
    assert place.states("room") == ["delivered", "queued"]


def test_a_wish_that_comes_while_the_bot_is_being_stopped_is_kept(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    place.queue("room", "one")
    place.script["room"] = [Reply(status=429, headers={"Retry-After": "60"}), OK]
    place.on_request = place.stop.set
    place.deliver()
    assert place.states("room") == ["retry"]
    place.on_request = place.stop.clear
    place.stop.clear()
    place.restart()
    place.deliver(after=timedelta(seconds=60))
    assert place.requests("room") == 1
    place.deliver(after=SECOND)
    assert place.states("room") == ["delivered"]


# ---------------------------------------------------------------- lanes beside each other


@contextmanager
def at_work(place: Lanes) -> Iterator[Rounds]:
    unused = SimpleWorkers()
    changed = threading.Event()
    crew = Crew(clock=lambda: place.now, stopping=place.stop.is_set, heard=place.sent.append, changed=changed)  # type: ignore[arg-type]
    rounds = Rounds(place.pipeline, unused, crew)  # type: ignore[arg-type]
    try:
        yield rounds
    finally:
        place.stop.set()
        rounds.close()


class SimpleWorkers:
    """Nobody polls here."""


def until(place: Lanes, channel: str, count: int) -> None:
    for _ in range(2000):
        if place.requests(channel) >= count:
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{channel} had {place.requests(channel)} requests of {count}")


def test_a_slow_receiver_with_a_long_queue_delays_no_other_channel(place: Lanes) -> None:
    place.configure(("webhook", "slow"), ("webhook", "quick"), ("webhook", "brisk"))
    place.queue("slow", *(f"s{number}" for number in range(100)))
    place.script["slow"] = [Reply(fault="late", pause=8.0)]
    for name in ("quick", "brisk"):
        place.queue(name, *(f"{name} {number}" for number in range(20)))
    with at_work(place) as rounds:
        rounds.deliver_due()
        until(place, "quick", 20)
        until(place, "brisk", 20)
        assert place.requests("slow") == 1, "its first answer is still to come: nobody waited for it"
        assert place.states("slow")[:2] == ["sending", "queued"]
        place._web.close()


def test_the_queue_is_not_read_for_each_of_its_alerts(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    place.queue("room", *(f"n{number}" for number in range(40)))
    looks: list[str] = []

    def look(connection: object, cursor: object, statement: str, *rest: object) -> None:
        del connection, cursor, rest
        if "alerts.tries" in statement:
            looks.append(statement)

    sa.event.listen(place.store._reader, "before_cursor_execute", look)
    place.deliver()
    assert place.states("room") == ["delivered"] * 40
    assert 1 <= len(looks) <= 20, "once a second, and when it is used up"


def test_an_answer_and_the_next_alert_are_committed_together_before_the_next_request(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    place.queue("room", *(f"n{number}" for number in range(6)))
    before = place.store.commits
    seen: list[list[str]] = []
    place.on_request = lambda: seen.append(place.states("room"))
    place.deliver()
    assert seen == [["delivered"] * number + ["sending"] + ["queued"] * (5 - number) for number in range(6)]
    assert place.store.commits - before == 7, "one for the first, one for each answer"


def test_one_that_a_person_dropped_meanwhile_is_passed_over(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    _, second, _ = place.queue("room", "one", "two", "three")

    def drop() -> None:
        with place.store.write() as tx:
            byhand.drop(tx, [second], sending=False)

    place.on_request = drop
    place.deliver()
    assert (place.states("room"), place.requests("room")) == (["delivered", "dropped", "delivered"], 2)


def test_nothing_more_is_taken_up_once_the_bot_is_being_stopped(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    place.queue("room", "one", "two")
    place.on_request = place.stop.set
    place.deliver()
    assert place.states("room") == ["delivered", "queued"]


def test_where_the_next_cannot_be_taken_up_the_answer_is_kept_alone(place: Lanes) -> None:
    place.configure(("webhook", "room"))
    place.queue("room", "one", "two")
    roomy = place.store
    place.store = Cramped(roomy, full_at=2)  # type: ignore[assignment]
    place.deliver()
    assert place.states("room") == ["delivered", "delivered"]
    assert (place.requests("room"), roomy.commits - place.store.begun) == (2, 4), "taken, kept, taken, kept"


class Cramped:
    """A store whose disk is full at the end of one transaction, and has room again from the next on."""

    def __init__(self, store: Store, *, full_at: int) -> None:
        self._store, self._full_at = store, full_at
        self.begun = store.commits
        self._writes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._writes += 1
        with self._store.write() as tx:
            yield tx
            if self._writes == self._full_at:
                raise StateFull("no space left on the disk")


def test_an_answer_is_kept_though_the_next_alert_cannot_be_read(place: Lanes) -> None:
    """Rolled back with it, the answer would be lost and the message sent again every minute."""
    place.configure(("webhook", "room"))
    place.queue("room", "one", "two")
    with place.store.write() as tx:
        tx.execute(sa.text("UPDATE alerts SET content = '{}' WHERE seq = 2"))
    for _ in range(2):
        with pytest.raises(KeyError):
            place.deliver(after=timedelta(minutes=1))
    assert place.requests("room") == 1
    with place.store.read() as connection:
        assert connection.execute(sa.text("SELECT state FROM alerts ORDER BY seq")).scalars().all() == ["delivered", "queued"]


# ---------------------------------------------------------------- one address, several channels


def twins(place: Lanes, kind: str) -> None:
    """Two channels of one address, the second for what is urgent, say; and one of another."""
    place.configure((kind, "day"), (kind, "night"), (kind, "other"))
    file = place.root / "config" / "bot.toml"
    file.write_text(file.read_text().replace("night-secret-token", "day-secret-token"))
    place.config = load(place.root / "config", {})
    for name in ("day", "night", "other"):
        place.queue(name, "one", "two")


@pytest.mark.parametrize("kind", ["slack", "discord", "webhook"])
def test_a_dead_address_gets_one_request_however_many_channels_it_has(place: Lanes, kind: str) -> None:
    twins(place, kind)
    place.script["day"] = [Reply(status=410, body=b"gone")]
    for _ in range(3):
        place.deliver(after=timedelta(hours=1))
    assert place.requests("day") == 1
    assert place.states("day") == place.states("night") == ["queued"] * 2
    assert place.states("other") == ["delivered"] * 4, "and hears of both"


@pytest.mark.parametrize("kind", ["slack", "discord", "webhook"])
def test_what_an_address_asks_for_holds_for_every_channel_of_it(place: Lanes, kind: str) -> None:
    twins(place, kind)
    place.script["day"] = [Reply(status=429, headers={"Retry-After": "60"}), OK]
    place.deliver()
    place.deliver(after=timedelta(seconds=59))
    assert place.requests("day") == 1
    place.deliver(after=timedelta(seconds=2))
    assert place.states("day") == place.states("night") == ["delivered"] * 2
    assert place.states("other") == ["delivered"] * 2
