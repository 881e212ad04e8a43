"""Faults 8, 10 and 11: the network is gone for hours, a receiver is slow, feeds misbehave."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from .. import scripts
from ..robot import Running, until
from ..sinks import OK, Answer
from ..web import Script
from .row import Case, Outcome
from .trial import STEP, Trial, trial, wait_until

HOUR = timedelta(hours=1)


def gone(hours: int, what: str, outcome: Outcome) -> None:
    """The web, the receivers, or both refuse for hours; news is published meanwhile. Then all is well again."""
    with trial(outcome, budget="5/10m") as on:
        on.baseline()
        servers = [server for name, server in (("web", on.scene.web), ("receivers", on.scene.sinks)) if what in {name, "both"}]
        for server in servers:
            server.down()
        for _ in range(hours):
            on.news(4)
            done = on.life(step=HOUR, counted=False)
            outcome.must(
                done.code == 0 and "Traceback" not in done.err, f"while it was gone: exit {done.code}: {done.lines[-2:]}"
            )
        for server in servers:
            server.up()
        polls = len(on.scene.web.visits_to("/feeds/feed-0"))
        on.life(step=timedelta(minutes=1))
        outcome.must(
            what == "receivers" or len(on.scene.web.visits_to("/feeds/feed-0")) - polls <= 1, "a burst of polls at the return"
        )
        waited = 0
        for after in (30, 270, 300, 600, 1200, 1800):
            if len(on.scene.web.visits_to("/feeds/feed-0")) > polls:
                break
            on.life(step=timedelta(seconds=after))
            waited += after
        outcome.measure("played minutes from the return to the first poll", waited / 60)
        on.settle(passes=6)
        on.judge()
        most = max(len(sink.accepted) for sink in on.scene.by_name.values())
        outcome.note("messages at the return, most", most)
        outcome.must(most <= 5 + 6, f"a flood of {most} messages for {4 * hours} items with a budget of 5 in 10 minutes")
        _in_order(on)


def _in_order(on: Trial) -> None:
    """Single messages come in the order of their items (the digest lists the rest)."""
    singles = [m for m in on.scene.by_name["webhook"].accepted if m.type == "development.new"]
    seen = [m.payload["data"]["item"]["first_seen"] for m in singles]
    on.outcome.must(seen == sorted(seen), "alerts out of order")


def slow(queued: int, outcome: Outcome) -> None:
    """A receiver that takes 30 seconds a message and has so many waiting: the others' delay from feed to accept."""
    probes = 24
    with trial(outcome, feeds=1) as on:
        on.scene.now = datetime.now(UTC) - timedelta(hours=2) - STEP
        for number in range(probes):
            on.scene.feed(f"probe-{number}", articles="never")
        on.scene.feed_options["feed-0"] = {"articles": "never"}
        on.baseline()
        slack = on.scene.by_name["slack"]
        slack.always(Answer(reply=_late(OK["slack"]), accepted=True))
        on.news(queued)
        others = ("discord", "webhook")
        with on.lived(), on.start("run") as running:
            done = wait_until(lambda: all(on.expected <= set(on.scene.named(name)) for name in others), 90 + queued / 4)
            outcome.must(
                done, f"the queue of the others did not drain: {[len(on.scene.named(name)) for name in others]} of {queued}"
            )
            keys = [key for number in range(probes) for key in on.news(1, f"probe-{number}")]
            done = wait_until(lambda: all(set(keys) <= set(on.scene.named(name)) for name in others), 150)
            outcome.must(done, "the probes did not arrive")
            for name in others:
                outcome.measure("others, from the feed to their accept, s", *_delays(on, name, keys))
                outcome.measure("delay of the others, s", *_in_lane(on, name, len(keys)))
            outcome.note("queued at the slow receiver", queued - len(slack.accepted))
            running.signal(signal.SIGTERM)
            stopped = time.monotonic()
            running.wait(15)
            outcome.measure("stop meanwhile, s", time.monotonic() - stopped)
        on.judge(names=others)


def _late(answer: Answer):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(answer.reply, fault="late", pause=30.0)


def _delays(on: Trial, name: str, keys: list[str]) -> list[float]:
    at = {key: message.at for message in on.scene.by_name[name].accepted for key in on.scene.keys(message)}
    served = {key: when for (_, key), when in on.scene.web.first_served.items()}
    return [at[key] - served[key] for key in keys if key in at and key in served]


def _in_lane(on: Trial, name: str, count: int) -> list[float]:
    """Seconds from an alert's row to its accept: lanes are in order, so the n-th row is the n-th message."""
    query = f"SELECT created FROM alerts WHERE channel = '{name}' ORDER BY seq"
    made = [milliseconds / 1000 for (milliseconds,) in on.query(query)]
    since = time.time() - time.monotonic()
    took = [message.at + since for message in on.scene.by_name[name].accepted]
    on.outcome.must(len(made) == len(took), f"{name}: {len(made)} alerts and {len(took)} messages")
    return [at - queued for queued, at in zip(made, took, strict=False)][-count:]


FEEDS: dict[str, Script] = {
    "500": scripts.status(500),
    "404": scripts.status(404),
    "410": scripts.status(410),
    "403": scripts.status(403),
    "429": scripts.status(429, Retry_After="60"),
    "flapping": scripts.in_turn(scripts.status(500), None, scripts.status(500), None, scripts.status(500)),
    "empty": scripts.empty,
    "truncated": scripts.truncated,
    "304 for ever": scripts.status(304),
    "a page": scripts.html_instead,
    "redirects without end": scripts.endless_redirect,
    "reset": scripts.reset,
}


def feeds(outcome: Outcome) -> None:
    """Each way a feed fails, in a feed of its own and beside a good one: told once a change of state, nothing told again."""
    hosts = tuple(f"127.0.0.{number}" for number in range(1, len(FEEDS) + 2))
    with trial(outcome, hosts=hosts) as on:
        on.scene.bot["operators"] = ["webhook"]
        for host, name in zip(hosts[1:], FEEDS, strict=True):
            on.scene.feed(name, host=host)
        on.baseline()
        for host, name in zip(hosts[1:], FEEDS, strict=True):
            on.news(1, name, host=host)
        on.news()
        on.life(step=HOUR)
        for host, (name, script) in zip(hosts[1:], FEEDS.items(), strict=True):
            on.scene.feeds[name].script = script
            on.news(1, name, host=host)
        for _ in range(5):
            on.news()
            done = on.life(step=6 * HOUR)
            outcome.must(done.code == 0 and "Traceback" not in done.err, f"exit {done.code}: {done.lines[-1:]}")
            outcome.must(set(on.scene.named("slack")) >= {f"news-{on._names}"}, "the good feed had to wait")
        for page in on.scene.feeds.values():
            page.script = None
        on.settle(passes=6, step=30 * HOUR)
        outcome.tries = len(FEEDS)
        problems = [m.payload["data"]["feed"] for m in on.scene.by_name["webhook"].accepted if m.type == "feed.problem"]
        outcome.note("operators told", len(problems))
        outcome.must(
            all(problems.count(name) <= 1 + 2 * (name == "flapping") for name in FEEDS), f"told more than once: {problems}"
        )
        on.judge()


def gone_cases(full: bool, seed: int) -> Iterable[Case]:
    """Six hours of each."""
    for number, what in enumerate(("both", "web", "receivers")):
        if full or number == seed % 3:
            yield Case(name=f"{what} gone for 6 h", play=partial(gone, 6, what))


def slow_cases(full: bool, seed: int) -> Iterable[Case]:
    """A thousand; fifty in short."""
    queued = 1000 if full else 50
    yield Case(name=f"{queued} queued", play=partial(slow, queued))


def feed_cases(full: bool, seed: int) -> Iterable[Case]:
    """All in one scene."""
    yield Case(name="all ways of failing", play=feeds)


def at_work(running: Running, within: float = 60) -> None:
    """Until the daemon says that it watches."""
    until(lambda: "watching" in running.said or not running.alive, within, "the daemon at work")
    assert running.alive, running.said[-600:]
