"""However an answer goes wrong - late, too large, broken - the fetch ends in time and in words."""

from __future__ import annotations

import gzip
import threading
import time

import pytest
from loopweb import Web, page, raw, redirect, zipped_zeros

from bot.edge.http import Door
from bot.model import Fetched, FetchFailure, Secret

CAP = 100_000


def get(door: Door, url: str, **more) -> Fetched | FetchFailure:
    return door.get(url, **{"cap": CAP, "inside": True, **more})


# ---------------------------------------------------------------- deadlines


def drip_head(talk):
    talk.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000)


def drip_status(talk):
    talk.drip(b"HTTP/1.1 200 " + b"O" * 1_000)


def drip_body(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    talk.drip(b"x" * 1_000)


def drip_chunks(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.drip(b"1\r\nx\r\n" * 1_000)


def drip_gzip(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n")
    talk.drip(gzip.compress(b"x" * 100_000)[:1_000])


def continue_for_ever(talk):
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def hang_in_body(talk):
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx")
    talk.hang()


DRIPS = [drip_head, drip_status, drip_body, drip_chunks, drip_gzip, continue_for_ever, hang_in_body, lambda talk: talk.hang()]


@pytest.mark.parametrize("script", DRIPS, ids=[getattr(script, "__name__", "") for script in DRIPS[:-1]] + ["never_answers"])
def test_a_fetch_ends_at_its_deadline(web, make_door, script):
    web.pages["/"] = script
    started = time.monotonic()
    failure = get(make_door(seconds=0.4), web.url())
    assert (failure.why, failure.temporary) == ("no whole answer within 0.4 s", True)
    assert 0.3 < time.monotonic() - started < 2.5


def test_the_deadline_holds_over_all_redirects(web, make_door):
    def slow(talk):
        talk.web.over.wait(0.15)
        redirect(f"/{len(talk.web.requests)}")(talk)

    web.pages = {f"/{number}": slow for number in range(20)}
    started = time.monotonic()
    failure = get(make_door(seconds=0.4), web.url("/0"))
    assert failure.why == "no whole answer within 0.4 s"
    assert time.monotonic() - started < 2.5


def test_a_caller_may_allow_less_time(web, make_door):
    web.pages["/"] = lambda talk: talk.hang()
    assert get(make_door(seconds=30), web.url(), within=0.2).why == "no whole answer within 0.2 s"


def test_a_server_that_does_not_read_is_not_waited_for(web, make_door):
    deaf = Web(greet=lambda talk: talk.hang())
    try:
        started = time.monotonic()
        failure = make_door(seconds=0.4).post(Secret(deaf.url()), b"x" * 30_000_000, {})
        assert failure.why == "no whole answer within 0.4 s; the message may have arrived"
        assert failure.sent
        assert time.monotonic() - started < 2.5
    finally:
        deaf.close()


def test_silent_dns_is_not_waited_for(web, make_door):
    def resolve(host, port):
        web.over.wait(20)
        return []

    door = make_door(seconds=0.3, resolve=resolve)
    started = time.monotonic()
    failures = [get(door, "http://slow.example/"), get(door, "http://slow.example/")]
    assert {failure.why for failure in failures} == {"its host name was not resolved within 0.3 s"}
    assert time.monotonic() - started < 2.5
    assert sum(thread.name == "dns" for thread in threading.enumerate()) == 1  # the second shared the first one's look-up


# ---------------------------------------------------------------- caps


def test_a_body_over_the_cap_is_refused(web, door):
    web.pages["/told"] = page(b"x" * (CAP + 1))
    web.pages["/untold"] = raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (CAP + 1))
    web.pages["/just"] = page(b"x" * CAP)
    for path in ("/told", "/untold"):
        failure = get(door, web.url(path))
        assert (failure.why, failure.temporary, failure.status) == ("larger than 100 KB", False, 200)
    assert len(get(door, web.url("/just")).body) == CAP


@pytest.mark.parametrize(
    ("cap", "words"), [(10_000_000, "10 MB"), (10 * 1024 * 1024, "10 MB"), (2_000_000, "2 MB"), (500, "500 bytes")]
)
def test_a_cap_is_told_in_words(web, door, cap, words):
    web.pages["/"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")
    assert get(door, web.url(), cap=cap).why == f"larger than {words}"


@pytest.mark.parametrize("kind", ["gzip", "endless chunks", "endless body", "endless trailer"])
def test_a_bomb_is_stopped_early(web, door, kind):
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"

    def endless(talk, piece):
        while not talk.web.over.is_set():
            talk.send(piece)

    scripts = {
        "endless chunks": lambda t: (
            t.send(head[:17] + b"Transfer-Encoding: chunked\r\n\r\n"),
            endless(t, b"1\r\nx\r\n" * 1_000),
        ),
        "endless body": lambda t: (t.send(head[:17] + b"\r\n"), endless(t, b"x" * 10_000)),
        "endless trailer": lambda t: (
            t.send(head[:17] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n"),
            endless(t, b"a: b\r\n" * 1_000),
        ),
    }
    web.pages["/"] = scripts.get(kind) or page(zipped_zeros(500), "Content-Encoding: gzip")
    started = time.monotonic()
    failure = get(door, web.url())
    assert failure.why in {"larger than 100 KB", "its gzip is broken"}
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"X-Long: " + b"x" * 70_000 + b"\r\n", "a line of its headers is too long"),
        (b"X-A: b\r\n" * 5_000, "more than 100 headers"),
        ((b"X-A: " + b"b" * 60_000 + b"\r\n") * 90, "its headers are larger than 256 KB"),
    ],
    ids=["one huge header", "5,000 headers", "5 MB of headers"],
)
def test_a_flood_of_headers_is_refused(web, door, head, words):
    web.pages["/"] = raw(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
    assert words in get(door, web.url()).why


def test_a_flood_of_interim_answers_is_refused(web, door):
    for interim in (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"):
        web.pages["/"] = raw(interim * 50_000)
        assert "its headers are larger" in get(door, web.url()).why


@pytest.mark.parametrize("interim", ["100 Continue", "102 Processing", "103 Early Hints", "199 Whatever"])
def test_interim_answers_are_skipped(web, door, interim):
    before = f"HTTP/1.1 {interim}\r\nLink: </x>; rel=preload\r\n\r\n".encode()
    web.pages["/"] = lambda talk: (talk.send(before * 3), talk.answer(b"news"))
    assert [get(door, web.url()).body for _ in range(2)] == [b"news"] * 2
    assert web.accepted == 1


def test_a_longer_body_may_be_cut(web, door):
    web.pages["/"] = page(b"x" * (CAP + 1))
    web.pages["/zip"] = page(zipped_zeros(3), "Content-Encoding: gzip")
    assert get(door, web.url(), cut=True).body == b"x" * CAP
    assert get(door, web.url("/zip"), cut=True).body == b"\0" * CAP
    assert get(door, web.url(), cut=True).status == 200  # and the connection was not used again half read


@pytest.mark.parametrize(
    "script",
    [
        page(b"x" * 200_000, status="404 Not Found"),
        page(zipped_zeros(100), "Content-Encoding: gzip", status="503 Busy"),
        page(b"not gzip", "Content-Encoding: gzip", status="403 Forbidden"),
        page(b"brotli", "Content-Encoding: br", status="403 Forbidden"),
        raw(b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nshort"),
    ],
    ids=["long", "a bomb", "broken gzip", "brotli", "broken off"],
)
def test_an_error_page_is_cut_and_never_hides_its_status(web, door, script):
    web.pages["/"] = script
    answer = get(door, web.url(), cap=10_000_000)
    assert answer.status >= 400
    assert len(answer.body) <= 64 * 1024


def test_each_hop_may_send_large_headers(web, door):
    for number in range(8):
        web.pages[f"/{number}"] = redirect(f"/{number + 1}", b"", "X-Long: " + "x" * 60_000)
    web.pages["/8"] = page(b"here")
    assert get(door, web.url("/0")).body == b"here"


def test_work_without_output_is_stopped_too(web, door):
    web.pages["/"] = page(gzip.compress(b"", mtime=0) * 100_000, "Content-Encoding: gzip")
    started = time.thread_time()
    assert get(door, web.url(), cap=10_000_000).why == "its gzip is broken"
    assert time.thread_time() - started < 1


# ---------------------------------------------------------------- broken answers

BROKEN = [
    ("a short body", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "the answer broke off"),
    (
        "a short gzip",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"news" * 99)[:-9],
        "the answer broke off",
    ),
    ("no last chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnews\r\n", "the answer broke off"),
    ("a chunk too short", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nnews", "the answer broke off"),
    ("a bad chunk size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnews\r\n0\r\n\r\n", "the answer broke off"),
    (
        "a huge chunk size",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nnews",
        "the answer broke off",
    ),
    (
        "a negative chunk size",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nnews\r\n0\r\n\r\n",
        "the answer broke off",
    ),
    ("a broken gzip", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + b"\x1f\x8b\x08nonsense", "its gzip is broken"),
    ("a gzip that is none", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n<rss/>", "its gzip is broken"),
    ("brotli unasked", b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nxx", "not asked for"),
    ("a chain of codings", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n\r\nxx", "not asked for"),
    ("a coding with escapes", b"HTTP/1.1 200 OK\r\nContent-Encoding: \x1b[2J\r\n\r\nxx", "not asked for"),
    ("a negative length", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nnews", "Content-Length makes no sense"),
    ("a length that is none", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nnews", "Content-Length makes no sense"),
    ("an endless length", b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 9_000 + b"\r\n\r\nnews", "makes no sense"),
    ("two lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nnews!", "not sound HTTP"),
    ("chunks in disguise", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "framed in a way"),
    ("no HTTP", b"SSH-2.0-OpenSSH_9.2\r\n", "the answer is not HTTP"),
    ("HTTP/0.9", b"<html>hello</html>", "the answer is not HTTP"),
    ("HTTP/2", b"HTTP/2 200 OK\r\n\r\n", "the answer is not HTTP"),
    ("a status that is none", b"HTTP/1.1 OK\r\n\r\n", "the answer is not HTTP"),
    ("an endless status line", b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n", "too long"),
    ("nothing", b"", "closed without an answer"),
    ("only a hint", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", "closed without an answer"),
    ("another protocol", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "no final answer (HTTP 101)"),
    ("half a header", b"HTTP/1.1 200 OK\r\nContent-Le", ""),
    ("binary noise", bytes(range(256)) * 50, ""),
]


@pytest.mark.parametrize(("data", "words"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_answer_is_a_failure_in_words(web, door, data, words):
    web.pages["/"] = raw(data)
    answer = get(door, web.url())
    if isinstance(answer, Fetched):  # "half a header" is an answer to http.client
        assert words == ""
        return
    assert words in answer.why
    assert answer.why.isprintable()
    assert str(web.port) not in answer.why


def test_a_reset_connection_is_a_failure(web, door):
    web.pages["/"] = lambda talk: talk.reset()
    web.pages["/late"] = lambda talk: (talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), talk.reset())
    assert get(door, web.url()).why in {"the connection was reset", "the connection was closed without an answer"}
    assert get(door, web.url("/late")).why in {"the connection was reset", "the answer broke off"}


def test_a_refused_connection_is_a_failure(door):
    gone = Web()
    gone.close()
    assert get(door, gone.url()) == FetchFailure(why="the connection was refused", temporary=True)


def test_an_unknown_name_is_a_failure_that_may_pass(door):
    failure = get(door, "http://no-such-host.invalid/")
    assert failure.why.startswith("its host name")
    assert failure.temporary


@pytest.mark.parametrize(
    ("name", "value"), [("X-Key", "a\r\nHost: evil"), ("X-Key", "snow ☃"), ("X Key", "a"), ("", "a"), ("X-Key\n", "a")]
)
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(web, door, name, value):
    for failure in (get(door, web.url(), private={name: Secret(value)}), door.post(Secret(web.url()), b"", {name: value})):
        assert "a header of the request" in failure.why
        assert "Host" not in failure.why
        assert not failure.sent
    assert web.accepted == 0
