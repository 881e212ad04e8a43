"""The outbox: queued, sent, settled, merged, retried; and what a crash leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.edge.store import byhand, lost, outbox, tallies, window
from bot.model import Answer, Blocking

from .conftest import NOW, Filled

DELIVERED = Answer(state="delivered", why="ok", status=200)
BUSY = Answer(state="retry", why="503", status=503)
REFUSED = Answer(state="parked", why="404 no_service", status=404)


def queued(filled: Filled, *titles: str) -> list[str]:
    found = []
    for title in titles:
        item = filled.log(title)
        found.append(filled.alert(item, filled.judge(item) or 0))
    return found


def states(filled: Filled) -> list[str]:
    with filled.store.read() as connection:
        return [row.state for row in outbox.rows(connection)]


def send(filled: Filled, seq: int, answer: Answer, due: object = None) -> None:
    with filled.store.write() as tx:
        outbox.take(tx, seq, NOW)
    with filled.store.write() as tx:
        outbox.settle(tx, seq, answer, now=NOW, due=due)  # type: ignore[arg-type]


def test_an_alert_goes_from_queued_through_sending_to_delivered(filled: Filled) -> None:
    [alert] = queued(filled, "A")
    with filled.store.write() as tx:
        row = outbox.take(tx, 1, NOW)
    assert (row.alert.id, row.state, row.attempts) == (alert, "sending", 1)
    assert states(filled) == ["sending"]
    with filled.store.write() as tx:
        outbox.settle(tx, 1, DELIVERED, now=NOW, due=None)
    assert states(filled) == ["delivered"]
    with filled.store.read() as connection:
        assert window.sent_within(connection, "newsroom", timedelta(seconds=1), NOW) == [(NOW, "development.new")]
        assert outbox.waiting(connection, "newsroom") == []


def test_the_same_development_is_queued_once_for_a_channel(filled: Filled) -> None:
    item = filled.log("A")
    development = filled.judge(item) or 0
    for channel in ("newsroom", "newsroom", "desk"):
        filled.alert(item, development, channel=channel)
    assert states(filled) == ["queued", "queued"]


def test_what_was_being_sent_when_the_sender_died_is_sent_again_and_the_ledger_says_so(filled: Filled) -> None:
    [alert] = queued(filled, "A")
    with filled.store.write() as tx:
        outbox.take(tx, 1, NOW)
    with filled.store.write() as tx:
        assert lost.take_over(tx, NOW) == 1
    with filled.store.read() as connection:
        assert [attempt.state for attempt in outbox.ledger(connection, alert)] == ["unknown"]
        assert [waiting.seq for waiting in outbox.waiting(connection, "newsroom")] == [1]


def test_every_attempt_stands_in_the_ledger(filled: Filled) -> None:
    [alert] = queued(filled, "A")
    send(filled, 1, BUSY, due=NOW + timedelta(seconds=5))
    send(filled, 1, DELIVERED)
    with filled.store.read() as connection:
        ledger = [(attempt.number, attempt.state, attempt.status) for attempt in outbox.ledger(connection, alert)]
    assert ledger == [(1, "retry", 503), (2, "delivered", 200)]


def test_a_retry_waits_at_the_head_of_its_lane(filled: Filled) -> None:
    queued(filled, "A", "B")
    due = NOW + timedelta(minutes=5)
    send(filled, 1, BUSY, due=due)
    with filled.store.read() as connection:
        assert [(waiting.seq, waiting.due) for waiting in outbox.waiting(connection, "newsroom")] == [(1, due), (2, None)]
        assert outbox.channels_due(connection, NOW) == set(), "nothing overtakes it"
        assert outbox.channels_due(connection, due) == {"newsroom"}


def test_merged_alerts_become_one_digest_that_names_all_their_items(filled: Filled) -> None:
    queued(filled, "A", "B", "C")
    with filled.store.write() as tx:
        digest = outbox.merge(tx, [1, 2, 3], NOW)
    with filled.store.read() as connection:
        [row] = outbox.rows(connection, ids=[digest])
        assert [entry.item.title.raw for entry in row.alert.entries] == ["A", "B", "C"]
        assert (row.alert.type, row.alert.story_title) == ("digest", "The story")
        assert {merged.merged_into for merged in outbox.rows(connection, state="merged")} == {digest}
    assert states(filled) == ["merged", "merged", "merged", "queued"]


@pytest.mark.parametrize("named", [True, False], ids=["the one named", "all"])
def test_parked_alerts_are_queued_again(filled: Filled, named: bool) -> None:
    alerts = queued(filled, "A", "B")
    send(filled, 1, REFUSED)
    send(filled, 2, REFUSED)
    with filled.store.write() as tx:
        again = byhand.retry(tx, alerts[:1] if named else None, NOW)
    assert again == (alerts[:1] if named else alerts)
    assert states(filled) == (["queued", "parked"] if named else ["queued", "queued"])


def test_a_retried_alert_begins_its_tries_anew(filled: Filled) -> None:
    queued(filled, "A")
    send(filled, 1, BUSY, due=NOW)
    send(filled, 1, REFUSED)
    with filled.store.write() as tx:
        byhand.retry(tx, None, NOW + timedelta(days=9))
        row = outbox.take(tx, 1, NOW + timedelta(days=9))
    assert (row.attempts, row.tries, row.since) == (3, 1, NOW + timedelta(days=9))


def test_an_alert_whose_answer_could_not_be_recorded_is_sent_again(filled: Filled) -> None:
    [alert] = queued(filled, "A")
    for _ in range(2):
        with filled.store.write() as tx:
            assert [waiting.seq for waiting in outbox.waiting(tx, "newsroom")] == [1]
            assert outbox.channels_due(tx, NOW) == {"newsroom"}
            outbox.take(tx, 1, NOW)
    with filled.store.read() as connection:
        assert [attempt.state for attempt in outbox.ledger(connection, alert)] == ["unknown", "sending"]


def test_delivered_alerts_are_never_queued_again(filled: Filled) -> None:
    alerts = queued(filled, "A")
    send(filled, 1, DELIVERED)
    with filled.store.write() as tx:
        assert byhand.retry(tx, alerts, NOW) == []


def test_an_alert_is_sent_with_the_outlets_its_development_has_by_then(filled: Filled) -> None:
    item = filled.log("A", name="One")
    development = filled.judge(item) or 0
    filled.alert(item, development)
    filled.judge(filled.log("A", name="Two"), development=development)
    with filled.store.write() as tx:
        [entry] = outbox.take(tx, 1, NOW).alert.entries
    assert (entry.development.items, [outlet.raw for outlet in entry.development.outlets]) == (2, ["One", "Two"])


def test_messages_accepted_of_a_long_alert_are_counted(filled: Filled) -> None:
    queued(filled, "A")
    with filled.store.write() as tx:
        outbox.take(tx, 1, NOW)
        outbox.part_accepted(tx, 1, NOW)
        outbox.use_plain(tx, 1)
    with filled.store.read() as connection:
        [row] = outbox.rows(connection)
    assert (row.parts, row.plain) == (1, True)


def test_channels_tell_what_waits_and_what_troubles_them(filled: Filled) -> None:
    queued(filled, "A", "B")
    send(filled, 1, REFUSED)
    with filled.store.read() as connection:
        assert tallies.counts(connection) == {"newsroom": {"parked": 1, "queued": 1}}
        assert tallies.last_trouble(connection) == {"newsroom": "404 no_service"}
        assert tallies.blocking(connection) == {}


def test_the_alert_that_blocks_a_lane_is_named(filled: Filled) -> None:
    first, _ = queued(filled, "A", "B")
    send(filled, 1, BUSY, due=NOW + timedelta(minutes=5))
    with filled.store.read() as connection:
        assert tallies.blocking(connection) == {"newsroom": Blocking(alert=first, tries=1, why="503")}


def test_a_dropped_alert_leaves_the_queue_and_keeps_its_trouble(filled: Filled) -> None:
    alerts = queued(filled, "A", "B", "C", "D")
    send(filled, 1, BUSY, due=NOW + timedelta(minutes=5))
    send(filled, 2, REFUSED)
    send(filled, 3, DELIVERED)
    with filled.store.write() as tx:
        assert sorted(byhand.drop(tx, alerts, sending=True)) == sorted([alerts[0], alerts[1], alerts[3]])
        assert outbox.take(tx, 1, NOW) is None
        assert outbox.merge(tx, [1, 4], NOW) is None
        assert outbox.waiting(tx, "newsroom") == []
        assert [(row.state, row.why) for row in outbox.rows(tx)] == [
            ("dropped", "given up by a person; before that: 503"),
            ("dropped", "given up by a person; before that: 404 no_service"),
            ("delivered", "ok"),
            ("dropped", "given up by a person"),
        ]


@pytest.mark.parametrize("nobody_sends", [True, False])
def test_what_is_being_sent_is_dropped_only_where_nobody_sends_it(filled: Filled, nobody_sends: bool) -> None:
    [alert] = queued(filled, "A")
    with filled.store.write() as tx:
        outbox.take(tx, 1, NOW)
        assert byhand.drop(tx, [alert], sending=nobody_sends) == ([alert] if nobody_sends else [])
        assert [attempt.state for attempt in outbox.ledger(tx, alert)] == ["unknown" if nobody_sends else "sending"]


def test_a_lost_answer_is_held_back_where_the_channel_wants_it_at_most_once(filled: Filled) -> None:
    alerts = queued(filled, "A", "B")
    with filled.store.write() as tx:
        outbox.take(tx, 1, NOW)
    with filled.store.write() as tx:
        assert lost.any_lost(tx, "newsroom")
        assert lost.take_over(tx, NOW, ["newsroom"]) == 1
        assert not lost.any_lost(tx, "newsroom")
        first, second = outbox.rows(tx)
        assert (first.state, first.ambiguous, second.state) == ("parked", True, "queued")
        assert "may have arrived" in first.why
        assert [attempt.state for attempt in outbox.ledger(tx, alerts[0])] == ["unknown"]
        assert byhand.held_back(tx) == 1
        assert byhand.retry(tx, None, NOW) == [], "not without being named"
        assert byhand.retry(tx, alerts[:1], NOW) == alerts[:1]
        assert [(row.state, row.ambiguous) for row in outbox.rows(tx)] == [("queued", False)] * 2


def test_what_was_delivered_under_a_clock_far_ahead_uses_no_budget_up(filled: Filled) -> None:
    ten_minutes = timedelta(minutes=10)
    for ahead in (timedelta(seconds=2), timedelta(days=3652)):
        queued(filled, f"seen {ahead} ahead")
        with filled.store.write() as tx:
            taken = outbox.take(tx, outbox.waiting(tx, "newsroom")[0].seq, NOW + ahead)
            assert taken is not None
            outbox.settle(tx, taken.seq, Answer(state="delivered", why="ok", status=200), now=NOW + ahead, due=None)
    with filled.store.read() as connection:
        found = window.sent_within(connection, "newsroom", ten_minutes, NOW)
    assert [at for at, _ in found] == [NOW + timedelta(seconds=2)], "a clock that was put right by seconds forgets nothing"
