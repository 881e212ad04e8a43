"""A small HTTP/1.1 server on loopback that answers by script and can misbehave in the ways servers do."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from types import MappingProxyType
from typing import Literal

NOTHING: Mapping[str, str] = MappingProxyType({})
Fault = Literal["", "silence", "reset", "cut", "drip", "flood", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it arrived; ``at`` is ``time.monotonic()`` when its last byte was read."""

    at: float
    method: str
    target: str  # path and query
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    host: str  # the address it arrived at

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, and how it goes wrong.

    ``silence`` never answers; ``reset`` breaks the connection; ``cut`` closes in the middle of the
    body; ``drip`` sends a byte each ``pause`` seconds; ``flood`` repeats the body until ``size``
    bytes are out; ``late`` answers after ``pause`` seconds.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    fault: Fault = ""
    pause: float = 0.25
    size: int = 0


Respond = Callable[[Request], Reply]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # the sender died in the middle: there was no request
            return
        reply = self.server.respond(
            Request(
                at=time.monotonic(),
                method=self.command,
                target=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
                host=self.server.server_address[0],
            )
        )
        getattr(self, "_" + (reply.fault or "whole"))(reply)

    do_GET = do_HEAD = do_POST = do_PATCH = answer

    def _head(self, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in {204, 304}:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _whole(self, reply: Reply) -> None:
        self._head(reply, len(reply.body))
        if self.command != "HEAD" and reply.status not in {204, 304}:
            self.wfile.write(reply.body)

    def _late(self, reply: Reply) -> None:
        self.server.stopping.wait(reply.pause)
        self._whole(reply)

    def _silence(self, reply: Reply) -> None:
        self.close_connection = True
        self.connection.recv(1)  # until the client, or the end of the lab, hangs up

    def _reset(self, reply: Reply) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _cut(self, reply: Reply) -> None:
        self.close_connection = True
        self._head(reply, len(reply.body))
        self.wfile.write(reply.body[: len(reply.body) // 2])

    def _drip(self, reply: Reply) -> None:
        self.close_connection = True
        self._head(reply, len(reply.body))
        for byte in reply.body:
            if self.server.stopping.wait(reply.pause):
                return
            self.wfile.write(bytes([byte]))

    def _flood(self, reply: Reply) -> None:
        self.close_connection = True
        self._head(reply, reply.size)
        chunk = (reply.body * (1 + 65536 // len(reply.body)))[:65536]
        for sent in range(0, reply.size, len(chunk)):
            self.wfile.write(chunk[: reply.size - sent])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name for it
        """The ledgers are the log."""


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, respond: Respond) -> None:
        self.respond = respond
        self.stopping = threading.Event()
        self.faults: list[BaseException] = []
        self._open: set[socket.socket] = set()
        super().__init__((host, port), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]  # TCP only
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; anything else is a bug of the lab."""
        error = sys.exception()
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.faults.append(error)

    def hang_up(self) -> None:
        self.stopping.set()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone already


class Loopback:
    """One responder served at several loopback addresses, all on the same port."""

    def __init__(self, respond: Respond, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self._respond, self._hosts = respond, hosts
        self._faults: list[BaseException] = []
        self._servers: list[_Server] = []
        self._threads: list[threading.Thread] = []
        self.port = 0
        self.up()

    def up(self) -> None:
        """Answer, at the port it always had."""
        for host in self._hosts:
            self._servers.append(_Server(host, self.port, self._respond))
            self.port = self._servers[0].server_address[1]
        self._threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in self._servers]
        for thread in self._threads:
            thread.start()

    def down(self) -> None:
        """Hang up on everybody, and refuse whoever calls until :meth:`up`."""
        for server in self._servers:
            server.shutdown()
            server.hang_up()
            server.server_close()
        for thread in self._threads:
            thread.join()
        self._faults += [fault for server in self._servers for fault in server.faults]
        self._servers.clear()
        self._threads.clear()

    def close(self) -> None:
        """Hang up for good; raises what went wrong inside the lab itself."""
        self.down()
        faults = self._faults
        if faults:
            raise ExceptionGroup("the lab's server failed", [f for f in faults if isinstance(f, Exception)])
