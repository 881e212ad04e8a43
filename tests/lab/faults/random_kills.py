"""Fault 2: seeded kills at random, and kills of the recovery from them."""

from __future__ import annotations

import random
import tempfile
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from ..play import Stream
from ..scene import Scene
from .row import Case, Outcome
from .trial import Trial, killed

KILLS, DOUBLES = 20, 2  # of a seed in the whole set: 25 seeds make 500 and 50


def play(seed: int, kills: int, doubles: int, feeds: int, outcome: Outcome) -> None:
    """Passes over growing feeds, each killed at a place that the seed lays; after some, the recovery is killed as well."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder, Scene(Path(folder) / "scene") as scene:
        stream, on, rng = Stream(scene=scene, seed=seed, feeds=feeds), Trial(scene, outcome), random.Random(seed)
        stream.baseline()
        dead = again = 0
        for _ in range(4 * kills):
            stream.publish(8)
            with on.lived():
                died = stream.live(kill=dead < kills)
            dead += died
            if died and again < doubles:
                again += _recovery_killed(on, stream, rng.uniform(0.05, 1.0) * max(1.0, stream.lasted))
            if dead >= kills and again >= doubles:
                break
        stream.settle()
        outcome.tries += dead + again
        outcome.note("kills", dead)
        outcome.note("kills during recovery", again)
        outcome.must(dead >= kills, f"only {dead} of {kills} kills fell")
        _judge(on, stream)


def _recovery_killed(on: Trial, stream: Stream, delay: float) -> bool:
    """The start after a kill, killed in turn. Its life is entered into the stream's, as the judge needs to know it."""
    from ..oracle import Life

    with on.lived():
        running = on.start()
        timer = threading.Timer(delay, running.process.kill)
        timer.start()
        done = running.wait(120)
        timer.cancel()
    stream.lives.append(Life(started=running.started, killed=killed(done)))
    return killed(done)


def _judge(on: Trial, stream: Stream) -> None:
    found, outcome = stream.figures(), on.outcome
    outcome.restarts += stream.restart
    outcome.lost += found.lost
    outcome.misses += [*found.missed, *found.wrong, *found.half, *(f"folded: {event}" for event in found.folded)]
    for name, sink in on.scene.by_name.items():
        repeats = [repeat for repeat in found.repeats if repeat.sink == name]
        ids = [message.headers.get("webhook-id") for message in sink.accepted]
        by_key = len(ids) - len(set(ids)) if sink.kind == "webhook" else 0
        seen = max(0, len(repeats) - by_key)
        allowed = 0 if sink.kind == "webhook" else on.allowed[name]
        outcome.seen += seen
        outcome.allowed += allowed
        outcome.note("repeats known by webhook-id", by_key)
        if seen > allowed:
            outcome.unexcused.append(f"{seen} repeats at {name}, allowed {allowed}: {[r.key for r in repeats][:4]}")
    on.whole()


def cases(full: bool, seed: int) -> Iterable[Case]:
    """A seed each; a failing one is played alone by ``--case 'seed N'``."""
    for number in range(seed, seed + (25 if full else 1)):
        size = (KILLS, DOUBLES, 50) if full else (8, 2, 12)
        name = f"seed {number}" if full else f"seed {number}, short"
        yield Case(name=name, play=partial(play, number, *size))
