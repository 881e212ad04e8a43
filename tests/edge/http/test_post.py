"""Messages to channels: sent once, never redirected, and a failure says whether it may have arrived."""

from __future__ import annotations

import pytest
from loopweb import Web, page, raw, redirect, zipped_zeros

from bot.edge.http import Door
from bot.model import Fetched, FetchFailure, Secret

CAP = 100_000


def get(door: Door, url: str, **more) -> Fetched | FetchFailure:
    return door.get(url, **{"cap": CAP, "inside": True, **more})


def test_a_post_arrives_as_it_was_handed_over(web, door):
    web.pages["/hook"] = page(b"ok")
    answer = door.post(Secret(web.url("/hook")), b'{"a": 1}', {"content-type": "application/json"})
    assert (answer.status, answer.body, answer.inside) == (200, b"ok", True)
    request = web.requests[0]
    assert (request.method, request.target, request.body) == ("POST", "/hook", b'{"a": 1}')
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == "8"
    assert request.headers["connection"] == "close"
    assert "hook" not in repr(answer)


def test_a_post_never_uses_an_idle_connection(web, door):
    get(door, web.url("/hook"))
    door.post(Secret(web.url("/hook")), b"", {})
    assert web.accepted == 2


def test_a_post_follows_no_redirect(web, door):
    web.pages["/hook"] = redirect("/elsewhere", b"moved", status="307 Temporary Redirect")
    answer = door.post(Secret(web.url("/hook")), b"x", {})
    assert (answer.status, answer.headers["location"]) == (307, "/elsewhere")
    assert web.paths() == ["/hook"]


@pytest.mark.parametrize(
    "script",
    [
        page(b"x" * 1_000_000),
        page(zipped_zeros(200), "Content-Encoding: gzip"),
        page(b"brotli", "Content-Encoding: br"),
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"),
        lambda talk: (talk.answer(b"early"), talk.hang_up()),
    ],
    ids=["long", "a bomb", "brotli", "broken off", "early"],
)
def test_a_channels_answer_counts_whatever_its_body(web, door, script):
    web.pages["/"] = script
    answer = door.post(Secret(web.url()), b"x", {})
    assert answer.status == 200
    assert len(answer.body) <= 64 * 1024


def test_a_failed_post_says_whether_it_may_have_arrived(web, door):
    web.pages["/"] = lambda talk: talk.reset()
    failure = door.post(Secret(web.url()), b"x", {})
    assert failure.sent
    assert failure.temporary
    assert failure.why.endswith("; the message may have arrived")
    gone = Web()
    gone.close()
    assert door.post(Secret(gone.url("/token")), b"x", {}) == FetchFailure(
        why="the connection was refused; nothing was sent", temporary=True, sent=False
    )


@pytest.mark.parametrize("url", ["ftp://token/", "http://token@127.0.0.1/", "http://169.254.169.254/token", "token"])
def test_a_failed_post_keeps_its_address_to_itself(door, url):
    failure = door.post(Secret(url), b"x", {"x-key": "token"})
    assert "token" not in repr(failure)
    assert not failure.sent
