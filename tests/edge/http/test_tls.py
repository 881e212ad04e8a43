"""https: certificates are checked against the name, the context is shared, the deadline holds."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime

import pytest
import trustme
from loopweb import Web, page, redirect

from bot.edge.http import Door
from bot.edge.http.line import tls_context
from bot.model import Fetched, FetchFailure, Secret


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def ca(authority, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def server(authority, *names, **more):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **more).configure_cert(context)
    return Web(tls=context)


@pytest.fixture
def safe(authority):
    web = server(authority, "news.example", "127.0.0.1")
    yield web
    web.close()


@pytest.fixture
def make(make_door, ca):
    return lambda **more: make_door(**{"ca": ca, "resolve": lambda host, port: ["127.0.0.1"], **more})


def get(door: Door, url: str, **more) -> Fetched | FetchFailure:
    return door.get(url, cap=100_000, inside=True, **more)


def test_the_certificate_is_checked_against_the_name_not_the_address(safe, make):
    safe.pages["/"] = page(b"safe")
    door = make()
    for _ in range(3):
        assert get(door, safe.url(host="news.example")).body == b"safe"
    assert get(door, safe.url(host="NEWS.example.")).body == b"safe"
    assert get(door, safe.url(host="127.0.0.1")).body == b"safe"
    assert safe.accepted == 2  # kept alive within TLS


@pytest.mark.parametrize(
    ("names", "more", "words"),
    [
        (["other.example"], {}, "its certificate is not valid: it belongs to another host"),
        (["news.example"], {"not_after": datetime(2020, 1, 1, tzinfo=UTC)}, "has expired"),
    ],
    ids=["another host's", "expired"],
)
def test_a_wrong_certificate_is_told_in_words(authority, make, names, more, words):
    web = server(authority, *names, **more)
    try:
        failure = get(make(), web.url(host="news.example"))
        assert words in failure.why
        assert "news.example" not in failure.why
        assert failure.temporary
        assert web.requests == []
    finally:
        web.close()


def test_an_unknown_authority_is_told_in_words(safe, make):
    failure = make(ca=None).post(Secret(safe.url(host="news.example")), b"x", {})
    assert failure.why.startswith("its certificate is not valid: ")
    assert failure.why.endswith("; nothing was sent")
    assert not failure.sent


def test_a_server_without_tls_is_told_in_words(make):
    web = Web(greet=lambda talk: talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    try:
        assert get(make(), f"https://news.example:{web.port}/").why == "TLS failed: wrong version number"
    finally:
        web.close()


def test_a_missing_ca_file_is_told_in_words(safe, make, tmp_path):
    assert get(make(ca=str(tmp_path / "none.pem")), safe.url()).why == "the certificates of network.ca cannot be read"


@pytest.mark.parametrize(
    "record", [b"\x16\x03\x03\x3f\xff\x02" + b"\0" * 2_000, b"\x16\x03\x03\x00\x01\x02" * 500], ids=["one record", "tiny records"]
)
def test_a_dripped_handshake_ends_at_the_deadline(make, record):
    web = Web(greet=lambda talk: talk.drip(record))
    try:
        started = time.monotonic()
        failure = get(make(seconds=0.4), f"https://news.example:{web.port}/")
        assert failure.why == "no connection within 0.4 s"
        assert time.monotonic() - started < 2.5
    finally:
        web.close()


def test_a_silent_handshake_ends_at_the_deadline(make):
    web = Web(greet=lambda talk: talk.hang())
    try:
        assert get(make(seconds=0.3), f"https://news.example:{web.port}/").why == "no connection within 0.3 s"
    finally:
        web.close()


def test_a_dripped_body_within_tls_ends_at_the_deadline(safe, make):
    safe.pages["/"] = lambda talk: (talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"), talk.drip(b"x" * 999))
    started = time.monotonic()
    assert get(make(seconds=0.4), safe.url()).why == "no whole answer within 0.4 s"
    assert time.monotonic() - started < 2.5


def test_private_headers_do_not_follow_to_plain_http(safe, web, make):
    safe.pages["/"] = redirect(web.url("/x"))
    get(make(), safe.url(), private={"X-Key": Secret("k")})
    assert safe.requests[0].headers["x-key"] == "k"
    assert "x-key" not in web.requests[0].headers


def test_the_roots_are_loaded_once(authority, make, monkeypatch):
    loaded = []
    real = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *args, **more: (loaded.append(1), real(*args, **more))[1])
    webs = [server(authority, "news.example") for _ in range(3)]
    try:
        door = make()
        for web in webs:
            assert get(door, web.url(host="news.example")).status == 404
    finally:
        for web in webs:
            web.close()
    assert len(loaded) == 2  # certifi's and ours


def test_the_context_takes_nothing_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    context = tls_context(None)
    assert context.keylog_filename is None
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
