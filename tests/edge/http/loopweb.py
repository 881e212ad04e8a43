"""A small real web on loopback whose answers are written byte by byte, rightly or wrongly."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

Script = Callable[["Talk"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


class Talk:
    """One request's conversation, for a script to send on."""

    def __init__(self, web: Web, sock: socket.socket, request: Request) -> None:
        self.web, self.sock, self.request = web, sock, request
        self.keep = True

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, body: bytes = b"", *headers: str, status: str = "200 OK") -> None:
        head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
        self.send(head.encode("latin-1") + b"\r\n" + body)

    def drip(self, data: bytes, every: float = 0.05) -> None:
        """A byte at a time, until the other side or the test has enough."""
        for byte in data:
            self.send(bytes([byte]))
            if self.web.over.wait(every):
                return

    def hang(self) -> None:
        self.keep = False
        self.web.over.wait(30)

    def hang_up(self) -> None:
        self.keep = False

    def reset(self) -> None:
        self.keep = False
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.sock.close()


class Web:
    """The server. ``pages`` maps a path to its script; ``greet`` takes a connection over before any request."""

    def __init__(
        self, host: str = "127.0.0.1", *, port: int = 0, tls: ssl.SSLContext | None = None, greet: Script | None = None
    ) -> None:
        self.pages: dict[str, Script] = {}
        self.requests: list[Request] = []
        self.accepted = 0
        self._socks: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.over = threading.Event()
        self._tls, self._greet = tls, greet
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.host, self.port = host, self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"http{'s' if self._tls else ''}://{host or self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [request.target for request in self.requests]

    def close(self) -> None:
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for sock in self._socks:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    @property
    def live(self) -> int:
        return len(self._socks)

    def _serve(self, sock: socket.socket) -> None:
        with self._lock:
            self._socks.add(sock)
        self._converse(sock)
        with self._lock:
            self._socks.remove(sock)

    def _converse(self, sock: socket.socket) -> None:
        with sock:
            try:
                if self._greet is not None:
                    self._greet(Talk(self, sock, Request(method="", target="", headers={}, body=b"", at=time.monotonic())))
                elif self._tls is not None:
                    with self._tls.wrap_socket(sock, server_side=True) as safe:
                        self._talk(safe)
                else:
                    self._talk(sock)
            except OSError:
                pass  # the client had enough, which is what many tests are about

    def _talk(self, sock: socket.socket) -> None:
        sock.settimeout(0.05)
        pending = b""
        while not self.over.is_set():
            try:
                piece = sock.recv(65536)
            except TimeoutError:
                continue
            if not piece:
                return
            pending += piece
            head, found, rest = pending.partition(b"\r\n\r\n")
            if not found:
                continue
            request = _request(head.decode("latin-1"), rest)
            if len(rest) < int(request.headers.get("content-length", "0")):
                continue
            pending = b""
            self.requests.append(request)
            sock.settimeout(30)
            talk = Talk(self, sock, request)
            self.pages.get(request.target, missing)(talk)
            if not talk.keep:
                return
            sock.settimeout(0.05)


def _request(head: str, body: bytes) -> Request:
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(method=method, target=target, headers=headers, body=body, at=time.monotonic())


def missing(talk: Talk) -> None:
    talk.answer(b"no such page", status="404 Not Found")


def page(body: bytes, *headers: str, status: str = "200 OK") -> Script:
    return lambda talk: talk.answer(body, *headers, status=status)


def redirect(location: str, body: bytes = b"", *headers: str, status: str = "302 Found") -> Script:
    return page(body, f"Location: {location}", *headers, status=status)


def raw(data: bytes) -> Script:
    """These bytes, then the connection is closed."""

    def script(talk: Talk) -> None:
        talk.send(data)
        talk.hang_up()

    return script


def zipped_zeros(megabytes: int) -> bytes:
    """A gzip bomb: about 1 KB per megabyte. Members of 1 MB each, so that it is quick to make."""
    return gzip.compress(b"\0" * 1_000_000, mtime=0) * megabytes


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within three seconds."""
    until = time.monotonic() + 3
    while not holds() and time.monotonic() < until:
        threading.Event().wait(0.005)
    return holds()
