"""Decisions: each table tells what is decided for which values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import decide, order
from bot.core.decide import HARD, SOFT, TEMPORARY, Problem
from bot.model import Entry, Feed, FeedState, Fetched, FetchFailure, Item

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
FEED = Feed(name="Example", url="https://example.org/rss", interval=timedelta(minutes=10))
STATE = FeedState(name="Example", url=FEED.url, etag='"a"', modified="Tue", body_hash=b"1", next_due=NOW, first_polled=NOW)


def entry(title: str, published: datetime | None = None) -> Entry:
    return Entry(guid=title, url=None, title=title, summary="", published=published)


def item(**changes: object) -> Item:
    values = {
        "id": 1, "feed": "Example", "guid": None, "url": "https://example.org/1", "title": "t", "summary": "", "published": None,
        "first_seen": NOW, "outlet": "Example",
    }  # fmt: skip
    return Item(**{**values, **changes})  # type: ignore[arg-type]


# ---------------------------------------------------------------- polling


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_a_feed_is_never_polled_before_its_interval_and_at_most_a_tenth_later(chance: float) -> None:
    due = decide.after_poll(STATE, FEED, NOW, chance).next_due
    assert due is not None
    assert NOW + FEED.interval <= due <= NOW + FEED.interval * 1.1


def test_an_answer_that_is_fine_ends_the_row_of_failures() -> None:
    broken = decide.after_failure(STATE, FEED, Problem(why="x", lasting=True), NOW, 0)
    mended = decide.after_poll(broken, FEED, NOW, 0)
    assert (mended.failures, mended.problem, mended.lasting, mended.last_ok) == (0, None, False, NOW)


@pytest.mark.parametrize(
    ("weight", "waits"),
    [(HARD, [10, 20, 40, 60, 60]), (SOFT, [10, 10, 14, 20, 28, 40, 57, 60]), (TEMPORARY, [10, 10, 10, 10, 12, 14])],
    ids=["a hard failure doubles it", "two soft ones do", "four temporary ones do"],
)
def test_back_off_doubles_with_each_point_of_the_score_up_to_an_hour(weight: float, waits: list[int]) -> None:
    state, waited = FeedState(name="Example", url=FEED.url), []
    for _ in waits:
        state = decide.after_failure(state, FEED, Problem(why="x", lasting=False, weight=weight), NOW, 0)
        assert state.next_due is not None
        waited.append(round((state.next_due - NOW) / timedelta(minutes=1)))
    assert waited == waits


def test_a_feed_slower_than_an_hour_keeps_its_own_pace_when_it_fails() -> None:
    slow = Feed(name="Slow", url="https://example.org", interval=timedelta(hours=6))
    assert decide.after_failure(STATE, slow, Problem(why="x", lasting=False), NOW, 0).next_due == NOW + timedelta(hours=6)


def test_retry_after_is_a_lower_bound_and_no_excuse_to_come_earlier() -> None:
    late = decide.after_failure(STATE, FEED, Problem(why="429", lasting=False, retry_after=7200), NOW, 0)
    soon = decide.after_failure(STATE, FEED, Problem(why="429", lasting=False, retry_after=1), NOW, 0)
    assert late.next_due == NOW + timedelta(hours=2)
    assert soon.next_due == NOW + FEED.interval


def test_a_failure_touches_neither_validators_nor_baseline() -> None:
    after = decide.after_failure(STATE, FEED, Problem(why="x", lasting=False), NOW, 0)
    assert (after.etag, after.modified, after.body_hash, after.first_polled) == ('"a"', "Tue", b"1", NOW)


def test_a_passing_problem_counts_as_lasting_from_the_third_failure_in_a_row() -> None:
    state, lasting = STATE, []
    for _ in range(4):
        state = decide.after_failure(state, FEED, Problem(why="502", lasting=False, weight=TEMPORARY), NOW, 0)
        lasting.append(state.lasting)
    assert lasting == [False, False, True, True]


@pytest.mark.parametrize(
    ("status", "lasting"),
    [(200, None), (203, None), (304, None), (301, True), (401, True), (403, True), (404, True), (410, True), (408, False), (429, False), (500, False),
     (503, False), (599, False), (999, False)],
)  # fmt: skip
def test_what_a_status_means_for_a_feed(status: int, lasting: bool | None) -> None:
    problem = decide.answer_problem(Fetched(url="https://x.org", status=status, headers={}, body=b""), None, conditional=True)
    assert (problem and problem.lasting) == lasting
    assert problem is None or str(status) in problem.why


def test_a_304_that_nobody_asked_for_is_a_problem_and_not_silence() -> None:
    unasked = decide.answer_problem(Fetched(url="https://x.org", status=304, headers={}, body=b""), None, conditional=False)
    assert unasked is not None


def test_a_fetch_that_failed_for_good_is_lasting() -> None:
    assert decide.fetch_problem(FetchFailure(why="a forbidden address", temporary=False)).lasting
    assert not decide.fetch_problem(FetchFailure(why="time-out", temporary=True)).lasting


def status(number: int) -> Problem:
    problem = decide.answer_problem(Fetched(url="https://x.org", status=number, headers={}, body=b""), None, conditional=True)
    assert problem is not None
    return problem


@pytest.mark.parametrize(
    ("problem", "weight"),
    [
        (status(404), SOFT), (status(429), SOFT), (status(503), SOFT), (status(403), HARD), (status(410), HARD),
        (decide.fetch_problem(FetchFailure(why="its host name cannot be resolved now", temporary=True, kind="name")), TEMPORARY),
        (decide.fetch_problem(FetchFailure(why="it did not answer in time", temporary=True)), SOFT),
        (decide.fetch_problem(FetchFailure(why="its certificate has expired", temporary=True, kind="certificate")), HARD),
        (decide.fetch_problem(FetchFailure(why="a forbidden address", temporary=False)), HARD),
    ],
    ids=["404", "429", "503", "403", "410", "DNS: try again", "no answer in time", "a certificate", "a forbidden address"],
)  # fmt: skip
def test_what_a_failure_weighs(problem: Problem, weight: float) -> None:
    assert problem.weight == weight


@pytest.mark.parametrize(("last_ok", "lasting"), [(None, True), (NOW, False)], ids=["never worked", "worked before"])
def test_a_404_counts_as_lasting_at_once_only_for_a_feed_that(last_ok: datetime | None, lasting: bool) -> None:
    before = FeedState(name="Example", url=FEED.url, last_ok=last_ok)
    assert decide.after_failure(before, FEED, status(404), NOW, 0).lasting == lasting


def test_a_feed_that_fails_every_other_poll_counts_as_lasting_after_a_while() -> None:
    state, lasting = STATE, []
    for _ in range(6):
        state = decide.after_failure(state, FEED, status(503), NOW, 0)
        lasting.append(state.lasting)
        state = decide.after_poll(state, FEED, NOW, 0)
    assert lasting == [False, False, False, True, True, True]


def test_three_good_polls_in_a_row_end_the_score() -> None:
    state = decide.after_failure(STATE, FEED, status(403), NOW, 0)
    scores = []
    for _ in range(3):
        state = decide.after_poll(state, FEED, NOW, 0)
        scores.append(state.score)
    assert scores == [0.875, 0.75, 0.0]


def test_every_seventh_poll_asks_without_validators() -> None:
    asked = [bool(decide.conditional(replace(STATE, confirmed=count))) for count in range(8)]
    assert asked == [True] * 6 + [False] * 2


def test_a_feed_is_not_asked_sooner_after_a_failure_than_after_an_answer() -> None:
    slow = replace(STATE, first_polled=NOW - timedelta(days=9), last_new=NOW - timedelta(days=9), answers=99)
    assert decide.after_failure(slow, FEED, status(503), NOW, 0).next_due == decide.after_poll(slow, FEED, NOW, 0).next_due


def test_the_first_whole_document_is_the_baseline() -> None:
    new = FeedState(name="Example", url=FEED.url, etag='"a"', body_hash=b"1")
    whole, cut = (decide.after_document(new, NOW, whole=whole, settled=False) for whole in (True, False))
    assert whole.first_polled == NOW
    assert (cut.first_polled, cut.etag, cut.body_hash) == (None, None, None)
    assert decide.after_document(STATE, NOW + timedelta(days=1), whole=True, settled=True).first_polled == NOW


def test_a_feed_that_is_always_cut_off_is_a_baseline_only_once() -> None:
    new = FeedState(name="Example", url=FEED.url, etag='"a"', body_hash=b"1")
    second = decide.after_document(new, NOW, whole=False, settled=True)
    assert (second.first_polled, second.etag) == (NOW, None)


def test_validators_go_out_verbatim_and_only_where_there_are_any() -> None:
    assert decide.conditional(STATE) == {"If-None-Match": '"a"', "If-Modified-Since": "Tue"}
    assert decide.conditional(FeedState(name="Example", url=FEED.url, etag='W/"b"')) == {"If-None-Match": 'W/"b"'}
    assert decide.conditional(FeedState(name="Example", url=FEED.url)) == {}


DATED = [entry("new", NOW), entry("old", NOW - timedelta(days=2)), entry("middle", NOW - timedelta(days=1))]
PARTLY = [entry("first"), entry("second", NOW), entry("third")]


@pytest.mark.parametrize(
    ("entries", "count", "titles"),
    [(DATED, 0, set()), (DATED, 2, {"new", "middle"}), (DATED, 9, {"new", "old", "middle"}), (PARTLY, 1, {"second"}), (PARTLY, 2, {"second", "first"})],
    ids=["none", "by date", "all there are", "a dated one before the undated", "undated ones by place"],
)  # fmt: skip
def test_the_newest_entries_of_a_backlog(entries: list[Entry], count: int, titles: set[str]) -> None:
    assert {entries[n].title for n in order.newest(entries, count)} == titles


@pytest.mark.parametrize(
    ("entries", "titles"),
    [(DATED, ["old", "middle", "new"]), (PARTLY, ["third", "second", "first"]), ([], [])],
    ids=["by date", "from the end where a date is missing", "none"],
)
def test_entries_are_logged_oldest_first(entries: list[Entry], titles: list[str]) -> None:
    assert [entries[n].title for n in order.oldest_first(entries)] == titles


# ---------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("policy", "changes", "hinted", "read"),
    [
        ("all", {}, False, True),
        ("all", {"url": None}, True, False),
        ("all", {"baseline": True}, False, False),
        ("all", {"baseline": True}, True, True),
        ("hinted", {}, False, False),
        ("hinted", {}, True, True),
        ("never", {}, True, False),
    ],
    ids=["every page of a feed read in full", "no address", "a first poll's item without a hint", "a first poll's item with one",
         "hinted, without a hint", "hinted, with one", "never"],
)  # fmt: skip
def test_which_pages_are_read(policy: str, changes: dict[str, object], hinted: bool, read: bool) -> None:
    feed = Feed(name="Example", url="https://example.org", interval=timedelta(minutes=10), articles=policy)  # type: ignore[arg-type]
    assert (decide.why_not_read(item(**changes), feed, hinted=hinted) is None) == read


def test_a_page_that_could_not_be_had_is_asked_for_three_times_more() -> None:
    waits = [decide.read_again(tries, NOW) for tries in range(5)]
    assert waits == [None, NOW + timedelta(minutes=5), NOW + timedelta(minutes=30), NOW + timedelta(hours=2), None]
