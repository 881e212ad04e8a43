"""Opening the state: alone, checked, private, and nothing overwritten when something is wrong."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.edge import lock
from bot.edge.store import migrate, open_reading, open_state
from bot.edge.store.engine import writer
from bot.edge.store.schema import metadata
from bot.errors import StateBusy, StateError

ROOT = Path(__file__).parents[3]


def test_a_new_state_is_private(path: Path) -> None:
    open_state(path).close()
    with_wal = open_state(path)
    with with_wal.write() as tx:
        tx.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    with_wal.close()
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}, modes


def test_a_second_instance_is_refused_and_named(path: Path) -> None:
    first = open_state(path)
    with pytest.raises(StateBusy, match=f"process {os.getpid()}"):
        open_state(path)
    assert lock.owner(path) == os.getpid()
    first.close()
    assert lock.owner(path) is None
    open_state(path).close()


def test_a_lock_that_cannot_be_written_is_said_in_one_line(path: Path) -> None:
    """A device that is always full takes the place of a full disk."""
    path.parent.mkdir()
    path.with_name(path.name + ".lock").symlink_to("/dev/full")
    with pytest.raises(StateError, match="lock: cannot be written: "):
        open_state(path)


def test_the_kernel_frees_the_lock_of_a_killed_owner(path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from bot.edge.store import open_state; "
    code += "store = open_state(Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(StateBusy):
            open_state(path)
        owner.send_signal(signal.SIGKILL)
    open_state(path).close()


def damage_header(path: Path) -> None:
    path.write_bytes(b"this is no database at all, but it is long enough" * 100)


def damage_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    path.write_bytes(bytes(content))


def newer_schema(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def foreign_file(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [(damage_header, "damaged"), (damage_page, "damaged"), (newer_schema, "newer Storywatch"), (foreign_file, "not a state of Storywatch")],
    ids=["a zeroed header", "a page overwritten", "a newer schema", "somebody else's database"],
)  # fmt: skip
def test_a_state_that_cannot_be_used_is_refused_in_one_line_and_left_alone(path: Path, spoil: object, says: str) -> None:
    open_state(path).close()
    spoil(path)  # type: ignore[operator]
    before = path.read_bytes()
    for opening in (open_state, open_reading):
        if opening is open_reading and spoil is damage_page:
            continue  # reading does not check the whole file; it says so when it meets the damage
        with pytest.raises(StateError, match=says) as caught:
            opening(path)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 1
    assert path.read_bytes() == before
    assert lock.owner(path) is None


def test_a_state_in_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(StateError, match="cannot be opened"):
        open_state(tmp_path / "state" / "seen.sqlite3")


def test_there_is_nothing_to_read_before_the_first_pass(path: Path) -> None:
    with pytest.raises(StateError, match="no state yet"):
        open_reading(path)
    assert not path.parent.exists()


def test_another_processs_lock_is_said_after_the_busy_time(path: Path) -> None:
    store = open_state(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(StateBusy, match="locked by another process"), store.write() as tx:
        tx.exec_driver_sql("SELECT 1")
    assert time.monotonic() - started < 15
    other.close()
    store.close()


def test_a_deleted_or_replaced_file_is_noticed(path: Path) -> None:
    store = open_state(path)
    assert store.lost() is None
    path.rename(path.with_name("moved"))
    assert store.lost() is not None
    path.write_bytes(b"")
    assert store.lost() is not None
    store.close()


def test_an_exception_inside_a_transaction_leaves_nothing_behind(path: Path) -> None:
    store = open_state(path)

    def break_off() -> None:
        with store.write() as tx:
            tx.exec_driver_sql("INSERT INTO meta VALUES ('half', 'row')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar() == 0
    store.close()


def test_reading_cannot_write(path: Path) -> None:
    open_state(path).close()
    store = open_reading(path)
    with pytest.raises(StateError, match="cannot be written"), store.read() as connection:
        connection.exec_driver_sql("INSERT INTO meta VALUES ('a', 'b')")
    store.close()


# ---------------------------------------------------------------- migrations


def test_the_migrations_make_what_the_schema_says(path: Path) -> None:
    open_state(path).close()
    engine = writer(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("search")}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_this_version_asks_for() -> None:
    scripts = ScriptDirectory(str(ROOT / "bot/edge/store/migrations"))
    assert scripts.get_heads() == [migrate.HEAD]


def test_alembic_is_not_imported_when_the_state_is_up_to_date(path: Path) -> None:
    open_state(path).close()
    code = "import sys; from pathlib import Path; from bot.edge.store import open_state; open_state(Path(sys.argv[1])).close(); "
    code += "sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=ROOT)


def test_a_migration_killed_at_any_statement_leaves_the_old_schema_or_the_new(path: Path) -> None:
    """The process kills itself at its k-th statement, for every k until the migration goes through."""
    code = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from bot.edge.store import open_state
left = int(sys.argv[2])
@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
open_state(Path(sys.argv[1])).close()
"""
    for k in range(3, 160, 7):
        target = path.with_name(f"state-{k}")
        done = subprocess.run([sys.executable, "-c", code, str(target), str(k)], check=False, cwd=ROOT)
        if target.exists() and target.stat().st_size:
            connection = sqlite3.connect(target)
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
            connection.close()
            assert "items" not in tables or "attempts" in tables, f"half a schema after statement {k}"
        open_state(target).close()
        if done.returncode == 0:
            return
    pytest.fail("the migration never went through: the range of k is too short")
