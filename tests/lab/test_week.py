"""A simulated week of the real bot against a web on loopback that counts: nothing early, one request at a time, mostly 304."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from bot.config import load
from bot.edge.store import feeds
from bot.workshop import Workshop

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Least time between two requests for each path, by what its answers say; the interval is 20 minutes, four of them are the most.
LEAST = {
    "plain": 20 * MINUTE,
    "quiet": 20 * MINUTE,
    "maxage": 45 * MINUTE,
    "ttl": 50 * MINUTE,
    "sy": 60 * MINUTE,
    "night": 20 * MINUTE,
}
HEADS = {
    "ttl": "<ttl>50</ttl>",
    "sy": "<sy:updatePeriod>hourly</sy:updatePeriod>",
    "night": "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in range(6)) + "</skipHours>",
}


class Counting(ThreadingHTTPServer):
    """Serves the feeds under a clock of the test's; a ledger of every request, and how many were under way at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.now = START
        self.ledger: dict[str, list[tuple[datetime, int, bool]]] = defaultdict(list)  # when, status, conditional
        self.lock, self.under_way, self.most = threading.Lock(), 0, 0

    def items(self, name: str) -> int:
        """How many items the feed has listed by now: one every two hours, the quiet one none."""
        return 5 if name == "quiet" else 5 + (self.now - START) // (2 * HOUR)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.under_way += 1
            self.server.most = max(self.server.most, self.server.under_way)
        try:
            self.respond(self.path.strip("/"))
        finally:
            with self.server.lock:
                self.server.under_way -= 1

    def respond(self, name: str) -> None:
        asked = len(self.server.ledger[name])
        count = self.server.items(name)
        tag = f'W/"{name}-{count}"'
        headers = {"ETag": tag, "Cache-Control": "max-age=2700"} if name == "maxage" else {"ETag": tag}
        status = 304 if self.headers.get("If-None-Match") == tag else 200
        if name == "gone":
            status, headers = 410, {}
        elif name == "old":
            status, headers = 301, {"Location": "/moved"}
        elif name == "busy" and asked % 10 == 9:
            status, headers = 503, {"Retry-After": "10800"}
        body = b"" if status != 200 else self.document(name, count)
        conditional = "If-None-Match" in self.headers
        self.server.ledger[name].append((self.server.now, status, conditional))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def document(self, name: str, count: int) -> bytes:
        newest = range(count, max(0, count - 15), -1)
        items = "".join(f"<item><guid>{name}-{n}-guid</guid><title>Item {n} of {name}</title></item>" for n in newest)
        return f"<rss version='2.0'><channel><title>{name}</title>{HEADS.get(name, '')}{items}</channel></rss>".encode()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Counting]:
    server = Counting()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def live(server: Counting, folder: Path, names: list[str], until: datetime) -> None:
    """The real door, workers, children and state; the clock jumps from one due time to the next."""
    address = f"http://127.0.0.1:{server.server_port}"
    tables = "".join(f'[[feeds]]\nname = "{name}"\nurl = "{address}/{name}"\narticles = "never"\n' for name in names)
    (folder / "bot.toml").write_text(
        '[bot]\nstate = "seen.sqlite3"\ninterval = "20m"\n[network]\nallow = ["127.0.0.0/8"]\nhost_gap = "0s"\n' + tables
        + '[[channels]]\nname = "c"\nkind = "console"\n[[stories]]\nname = "s"\nquery = "zebra"\nchannels = ["c"]\n'
    )  # fmt: skip
    with Workshop(load(folder / "bot.toml", {}), threading.Event()) as workshop:
        rounds = workshop.rounds(lambda: server.now)
        rounds.start()
        while server.now < until:
            rounds.poll_due()
            while rounds.busy():
                rounds.crew.changed.wait(0.05)
                rounds.crew.changed.clear()
            rounds.flush()
            rounds.tend()
            with rounds.store.read() as connection:
                due = [state.next_due for state in feeds.states(connection).values() if state.next_due is not None]
            server.now = max(server.now + MINUTE / 60, min(due))
        rounds.close()


@pytest.mark.lab
@pytest.mark.timeout(900)
def test_a_week_of_good_manners(tmp_path: Path) -> None:
    names = [*LEAST, "busy", "gone", "old"]
    with serving() as server:
        live(server, tmp_path, names, START + 7 * DAY)
    ledger, early = server.ledger, Counter[str]()
    for name, least in LEAST.items():
        times = [at for at, _, _ in ledger[name]]
        early[name] += sum(after - before < least for before, after in pairwise(times))
    night = sum(at.hour < 6 for at, _, _ in ledger["night"][1:])  # nothing was known of it before the first answer
    busy = ledger["busy"]
    sooner = sum(after[0] - before[0] < 3 * HOUR for before, after in pairwise(busy) if before[1] == 503)
    steady = [status for name in LEAST for _, status, _ in ledger[name]]
    print(
        f"\n{sum(map(len, ledger.values()))} requests in a week of {len(names)} feeds: {early.total()} early, {night} in skipped "
        f"hours, {sooner} before Retry-After, at most {server.most} at once, {steady.count(304) / len(steady):.0%} of answers 304; "
        f"{ {name: len(found) for name, found in ledger.items()} }"
    )
    assert (early.total(), night, sooner, server.most) == (0, 0, 0, 1)
    assert len(ledger["gone"]) == 3
    assert ledger["old"][-1][0] < START + 2 * DAY < ledger["moved"][-1][0]
    assert len(ledger["quiet"]) < len(ledger["plain"]) < 7 * 72 + 1
    quiet = [conditional for _, _, conditional in ledger["quiet"]]
    assert [n for n, conditional in enumerate(quiet) if not conditional] == list(range(0, len(quiet), 7))
