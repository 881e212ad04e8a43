"""A server that answers byte by byte as a case says, at every address of 127.0.0.0/8 and one port."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Talk:
    """One request: where it came in, what it asks for, and the socket to answer on."""

    sock: socket.socket
    host: str
    target: str
    over: threading.Event

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers))
        self.send(head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body)

    def drip(self, data: bytes, every: float = 0.3) -> None:
        for byte in data:
            if self.over.wait(every):
                return
            self.send(bytes([byte]))

    def hang(self) -> None:
        self.sock.settimeout(120)
        self.sock.recv(1)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


Script = Callable[[Talk], None]


@dataclass(slots=True, kw_only=True)
class Server:
    """``route`` finds the script of a request; ``walls`` keeps how long each conversation took, by target."""

    route: Callable[[str, str], Script]
    walls: list[tuple[float, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("0.0.0.0", 0), backlog=1024))

    def start(self) -> int:
        """Serve from now on; the port."""
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self.listener.getsockname()[1])

    def stop(self) -> None:
        self.over.set()
        self.listener.close()

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        began, target = time.monotonic(), ""
        with sock, suppress(OSError, IndexError):  # the bot may have had enough
            sock.settimeout(60)
            pending = b""
            while b"\r\n\r\n" not in pending:
                piece = sock.recv(65536)
                if not piece:
                    return
                pending += piece
            target = pending.split(b" ", 2)[1].decode("latin-1")
            host = sock.getsockname()[0]
            self.route(host, target)(Talk(sock=sock, host=host, target=target, over=self.over))
        self.walls.append((time.monotonic() - began, target))
