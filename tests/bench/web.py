"""The local web: one process, every feed on a host of its own in 127.0.0.0/8, every body built beforehand.

``python -m tests.bench.web '{"feeds": 100}'`` prints a line of JSON when it is ready, and one for every line it reads:
``counts`` (what was asked so far) or ``reset``. It ends with its standard input. The parent's side is :class:`Web`.

A feed changes by its own polls: whether its n-th poll finds new entries is decided by the seed, so that every
contender is shown the same documents in the same order, however fast it comes.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import os
import socket
import ssl
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench import documents
from tests.bench.documents import Shape

ROOT = Path(__file__).parents[2]
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def host(number: int) -> str:
    """The address of the n-th host."""
    return f"127.9.{number // 250}.{1 + number % 250}"


class Site:
    """What is served, and how often it was asked for."""

    def __init__(self, shape: Shape, hosts: int, port: int, scheme: str) -> None:
        self.shape, self.hosts, self.port, self.scheme = shape, hosts, port, scheme
        self.counts: Counter[str] = Counter()
        self._polls, self._versions = [0] * shape.feeds, [0] * shape.feeds
        self._answers = [self._build(number) for number in range(shape.feeds)]
        self._pages: dict[bytes, bytes] = {}

    def urls(self) -> list[str]:
        """The addresses of the feeds."""
        return [f"{self._origin(number)}/feed/{number}" for number in range(self.shape.feeds)]

    def answer(self, target: str, tag: bytes | None) -> bytes:
        """The bytes of an answer. ``tag``: the request's If-None-Match."""
        match target.split("/")[1:]:
            case ["feed", number]:
                return self._feed(int(number), tag)
            case ["page", number, entry]:
                self.counts["pages"] += 1
                body = documents.page(self.shape, int(number), int(entry))
                return self._pages.setdefault(body, _ok(body, "Content-Type: text/html; charset=utf-8"))
            case _:
                self.counts["other"] += 1
                return NOT_FOUND

    def _feed(self, number: int, tag: bytes | None) -> bytes:
        self._polls[number] += 1
        poll = self._polls[number]
        if poll > 1 and self.shape.chance("changed", number, poll) < self.shape.changed:
            self._versions[number] += 1
            self._answers[number] = self._build(number)
        ours, unchanged, changed = self._answers[number]
        same = self.shape.validators and tag == ours
        self.counts["304" if same else "200"] += 1
        return unchanged if same else changed

    def _build(self, number: int) -> tuple[bytes, bytes, bytes]:
        """The feed's tag, and its answers to a request that has it and to one that has not."""
        version = self._versions[number]
        body, kind = documents.feed(self.shape, number, version, self._origin(number))
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        moment = format_datetime(documents.EPOCH, usegmt=True)
        validators = [f"ETag: {tag}", f"Last-Modified: {moment}"] if self.shape.validators else []
        unchanged = "\r\n".join(["HTTP/1.1 304 Not Modified", *validators, "\r\n"]).encode()
        return tag.encode(), unchanged, _ok(body, f"Content-Type: {kind}", *validators)

    def _origin(self, number: int) -> str:
        return f"{self.scheme}://{host(number % self.hosts)}:{self.port}"


def _ok(body: bytes, *headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *headers, f"Content-Length: {len(body)}", "\r\n"]).encode() + body


class Talk(asyncio.Protocol):
    """One connection: requests without a body, answered in their order."""

    def __init__(self, site: Site) -> None:
        self._site, self._rest = site, b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._site.counts["connections"] += 1

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            lines = request.split(b"\r\n")
            named = (line.partition(b": ") for line in lines[1:])
            headers = {name.lower(): value for name, _, value in named}
            self._transport.write(self._site.answer(lines[0].split()[1].decode("latin-1"), headers.get(b"if-none-match")))
            if headers.get(b"connection", b"").lower() == b"close":
                self._transport.close()


async def serve(shape: Shape, hosts: int, certificates: Path | None) -> None:
    """Serve until standard input ends."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    lines = [_listening(host(0), 0)]
    port = lines[0].getsockname()[1]
    lines += [_listening(host(number), port) for number in range(1, hosts)]
    site = Site(shape, hosts, port, "http" if certificates is None else "https")
    contexts = [None] * hosts if certificates is None else _contexts(hosts, certificates)
    for line, context in zip(lines, contexts, strict=True):
        await loop.create_server(lambda: Talk(site), sock=line, ssl=context)
    gc.collect()
    gc.freeze()  # a hundred megabytes that never change are not to be looked through again and again

    def obey() -> None:
        words = os.read(0, 4_096).split()
        for word in words:
            if word == b"reset":
                site.counts.clear()
            _say(dict(site.counts))
        if not words:
            over.set()

    loop.add_reader(0, obey)
    _say(site.urls())
    await over.wait()


def _listening(address: str, port: int) -> socket.socket:
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    line.bind((address, port))
    line.listen(256)
    return line


def _contexts(hosts: int, folder: Path) -> list[ssl.SSLContext]:
    """A certificate for each host, as on the web; the authority's own goes into ``ca.pem``."""
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    contexts = []
    for number in range(hosts):
        contexts.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
        authority.issue_cert(host(number)).configure_cert(contexts[-1])
    return contexts


def _say(told: object) -> None:
    print(json.dumps(told), flush=True)


class Web:
    """The web as a child process. ``urls``: its feeds; ``ca``: whom to trust, where it speaks TLS."""

    def __init__(self, shape: Shape, folder: Path, *, tls: bool = False, hosts: int | None = None) -> None:
        self.shape = shape
        self.ca = folder / "ca.pem" if tls else None
        order = {**asdict(shape), "hosts": hosts or shape.feeds, "certificates": str(folder) if tls else None}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.web", json.dumps(order)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        self.urls: list[str] = self._heard()

    def counts(self) -> Counter[str]:
        """What was asked for so far: ``200`` and ``304`` answers to polls, ``pages``, ``other``, ``connections``."""
        return self._ask("counts")

    def reset(self) -> None:
        """Count from nought."""
        self._ask("reset")

    def polls(self) -> int:
        """How often feeds were asked."""
        counts = self.counts()
        return counts["200"] + counts["304"]

    def _ask(self, word: str) -> Counter[str]:
        assert self._process.stdin is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return Counter(self._heard())

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the local web did not start, or ended")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()


def main() -> None:
    """Serve what the first argument orders."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    hosts, certificates = order.pop("hosts"), order.pop("certificates")
    asyncio.run(serve(Shape(**order), hosts, None if certificates is None else Path(certificates)))


if __name__ == "__main__":
    main()
