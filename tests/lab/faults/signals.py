"""Faults 12, 13 and 14: signals at bad moments, a second instance, a configuration that breaks while it is used."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from .. import scripts, sinks
from ..robot import Running
from .networks import at_work
from .row import Case, Outcome
from .trial import STEP, Trial, inside, trial, wait_until

STOP, HARD = 5.0, 10.0  # seconds from SIGTERM to the end: p99, and never more (issue 5)
MOMENTS = {
    "items before their commit": "items: commit",
    "items committed": "items: committed",
    "children wanted": "children: wanted",
    "alerts within": "alerts: within",
    "sending before its commit": "sending: commit",
    "sending committed": "sending: committed",
    "delivered within": "delivered: within",
    "delivered committed": "delivered: committed",
}


@contextmanager
def daemon(on: Trial, *, through: tuple[str, ...] = ()) -> Iterator[Running]:
    """A daemon with news to find, its baseline taken two hours ago."""
    on.scene.now = datetime.now(UTC) - timedelta(hours=2) - STEP
    on.baseline()
    on.news()
    with on.lived(), on.start("run", through=through) as running:
        yield running


def _ended(on: Trial, running: Running, since: float, codes: set[int], figure: str) -> None:
    done = running.wait(HARD + 1)
    on.outcome.measure(figure, time.monotonic() - since)
    on.outcome.must(done.code in codes and "Traceback" not in done.err, f"exit {done.code}: {done.lines[-2:]}")


def _afterwards(on: Trial) -> None:
    on.scene.now = datetime.now(UTC) + timedelta(hours=1)
    on.settle(passes=4)
    on.judge()


def at_point(name: str, point: str, number: str, outcome: Outcome) -> None:
    """The process gets the signal when it passes the point. SIGHUP ends nothing."""
    with trial(outcome) as on:
        with daemon(on, through=inside({"point": point, "do": number})) as running:
            if number == "HUP":
                outcome.must(
                    wait_until(lambda: all(on.scene.named(sink) for sink in on.scene.by_name), 60), "no alert after SIGHUP"
                )
                outcome.must(running.alive, "SIGHUP ended it")
                since = time.monotonic()
                running.signal(signal.SIGTERM)
            else:
                wait_until(lambda: "stopp" in running.said or not running.alive, 60)
                since = time.monotonic()
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        _afterwards(on)


def while_busy(what: str, number: signal.Signals, outcome: Outcome) -> None:
    """A stop while a feed drips, or a receiver is silent after it took a message."""
    with trial(outcome, hosts=("127.0.0.1", "127.0.0.2")) as on:
        on.scene.network["deadline"] = "60s"
        sink = on.scene.by_name["slack"]
        with daemon(on) as running:
            if what == "a silent receiver":
                sink.always(sinks.SILENCE_AFTER_ACCEPT)
                wait_until(lambda: sink.messages, 60)
            else:
                on.scene.feed("drip", host="127.0.0.2").script = scripts.dripping
                at_work(running)
                on.scene.write()
                running.signal(signal.SIGHUP)
                wait_until(lambda: on.scene.web.visits_to("/feeds/drip"), 30)
            since = time.monotonic()
            running.signal(number)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        sink.always(None)
        on.scene.feeds.pop("drip", None)
        _afterwards(on)


def twice(outcome: Outcome) -> None:
    """The second SIGTERM ends it at once, whatever hangs."""
    with trial(outcome) as on:
        on.scene.network["deadline"] = "60s"
        sink = on.scene.by_name["slack"]
        sink.always(sinks.SILENCE_AFTER_ACCEPT)
        with daemon(on) as running:
            wait_until(lambda: sink.messages, 60)
            running.signal(signal.SIGTERM)
            wait_until(lambda: False, 0.3)
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0, 143, -signal.SIGTERM}, "second SIGTERM to exit, s")
        sink.always(None)
        _afterwards(on)


def stopped(seconds: float, outcome: Outcome) -> None:
    """SIGSTOP while it sends, SIGCONT later: it goes on, and nothing comes twice."""
    with trial(outcome) as on:
        with daemon(on) as running:
            wait_until(lambda: on.scene.by_name["slack"].messages, 60)
            running.signal(signal.SIGSTOP)
            wait_until(lambda: False, seconds)
            on.news()
            running.signal(signal.SIGCONT)
            outcome.must(wait_until(lambda: on.expected <= set(on.scene.named("slack")), 120), "no alert after SIGCONT")
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        _afterwards(on)


def signal_cases(full: bool, seed: int) -> Iterable[Case]:
    """Every signal at every moment; in short SIGTERM at two of them."""
    chosen = [(name, point, number) for name, point in MOMENTS.items() for number in ("TERM", "INT", "HUP")]
    for name, point, number in chosen if full else (chosen[seed % 8 * 3], chosen[(seed + 4) % 8 * 3 + seed % 3]):
        yield Case(name=f"SIG{number} at {name}", play=partial(at_point, name, point, number))
    for what in ("a silent receiver", "a dripping feed"):
        for number in (signal.SIGTERM, signal.SIGINT) if full else (signal.SIGTERM,):
            yield Case(name=f"{number.name} beside {what}", play=partial(while_busy, what, number))
    yield Case(name="SIGTERM twice", play=twice)
    seconds = 45 if full else 2
    yield Case(name=f"SIGSTOP for {seconds} s", play=partial(stopped, seconds))


# ---------------------------------------------------------------- 13: two instances


def second(how: str, outcome: Outcome) -> None:
    """Another process on the same state is turned away at once with one line; readers are served and hold nobody up."""
    with trial(outcome) as on:
        with daemon(on) as running:
            at_work(running)
            if how == "by a symlink":
                link = on.scene.robot.root / "elsewhere"
                link.symlink_to(on.scene.robot.state)
                on.scene.bot["state"] = str(link / "seen.sqlite3")
                on.scene.write()
            for command in ("run", "once"):
                began = time.monotonic()
                done = on.scene.robot.run(command, within=60)
                outcome.measure("turned away, s", time.monotonic() - began)
                outcome.must(done.code == 75 and len(done.lines) == 1, f"exit {done.code}: {done.lines[-2:]}")
            on.scene.bot.pop("state", None)
            on.scene.write()
            readers = [threading.Thread(target=on.scene.robot.run, args=("log", "--json")) for _ in range(2)]
            for reader in readers:
                reader.start()
            outcome.must(wait_until(lambda: on.expected <= set(on.scene.named("slack")), 60), "no alert beside readers")
            for reader in readers:
                reader.join()
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        _afterwards(on)


def second_cases(full: bool, seed: int) -> Iterable[Case]:
    """By the same path, and by another one."""
    for how in ("by the same path", "by a symlink"):
        yield Case(name=how, play=partial(second, how))


# ---------------------------------------------------------------- 14: configuration

BROKEN = {
    "invalid TOML": "[[feeds]\nname = \n",
    "an unknown key": '[[feeds]]\nname = "x"\nurll = "http://127.0.0.1/x"\n',
    "a wrong query": '[[stories]]\nname = "x"\ntitle = "X"\nquery = "(openai"\nchannels = ["slack"]\n',
    "a bad regex": '[[stories]]\nname = "x"\ntitle = "X"\nquery = "/(unclosed/"\nchannels = ["slack"]\n',
    "a feed twice": '[[feeds]]\nname = "feed-0"\nurl = "http://127.0.0.1/x"\n',
    "a missing variable": '[[channels]]\nname = "x"\nkind = "slack"\nurl = "${env:LAB_NOT_THERE}"\n',
    "half a file": '[[feeds]]\nname = "x"\nurl = "http://127.0.',
}


def broken(outcome: Outcome) -> None:
    """Each fault while it runs: the old configuration stays in force, the fault is named with file and line."""
    with trial(outcome) as on:
        with daemon(on) as running:
            at_work(running)
            for name, text in BROKEN.items():
                outcome.tries += 1
                said = len(running.said)
                on.scene.robot.write("zz.toml", text)
                running.signal(signal.SIGHUP)
                found = wait_until(lambda said=said: "zz.toml:" in running.said[said:] or not running.alive, 30)
                outcome.must(found and running.alive, f"{name}: not named: {running.said[said:][-300:]}")
            (on.scene.robot.config / "zz.toml").unlink()
            page = on.scene.feed("repaired")
            on.scene.write()
            began = time.monotonic()
            outcome.must(wait_until(lambda: page.polls, 30), "the repaired configuration is not taken up")
            outcome.measure("repaired file taken up, s", time.monotonic() - began)
            since = time.monotonic()
            running.signal(signal.SIGTERM)
            _ended(on, running, since, {0}, "SIGTERM to exit, s")
        _afterwards(on)


def removed(outcome: Outcome) -> None:
    """A channel is taken out while alerts wait for it: they are kept, and sent when it is back."""
    with trial(outcome) as on:
        on.baseline()
        on.scene.by_name["slack"].always(sinks.BUSY)
        on.news()
        on.life()
        kept = on.scene.channel_options.pop("slack")
        on.life(step=timedelta(hours=3))
        waiting = on.scene.robot.run("alerts", "--json").out
        outcome.must('"slack"' in waiting, "the alert of a removed channel is gone")
        on.scene.by_name["slack"].always(None)
        on.scene.channel_options = {"slack": kept, **on.scene.channel_options}
        on.scene.robot.run("alerts", "retry")
        on.settle(passes=3)
        on.judge()


def config_cases(full: bool, seed: int) -> Iterable[Case]:
    """Both, always."""
    yield Case(name="broken while running", play=broken)
    yield Case(name="a channel removed", play=removed)
