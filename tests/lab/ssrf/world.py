"""The lab's world within a network namespace: every address there is belongs to us, and one of them is the public web.

``ip route add local 0.0.0.0/0 dev lo`` makes the kernel take every address for its own, so a listener on the wildcard
address hears of a connection to *any* address, known to the lab or not. What does not go to a web port of the public
address is a canary's.
"""

from __future__ import annotations

import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address

from .spellings import PUBLIC, SERVICES

WEB = (80, 8080)
_PORTS = (*WEB, 443, *SERVICES)
Answer = Callable[[str, str, str], bytes]  # method, host and target of a request -> the whole answer


def everything_is_ours() -> None:
    """Take every address for our own: possible in a namespace of ours only."""
    for command in ("link set lo up", "route add local 0.0.0.0/0 dev lo", "-6 route add local ::/0 dev lo"):
        subprocess.run(["ip", *command.split()], check=True)


class World:
    """The public web (one address, ``answer``) and the canaries (everything else). ``hits``: address and port -> accepts."""

    def __init__(self, answer: Answer) -> None:
        self.hits: Counter[str] = Counter()
        self.public = 0
        self._answer, self._lock = answer, threading.Lock()
        for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            for port in _PORTS:
                listener = socket.socket(family)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((any_address, port))
                listener.listen(512)
                threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            sock, _ = listener.accept()
            host, port = sock.getsockname()[:2]
            if host == PUBLIC and port in WEB:
                with self._lock:
                    self.public += 1
                threading.Thread(target=self._serve, args=(sock,), daemon=True).start()
            else:
                with self._lock:
                    self.hits[f"{host} port {port}"] += 1
                sock.close()

    def _serve(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(30)
            pending = b""
            while b"\r\n\r\n" not in pending:
                piece = sock.recv(65536)
                if not piece:
                    return
                pending += piece
            first, *lines = pending.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            sock.sendall(self._answer(first.split(" ")[0], headers.get("host", ""), first.split(" ")[1]))

    def control(self, addresses: Sequence[str]) -> int:
        """How many of the addresses a canary is heard at: those that the kernel lets anybody connect to."""
        before = self.hits.total()
        for text in addresses:
            with socket.socket(socket.AF_INET6 if ":" in text else socket.AF_INET) as sock:
                sock.settimeout(2)
                try:
                    sock.connect((text, 80))
                    sock.recv(1)
                except OSError:
                    continue
        heard = self.hits.total() - before
        self.hits.clear()
        return heard


def whole(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer, after which the connection is closed: the next request is resolved and judged anew."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers))
    return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


class Names:
    """A DNS server on 127.0.0.1 that knows the lab's names and answers every other with the public address."""

    def __init__(self, names: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> None:
        self._names = names
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 53))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            query, sender = self._sock.recvfrom(4096)
            self._sock.sendto(self._reply(query), sender)

    def _reply(self, query: bytes) -> bytes:
        labels, at = [], 12
        while length := query[at]:
            labels.append(query[at + 1 : at + 1 + length].decode("latin-1").lower())
            at += length + 1
        question = query[12 : at + 5]
        kind = int.from_bytes(query[at + 1 : at + 3])
        a, aaaa = self._names.get(".".join(labels), ((PUBLIC,), ()))
        answers = {1: a, 28: aaaa}.get(kind, ())[:25]  # more would not fit into a datagram
        records = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2) + b"\0\1\0\0\0\0" + len(packed := ip_address(text).packed).to_bytes(2) + packed
            for text in answers
        )
        return query[:2] + b"\x84\x00\0\1" + len(answers).to_bytes(2) + b"\0\0\0\0" + question + records
