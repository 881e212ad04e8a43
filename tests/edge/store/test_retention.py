"""Keeping the state bounded, and tombstones."""

from __future__ import annotations

from datetime import timedelta

from bot.edge.store import items, log, outbox, retention
from bot.edge.store.log import LogFilter
from bot.model import Answer

from .conftest import NOW, Filled

LATER = NOW + timedelta(days=1)


def table(filled: Filled, name: str) -> int:
    with filled.store.read() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() or 0)


def search(filled: Filled, words: str) -> list[int]:
    with filled.store.read() as connection:
        return [row.item.id for row in log.rows(connection, LogFilter(search=words))]


def index_is_sound(filled: Filled) -> bool:
    with filled.store.write() as tx:
        tx.exec_driver_sql("INSERT INTO search(search) VALUES ('integrity-check')")
    return True


def test_old_texts_go_and_the_title_stays_searchable(filled: Filled) -> None:
    item = filled.log("Headline 北约", summary="Summary")
    filled.judge(item, text="Bodyword 文章")
    with filled.store.write() as tx:
        assert retention.prune_texts(tx, LATER) == 1
    assert table(filled, "articles") == 0
    assert (search(filled, "bodyword"), search(filled, "文章")) == ([], [])
    assert search(filled, "headline 北约 summary") == [item]
    assert index_is_sound(filled)


def test_a_pruned_item_leaves_only_its_tombstone(filled: Filled) -> None:
    item = filled.log("Headline")
    filled.judge(item, text="Bodyword")
    with filled.store.write() as tx:
        assert retention.prune_items(tx, LATER) == 1
    assert [table(filled, name) for name in ("items", "articles", "verdicts", "prints")] == [0, 0, 0, 0]
    assert search(filled, "headline") == []
    assert index_is_sound(filled)
    with filled.store.read() as connection:
        assert items.known(connection, [b"Example-1".ljust(16, b".")]) == {b"Example-1".ljust(16, b"."): item}
    assert filled.log("New") > item, "an id is never used again"


def test_what_still_waits_is_never_pruned(filled: Filled) -> None:
    unjudged, told = filled.log("Unjudged"), filled.log("Told")
    development = filled.judge(told) or 0
    filled.alert(told, development)
    with filled.store.write() as tx:
        assert retention.prune_items(tx, LATER) == 0
        retention.prune_outbox(tx, LATER)
    assert table(filled, "items") == 2
    with filled.store.write() as tx:
        outbox.take(tx, 1, NOW)
        outbox.settle(tx, 1, Answer(state="delivered", why="ok"), now=NOW, due=None)
    with filled.store.write() as tx:
        assert retention.prune_items(tx, LATER) == 1
        retention.prune_outbox(tx, LATER)
    assert [table(filled, name) for name in ("alerts", "attempts", "alert_items", "developments")] == [0, 0, 0, 0]
    with filled.store.read() as connection:
        assert [row.item.id for row in log.rows(connection, LogFilter())] == [unjudged]


def test_pruning_goes_in_batches(filled: Filled) -> None:
    for n in range(retention.BATCH + 3):
        filled.judge(filled.log(f"T{n}"), "no-match")
    with filled.store.write() as tx:
        assert retention.prune_items(tx, LATER) == retention.BATCH
    with filled.store.write() as tx:
        assert retention.prune_items(tx, LATER) == 3


def test_the_last_pruning_is_remembered(filled: Filled) -> None:
    with filled.store.write() as tx:
        assert retention.last_pruned(tx) is None
        retention.set_last_pruned(tx, NOW)
        retention.set_last_pruned(tx, LATER)
        assert retention.last_pruned(tx) == LATER
