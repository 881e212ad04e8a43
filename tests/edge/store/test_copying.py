"""Copies: one moment of the state, whole or not there, and only as many as are kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.edge.store import copying, open_state, shelf
from bot.errors import StateBusy, StateDamaged, StateError, StateFull, Stopping

from .conftest import NOW, Filled
from .large import fill

DAY = timedelta(days=1)


def names(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir() if not found.name.endswith((".lock", "-wal", "-shm")))


def test_a_copy_holds_what_was_committed_and_is_one_private_file(filled: Filled, path: Path, tmp_path: Path) -> None:
    filled.watch()
    filled.judge(filled.log("OpenAI and NATO"))
    made = copying.copy(path, tmp_path / "copy")
    assert (made.items, made.alerts, made.size) == (1, 0, (tmp_path / "copy").stat().st_size)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert copying.check(tmp_path / "copy") == made
    assert sorted(found.name for found in tmp_path.iterdir()) == ["copy", "state"], "nothing beside it, even after a look inside"


def test_a_copy_made_while_others_write_is_one_moment(filled: Filled, path: Path, tmp_path: Path) -> None:
    """Each transaction adds two rows: a copy that mixes moments would hold an odd one, or fail its check."""
    filled.watch()
    stop = threading.Event()

    def write() -> None:
        for n in range(100_000):
            if stop.is_set():
                return
            with filled.store.write() as tx:
                tx.exec_driver_sql("INSERT INTO meta VALUES (?, ?), (?, ?)", (f"a{n}", "x" * 2000, f"b{n}", "y" * 2000))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(5):
            copying.copy(path, tmp_path / f"copy-{turn}")
    finally:
        stop.set()
        writer.join()
    for turn in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy-{turn}")) as connection:
            firsts, seconds = (
                connection.execute("SELECT count(*) FROM meta WHERE key GLOB ?", (f"{k}*",)).fetchone()[0] for k in "ab"
            )
        assert firsts == seconds


def test_a_copy_that_is_broken_off_leaves_nothing(filled: Filled, path: Path, tmp_path: Path) -> None:
    with pytest.raises(Stopping):
        copying.copy(path, tmp_path / "copy", go_on=lambda: False)
    assert not list(tmp_path.glob("copy*"))


def test_a_failed_copy_leaves_the_one_that_was_there(path: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"the older copy")
    open_state(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    with pytest.raises(StateDamaged, match="storywatch restore"):
        copying.copy(path, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"the older copy"
    assert not list(tmp_path.glob("*.part*"))


def test_a_folder_that_is_not_there_is_said(filled: Filled, path: Path, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="No such file"):
        copying.copy(path, tmp_path / "nowhere" / "copy")


def test_two_copies_to_one_file_are_not_mixed(filled: Filled, path: Path, tmp_path: Path) -> None:
    with shelf.draft(tmp_path / "copy"), pytest.raises(StateBusy, match="another process"):
        copying.copy(path, tmp_path / "copy")


def test_a_copy_needs_room_for_itself_and_some_to_spare(filled: Filled, path: Path) -> None:
    free = shutil.disk_usage(path.parent).free
    with path.open("r+b") as file:
        file.truncate(free + 1)  # sparse: it takes no room
    with pytest.raises(StateFull, match="too little for a copy"):
        copying.copy(path, path.with_name("copy"))
    assert names(path) == ["seen.sqlite3"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"junk" * 2000, "damaged"), (b"", "not a copy of a state"), (b"SQLite format 3\0" + b"\0" * 4080, "damaged")],
    ids=["junk", "nothing", "a header alone"],
)
def test_what_is_no_copy_is_not_taken_for_one(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(StateError, match=said):
        copying.check(tmp_path / "copy")


def test_there_is_one_copy_a_day_of_a_state_that_changed_and_the_last_three_stay(filled: Filled, path: Path) -> None:
    filled.watch()
    made = []
    for day in range(5):
        filled.log(f"news of day {day}")
        made.append(copying.daily(path, NOW + day * DAY))
        assert copying.daily(path, NOW + day * DAY + timedelta(hours=23)) is None, "once a day"
    assert all(made)
    assert [copy.path for copy in shelf.copies(path)] == [made[4], made[3], made[2]]
    assert copying.daily(path, NOW + 9 * DAY) is None, "nothing changed"


def test_a_poll_that_found_nothing_is_no_change(filled: Filled, path: Path) -> None:
    filled.watch()
    assert copying.daily(path, NOW)
    with filled.store.write() as tx:
        tx.exec_driver_sql("UPDATE feeds SET last_polled = 1, last_ok = 1, etag = 'x'")
    assert copying.daily(path, NOW + DAY) is None
    filled.log("news")
    assert copying.daily(path, NOW + DAY)


def test_a_copy_by_hand_is_never_thinned_out(filled: Filled, path: Path) -> None:
    by_hand = shelf.place(path, "backup", NOW - 9 * DAY)
    copying.copy(path, by_hand)
    for day in range(5):
        filled.log(f"day {day}")
        copying.daily(path, NOW + day * DAY)
    assert by_hand.exists()
    assert len(shelf.copies(path)) == 4


def test_a_copy_made_under_a_clock_far_ahead_goes_first(filled: Filled, path: Path) -> None:
    for day in (3650, 0, 1, 2):
        filled.log(f"day {day}")
        assert copying.daily(path, NOW + day * DAY)
    assert [copy.at for copy in shelf.copies(path)] == [NOW + day * DAY for day in (2, 1, 0)]


def test_what_a_killed_run_left_is_swept_up_and_what_is_being_written_is_not(filled: Filled, path: Path) -> None:
    left = path.with_name(shelf.place(path, "daily", NOW - DAY).name + ".part")
    left.write_bytes(b"half")
    left.with_name(left.name + "-journal").write_bytes(b"half")
    with shelf.draft(shelf.place(path, "backup", NOW)) as (draft, _):
        copying.daily(path, NOW)
        assert draft.exists()
    assert not list(path.parent.glob("*.part*"))


def test_a_copy_killed_at_any_moment_is_not_there_or_whole(path: Path) -> None:
    fill(path, 3000)
    code = "import sys; from pathlib import Path; from bot.edge.store import copying; copying.copy(Path(sys.argv[1]), Path(sys.argv[2]))"
    target = path.with_name("copy")
    for turn in range(6):
        child = subprocess.Popen([sys.executable, "-c", code, str(path), str(target)])
        deadline = time.monotonic() + 30
        while not list(path.parent.glob("copy.part")) and child.poll() is None:
            assert time.monotonic() < deadline
        threading.Event().wait(turn * 0.004)
        child.kill()
        child.wait()
        if target.exists():
            assert copying.check(target).items == 3000
            target.unlink()
    assert copying.copy(path, target).items == 3000
    assert not list(path.parent.glob("copy.part*"))


def test_an_alias_of_the_state_has_the_same_shelf_and_the_same_lock(path: Path, tmp_path: Path) -> None:
    store = open_state(path)
    alias = tmp_path / "alias.sqlite3"
    alias.symlink_to(path)
    with pytest.raises(StateBusy):
        open_state(alias)
    assert shelf.place(alias, "daily", NOW).parent == path.parent
    store.close()


@pytest.mark.lab
def test_a_copy_of_a_large_state_holds_no_commit_up(path: Path) -> None:
    """150,000 items. What a commit takes alone on a busy disk is measured first: the copy may add 100 ms to its worst."""
    fill(path, 150_000)
    store = open_state(path)
    took: list[float] = []
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            begun = time.monotonic()
            with store.write() as tx:
                tx.exec_driver_sql(
                    "INSERT INTO meta VALUES ('bench', ?) ON CONFLICT DO UPDATE SET value = excluded.value", (str(begun),)
                )
            took.append(time.monotonic() - begun)
            stop.wait(0.005)

    writer = threading.Thread(target=write)
    writer.start()
    stop.wait(5)
    alone = max(took)
    took.clear()
    begun = time.monotonic()
    made = copying.copy(path, path.with_name("copy"))
    seconds = time.monotonic() - begun
    stop.set()
    writer.join()
    store.close()
    print(
        f"{made.size / 1e6:.0f} MB in {seconds:.1f} s; commits: worst alone {alone * 1e3:.0f} ms, beside the copy {max(took) * 1e3:.0f} ms"
    )
    assert made.items == 150_000
    assert max(took) < alone + 0.1


def test_the_oldest_copy_goes_bit_by_bit_and_another_name_of_it_keeps_its_contents(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    big = b"x" * (2 * shelf.BITE + 1)
    for day in range(shelf.KEPT + 2):
        shelf.place(path, "daily", NOW + day * DAY).write_bytes(big)
    oldest = shelf.copies(path, "daily")[-1].path
    linked = path.with_name("kept by somebody")
    linked.hardlink_to(oldest)
    shelf.thin(path, NOW + 9 * DAY)
    assert len(shelf.copies(path, "daily")) == shelf.KEPT
    assert linked.read_bytes() == big
    assert not list(path.parent.glob("*" + shelf.PART))


def test_what_stands_in_for_a_copy_spoils_neither_the_thinning_nor_the_sweeping(
    filled: Filled, path: Path, tmp_path: Path
) -> None:
    """Somebody moved an old copy to a larger disk and left a link; and a folder has a name like a copy's."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"x" * 100)
    oldest = shelf.place(path, "daily", NOW - timedelta(days=9))
    oldest.symlink_to(elsewhere)
    path.with_name(path.name + ".folder.part").mkdir()
    for day in range(4):
        filled.judge(filled.log(f"day {day}"))
        assert copying.daily(path, NOW + timedelta(days=day)) is not None
    assert not oldest.is_symlink()
    assert elsewhere.read_bytes() == b"x" * 100
    assert len(shelf.copies(path, "daily")) == shelf.KEPT
