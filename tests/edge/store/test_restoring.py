"""Going back to a copy: the old file is kept, and what may have been told before is known."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.edge.store import copying, lost, open_reading, open_state, outbox, restored, restoring, shelf
from bot.errors import StateBusy, StateDamaged, StateError
from bot.model import Answer

from .conftest import NOW, Filled

DAY, LATER = timedelta(days=1), NOW + timedelta(days=7)


@pytest.fixture
def copied(path: Path) -> Path:
    """A state whose copies of three days know one, two and three items; a fourth came later."""
    store = open_state(path)
    filled = Filled(store)
    filled.watch()
    for day in range(3):
        filled.log(f"day {day}", now=NOW + day * DAY)
        copying.daily(path, NOW + day * DAY)
    filled.log("after the last copy")
    store.close()
    return path


def damage(path: Path) -> bytes:
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    return path.read_bytes()


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM items").fetchone()[0])


def test_a_damaged_state_names_its_newest_copy_and_the_one_command(copied: Path) -> None:
    damage(copied)
    with pytest.raises(
        StateDamaged, match=r"seen\.sqlite3: the state is damaged .*\.daily-20260306T120000Z; .* storywatch restore$"
    ):
        open_state(copied)


def test_a_damaged_state_without_copies_names_the_command_that_begins_anew(path: Path) -> None:
    open_state(path).close()
    damage(path)
    with pytest.raises(StateDamaged, match=r"no copy of it; .* storywatch restore --empty$"):
        open_state(path)


@pytest.mark.parametrize("how", ["deleted", "emptied"])
def test_a_state_that_is_gone_is_not_begun_anew_silently_while_copies_are_there(copied: Path, how: str) -> None:
    copied.unlink()
    if how == "emptied":
        copied.touch()
    for opened in (open_state, open_reading):
        with pytest.raises(StateDamaged, match=r"is gone, but copies of it are there; .* storywatch restore"):
            opened(copied)
    assert restoring.restore(copied, None, LATER).contents
    assert count(copied) == 3


def test_the_newest_good_copy_takes_the_place_and_the_old_files_are_put_aside(copied: Path) -> None:
    damaged = damage(copied)
    wal = copied.with_name(copied.name + "-wal")
    wal.write_bytes(b"a log that belongs to the damaged file")
    newest = shelf.copies(copied)[0].path
    kept = newest.read_bytes()
    damage(newest)
    done = restoring.restore(copied, None, LATER)
    assert done.copy == shelf.copies(copied)[1].path
    assert [newest.name in why for why in done.passed] == [True]
    assert done.aside is not None
    assert done.aside.read_bytes() == damaged
    assert done.aside.with_name(done.aside.name + "-wal").read_bytes() == b"a log that belongs to the damaged file"
    assert count(copied) == 2
    assert copied.stat().st_mode & 0o777 == 0o600
    assert newest.read_bytes() != kept
    assert not list(copied.parent.glob("*.part*"))
    open_state(copied).close()


def test_a_named_copy_is_taken_and_stays_as_it_is(copied: Path) -> None:
    oldest = shelf.copies(copied)[-1].path
    before = oldest.read_bytes()
    damage(copied)
    assert restoring.restore(copied, oldest, LATER).copy == oldest
    assert count(copied) == 1
    assert oldest.read_bytes() == before


def test_without_a_good_copy_nothing_is_touched(copied: Path) -> None:
    for copy in shelf.copies(copied):
        damage(copy.path)
    damaged = damage(copied)
    with pytest.raises(StateError, match=r"no good copy beside it .* restore --empty"):
        restoring.restore(copied, None, LATER)
    assert copied.read_bytes() == damaged
    assert not shelf.copies(copied, "damaged")


def test_a_state_that_is_fine_is_only_replaced_when_that_is_wanted(copied: Path) -> None:
    with pytest.raises(StateError, match=r"the state is fine; .* --force"):
        restoring.restore(copied, None, LATER)
    assert count(copied) == 4
    assert restoring.restore(copied, None, LATER, force=True).aside
    assert count(copied) == 3


def test_a_state_at_work_is_not_replaced(copied: Path) -> None:
    store = open_state(copied)
    for attempt in (
        lambda: restoring.restore(copied, None, LATER, force=True),
        lambda: restoring.begin_anew(copied, LATER, force=True),
    ):
        with pytest.raises(StateBusy, match="stop it first"):
            attempt()
    store.close()


def test_an_alias_of_the_state_stays_an_alias(copied: Path, tmp_path: Path) -> None:
    alias = tmp_path / "alias.sqlite3"
    alias.symlink_to(copied)
    damage(copied)
    restoring.restore(alias, None, LATER)
    assert alias.is_symlink()
    assert count(alias) == count(copied) == 3


def test_a_new_beginning_is_an_empty_state_and_the_old_one_aside(copied: Path) -> None:
    damaged = damage(copied)
    done = restoring.begin_anew(copied, LATER)
    assert done.aside is not None
    assert done.aside.read_bytes() == damaged
    open_state(copied).close()
    assert count(copied) == 0


def test_what_a_feed_lists_at_first_after_a_restore_is_in_doubt_and_nothing_else(filled: Filled) -> None:
    filled.watch()
    before, again, after = NOW, NOW + DAY, NOW + DAY + timedelta(minutes=10)
    filled.log("known in the copy", now=before)
    with filled.store.write() as tx:
        tx.exec_driver_sql("UPDATE feeds SET first_polled = 1, last_polled = 1, last_ok = 1")
        restored.mark(tx)
        assert tx.exec_driver_sql("SELECT last_polled, last_ok FROM feeds").one() == (None, None)
        restored.answered(tx, "Example", again)
    filled.log("listed at first", now=again)
    filled.log("listed at first elsewhere", name="Other", now=again)
    filled.log("news since", now=after)
    with filled.store.read() as connection:
        doubts = [
            restored.in_doubt(connection, name, at)
            for name, at in (("Example", before), ("Example", again), ("Other", again), ("Example", after))
        ]
        assert doubts == [False, True, False, False]
        assert restored.waiting(connection)
    filled.judge(2, "no-match")
    with filled.store.read() as connection:
        assert not restored.waiting(connection)


@pytest.mark.parametrize(("hold", "states"), [((), ["queued"] * 2), (("newsroom",), ["parked"] * 2)], ids=["resend", "hold"])
def test_what_waited_when_the_copy_was_made_may_have_been_sent_since(
    path: Path, hold: tuple[str, ...], states: list[str]
) -> None:
    """Under its own id again; where the channel wants nothing twice, a person decides."""
    store = open_state(path)
    filled = Filled(store)
    filled.watch()
    for title in ("waits", "is in retry"):
        item = filled.log(title)
        filled.alert(item, filled.judge(item) or 0)
    with store.write() as tx:
        outbox.take(tx, 1, NOW)
        outbox.settle(tx, 1, Answer(state="retry", why="busy", status=503), now=NOW, due=NOW + DAY)
    copying.daily(path, NOW)
    store.close()
    damage(path)
    assert restoring.restore(path, None, LATER).waiting == 2
    store = open_state(path)
    with store.write() as tx:
        assert lost.take_over(tx, LATER, hold) == 2
    with store.read() as connection:
        assert [row.state for row in outbox.rows(connection)] == states
        assert [row.ambiguous for row in outbox.rows(connection)] == [bool(hold)] * 2
    store.close()
