"""Items, verdicts, the log and its search."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.edge.store import items, log, outbox, search, verdicts
from bot.edge.store.log import LogFilter
from bot.model import Answer

from .conftest import LEASE, NOW, Filled


def ids(filled: Filled, **wanted: object) -> list[int]:
    with filled.store.read() as connection:
        return [row.item.id for row in log.rows(connection, LogFilter(**wanted))]  # type: ignore[arg-type]


def claim(filled: Filled, now: object = NOW) -> list[int]:
    with filled.store.write() as tx:
        return [item.id for item in items.claim(tx, now, lease=LEASE, limit=10)]  # type: ignore[arg-type]


def test_logged_items_wait_to_be_judged_oldest_first_and_are_leased_once(filled: Filled) -> None:
    first, second = filled.log("A"), filled.log("B")
    assert claim(filled) == [first, second]
    assert claim(filled) == []
    with filled.store.write() as tx:
        items.take_over(tx, NOW)
    assert claim(filled) == [first, second]


def test_a_duplicate_waits_for_its_originals_verdict(filled: Filled) -> None:
    original = filled.log("A")
    copy = filled.log("A", name="Other", duplicate_of=original, duplicate_why="the same address")
    assert claim(filled) == [original]
    filled.judge(original)
    assert claim(filled) == [copy]


def test_an_item_whose_page_is_worth_another_try_comes_back_when_due(filled: Filled) -> None:
    item = filled.log("A")
    filled.judge(item, "no-match", due=NOW + timedelta(minutes=5), retry=True)
    assert claim(filled) == []
    assert claim(filled, NOW + timedelta(minutes=5)) == [item]
    assert filled.item(item).tries == 1
    filled.judge(item, "match", text="At last the text.", now=NOW + timedelta(minutes=5))
    with filled.store.read() as connection:
        row = log.find(connection, item, with_text=True)
    assert row is not None
    assert [v.verdict for v in row.verdicts] == ["match"]
    assert row.text == "At last the text."
    assert ids(filled, search="last text") == [item]


def test_keys_lead_to_their_item_and_are_never_taken_over(filled: Filled) -> None:
    item = filled.log("A")
    with filled.store.read() as connection:
        key = b"Example-1".ljust(16, b".")
        assert items.known(connection, [key, b"unknown"]) == {key: item}
        assert items.owned(connection, "Example", [item, 99]) == {item}
        assert items.owned(connection, "Other", [item]) == set()


def test_of_the_duplicates_their_originals_are_known(filled: Filled) -> None:
    original = filled.log("A")
    copy = filled.log("A", name="Other", duplicate_of=original)
    with filled.store.read() as connection:
        assert items.originals(connection, [original, copy]) == {copy: original}
        assert items.doubled(connection, "Other", [original]) == {original}
        assert items.doubled(connection, "Example", [original]) == set()


def test_the_log_is_filtered_by_story_feed_time_and_verdict(filled: Filled) -> None:
    a = filled.log("A", name="One")
    b = filled.log("B", name="Two", now=NOW + timedelta(hours=1))
    c = filled.log("C", name="Two", now=NOW + timedelta(hours=2))
    filled.judge(a, "match", story="s")
    filled.judge(a, "no-match", story="t")
    filled.judge(b, "no-match", story="s")
    assert ids(filled) == [a, b, c]
    assert ids(filled, feed="Two") == [b, c]
    assert ids(filled, since=NOW + timedelta(hours=1)) == [b, c]
    assert ids(filled, story="s") == [a, b]
    assert ids(filled, verdict="no-match") == [a, b]
    assert ids(filled, verdict="no-match", story="s") == [b]
    with filled.store.read() as connection:
        [row] = log.rows(connection, LogFilter(story="t"))
    assert [verdict.story for verdict in row.verdicts] == ["t"]


def test_the_log_is_read_in_pages_without_losing_a_row(filled: Filled) -> None:
    with filled.store.write() as tx:
        tx.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201) INSERT INTO items"
            "(feed, title, summary, first_seen, outlet, baseline, inside) SELECT 'F', 'T' || i, '', 0, 'F', 0, 0 FROM n"
        )
    assert ids(filled) == list(range(1, 1202))


def test_followers_see_what_was_judged_since_and_nothing_twice(filled: Filled) -> None:
    a, b = filled.log("A"), filled.log("B")
    filled.judge(b, now=NOW + timedelta(seconds=1))
    filled.judge(a, now=NOW + timedelta(seconds=2))
    with filled.store.read() as connection:
        rows = list(log.judged_since(connection, LogFilter(), NOW + timedelta(seconds=1), but=set()))
        again = list(log.judged_since(connection, LogFilter(), NOW + timedelta(seconds=2), but={a}))
    assert [row.item.id for row in rows] == [b, a]
    assert again == []


def test_an_item_is_alerted_only_when_a_channel_accepted_an_alert_that_names_it(filled: Filled) -> None:
    item, copy = filled.log("A"), filled.log("A again")
    development = filled.judge(item)
    filled.judge(copy, development=development)
    assert development is not None
    filled.alert(item, development)

    def alerted() -> list[bool]:
        with filled.store.read() as connection:
            return [row.verdicts[0].alerted for row in log.rows(connection, LogFilter())]

    assert alerted() == [False, False]
    with filled.store.write() as tx:
        [queued] = outbox.waiting(tx, "newsroom")
        outbox.take(tx, queued.seq, NOW)
    assert alerted() == [False, False]
    with filled.store.write() as tx:
        outbox.settle(tx, queued.seq, Answer(state="delivered", why="ok", status=200), now=NOW, due=None)
    assert alerted() == [True, False]


def test_a_development_lists_its_outlets_in_order_and_no_duplicates(filled: Filled) -> None:
    first, second, third = filled.log("A", name="One"), filled.log("A", name="Two"), filled.log("A", name="Three")
    development = filled.judge(first)
    filled.judge(second, development=development)
    filled.judge(third, "duplicate", development=development)
    with filled.store.read() as connection:
        [found] = verdicts.of_development(connection, [development or 0]).values()
    assert (found.items, [o.raw for o in found.outlets], found.headline.raw) == (2, ["One", "Two"], "A")


# ---------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("openai", True),
        ("OPENAI pentagon", True),
        ("北约", True),
        ("约考虑", True),
        ("나토", True),
        ("ภาษา", True),
        ("strategie", True),
        ('"considers a contract"', True),
        ('"a considers contract"', False),
        ("contr*", True),
        ("contr", False),
        ("约北", False),
        ("openai AND", False),
        ("nothing", True),
        ("nowhere", False),
        ('"', False),
        ("* ( ) : ^ -", False),
        ("title:openai NOT", False),
        ('unbalanced" quote', False),
        ("", False),
    ],
)
def test_the_log_is_searched(filled: Filled, words: str, found: bool) -> None:
    item = filled.log("OpenAI considers a contract: 北约考虑与", summary="나토는 ภาษาไทย Stratégie")
    filled.judge(item, text="The Pentagon said nothing-at-all about it.")
    assert ids(filled, search=words) == ([item] if found else [])


@given(st.text(max_size=60))
def test_no_text_typed_breaks_the_search(words: str) -> None:
    import sqlite3

    expression = search.expression(words)
    if expression is not None:
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE VIRTUAL TABLE search USING fts5(title, body, content='')")
        connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression.replace("\0", ""),)).fetchall()
        connection.close()
