"""Feeds in the state: due, leased, kept, followed through changes of the configuration."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.edge.store import feeds
from bot.model import Feed, FeedState

from .conftest import LEASE, NOW, Filled, feed


def claim(filled: Filled, *, now: object = NOW, limit: int = 100) -> list[FeedState]:
    with filled.store.write() as tx:
        return feeds.claim(tx, now, lease=LEASE, limit=limit)  # type: ignore[arg-type]


def test_a_feed_never_polled_is_due_at_once_and_leased_once(filled: Filled) -> None:
    filled.watch(feed("A"), feed("B"))
    assert [state.name for state in claim(filled)] == ["A", "B"]
    assert claim(filled) == []


def test_a_lease_ends_with_its_time_or_when_the_next_owner_takes_over(filled: Filled) -> None:
    filled.watch()
    claim(filled)
    assert claim(filled, now=NOW + LEASE) != []
    with filled.store.write() as tx:
        feeds.take_over(tx, timedelta(hours=1), NOW)
    assert claim(filled) != []


def test_the_longest_waiting_come_first_and_a_limit_holds(filled: Filled) -> None:
    filled.watch(feed("B"), now=NOW - timedelta(hours=1))
    filled.watch(feed("A"), feed("B"))
    assert [state.name for state in claim(filled, limit=1)] == ["B"]


def test_what_a_poll_changed_is_kept_and_the_lease_ended(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    after = replace(state, etag='"x"', body_hash=b"h", next_due=NOW + timedelta(minutes=10), first_polled=NOW, last_polled=NOW)
    with filled.store.write() as tx:
        feeds.save(tx, after, b"document")
    with filled.store.read() as connection:
        assert feeds.states(connection)["Example"] == after
        assert feeds.listed(connection, "Example") == b"document"
    assert claim(filled) == []
    assert claim(filled, now=NOW + timedelta(minutes=10)) == [after]


def test_many_unchanged_polls_are_kept_at_once(filled: Filled) -> None:
    filled.watch(feed("A"), feed("B"))
    states = [replace(s, next_due=NOW + timedelta(minutes=1), failures=2, problem="x", lasting=True) for s in claim(filled)]
    with filled.store.write() as tx:
        feeds.save_polled(tx, states)
    with filled.store.read() as connection:
        assert list(feeds.states(connection).values()) == states


def test_a_changed_address_forgets_the_validators_but_not_the_baseline(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    with filled.store.write() as tx:
        feeds.save(tx, replace(state, etag='"x"', body_hash=b"h", first_polled=NOW, next_due=NOW + LEASE), b"doc")
    filled.watch(feed(url="https://example.org/moved"), now=NOW + timedelta(minutes=1))
    with filled.store.read() as connection:
        after = feeds.states(connection)["Example"]
        assert feeds.listed(connection, "Example") is None
    assert (after.etag, after.body_hash, after.first_polled) == (None, None, NOW)
    assert after.next_due == NOW + timedelta(minutes=1)


def test_of_a_veiled_address_the_server_and_a_fingerprint_are_kept(filled: Filled) -> None:
    def veiled(key: str) -> Feed:
        return replace(feed("A"), url=f"https://user.example:8443?key={key}", veiled=True)

    filled.watch(veiled("canary"))
    [state] = claim(filled)
    assert state.url.startswith("https://user.example:8443/***")
    assert "canary" not in state.url
    with filled.store.write() as tx:
        feeds.save(tx, replace(state, etag='"x"', next_due=NOW + timedelta(days=1)), b"")
    filled.watch(veiled("canary"))
    assert claim(filled) == [], "the same address"
    filled.watch(veiled("another"))
    assert [each.etag for each in claim(filled)] == [None], "another one"


def test_a_poll_of_the_old_address_that_ends_late_changes_nothing(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    filled.watch(feed(url="https://example.org/moved"))
    with filled.store.write() as tx:
        feeds.save(tx, replace(state, etag='"old"', next_due=NOW + LEASE), b"doc")
        feeds.save_polled(tx, [replace(state, etag='"old"', next_due=NOW + LEASE)])
    with filled.store.read() as connection:
        after = feeds.states(connection)["Example"]
    assert (after.etag, after.next_due) == (None, NOW)


def test_a_feed_taken_out_of_the_configuration_rests_and_comes_back_with_its_memory(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    with filled.store.write() as tx:
        feeds.save(tx, replace(state, first_polled=NOW, next_due=NOW), None)
    filled.watch(feed("Other"))
    assert [state.name for state in claim(filled)] == ["Other"]
    filled.watch()
    assert [state.first_polled for state in claim(filled)] == [NOW]


def test_a_poll_that_ends_after_its_feed_was_taken_out_does_not_bring_it_back(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    filled.watch(feed("Other"))
    with filled.store.write() as tx:
        feeds.save_polled(tx, [replace(state, next_due=NOW)])
    assert "Example" not in {s.name for s in claim(filled, now=NOW + LEASE)}


def test_due_times_written_under_a_wrong_clock_are_mended_at_the_start(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    with filled.store.write() as tx:
        feeds.save_polled(tx, [replace(state, next_due=NOW + timedelta(days=3650))])
        feeds.take_over(tx, timedelta(hours=1), NOW)
    assert len(claim(filled)) == 1


def test_a_due_time_that_was_stretched_survives_a_restart_and_goes_with_a_shorter_interval(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    later = NOW + timedelta(minutes=40)
    with filled.store.write() as tx:
        feeds.save_polled(tx, [replace(state, next_due=later)])
    dues = []
    for minutes in (10, 60, 10):
        filled.watch(replace(feed(), interval=timedelta(minutes=minutes)))
        with filled.store.read() as connection:
            dues.append(feeds.states(connection)["Example"].next_due)
    assert dues == [later, later, NOW]


def test_what_operators_were_told_of_a_feed_is_not_overwritten_by_its_poll(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    with filled.store.write() as tx:
        feeds.keep_told(tx, {"Example": "broken"})
        feeds.save_polled(tx, [replace(state, next_due=NOW)])
        feeds.save(tx, replace(state, next_due=NOW), None)
    with filled.store.read() as connection:
        assert feeds.states(connection)["Example"].told == "broken"


def test_a_stopped_feed_rests_until_it_was_away(filled: Filled) -> None:
    filled.watch()
    [state] = claim(filled)
    with filled.store.write() as tx:
        feeds.save_polled(tx, [replace(state, stopped=True, next_due=None)])
    filled.watch()
    assert claim(filled) == []
    filled.watch(feed("Other"))
    filled.watch(feed(), feed("Other"))
    assert [state.name for state in claim(filled)] == ["Example", "Other"]


def test_feeds_never_asked_are_counted(filled: Filled) -> None:
    filled.watch(feed("A"), feed("B"))
    [first, _] = claim(filled)
    with filled.store.write() as tx:
        feeds.save_polled(tx, [replace(first, last_polled=NOW, next_due=NOW)])
        assert feeds.unpolled(tx) == 1
