"""With a proxy: what goes through it, and what the guard still refuses."""

from __future__ import annotations

import base64

import pytest
from loopweb import page

from bot.model import Fetched, Secret


@pytest.fixture
def make(make_door, web):
    def proxied(url: str | None = None, **more):
        return make_door(proxy=Secret(url or f"http://us%40r:word@127.0.0.1:{web.port}"), **more)

    return proxied


def test_http_goes_through_the_proxy_as_a_whole_address(web, make):
    web.pages["http://example.org/feed?x=1"] = page(b"news")
    door = make()
    for _ in range(2):
        answer = door.get("http://example.org/feed?x=1", cap=1_000)
        assert (answer.body, answer.inside) == (b"news", False)
    request = web.requests[0]
    assert request.headers["host"] == "example.org"
    assert request.headers["proxy-authorization"] == "Basic " + base64.b64encode(b"us@r:word").decode()
    assert web.accepted == 1


def test_https_asks_the_proxy_to_connect(web, make):
    failure = make().get("https://example.org:8443/secret", cap=1_000, private={"X-Key": Secret("k")})
    assert failure.why == "the proxy refused the connection"
    assert web.requests[0].method == "CONNECT"
    assert web.requests[0].target == "example.org:8443"
    assert "x-key" not in web.requests[0].headers


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://169.254.169.254/", "not in network.allow"),
        ("http://[::1]/", "not in network.allow"),
        ("http://localhost/", "the proxy itself"),
        ("http://a.localhost/", "the proxy itself"),
        ("http://127.1/", "number in disguise"),
        ("http://example.org:25/", "port 25"),
    ],
)
def test_what_can_be_judged_is_judged(web, make, url, words):
    assert words in make().get(url, cap=1_000, inside=url != "http://example.org:25/").why
    assert web.accepted == 0


def test_an_allowed_literal_counts_as_inside(web, make):
    web.pages["http://127.0.0.1:9/x"] = page(b"inner")
    assert make().get("http://127.0.0.1:9/x", cap=1_000, inside=True).inside
    assert "may not lead there" in make().get("http://127.0.0.1:9/x", cap=1_000).why


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "https://127.0.0.1:1", "127.0.0.1:1", "http://"])
def test_a_proxy_that_cannot_be_used_is_told_in_words(make, url):
    failure = make(url).get("http://example.org/", cap=1_000)
    assert failure.why.startswith("network.proxy cannot be used: ")


def test_the_proxys_own_address_is_judged(web, make):
    failure = make(f"http://127.0.0.2:{web.port}").get("http://example.org/", cap=1_000)
    assert not isinstance(failure, Fetched)
    assert "not in network.allow" in failure.why
