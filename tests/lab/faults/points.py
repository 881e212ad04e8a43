"""Fault 1: ``kill -9`` at each named point, with each receiver."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from .. import scripts, sinks
from ..kills import can_trace
from ..robot import Done, Running
from ..sinks import Answer
from .row import Case, Outcome, Skip
from .trial import Trial, inside, killed, trial

RECEIVERS = ("slack", "discord", "webhook")
# Points of the first pass, which makes the state: the process dies before there is anything.
FIRST = {
    "configuration opened": {"point": "config: opened"},
    "state's file made": {"point": "state: made"},
    "lock taken": {"point": "lock: taken"},
    "state opened": {"point": "state: opened"},
    "migration 1 within": {"point": "migration: within"},
    "migration 1 before its commit": {"point": "migration: commit"},
    "migration 1 committed": {"point": "migration: committed"},
    "migration 2 within": {"point": "migration: within", "nth": 2},
    "migration 2 before its commit": {"point": "migration: commit", "nth": 2},
    "first digest within": {"point": "alerts: within"},
    "first digest before its commit": {"point": "alerts: commit"},
}
# Points of a pass with a piece of news.
NEWS = {
    "name looked up": {"point": "name: looked up"},
    "connecting to the feed": {"point": "socket: connects"},
    "connecting to the page": {"point": "socket: connects", "nth": 2},
    "children wanted": {"point": "children: wanted"},
    "feeds claimed": {"point": "feeds: committed"},
    "items within": {"point": "items: within"},
    "items before their commit": {"point": "items: commit"},
    "items committed": {"point": "items: committed"},
    "verdicts within": {"point": "verdicts: within"},
    "alerts within": {"point": "alerts: within"},
    "verdicts and alerts before their commit": {"point": "verdicts: commit"},
    "verdicts and alerts committed": {"point": "verdicts: committed"},
    "sending within": {"point": "sending: within"},
    "sending before its commit": {"point": "sending: commit"},
    "sending committed": {"point": "sending: committed"},
    "delivered within": {"point": "delivered: within"},
    "delivered before its commit": {"point": "delivered: commit"},
    "delivered committed": {"point": "delivered: committed"},
    "retention within": {"point": "retention: within"},
    "retention before its commit": {"point": "retention: commit"},
    "retention committed": {"point": "retention: committed"},
    "state closing": {"point": "state: closing"},
    "state closed": {"point": "state: closed"},
}
# The same pass, by edges that tell of each call.
EDGES = {
    "before the feed is asked": {"point": "feed: begins"},
    "feed answered": {"point": "feed: ends"},
    "child begins to parse": {"point": "parse: begins"},
    "in the middle of parsing": {"point": "parse: begins", "delay": 0.15},
    "parsed": {"point": "parse: ends"},
    "before the page is asked": {"point": "page: begins"},
    "page answered": {"point": "page: ends"},
    "child begins to extract": {"point": "extract: begins"},
    "extracted": {"point": "extract: ends"},
    "before the message is sent": {"point": "send: begins"},
    "answer read": {"point": "send: ends"},
    "pass over": {"point": "pass: over"},
    "shutdown begins": {"point": "shutdown: begins"},
    "shutdown ends": {"point": "shutdown: ends"},
}
OUTSIDE = (
    "request at the feed",
    "feed half read",
    "request at the page",
    "page half read",
    "accepted",
    "answer half read",
    "answered",
)
TRACED = {
    "half of the message sent": "sendto:signal=KILL:when=2",
    "first bytes of the message": "sendto:signal=KILL:when=1",
    "writing the log of the state": "pwrite64:signal=KILL:when=3",
    "syncing the state": "fdatasync:signal=KILL:when=2",
    "unlinking the log of the state": "unlink:signal=KILL:when=1",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A named point: where the process dies."""

    name: str
    receiver: str

    def play(self, outcome: Outcome) -> None:
        """A baseline, a piece of news, the life that is killed, recovery, judgement."""
        with trial(outcome, sinks=(self.receiver,)) as on:
            if self.name in FIRST:
                self._first(on)
            else:
                self._news(on)
            on.settle(passes=4)
            on.judge()

    def _first(self, on: Trial) -> None:
        """What stands in the feed at the start is told in one digest, once."""
        on.news(2)
        self._must_die(on, on.life(through=inside(FIRST[self.name])))

    def _news(self, on: Trial) -> None:
        on.baseline()
        feed = on.scene.feeds["feed-0"]
        if self.name == "name looked up":
            feed.url = feed.url.replace("127.0.0.1", "localhost")
        on.news()
        if self.name in NEWS:
            # A day later, so that retention is due as well.
            done = on.life(through=inside(NEWS[self.name]), step=timedelta(days=1, minutes=1))
        elif self.name in EDGES:
            done = on.life(through=inside(EDGES[self.name], edges=True))
        elif self.name in TRACED:
            if not can_trace():
                raise Skip("strace is not here, or may not trace")
            done = on.life(through=("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={TRACED[self.name]}"))
        else:
            done = on.life(during=partial(_outside, on, self.name))
        self._must_die(on, done)
        on.scene.web.on_visit = lambda request: None
        on.scene.sinks.on_accept = lambda message: None
        feed.script = on.scene.web.page("news-1").script = None

    def _must_die(self, on: Trial, done: Done) -> None:
        on.outcome.must(killed(done), f"the point was not reached: exit {done.code}: {done.lines[-2:]}")


def _outside(on: Trial, name: str, running: Running) -> None:
    """Kills by what the servers see, while they serve it."""
    kill = running.process.kill
    sink = next(iter(on.scene.by_name.values()))
    later = partial(_later, kill)
    if name.endswith("half read"):
        if name == "answer half read":
            sink.next(
                Answer(
                    reply=replace(sinks.OK[sink.kind].reply, body=b'{"id": "11000000000001"}', fault="drip"),
                    accepted=True,
                    told=False,
                )
            )
            on.scene.sinks.on_accept = lambda message: later(0.3)
            return
        page = on.scene.feeds["feed-0"] if name.startswith("feed") else on.scene.web.page("news-1")
        path = "/feeds/feed-0" if name.startswith("feed") else "/a/news-1"
        page.script = scripts.dripping
        on.scene.web.on_visit = lambda request: later(0.4) if request.path == path else None
    elif name.startswith("request at the"):
        path = "/feeds/feed-0" if name.endswith("feed") else "/a/news-1"
        on.scene.web.on_visit = lambda request: kill() if request.path == path else None
    elif name == "accepted":
        on.scene.sinks.on_accept = lambda message: kill()
    else:
        on.scene.sinks.on_accept = lambda message: later(0.004)


def _later(kill: Callable[[], object], seconds: float) -> None:
    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()


NAMES = (*FIRST, *NEWS, *EDGES, *OUTSIDE, *TRACED)


def cases(full: bool, seed: int) -> Iterable[Case]:
    """Every point with every receiver; in short every other point once (an even seed plays the others), receivers by turns."""
    for number, name in enumerate(NAMES):
        if not full and number % 2 != seed % 2:
            continue
        for receiver in RECEIVERS if full else (RECEIVERS[(number + seed) % 3],):
            yield Case(name=f"{name} / {receiver}", play=Kill(name=name, receiver=receiver).play)
