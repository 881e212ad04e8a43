"""Turns at hosts: one request at a time, a pause after it, and nobody waits for another's host."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import pytest
from loopweb import Web, page, redirect, soon

from bot.edge.http import HostTurns, Paced, Robots, host_of
from bot.model import Secret

GAP = 0.1


class Diary:
    """Who was at which host from when to when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.visits: list[tuple[str, float, float]] = []

    def visit(self, host: str, seconds: float = 0.0) -> None:
        since = time.monotonic()
        threading.Event().wait(seconds)
        with self._lock:
            self.visits.append((host, since, time.monotonic()))

    def pauses(self, host: str) -> list[float]:
        times = sorted((since, until) for name, since, until in self.visits if name == host)
        return [later[0] - earlier[1] for earlier, later in pairwise(times)]


@pytest.fixture
def paced():
    pools: list[Paced] = []

    def make(gap: float = GAP, workers: int = 4) -> tuple[Paced, HostTurns]:
        turns = HostTurns(gap)
        pools.append(Paced(turns, workers))
        return pools[-1], turns

    yield make
    for pool in pools:
        assert pool.stop(5)


def request(turns: HostTurns, diary: Diary, host: str, seconds: float = 0.0) -> bool:
    """What the door does."""
    with turns.turn(host, 5) as granted:
        if granted:
            diary.visit(host, seconds)
        return granted


def run_all(*targets) -> None:
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)


def test_callers_come_one_at_a_time_with_a_pause():
    turns, diary = HostTurns(GAP), Diary()
    run_all(*[lambda: request(turns, diary, "a:80", 0.02)] * 5)
    assert len(diary.visits) == 5
    assert all(GAP <= pause < GAP + 0.5 for pause in diary.pauses("a:80"))


def test_what_goes_first_goes_before_the_others_and_past_threads_that_wait(paced):
    pool, _ = paced(gap=0, workers=2)
    over, told = threading.Event(), []
    try:
        for n in range(10):  # two of them hold both threads, eight wait for one
            pool.submit(f"slow{n}:80", lambda: over.wait(20))
        assert soon(lambda: pool._at_work == 2)
        done = [pool.submit(f"good{n}:80", lambda n=n: told.append(n), first=True) for n in range(20)]
        for each in done:
            each.result(5)
        assert sorted(told) == list(range(20))
        assert soon(lambda: not pool._spares)
        later = pool.submit("late:80", lambda: None)
        assert not later.done(), "a spare thread is not for everybody"
    finally:
        over.set()
    later.result(5)


def test_of_two_jobs_that_wait_the_one_that_goes_first_is_begun_first(paced):
    pool, _ = paced(gap=0, workers=1)
    gate, told = threading.Event(), []
    pool.submit("a:80", lambda: gate.wait(20))
    assert soon(lambda: pool._at_work == 1)
    pool._spares = {threading.current_thread() for _ in range(1)} | {threading.Thread() for _ in range(20)}  # none is to be had
    jobs = [pool.submit(host, lambda host=host: told.append(host), first=host == "c:80") for host in ("b:80", "c:80")]
    jobs.append(pool.submit("b:80", lambda: told.append("b:80 first"), first=True))
    gate.set()
    for job in jobs:
        job.result(5)
    pool._spares.clear()
    assert sorted(told[:2]) == ["b:80 first", "c:80"]
    assert told[2:] == ["b:80"]


def test_callers_without_a_pause_still_come_one_at_a_time():
    turns, diary = HostTurns(0), Diary()
    run_all(*[lambda: [request(turns, diary, "a:80", 0.001) for _ in range(10)]] * 5)
    assert len(diary.visits) == 50
    assert all(pause >= 0 for pause in diary.pauses("a:80"))


def test_a_caller_waits_no_longer_than_it_may():
    turns = HostTurns(60)
    with turns.turn("a:80", 1) as granted:
        assert granted
    started = time.monotonic()
    with turns.turn("a:80", 0.1) as granted:
        assert not granted
    assert 0.1 <= time.monotonic() - started < 0.5


def test_a_caller_that_gives_up_lets_the_next_one_in():
    turns, diary = HostTurns(0.3), Diary()
    request(turns, diary, "a:80")

    def impatient():
        with turns.turn("a:80", 0.1) as granted:
            assert not granted

    first = threading.Thread(target=impatient)
    first.start()
    assert soon(lambda: bool(turns._hosts["a:80"].callers))
    started = time.monotonic()
    assert request(turns, diary, "a:80")  # stood behind the impatient one, and is woken when the pause is over
    assert time.monotonic() - started < 0.5
    first.join()


def test_jobs_of_one_host_come_in_order_with_a_pause(paced):
    pool, turns = paced()
    diary, order = Diary(), []

    def job(number):
        order.append(number)
        request(turns, diary, "a:80", 0.01)
        return number

    futures = [pool.submit("a:80", lambda number=number: job(number)) for number in range(5)]
    assert [future.result(5) for future in futures] == order == list(range(5))
    assert all(GAP <= pause < GAP + 0.5 for pause in diary.pauses("a:80"))


def test_many_jobs_of_a_slow_host_hold_up_nobody(paced):
    pool, turns = paced(gap=GAP, workers=3)
    diary, go = Diary(), threading.Event()

    def hold():
        with turns.turn("slow:80", 5):
            return go.wait(5)

    slow = [pool.submit("slow:80", hold) for _ in range(20)]
    quick = [pool.submit(f"host{n}:80", lambda n=n: request(turns, diary, f"host{n}:80")) for n in range(30)]
    assert all(future.result(5) for future in quick)
    assert not any(future.done() for future in slow)
    go.set()
    assert slow[0].result(5)


def test_work_after_the_request_does_not_hold_the_host(paced):
    """A job may go on parsing: its host is free from the end of its request."""
    pool, turns = paced(gap=0, workers=2)
    diary, going = Diary(), threading.Event()

    def first():
        request(turns, diary, "a:80")
        return going.wait(5)

    def second():
        going.set()

    futures = [pool.submit("a:80", first), pool.submit("a:80", second)]
    assert futures[0].result(5)
    futures[1].result(5)


def test_a_job_without_a_request_makes_nobody_pause(paced):
    pool, _ = paced(gap=60)
    assert [pool.submit("a:80", lambda: 1).result(2) for _ in range(5)] == [1] * 5


def test_a_second_request_of_a_job_pauses_too(paced):
    pool, turns = paced()
    diary = Diary()
    assert pool.submit("a:80", lambda: [request(turns, diary, "a:80"), request(turns, diary, "a:80")]).result(5) == [True, True]
    assert diary.pauses("a:80")[0] >= GAP


def test_jobs_that_lead_to_each_others_hosts_do_not_lock_up(paced):
    pool, turns = paced(gap=0.01, workers=2)
    diary = Diary()

    def there_and_over(one, other):
        return request(turns, diary, one, 0.01) and request(turns, diary, other, 0.01)

    futures = [pool.submit(one, lambda one=one, other=other: there_and_over(one, other)) for one, other in ["ab", "ba"] * 5]
    assert all(future.result(10) for future in futures)
    for host in "ab":
        assert all(pause >= 0.01 for pause in diary.pauses(host))


@pytest.mark.parametrize("workers", [1] + [2] * 5)
def test_a_callers_hop_goes_before_queued_jobs(paced, workers):
    pool, turns = paced(gap=0.3, workers=workers)  # time enough, on a busy machine too, to ask before the pause is over
    diary, order = Diary(), []

    def redirected():
        request(turns, diary, "a:80")
        request(turns, diary, "b:80")
        order.append("hop")

    request(turns, diary, "b:80")
    futures = [pool.submit("b:80", lambda: order.append("job")), pool.submit("a:80", redirected)]
    for future in futures:
        future.result(5)
    assert order == ["hop", "job"]  # with one worker the hop could wait for ever, if the queued job held the turn


def test_a_burst_of_jobs_wakes_as_many_workers_as_it_needs(paced):
    pool, turns = paced(gap=60, workers=4)
    for number in range(4):  # all four threads are there and idle
        pool.submit(f"warm{number}:80", lambda: None).result(2)
    request(turns, Diary(), "rests:80")
    pool.submit("rests:80", lambda: None)
    assert soon(lambda: turns._sentry is not None)  # one of them watches this host's pause, and is the one that is woken
    together = threading.Barrier(4)
    futures = [pool.submit(f"h{number}:80", lambda: together.wait(2)) for number in range(4)]
    assert sorted(future.result(3) for future in futures) == [0, 1, 2, 3]


def test_a_turn_that_a_job_does_not_use_is_given_back_when_it_goes_elsewhere(paced):
    pool, turns = paced(gap=60, workers=2)
    diary, go = Diary(), threading.Event()

    def elsewhere():
        request(turns, diary, "b:80")
        return go.wait(5)

    first = pool.submit("a:80", elsewhere)
    assert pool.submit("a:80", lambda: request(turns, diary, "a:80")).result(2)
    go.set()
    assert first.result(2)


def test_a_jobs_error_reaches_its_submitter_and_nobody_else(paced):
    pool, _ = paced(gap=0)

    def bad():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        pool.submit("a:80", bad).result(2)
    assert pool.submit("a:80", lambda: "fine").result(2) == "fine"


def test_a_stop_cancels_what_waits_and_lets_what_runs_end(paced):
    pool, _ = paced(gap=60, workers=2)
    running, go = threading.Event(), threading.Event()
    first = pool.submit("a:80", lambda: (running.set(), go.wait(5)))
    rest = [pool.submit("a:80", lambda: None) for _ in range(5)]
    assert running.wait(5)
    assert not pool.stop(0.05)
    assert all(future.cancelled() for future in rest)
    assert pool.submit("a:80", lambda: None).cancelled()
    go.set()
    assert pool.stop()
    assert first.done()
    assert not first.cancelled()


def test_a_cancelled_job_gives_its_turn_on(paced):
    pool, _ = paced(gap=0, workers=1)
    running, go = threading.Event(), threading.Event()
    pool.submit("a:80", lambda: (running.set(), go.wait(5)))
    assert running.wait(5)
    dead, alive = pool.submit("b:80", lambda: 1), pool.submit("b:80", lambda: 2)
    assert dead.cancel()
    go.set()
    assert alive.result(2) == 2


def test_threads_start_as_they_are_needed_and_end(paced):
    before = threading.active_count()
    pool, _ = paced(workers=8)
    assert threading.active_count() == before
    pool.submit("a:80", lambda: None).result(2)
    assert threading.active_count() == before + 1
    assert pool.stop(2)
    assert threading.active_count() == before


def test_waiting_costs_no_cpu(paced):
    pool, turns = paced(gap=0.5, workers=16)
    diary = Diary()
    for number in range(8):
        for _ in range(2):
            pool.submit(f"h{number}:80", lambda number=number: request(turns, diary, f"h{number}:80"))
    assert soon(lambda: len(diary.visits) == 8)
    busy = time.process_time()
    threading.Event().wait(0.4)  # all 16 threads and 8 hosts wait
    assert time.process_time() - busy < 0.15
    assert soon(lambda: len(diary.visits) == 16)


def test_hosts_are_forgotten(paced):
    turns = HostTurns(0)
    for number in range(5_000):
        with turns.turn(f"h{number}:80", 1):
            pass
    assert len(turns._hosts) <= 1_025


# ---------------------------------------------------------------- with the door


def gaps(web: Web) -> list[float]:
    return [later.at - earlier.at for earlier, later in pairwise(web.requests)]


def test_the_door_pauses_between_requests_to_a_host(web, make_door):
    gap = 0.25
    door = make_door(gap=gap)
    web.pages["/a"] = redirect("/b")
    for path in ("/a", "/x"):
        door.get(web.url(path), inside=True, cap=100)
    assert web.paths() == ["/a", "/b", "/x"]
    assert all(seen >= gap for seen in gaps(web))
    door.get(web.url("/y"), inside=True, cap=100, turn=False)
    assert gaps(web)[-1] < gap


def test_a_turn_is_waited_for_within_the_deadline(web, make_door):
    door = make_door(gap=60, seconds=0.2)
    door.get(web.url("/"), inside=True, cap=100)
    assert door.get(web.url("/"), inside=True, cap=100).why == "no turn at its host within 0.2 s"


def test_a_channel_is_not_paced(web, make_door):
    door = make_door(gap=60, seconds=1)
    assert [door.post(Secret(web.url()), b"", {}).status for _ in range(3)] == [404] * 3


def test_pages_robots_and_feeds_share_the_turns(paced, web, make_door):
    pool, turns = paced(gap=0.05, workers=4)
    door = make_door(turns=turns)
    robots = Robots(door)
    web.pages = {f"/{number}": page(b"news") for number in range(6)}
    host = host_of(web.url())

    def fetch(path):
        return door.get(web.url(path), inside=True, cap=100, gate=robots.gate).body

    assert [f.result(5) for f in [pool.submit(host, lambda n=n: fetch(f"/{n}")) for n in range(6)]] == [b"news"] * 6
    assert sorted(web.paths()) == ["/0", "/1", "/2", "/3", "/4", "/5", "/robots.txt"]
    assert all(gap >= 0.05 for gap in gaps(web))
