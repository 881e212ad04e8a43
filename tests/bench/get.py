"""``python -m tests.bench.get``: what the guard costs. A guarded GET against a plain ``requests.Session`` GET of the same bytes.

A server in a process of its own sends one feed of 30 KB again and again, over one kept connection and over new ones. CPU of this process only, the median
of seven runs each, in turn with the other's. The guard's run does all it does in a poll: reading and judging the address, the host's
turn, deadline and caps, headers made harmless.

Example: python -m tests.bench.get --json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import requests

from bot.edge.http import Door
from bot.model import Fetched, Network

BODY = b"<item><title>Harbour news of the day</title></item>\n" * 600
HEADERS = {
    "Content-Type": "application/rss+xml", "Content-Length": str(len(BODY)), "ETag": '"abc"', "Cache-Control": "max-age=60",
    "Last-Modified": "Tue, 03 Mar 2026 08:00:00 GMT", "Date": "Tue, 03 Mar 2026 09:00:00 GMT", "Server": "bench", "Vary": "Accept-Encoding",
}  # fmt: skip
REACH = 1.3
RUNS, GETS = 7, 300


def serve(listener: socket.socket) -> None:
    """Answer every request on every connection with the same bytes, for ever."""
    head = b"HTTP/1.1 200 OK\r\n" + b"".join(f"{n}: {v}\r\n".encode() for n, v in HEADERS.items())
    while True:
        sock, _ = listener.accept()
        if os.fork() == 0:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while request := sock.recv(65536):
                fresh = request.startswith(b"GET /fresh")
                sock.sendall(head + (b"Connection: close\r\n\r\n" if fresh else b"\r\n") + BODY)
                if fresh:
                    break
            os._exit(0)
        sock.close()


def cpu(get: Callable[[], int], times: int) -> float:
    """Milliseconds of CPU for one GET."""
    began = time.process_time()
    for _ in range(times):
        if get() != len(BODY):
            raise RuntimeError("not the same bytes")
    return (time.process_time() - began) / times * 1000


def measure(path: str, times: int = GETS) -> tuple[float, float, float]:
    """The guard's and the plain milliseconds, and the median ratio of neighbouring runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}{path}"
    door = Door(Network(allow=("127.0.0.0/8",), host_gap=timedelta(0), deadline=timedelta(seconds=30)), user_agent="bench")
    plain = requests.Session()
    plain.trust_env = False

    def guarded() -> int:
        answer = door.get(url, inside=True, cap=10_000_000)
        return len(answer.body) if isinstance(answer, Fetched) else 0

    def bare() -> int:
        return len(plain.get(url, timeout=30).content)

    try:
        for warm_up in (guarded, bare):
            cpu(warm_up, 20)
        pairs = [(cpu(guarded, times), cpu(bare, times)) for _ in range(RUNS)]
    finally:
        door.close()
        plain.close()
        server.terminate()
        server.join()
        listener.close()
    ours, theirs = (median(run[side] for run in pairs) for side in (0, 1))
    return ours, theirs, median(one / other for one, other in pairs)


def main(arguments: list[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m tests.bench.get", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args(arguments)
    reached = True
    for path, what in (("/kept", "over a kept connection"), ("/fresh", "each over a new connection")):
        ours, theirs, ratio = measure(path)
        told = {
            "name": f"a guarded GET / a plain Session GET, {what}",
            "unit": "ms",
            "bot": round(ours, 3),
            "divisor": round(theirs, 3),
        }
        told |= {"ratio": round(ratio, 2), "reach": REACH}
        print(json.dumps(told) if chosen.json else "  ".join(f"{name} {value}" for name, value in told.items()))
        reached = reached and ratio <= REACH
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
