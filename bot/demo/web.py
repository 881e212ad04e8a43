"""The demo's web: a small HTTP server on loopback that shows at each moment what is out by the clock."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import TracebackType
from typing import Self

from bot.demo import documents
from bot.demo.content import Outlet, Piece
from bot.errors import StorywatchError

# Entries that a feed shows, as most do; what is older has left it.
MOST_LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer before it is looked at whether the client has it already."""

    status: int = HTTPStatus.OK
    kind: str = documents.HTML
    body: bytes = b""
    modified: datetime | None = None


class Web:
    """Feeds, pages and robots.txt of all outlets, on a free port of 127.0.0.1 until the ``with`` ends."""

    def __init__(self, outlets: Iterable[Outlet], clock: Callable[[], datetime]) -> None:
        """Raise StorywatchError when this computer has no loopback to serve on."""
        self._clock = clock
        self._feeds = {outlet.feed_path: outlet for outlet in outlets}
        self._pages = {
            piece.path: (outlet, piece) for outlet in self._feeds.values() for piece in outlet.pieces if not piece.again
        }
        try:
            self._server = _Server(("127.0.0.1", 0), self._answer)
        except OSError as error:
            raise StorywatchError(f"the demonstration cannot serve its pages on 127.0.0.1: {error.strerror}") from error
        self.site = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="demo-web", daemon=True).start()
        try:
            socket.create_connection(("127.0.0.1", self._server.server_address[1]), timeout=5).close()
        except OSError as error:
            self.__exit__(None, None, None)
            raise StorywatchError(f"this computer does not reach its own address 127.0.0.1: {error.strerror or error}") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, target: str) -> Reply:
        path = target.partition("?")[0]
        if (outlet := self._feeds.get(path)) is not None:
            return self._feed(outlet)
        if (found := self._pages.get(path)) is not None and found[1].at <= self._clock():
            return _page(*found)
        if path == "/robots.txt":
            return Reply(kind="text/plain; charset=utf-8", body=b"User-agent: *\nDisallow: /admin/\n")
        return Reply(status=HTTPStatus.NOT_FOUND, body=b"<p>There is no such page.</p>")

    def _feed(self, outlet: Outlet) -> Reply:
        now = self._clock()
        outage = outlet.outage
        if outage is not None and outage.begin <= now < outage.end:
            return Reply(status=outage.status, body=b"<p>We will be back soon.</p>")
        pieces = outlet.listed(now, MOST_LISTED)
        body = documents.feed(outlet, pieces, self.site)
        return Reply(kind=documents.TYPES[outlet.kind], body=body, modified=max(piece.at for piece in pieces))


def _page(outlet: Outlet, piece: Piece) -> Reply:
    if piece.page == "forbidden":
        return Reply(status=HTTPStatus.FORBIDDEN, body=b"<p>Subscribers only.</p>")
    return Reply(body=documents.page(outlet, piece), modified=piece.at)


class _Server(ThreadingMixIn, TCPServer):
    """Not ``HTTPServer``: that one asks DNS for the name of its address before it serves."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], answer: Callable[[str], Reply]) -> None:
        self.answer = answer
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer, or say that nothing changed (RFC 9110, 13.1.2)."""
        reply = self.server.answer(self.path)
        tag = f'"{hashlib.blake2b(reply.body, digest_size=8).hexdigest()}"'
        fresh = reply.status == HTTPStatus.OK and self.headers.get("If-None-Match") == tag
        self.send_response(HTTPStatus.NOT_MODIFIED if fresh else reply.status)
        if reply.status == HTTPStatus.OK:
            self.send_header("ETag", tag)
            if reply.modified is not None:
                self.send_header("Last-Modified", format_datetime(reply.modified, usegmt=True))
        if not fresh:
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if not fresh:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's name for it
        """Keep quiet: the terminal belongs to the alerts."""
