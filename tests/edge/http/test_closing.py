"""A door that is closed breaks off what is under way, wherever it waits: the bot must be gone within seconds."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from loopweb import Web, page, soon

from bot.edge.http import HostTurns, host_of
from bot.model import Fetched, FetchFailure, Secret

STOPPED = "the bot is being stopped"


def hang_in_body(talk):
    talk.send(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")  # no length: an end would make it whole
    talk.hang()


def drip_body(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    talk.drip(b"x" * 1_000)


def closed_while(door, fetch, waits) -> Fetched | FetchFailure:
    """What a fetch comes to when the door closes as soon as ``waits()`` holds; checks that it is over at once."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(fetch)
        assert soon(waits)
        assert not future.done()
        started = time.monotonic()
        door.close()
        answer = future.result(5)
        assert time.monotonic() - started < 2
    return answer


@pytest.mark.parametrize("script", [lambda talk: talk.hang(), hang_in_body, drip_body], ids=["headers", "a body", "a slow body"])
def test_a_fetch_that_waits_for_the_server_is_broken_off(web, make_door, script):
    web.pages["/"] = script
    door = make_door(seconds=30)
    failure = closed_while(door, lambda: door.get(web.url(), inside=True, cap=10_000), lambda: bool(web.requests))
    assert failure == FetchFailure(why=STOPPED, temporary=True, sent=True, status=failure.status)


def test_a_fetch_on_a_used_connection_is_broken_off(web, make_door):
    web.pages = {"/a": page(b"a"), "/b": lambda talk: talk.hang()}
    door = make_door(seconds=30)
    assert door.get(web.url("/a"), inside=True, cap=100).body == b"a"
    failure = closed_while(door, lambda: door.get(web.url("/b"), inside=True, cap=100), lambda: web.paths() == ["/a", "/b"])
    assert failure.why == STOPPED
    assert web.accepted == 1


def test_a_tls_handshake_is_broken_off(make_door):
    web = Web(greet=lambda talk: talk.hang())
    try:
        door = make_door(seconds=30)
        url = f"https://127.0.0.1:{web.port}/"
        failure = closed_while(door, lambda: door.get(url, inside=True, cap=100), lambda: web.accepted == 1)
        assert failure == FetchFailure(why=STOPPED, temporary=True)
    finally:
        web.close()


def test_a_connecting_socket_is_broken_off(make_door):
    with socket.socket() as full:  # on Linux a full backlog does not answer at all
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        with socket.create_connection(full.getsockname()):
            door, url = make_door(seconds=30), f"http://127.0.0.1:{full.getsockname()[1]}/"
            failure = closed_while(door, lambda: door.get(url, inside=True, cap=100), lambda: connecting(full.getsockname()[1]))
            assert failure == FetchFailure(why=STOPPED, temporary=True)


def connecting(port: int) -> bool:
    """Whether this machine has a connection to the port in state SYN_SENT (proc(5), /proc/net/tcp)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return any(row[2].endswith(f":{port:04X}") and row[3] == "02" for row in rows)


def test_a_look_up_is_not_waited_for(web, make_door):
    asked = threading.Event()

    def resolve(host, port):
        asked.set()
        web.over.wait(20)
        return ["127.0.0.1"]

    door = make_door(seconds=30, resolve=resolve)
    failure = closed_while(door, lambda: door.get("http://slow.example/", inside=True, cap=100), asked.is_set)
    assert failure == FetchFailure(why=STOPPED, temporary=True)


def test_a_busy_hosts_turn_is_not_waited_for(web, make_door):
    turns = HostTurns(0)
    door, host = make_door(seconds=30, turns=turns), host_of(web.url())
    with turns.turn(host, 1):
        failure = closed_while(door, lambda: door.get(web.url(), inside=True, cap=100), lambda: bool(turns._hosts[host].callers))
    assert failure == FetchFailure(why=STOPPED, temporary=True)


def test_a_resting_host_is_not_waited_for(web, make_door):
    turns = HostTurns(60)
    door, host = make_door(seconds=30, turns=turns), host_of(web.url())
    assert door.get(web.url(), inside=True, cap=100).status == 404
    failure = closed_while(door, lambda: door.get(web.url(), inside=True, cap=100), lambda: bool(turns._hosts[host].callers))
    assert failure == FetchFailure(why=STOPPED, temporary=True)


def test_a_message_that_is_broken_off_says_that_it_may_have_arrived(web, make_door):
    web.pages["/"] = lambda talk: talk.hang()
    door = make_door(seconds=30)
    failure = closed_while(door, lambda: door.post(Secret(web.url()), b"x", {}), lambda: bool(web.requests))
    assert failure == FetchFailure(why=f"{STOPPED}; the message may have arrived", temporary=True, sent=True)


def test_a_message_that_was_answered_stays_delivered(web, make_door):
    door = make_door(seconds=30)
    sent = threading.Event()

    def watched(talk):
        talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        talk.web.over.wait(0.1)
        sent.set()
        talk.hang()

    web.pages["/"] = watched
    answer = closed_while(door, lambda: door.post(Secret(web.url()), b"x", {}), sent.is_set)
    assert answer.status == 200


def test_a_closed_door_asks_nobody(web, make_door):
    asked = []
    door = make_door(seconds=30, resolve=lambda host, port: asked.append(host) or ["127.0.0.1"])
    door.close()
    for url in (web.url(), f"http://named.example:{web.port}/"):
        for turn in (True, False):
            assert door.get(url, inside=True, cap=100, turn=turn) == FetchFailure(why=STOPPED, temporary=True)
        assert door.post(Secret(url), b"x", {}) == FetchFailure(why=f"{STOPPED}; nothing was sent", temporary=True)
    assert (web.accepted, asked) == (0, [])
