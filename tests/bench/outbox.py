"""What the outbox costs: queued alerts through the real sender to a receiver on loopback, over a bare loop of requests.

    python -m tests.bench.outbox [--alerts 500] [--rounds 3] [--json]

Each round drains the alerts through ``Pipeline.deliver`` (state on disk, the door, the sender), and then posts the very same
payloads with one ``requests.Session`` and with ``requests.post``; the receiver is a process of its own. CPU seconds are this
process's, user and system; the least of the rounds counts, for the machine's other work only ever adds. A second drain of
twice as many alerts shows whether the cost of one grows with the queue.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import requests

from bot.config import Config, load
from bot.core import render
from bot.edge.http import Door
from bot.edge.send import Sender
from bot.edge.store import Store, open_state, outbox
from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, Foreign
from bot.pipeline import Edges, Pipeline

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
CONFIG = """
[bot]
state = "state/seen.sqlite3"
[network]
allow = ["127.0.0.0/8"]
[[channels]]
name = "room"
kind = "webhook"
url = "http://127.0.0.1:{port}/hook"
budget = "9999/10m"
"""


class _Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name for it
        """Quiet."""


def _serve(port: Connection) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        port.send(server.server_port)
        server.serve_forever()


def alert(number: int) -> Alert:
    """An alert as long as real ones are."""
    title = Foreign(f"OpenAI considers contract {number} to deploy on the unclassified networks of NATO")
    item = AlertItem(
        id=str(number), feed="Example", outlet=Foreign("Example"), title=title, url=Foreign(f"https://example.org/news/{number}"),
        published=NOW, first_seen=NOW,
    )  # fmt: skip
    entry = AlertEntry(
        development=AlertDevelopment(id=str(number), headline=title, items=1, outlets=(Foreign("Example"),)), item=item,
        match=AlertMatch(score=0.8, terms=(Foreign("OpenAI"), Foreign("NATO")), where="title",
        sentence=Foreign(title.raw + ", a person said on Tuesday."),),
    )  # fmt: skip
    return Alert(
        id=outbox.new_id(), type="development.new", channel="room", created=NOW, story="openai-nato", story_title="OpenAI and NATO",
        entries=(entry,),
    )  # fmt: skip


def cpu(work: Callable[[], object]) -> float:
    """The CPU seconds of this process that some work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def drained(root: Path, port: int, count: int) -> float:
    """CPU seconds of draining so many alerts. Raises AssertionError unless all were delivered."""
    (root / "config").mkdir(parents=True)
    (root / "config" / "bot.toml").write_text(CONFIG.format(port=port))
    config: Config = load(root / "config", {})
    store: Store = open_state(config.state)
    door = Door(config.network, user_agent="bench")
    unused: Any = None
    try:
        with store.write() as tx:
            for number in range(1, count + 1):
                outbox.queue(tx, alert(number))
        sender = Sender(door.post, io.StringIO())
        pipeline = Pipeline(config, Edges(store=store, door=door, robots=unused, pool=unused, sender=sender))
        states: list[str] = []
        seconds = cpu(lambda: pipeline.deliver(config.channels[0], lambda: NOW, lambda sent: states.append(sent.state)))
        assert states == ["delivered"] * count, "not everything was delivered"
    finally:
        door.close()
        store.close()
    return seconds


def bare(port: int, count: int, *, session: bool) -> float:
    """CPU seconds of posting the same payloads with requests and nothing else."""
    url = f"http://127.0.0.1:{port}/hook"
    bodies = [render.payloads(alert(number), "webhook")[0].body for number in range(1, count + 1)]
    headers = {"Content-Type": "application/json"}
    with requests.Session() as kept:
        post = kept.post if session else requests.post

        def work() -> None:
            for body in bodies:
                post(url, data=body, headers=headers, timeout=30).raise_for_status()

        return cpu(work)


def measured(alerts: int, rounds: int) -> dict[str, float]:
    """The figures, in microseconds of CPU per alert, and their ratios."""
    found: dict[str, list[float]] = {"outbox": [], "twice_as_many": [], "session": [], "post": []}
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    receiver.start()
    try:
        port = ours.recv()
        for number in range(rounds):
            with tempfile.TemporaryDirectory() as root:
                found["outbox"].append(drained(Path(root) / "one", port, alerts) / alerts)
                found["session"].append(bare(port, alerts, session=True) / alerts)
                found["post"].append(bare(port, alerts, session=False) / alerts)
                if number == 0:
                    found["twice_as_many"].append(drained(Path(root) / "two", port, 2 * alerts) / (2 * alerts))
    finally:
        receiver.kill()
        receiver.join()
    least = {name: min(seconds) * 1e6 for name, seconds in found.items()}
    return {
        "alerts": alerts, "outbox_us": least["outbox"], "session_us": least["session"], "post_us": least["post"],
        "over_session": least["outbox"] / least["session"], "over_post": least["outbox"] / least["post"],
        "twice_as_many_us": least["twice_as_many"],
    }  # fmt: skip


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alerts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", dest="as_json")
    asked = parser.parse_args()
    found = measured(asked.alerts, asked.rounds)
    if asked.as_json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
        return
    print(f"outbox: {found['outbox_us']:.0f} us of CPU per delivered alert ({found['alerts']:.0f} queued)")
    print(f"        {found['twice_as_many_us']:.0f} us with twice as many")
    print(f"bare:   {found['session_us']:.0f} us with one requests.Session, {found['post_us']:.0f} us with requests.post")
    print(f"ratio:  {found['over_session']:.2f} over the session, {found['over_post']:.2f} over requests.post")


if __name__ == "__main__":
    main()
