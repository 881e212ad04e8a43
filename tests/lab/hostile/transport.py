"""C2 and the redirects of C1: answers that are bombs, drips, floods, lies."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

from .server import Script, Talk

RSS_TYPE = "Content-Type: application/rss+xml"
_ITEM = b"<item><title>filler</title><link>http://a.example/</link></item>"
_HEAD = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>'
FEED = _HEAD + _ITEM + b"</channel></rss>"


def raw(data: bytes) -> Script:
    return lambda talk: talk.send(data)


def page(body: bytes, *headers: str, status: str = "200 OK") -> Script:
    return lambda talk: talk.answer(body, *headers, status=status)


def zeros(megabytes: int, filler: bytes = b"\0") -> bytes:
    """A gzip file of so many megabytes, one member each: made quickly."""
    return gzip.compress(filler * (1_000_000 // len(filler)), mtime=0) * megabytes


def cases() -> Iterator[tuple[str, Script]]:
    """Name and script."""
    for family in (_bombs, _floods, _drips, _framing, _statuses, _redirects):
        yield from family()


def _bombs() -> Iterator[tuple[str, Script]]:
    for megabytes in (11, 50, 300, 1000):
        packed = zeros(megabytes, _ITEM)
        yield f"gzip bomb of {megabytes} MB", page(packed, "Content-Encoding: gzip", RSS_TYPE)
        yield f"gzip bomb of {megabytes} MB in a 302", page(packed, "Content-Encoding: gzip", "Location: /ok", status="302 Found")
        yield f"gzip bomb of {megabytes} MB in a 404", page(packed, "Content-Encoding: gzip", status="404 Not Found")
    for coding in (
        "deflate",
        "br",
        "zstd",
        "compress",
        "gzip, gzip",
        "gzip, gzip, gzip, gzip",
        "x-gzip",
        "GZIP",
        "identity, gzip",
    ):
        yield f"packed as {coding}", page(gzip.compress(gzip.compress(FEED)), f"Content-Encoding: {coding}", RSS_TYPE)
    yield "deflate bomb", page(zlib.compress(b"\0" * 20_000_000), "Content-Encoding: deflate")
    yield "gzip without an end", page(gzip.compress(FEED)[:-9], "Content-Encoding: gzip")
    yield "gzip that is none", page(b"\x1f\x8b" + b"x" * 1000, "Content-Encoding: gzip")
    yield "a million empty gzip members", page(gzip.compress(b"") * 50_000, "Content-Encoding: gzip")


def _flood(chunk: bytes, head: bytes, times: int = 4_000) -> Script:
    def play(talk: Talk) -> None:
        talk.send(head)
        for _ in range(times):
            talk.send(chunk)

    return play


def _floods() -> Iterator[tuple[str, Script]]:
    plain, chunked = b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    some = _ITEM * 1000
    yield "an endless body", _flood(some, plain + _HEAD)
    yield "endless chunks", _flood(b"%x\r\n%s\r\n" % (len(some), some), chunked)
    yield "endless tiny chunks", _flood(b"1\r\nx\r\n" * 5000, chunked, 200)
    yield "an endless chunk extension", _flood(b"x" * 60_000, chunked + b"5;", 500)
    yield "an endless chunk size", _flood(b"0" * 60_000, chunked, 500)
    yield "an endless status line", _flood(b"x" * 60_000, b"HTTP/1.1 200 ", 500)
    yield "an endless header line", _flood(b"x" * 60_000, b"HTTP/1.1 200 OK\r\nX: ", 500)
    yield "endless headers", _flood(b"X-A: b\r\n" * 5_000, b"HTTP/1.1 200 OK\r\n", 500)
    yield "endless interim answers", _flood(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, b"", 500)
    yield "endless trailers", _flood(b"X-A: b\r\n" * 5_000, chunked + b"0\r\n", 500)
    for count in (101, 1_000, 5_000):
        yield f"{count} headers", page(FEED, *(f"X-{n}: y" for n in range(count)))
    for kilobytes in (64, 200, 1_000):
        yield f"a header of {kilobytes} KB", page(FEED, "X: " + "y" * kilobytes * 1000)
        yield f"an ETag of {kilobytes} KB", page(FEED, f'ETag: "{"y" * kilobytes * 1000}"')


def _drips() -> Iterator[tuple[str, Script]]:
    def after(head: bytes, data: bytes) -> Script:
        def play(talk: Talk) -> None:
            talk.send(head)
            talk.drip(data)

        return play

    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield "a dripped status line", after(b"", b"HTTP/1.1 200 " + b"O" * 400)
    yield "dripped headers", after(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 60)
    yield "a dripped body", after(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"x" * 400)
    yield "dripped chunks", after(chunked, b"1\r\nx\r\n" * 80)
    yield "dripped gzip", after(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n", gzip.compress(FEED * 50)[:400])
    yield "dripped interim answers", after(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 20)
    yield "a dripped redirect", after(b"HTTP/1.1 302 Found\r\nLocation: /", b"x" * 400)
    yield "never an answer", lambda talk: talk.hang()
    yield "never a body", lambda talk: (talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nx"), talk.hang())[0]


def _framing() -> Iterator[tuple[str, Script]]:
    for length in ("-1", "99999", "99999999999999999999", "1", "0", "abc", "1, 2", "5 5", "+5", "0x10", "", "１２"):
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode()
        yield f"Content-Length {length!r}", raw(head + FEED)
    yield "two lengths", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 500\r\n\r\n" + FEED)
    both = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield "a length and chunks", raw(both + b"%x\r\n%s\r\n0\r\n\r\n" % (len(FEED), FEED))
    for size in (b"ffffffffffffffff", b"-1", b"xyz", b"", b"0x10", b"5 ", b" 5", b"5_0", b"\xb2"):
        yield f"chunk size {size!r}", raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n" + FEED)
    for coding in ("chunked, chunked", "gzip, chunked", "identity", "CHUNKED", "xchunked"):
        yield f"Transfer-Encoding {coding}", raw(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {coding}\r\n\r\n".encode() + FEED)
    for name, data in {
        "HTTP/0.9": FEED, "nothing at all": b"", "garbage": bytes(range(256)) * 40, "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
        "smtp": b"220 mail ESMTP\r\n", "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/9.9": b"HTTP/9.9 200 OK\r\n\r\n" + FEED,
        "a bare head": b"HTTP/1.1 200 OK\r\n", "NULs": b"\0" * 5000, "line feeds only": b"HTTP/1.1 200 OK\n\n" + FEED,
        "a TLS alert": b"\x15\x03\x01\x00\x02\x02\x28", "a folded header": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n" + FEED,
        "a header without a colon": b"HTTP/1.1 200 OK\r\nfoo\r\n\r\n" + FEED, "a NUL in a header": b"HTTP/1.1 200 OK\r\nETag: \0\r\n\r\n" + FEED,
        "a forged header": b'HTTP/1.1 200 OK\r\nETag: "\x1b]0;x\x07"\r\nLast-Modified: \xe2\x80\xae\r\n\r\n' + FEED,
    }.items():  # fmt: skip
        yield name, raw(data)
    yield (
        "a reset in the body",
        lambda talk: (talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + FEED), talk.reset())[0],
    )
    yield "a reset at once", lambda talk: talk.reset()
    yield "an answer and the next one", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n" + FEED)


def _statuses() -> Iterator[tuple[str, Script]]:
    for status in (
        "100", "101", "103", "199", "201", "202", "203", "204", "205", "206", "226", "299", "300", "304", "305", "306", "399", "400",
        "401", "402", "403", "404", "405", "406", "407", "408", "409", "410", "418", "421", "425", "429", "431", "451", "499", "500",
        "501", "502", "503", "504", "511", "520", "599", "600", "999", "099", "1000", "-1", "2OO", "20",
    ):  # fmt: skip
        yield f"status {status}", page(FEED, RSS_TYPE, status=f"{status} Odd")
    for wait in (
        "-5",
        "99999999999",
        "soon",
        "1e9",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "٣",
        "1" * 5000,
    ):
        yield f"Retry-After {wait[:30]}", page(b"", f"Retry-After: {wait}", status="503 Busy")


def _redirects() -> Iterator[tuple[str, Script]]:
    for location in (
        "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "ftp://127.0.0.1/", "data:text/xml,<rss/>", "javascript:alert(1)",
        "http://10.0.0.5/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://0/", "//10.0.0.5/", "http://user:pw@127.0.0.1/",
        "http:///", "http://", "", " ", "?", "#", "\\\\10.0.0.5\\x", "http://2130706433:99999/", "http://[::ffff:10.0.0.5]/", "x" * 100_000,
        "/é\u202e/ü", "/%00%0d%0a", "/\x01", "http://xn--/", "http://" + "a." * 200 + "example/", "/self",
    ):  # fmt: skip
        yield f"redirect to {location[:40]!r}", page(b"", f"Location: {location}", status="302 Found")
    for status in ("301", "303", "307", "308"):
        yield f"a loop of {status}", lambda talk, status=status: talk.answer(b"", f"Location: {talk.target}", status=status)

    def longer(talk: Talk) -> None:
        talk.answer(b"", f"Location: {talk.target}x", status="302 Found")

    named: dict[str, Callable[[Talk], None]] = {"an endless road": longer}
    yield from named.items()
