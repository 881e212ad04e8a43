"""Large bodies on disk: where they go, when they are gone, and what they spare the process that fetches them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.edge.pool import Pool
from bot.edge.spool import Sink, Spool, Spooled
from tests.edge import pool_faults
from tests.lab.hostile.server import Server, Talk

ROOT = Path(__file__).parents[2]
AT_ONCE, SIZE = 24, 9_000_000


def held_open() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_a_small_body_stays_in_memory_and_a_larger_one_lies_in_a_file_without_a_name(tmp_path):
    spool = Spool(tmp_path, held=1_000)
    assert spool.keep([b"x" * 600, b"y" * 400]) == b"x" * 600 + b"y" * 400
    large = spool.keep([b"x" * 600, memoryview(b"y" * 401)])
    assert isinstance(large, Spooled)
    assert (len(large), large.read(), large.read(3)) == (1_001, b"x" * 600 + b"y" * 401, b"xxx")
    assert b"".join(large.pieces()) == large.read()
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_closed_with_the_last_reference_and_with_a_body_that_was_given_up(tmp_path):
    before = held_open()
    large = Spool(tmp_path, held=10).keep([b"x" * 100])
    assert held_open() == before + 1
    del large
    with Spool(tmp_path, held=10).sink() as sink:
        sink.write(b"x" * 100)
        assert held_open() == before + 1
    assert held_open() == before


def test_where_the_disk_has_no_room_a_body_stays_in_memory(tmp_path):
    pieces = [b"%d" % n * 50 for n in range(9)]
    assert Spool(tmp_path / "not there", held=100).keep(pieces) == b"".join(pieces)


def test_a_disk_that_fills_up_half_way_gives_back_what_it_has(tmp_path):
    pieces = [bytes([n]) * 50_000 for n in range(9)]
    code = (
        "import resource, signal, sys; from pathlib import Path; from bot.edge.spool import Spool\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (220_000, 220_000))\n"
        "found = Spool(Path(sys.argv[1]), held=100_000).keep(bytes([n]) * 50_000 for n in range(9))\n"
        "print(found == b''.join(bytes([n]) * 50_000 for n in range(9)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    assert len(Spool(tmp_path, held=100_000).keep(pieces)) == 450_000


def test_a_child_reads_a_large_body_from_disk(tmp_path):
    large = Spool(tmp_path, held=10).keep([b"abc" * 1_000])
    with Pool(1) as pool:
        assert pool.read(pool_faults.echo, large, 1, two=2) == ((b"abc" * 1_000, 1), {"two": 2})
        assert pool.read_first(pool_faults.echo, b"small") == ((b"small",), {})


@pytest.mark.parametrize("path", [None, "/proc/self/fd/not-there"])
def test_a_child_that_cannot_reach_the_file_gets_the_bytes(tmp_path, path):
    class Apart(Spooled):
        def path(self):
            return path

    with (tmp_path / "body").open("w+b", buffering=0) as file:
        file.write(b"abc")
        with Pool(1) as pool:
            assert pool.read(pool_faults.echo, Apart(file, 3)) == ((b"abc",), {})


def test_a_body_in_memory_has_no_bound_of_its_own():
    sink = Sink()
    sink.write(b"x" * 3_000_000)
    assert len(sink.done()) == 3_000_000


FETCH = """
import resource, sys, threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from bot.edge import memory
from bot.edge.http import Door
from bot.edge.spool import Spool
from bot.model import Network

port, at_once, cap, folder = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
memory.bound()
network = Network(allow=("127.0.0.0/8",), host_gap=timedelta(0), deadline=timedelta(seconds=60))
door = Door(network, user_agent="lab", spool=Spool(folder))

def get(number):
    return door.get(f"http://127.0.0.{number + 1}:{port}/", inside=True, cap=cap, spool=True)

with ThreadPoolExecutor(at_once) as threads:
    list(threads.map(lambda n: door.get(f"http://127.0.0.{n + 1}:{port}/small", inside=True, cap=cap), range(at_once)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = list(threads.map(get, range(at_once)))
    sizes = {len(each.whole) for each in found}
    print(sizes, {len(each.body) for each in found}, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_many_large_bodies_at_once_cost_next_to_no_memory(tmp_path):
    """Each server sends the last byte only when all have sent the others: the bodies are all there at the same moment."""
    together = threading.Barrier(AT_ONCE)

    def large(talk: Talk) -> None:
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE + b"x" * (SIZE - 1))
        together.wait(60)
        talk.send(b"x")

    server = Server(route=lambda _host, target: (lambda talk: talk.answer(b"small")) if target == "/small" else large)
    port = server.start()
    command = [sys.executable, "-c", FETCH, str(port), str(AT_ONCE), str(SIZE), str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    server.stop()
    sizes, beginnings, grown = done.stdout.rsplit(" ", 2) if done.stdout else ("", "", done.stderr)
    assert sizes == f"{{{SIZE}}}", done.stderr
    assert int(grown) < 32, "MB; in memory they would take 216"
    assert beginnings == "{65536}"
