"""The pool of killable children, with real children and real faults."""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.edge.pool import STOPPED, Counts, Pool
from bot.errors import ChildError, ParseError, Stopping
from tests.edge import pool_faults

ROOT = Path(__file__).parents[2]


def wait_until(true, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def gone(pid):
    """Dead, or dead and not yet buried by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture(scope="module")
def pool():
    with Pool(1, memory=400 * 2**20, cpu=5.0, wall=0.5) as shared:
        yield shared


@pytest.fixture(scope="module")
def patient():
    """For children that end by themselves, which is noticed a moment later."""
    with Pool(1, memory=400 * 2**20, cpu=5.0, wall=10.0) as shared:
        yield shared


FAULTS = [
    ("a loop without end", pool_faults.hang, "gave no answer within 0.5 s", "killed"),
    ("a loop in C, deaf to python's handlers", pool_faults.hang_in_c, "gave no answer within 0.5 s", "killed"),
    ("a child that ignores SIGTERM", pool_faults.hang_and_ignore_sigterm, "gave no answer within 0.5 s", "killed"),
    ("a memory hog", pool_faults.hog, "used more than 400 MB of memory", "killed"),
    ("an exit in the middle", pool_faults.leave, "crashed (exit status 9)", "crashed"),
    ("a segmentation fault", pool_faults.segfault, "crashed (SIGSEGV)", "crashed"),
    ("killed from outside, as by the kernel short of memory", pool_faults.kill_oneself, "crashed (SIGKILL)", "crashed"),
    ("an answer that cannot be pickled", pool_faults.answer_unpicklable, "crashed (exit status 1)", "crashed"),
    ("sys.exit", pool_faults.raise_system_exit, "SystemExit: 3", None),
    ("an error that cannot be pickled", pool_faults.raise_unpicklable, "Unpicklable: keyword only", None),
]


@pytest.mark.parametrize(("fault", "words", "counted"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_fault_costs_its_own_call_only(pool, patient, fault, words, counted):
    pool = patient if counted == "crashed" else pool
    before = pool.counts()
    started = time.monotonic()
    with pytest.raises(ChildError) as caught:
        pool.run(fault)
    assert str(caught.value) == words
    assert caught.value.died == (counted is not None)
    assert time.monotonic() - started < 4
    assert pool.run(pool_faults.echo, 1, two=2) == ((1,), {"two": 2})
    after = pool.counts()
    assert after.killed - before.killed == (counted == "killed")
    assert after.crashed - before.crashed == (counted == "crashed")
    assert (after.tasks - before.tasks, after.running) == (2, 0)


def test_a_child_whose_time_is_up_is_ended_and_not_asked_first(pool, tmp_path):
    """Asking it, and waiting for what comes of that, took up to a second."""
    with pytest.raises(ChildError, match="gave no answer"):
        pool.run(pool_faults.hang_and_note_sigterm, str(tmp_path / "asked"))
    assert not (tmp_path / "asked").exists()


@pytest.mark.lab
@pytest.mark.parametrize("hang", [pool_faults.hang_and_ignore_sigterm, pool_faults.hang_in_c])
def test_a_hanging_child_is_dead_and_replaced_within_fifteen_seconds(hang):
    with Pool(1) as real:
        started, first = time.monotonic(), real.run(pool_faults.pid)
        with pytest.raises(ChildError):
            real.run(hang)
        assert gone(first)
        assert real.run(pool_faults.pid) != first
        assert time.monotonic() - started < 15


def test_an_error_of_ours_comes_back_as_it_is(pool):
    with pytest.raises(ParseError, match=r"^a web page, not a feed$"):
        pool.run(pool_faults.raise_ours)


def test_a_foreign_error_comes_back_as_one_short_clean_line(pool):
    with pytest.raises(ChildError) as caught:
        pool.run(pool_faults.raise_foreign)
    text = str(caught.value)
    assert text.startswith("ValueError: forged  [31mline")
    assert text.isprintable()
    assert len(text) < 250


def test_an_argument_that_cannot_be_pickled_is_our_own_mistake_and_raised_as_such(pool):
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        pool.run(pool_faults.echo, lambda: None)
    assert pool.run(pool_faults.echo) == ((), {})


def test_the_processor_limit_moves_with_each_call():
    with Pool(1, cpu=1.0, wall=60.0) as pool:
        left = [pool.run(pool_faults.burn, 0.4) for _ in range(3)]
        assert all(1.0 <= seconds <= 2.0 for seconds in left), "its second, rounded up to what the kernel counts in"
        with pytest.raises(ChildError, match=r"^used more than 1 s of processor time$"):
            pool.run(pool_faults.hang)


def test_a_child_is_replaced_after_its_share_of_calls():
    with Pool(1, tasks=3) as pool:
        pids = [pool.run(pool_faults.pid) for _ in range(7)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 0, 3, 3, 3, 6]


def test_many_threads_share_few_children_and_get_their_own_answers():
    with Pool(2, wall=5.0) as pool, ThreadPoolExecutor(8) as callers:
        pids = set(callers.map(lambda _: pool.run(pool_faults.nap, 0.02), range(16)))
        answers = list(callers.map(lambda number: pool.run(pool_faults.echo, number)[0], range(200)))
    assert len(pids) == 2
    assert answers == [(number,) for number in range(200)]


def test_faults_beside_good_calls_never_touch_them():
    def call(number):
        if number % 5 == 0:
            with pytest.raises(ChildError, match="crashed"):
                pool.run(pool_faults.leave if number % 2 else pool_faults.kill_oneself)
            return (number,)
        return pool.run(pool_faults.echo, number)[0]

    with Pool(2, wall=5.0) as pool, ThreadPoolExecutor(6) as callers:
        assert list(callers.map(call, range(40))) == [(number,) for number in range(40)]
        assert pool.counts() == Counts(tasks=40, running=0, killed=0, crashed=8)


def test_work_that_goes_first_is_not_held_up_by_documents_that_take_their_time():
    with Pool(1, wall=3.0) as pool, ThreadPoolExecutor(2) as callers:
        assert pool.read_first(pool_faults.echo, b"1") == ((b"1",), {})
        slow = callers.submit(pool.run, pool_faults.hang)
        waiting = callers.submit(pool.run, pool_faults.echo, 2)
        wait_until(lambda: pool.counts().running == 1)
        assert pool.read_first(pool_faults.echo, b"3") == ((b"3",), {})
        assert not slow.done()
        with pytest.raises(ChildError):
            slow.result(10)
        assert waiting.result(10) == ((2,), {})


def test_no_child_starts_before_the_first_call_and_no_second_one_without_need():
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    with Pool(4) as pool:
        before = set(children.read_text().split())
        assert not pool._lanes[0]._pool
        first = pool.run(pool_faults.pid)
        assert {pool.run(pool_faults.pid) for _ in range(20)} == {first}
        assert set(children.read_text().split()) == before


def test_an_idle_child_killed_from_outside_is_replaced_unnoticed():
    with Pool(1) as pool:
        first = pool.run(pool_faults.pid)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: gone(first))
        assert pool.run(pool_faults.pid) != first
        second = pool.run(pool_faults.pid)
        os.kill(second, signal.SIGKILL)  # and again, without waiting until anybody could notice
        assert pool.run(pool_faults.pid) != second
        assert pool.counts().crashed == 0


def test_a_child_outlives_the_thread_whose_call_started_it():
    pids = []
    with Pool(1) as pool:
        caller = threading.Thread(target=lambda: pids.append(pool.run(pool_faults.pid)))
        caller.start()
        caller.join()
        time.sleep(0.05)  # the kernel's signal at a thread's end would be sent by now
        assert pool.run(pool_faults.pid) == pids[0]


def test_children_inherit_neither_locks_nor_files_nor_sockets(pool, tmp_path):
    path = tmp_path / "lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(ChildError):
            pool.run(pool_faults.leave)  # so that the child is born while the lock is held
        assert not pool.run(pool_faults.try_lock, str(path))
        held = pool.run(pool_faults.open_files)
    assert str(path) not in held
    assert not [name for name in held if name.startswith("socket:")]
    assert pool_faults.try_lock(str(path)), "free as soon as its owner closed it, though the child lives"


def test_a_sigterm_to_the_whole_group_is_nobodys_failure(pool):
    """systemd and shells end the bot so: the child dies first, and its feed or page must not be blamed."""
    with pytest.raises(Stopping):
        pool.run(pool_faults.end_like_a_service_manager)
    assert pool.run(pool_faults.echo) == ((), {})


def test_children_are_bounded_and_leave_no_core(pool):
    assert pool.run(pool_faults.limits) == (400 * 2**20, 0)


@pytest.mark.parametrize("how", ["a connection", "a look-up", "a download", "a program", "a shell", "a fork"])
def test_a_child_reaches_nobody_and_starts_nothing(pool, how):
    with pytest.raises(ChildError, match="a child process may not do this"):
        pool.run(pool_faults.reach_out, how)


def test_what_children_print_goes_nowhere(pool, capfd):
    pool.run(pool_faults.chatter)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.parametrize("grace", [0.0, 2.0], ids=["at once", "after its grace"])
def test_stop_ends_a_hanging_call_and_wakes_its_caller(grace, tmp_path):
    pool = Pool(2, wall=60.0)
    note = tmp_path / "pid"
    with ThreadPoolExecutor(4) as callers:
        hanging = callers.submit(pool.run, pool_faults.announce_and_hang, str(note))
        stubborn = callers.submit(pool.run, pool_faults.hang_and_ignore_sigterm)
        wait_until(lambda: note.exists() and note.read_text())
        waiting = callers.submit(pool.run, pool_faults.echo, 1)  # both children are taken
        started = time.monotonic()
        pool.stop(grace)
        assert time.monotonic() - started < max(grace, 1.0) + 0.5
        for call in (hanging, stubborn, waiting):
            with pytest.raises(Stopping, match=STOPPED):
                call.result(timeout=5)
    wait_until(lambda: gone(int(note.read_text())))
    with pytest.raises(Stopping, match=STOPPED):
        pool.run(pool_faults.echo)


def test_stop_lets_a_running_call_end_within_its_grace():
    pool = Pool(1)
    pool.run(pool_faults.echo)
    with ThreadPoolExecutor(1) as caller:
        running = caller.submit(pool.run, pool_faults.nap, 0.3)
        wait_until(lambda: pool.counts().running == 1)
        pool.stop(5.0)
        assert isinstance(running.result(timeout=0), int)


PARENT = """
import os, sys, threading, time
sys.path.insert(0, {root!r})
from bot.edge.pool import Pool
from tests.edge import pool_faults
if __name__ == "__main__":
    pool = Pool(1, wall=60.0)
    if {call!r} != "announce_and_hang":
        pool.run(pool_faults.echo)
    threading.Thread(target=pool.run, args=(getattr(pool_faults, {call!r}), {note!r}), daemon=True).start()
    time.sleep(60)
"""


@pytest.mark.parametrize("call", ["announce_and_hang", "announce_and_hang_in_c"])
def test_a_child_dies_with_its_killed_parent(call, tmp_path):
    note, script = tmp_path / "pid", tmp_path / "parent.py"
    script.write_text(PARENT.format(root=str(ROOT), call=call, note=str(note)))
    with subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL) as parent:
        wait_until(lambda: note.exists() and note.read_text())
        pid = int(note.read_text())
        assert not gone(pid)
        parent.kill()
    wait_until(lambda: gone(pid), 5)


INTERRUPTED = """
import signal, sys
sys.path.insert(0, {root!r})
from bot.edge.pool import Pool
from tests.edge import pool_faults
if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)  # a handler, because an ignored signal is ignored in children too
    print("ready", flush=True)
    for _ in range(3):
        with Pool(1) as pool:
            assert pool.run(pool_faults.echo, 1) == ((1,), {{}})
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # python puts the handlers back before it ends
    print("done", flush=True)
"""


def test_control_c_at_any_moment_makes_no_child_speak(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(INTERRUPTED.format(root=str(ROOT)))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, str(script)], stdout=pipe, stderr=pipe, text=True, start_new_session=True) as parent:
        assert parent.stdout.readline() == "ready\n"
        while parent.poll() is None:
            os.killpg(parent.pid, signal.SIGINT)
            time.sleep(0.003)
        assert (parent.stdout.read(), parent.stderr.read(), parent.returncode) == ("done\n", "", 0)


def test_the_parent_stays_light():
    heavy = "pebble asyncio feedparser trafilatura lxml"
    code = f"import sys, bot.edge.pool; bot.edge.pool.Pool(); print([m for m in {heavy.split()!r} if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"
