"""Whole fetches over a real web on loopback: answers, redirects, names, and what is left open."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import time
from pathlib import Path

import pytest
from loopweb import Web, missing, page, raw, redirect, soon, zipped_zeros

from bot.edge.http import Door
from bot.model import Fetched, FetchFailure, Network, Secret

CAP = 100_000


def get(door: Door, url: str, **more) -> Fetched | FetchFailure:
    return door.get(url, **{"cap": CAP, "inside": True, **more})


# ---------------------------------------------------------------- good answers


def test_an_answer_is_whole(web, door):
    web.pages["/feed"] = page(b"<rss/>", "Content-Type: application/rss+xml", 'ETag: W/"1"')
    answer = get(door, web.url("/feed"))
    assert answer == Fetched(
        url=web.url("/feed"),
        status=200,
        headers={"content-length": "6", "content-type": "application/rss+xml", "etag": 'W/"1"'},
        body=b"<rss/>",
        inside=True,
    )


def test_a_request_says_who_asks_and_what_for(web, door):
    get(door, web.url("/x"), headers={"If-None-Match": 'W/"1"'}, private={"authorization": Secret("Bearer k")})
    headers = web.requests[0].headers
    assert headers == {
        "host": f"127.0.0.1:{web.port}",
        "user-agent": "Storywatch/0 (+test)",
        "accept": "*/*",
        "accept-encoding": "gzip",
        "if-none-match": 'W/"1"',
        "authorization": "Bearer k",
    }


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "404 Not Found", "500 Oops", "999 Strange", "300 Many"])
def test_any_status_is_an_answer(web, door, status):
    web.pages["/"] = page(b"", status=status)
    answer = get(door, web.url())
    assert isinstance(answer, Fetched)
    assert answer.status == int(status.split()[0])


def test_a_304_needs_no_body_and_keeps_the_connection(web, door):
    web.pages["/"] = lambda talk: talk.send(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 999\r\n\r\n')
    for _ in range(3):
        answer = get(door, web.url())
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"a"')
    assert web.accepted == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(b"news"), "Content-Encoding: gzip"),
        (gzip.compress(b"news"), "Content-Encoding: X-GZIP"),
        (gzip.compress(b"ne") + gzip.compress(b"ws"), "Content-Encoding: gzip"),
        (gzip.compress(b"news") + b"\0\0\0 padding", "Content-Encoding: gzip"),
        (b"news", "Content-Encoding: identity"),
        (b"news", "Content-Encoding: none"),
        (b"news", "Content-Encoding: UTF-8"),
        (b"news", "X-Nothing: special"),
    ],
    ids=["gzip", "x-gzip", "two members", "bytes behind the end", "identity", "none", "a charset", "plain"],
)
def test_a_body_is_unpacked(web, door, body, headers):
    web.pages["/"] = page(body, headers)
    assert get(door, web.url()).body == b"news"
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    web.pages["/chunked"] = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + headers.encode() + b"\r\n\r\n" + chunks)
    assert get(door, web.url("/chunked")).body == b"news"


def test_an_empty_body_that_claims_gzip_is_empty(web, door):
    web.pages["/"] = page(b"", "Content-Encoding: gzip")
    assert get(door, web.url()).body == b""


def test_headers_are_neutralised_and_joined(web, door):
    web.pages["/"] = page(b"", "X-Title: a\x1b[31mb", "Vary: a", "vary: b", "Folded: a\r\n b", "Raw: caf\xe9")
    headers = get(door, web.url()).headers
    assert (headers["x-title"], headers["vary"], headers["folded"]) == ("a [31mb", "a, b", "a b")
    assert headers["raw"] == "café"


def test_a_tag_goes_back_byte_by_byte(web, door):
    tag = '"“façade”"'.encode()
    web.pages["/"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: " + tag + b"\r\n\r\n")
    answer = get(door, web.url())
    get(door, web.url(), headers={"If-None-Match": answer.headers["etag"]})
    assert web.requests[-1].headers["if-none-match"].encode("latin-1") == tag


def test_a_closed_idle_connection_is_replaced_not_reported(web, door):
    web.pages["/"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")  # promises keep-alive, then closes
    for _ in range(3):
        assert get(door, web.url()).body == b"ok"
    assert web.accepted == 3


def test_an_idle_connection_closed_while_asking_is_asked_again_once(web, door):
    asked = threading.Event()

    def second_request_dies(talk):
        if asked.is_set():
            asked.clear()
            talk.reset()
        else:
            asked.set()
            talk.answer(b"ok")

    web.pages["/"] = second_request_dies
    assert get(door, web.url()).body == b"ok"
    assert get(door, web.url()).body == b"ok"
    assert web.accepted == 2


def test_a_connection_is_kept_per_policy(web, make_door):
    door = make_door(allow=("127.0.0.1/32",))
    web.pages["/"] = page(b"ok")
    assert get(door, web.url()).body == b"ok"
    refused = get(door, web.url(), inside=False)  # the idle connection leads there, the policy does not
    assert "a public address may not lead there" in refused.why
    assert web.accepted == 1


def test_late_bytes_behind_an_answer_never_become_the_next_answer(web, door):
    late = threading.Event()

    def twice(talk):
        talk.answer(b"a")
        talk.web.over.wait(0.05)
        talk.answer(b"evil")
        late.set()

    web.pages = {"/a": twice, "/b": page(b"b")}
    assert get(door, web.url("/a")).body == b"a"
    assert late.wait(2)
    assert get(door, web.url("/b")).body == b"b"


def test_early_bytes_behind_an_answer_never_become_the_next_answer(web, door):
    web.pages["/a"] = lambda talk: talk.send(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    )
    web.pages["/b"] = page(b"b")
    assert [get(door, web.url(path)).body for path in ("/a", "/b", "/a", "/b")] == [b"a", b"b", b"a", b"b"]


# ---------------------------------------------------------------- cookies, environment, log


def test_cookies_are_never_sent_back(web, door):
    web.pages["/"] = redirect("/b", b"", "Set-Cookie: a=b; Path=/")
    web.pages["/b"] = page(b"", "Set-Cookie: c=d; Path=/")
    get(door, web.url())
    get(door, web.url())
    assert len(web.requests) == 4
    assert all("cookie" not in request.headers for request in web.requests)


def test_the_environment_is_not_looked_at(web, door, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    web.pages["/"] = page(b"ok")
    assert get(door, web.url()).body == b"ok"
    assert "authorization" not in web.requests[0].headers


def test_no_address_reaches_the_log(web, door, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").handlers.clear()
    web.pages["/token"] = page(b"", "broken header line", "also: fine")
    get(door, web.url("/token"))
    get(door, web.url("/token", host="127.0.0.2"))
    door.post(Secret(web.url("/token")), b"", {})
    assert "token" not in caplog.text


# ---------------------------------------------------------------- redirects


def test_a_redirect_is_followed(web, door):
    web.pages["/a"] = redirect("b?x=1", status="301 Moved")
    web.pages["/b?x=1"] = redirect(web.url("/c"), status="308 Moved")
    web.pages["/c"] = page(b"here")
    answer = get(door, web.url("/a"), headers={"If-None-Match": '"1"'})
    assert (answer.url, answer.body) == (web.url("/c"), b"here")
    assert [request.headers["if-none-match"] for request in web.requests] == ['"1"'] * 3


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ([], None),
        (["301 Moved"], "/1"),
        (["308 Moved", "301 Moved"], "/2"),
        (["301 Moved", "302 Found"], "/1"),
        (["302 Found", "301 Moved"], None),
        (["307 Elsewhere"], None),
    ],
    ids=["none", "one", "a chain", "a passing one behind it", "a passing one before it", "a passing one"],
)
def test_where_a_feed_moved_for_good_is_told_of_permanent_redirects(web, door, statuses, moved):
    for number, status in enumerate(statuses):
        web.pages[f"/{number}"] = redirect(f"/{number + 1}", status=status)
    web.pages[f"/{len(statuses)}"] = page(b"feed")
    assert get(door, web.url("/0")).moved == (None if moved is None else web.url(moved))


def test_the_body_of_a_redirect_is_never_read(web, door):
    bomb = zipped_zeros(300)
    web.pages["/a"] = redirect("/b", bomb, "Content-Encoding: gzip")
    web.pages["/b"] = lambda talk: (talk.send(b"HTTP/1.1 302 Found\r\nLocation: /c\r\nContent-Length: 9\r\n\r\n"), talk.hang())
    web.pages["/c"] = page(b"here")
    started = time.monotonic()
    assert get(door, web.url("/a")).body == b"here"
    assert time.monotonic() - started < 2


def test_a_redirect_without_a_location_is_an_answer(web, door):
    web.pages["/a"] = page(b"lost", status="302 Found")
    web.pages["/b"] = redirect("")
    assert (get(door, web.url("/a")).status, get(door, web.url("/a")).body) == (302, b"lost")
    assert get(door, web.url("/b")).status == 302


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("/", "in a circle"),
        ("file:///etc/passwd", "only http and https"),
        ("gopher://127.0.0.1/", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("http://127.0.0.2/", "not in network.allow"),
        ("http://169.254.169.254/latest/meta-data", "not in network.allow"),
        ("http://[::1]/", "not in network.allow"),
        ("http://2130706433/", "number in disguise"),
        ("http://user:word@127.0.0.1/", "user name"),
        ("http://[::1", "cannot be read"),
        ("/" + "x" * 20_000, "longer than"),
        ("http://a\\@127.0.0.1/", "backslash"),
    ],
)
def test_a_redirect_is_judged_like_the_first_address(web, door, location, words):
    web.pages["/"] = redirect(location)
    failure = get(door, web.url())
    assert words in failure.why
    assert not failure.temporary
    assert web.paths() == ["/"]


def test_a_chain_of_redirects_ends(web, door):
    for number in range(20):
        web.pages[f"/{number}"] = redirect(f"/{number + 1}")
    failure = get(door, web.url("/0"))
    assert "more than 10 times" in failure.why
    assert len(web.requests) == 11


def test_a_feeds_own_headers_go_to_its_origin_only(web, door, make_door):
    other = Web()
    try:
        web.pages["/a"] = redirect(other.url("/b"))
        web.pages["/c"] = page(b"back")
        other.pages["/b"] = redirect(web.url("/c"))
        assert get(door, web.url("/a"), private={"X-Key": Secret("k")}).body == b"back"
        assert [request.headers.get("x-key") for request in web.requests] == ["k", "k"]
        assert [request.headers.get("x-key") for request in other.requests] == [None]
    finally:
        other.close()


def test_a_gate_is_asked_at_every_hop(web, door):
    web.pages["/a"] = redirect("/b")
    asked = []
    no = FetchFailure(why="robots.txt forbids it", temporary=False)

    def gate(url, inside, seconds):
        asked.append((url, inside, 0 < seconds <= 5))
        return no if url.endswith("/b") else None

    assert get(door, web.url("/a"), gate=gate) is no
    assert asked == [(web.url("/a"), True, True), (web.url("/b"), True, True)]
    assert web.paths() == ["/a"]


# ---------------------------------------------------------------- names and addresses


def test_only_the_permitted_address_of_a_mixed_answer_is_connected_to(web, make_door):
    canary = Web("127.0.0.2", port=web.port)
    try:
        web.pages["/"] = page(b"right")
        door = make_door(resolve=lambda host, port: ["127.0.0.2", "::ffff:127.0.0.2", "169.254.169.254", "127.0.0.1"])
        for _ in range(5):
            answer = get(door, f"http://mixed.example:{web.port}/")
            assert (answer.body, answer.inside) == (b"right", True)
        assert canary.accepted == 0
        assert web.requests[0].headers["host"] == f"mixed.example:{web.port}"
    finally:
        canary.close()


def test_rebinding_is_judged_anew_for_every_connection(web, make_door):
    canary = Web("127.0.0.2", port=web.port)
    try:
        web.pages["/"] = page(b"right", "Connection: close")
        answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1"], ["::ffff:7f00:2"]])
        door = make_door(resolve=lambda host, port: next(answers))
        got = [get(door, f"http://flip.example:{web.port}/") for _ in range(4)]
        assert [isinstance(answer, Fetched) for answer in got] == [True, False, True, False]
        assert canary.accepted == 0
    finally:
        canary.close()


def test_a_dead_address_is_passed_over(web, make_door):
    web.pages["/"] = page(b"here")
    door = make_door(allow=("127.0.0.0/8",), resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert get(door, f"http://two.example:{web.port}/").body == b"here"


def test_a_silent_address_takes_only_its_share_of_the_time(web, make_door):
    web.pages["/"] = page(b"here")
    with socket.socket() as full:  # on Linux a full backlog does not answer at all
        full.bind(("127.0.0.9", web.port))
        full.listen(0)
        with socket.create_connection(("127.0.0.9", web.port)):
            door = make_door(seconds=1, allow=("127.0.0.0/8",), resolve=lambda host, port: ["127.0.0.9", "127.0.0.1"])
            assert get(door, f"http://two.example:{web.port}/").body == b"here"
            alone = make_door(seconds=0.3, allow=("127.0.0.0/8",))
            assert get(alone, f"http://127.0.0.9:{web.port}/").why == "no connection within 0.3 s"


SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::127.0.0.1]",
    "[::1]",
    "[::]",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.1",
    "１２７.0.0.1",
    "localhost",
    "localhost.",
    "LOCALHOST",
    "%6c%6f%63alhost",
    "user@127.0.0.1",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_forbidden_address_gets_through(web, make_door, spelling):
    for door, inside in ((make_door(allow=()), True), (make_door(), False)):
        failure = get(door, f"http://{spelling}:{web.port}/", inside=inside)
        assert isinstance(failure, FetchFailure)
        assert not failure.temporary or "host name" in failure.why
    assert web.accepted == 0


# ---------------------------------------------------------------- threads and files


def test_nothing_is_left_open(make_door):
    """Threads and file descriptors are the same before and after, whatever happened in between."""
    before = count_open()
    web = Web()
    web.pages = {
        "/ok": page(b"ok"),
        "/cut": page(b"x" * 500_000),
        "/short": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
        "/moved": redirect("/ok", b"never read"),
        "/reset": lambda talk: talk.reset(),
        "/hang": lambda talk: talk.hang(),
        "/404": missing,
    }
    door = make_door(seconds=0.3, resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])

    def many():
        for path in web.pages:
            for _ in range(1 if path == "/hang" else 3):
                get(door, web.url(path, host="named.example"))
        door.post(Secret(web.url("/ok")), b"x", {})

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    door.close()
    web.close()
    assert soon(lambda: count_open() == before), (count_open(), before)


def count_open() -> tuple[int, int]:
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))


def test_idle_connections_are_few(web, make_door):
    door = make_door(resolve=lambda host, port: ["127.0.0.1"])
    web.pages["/"] = page(b"ok")
    for number in range(100):
        assert get(door, f"http://host{number}.example:{web.port}/").body == b"ok"
    assert soon(lambda: web.live == 64)
    assert get(door, f"http://host99.example:{web.port}/").body == b"ok"
    assert web.accepted == 100
    door.close()
    assert soon(lambda: web.live == 0)


def test_a_door_with_a_wrong_range_is_refused_at_once():
    with pytest.raises(ValueError, match="intranet"):
        Door(Network(allow=("intranet",)), user_agent="x")
