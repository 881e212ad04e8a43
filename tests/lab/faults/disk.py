"""Faults 4, 5 and 6: a disk that is full, that fails, that somebody else holds, or that gives back other bytes."""

from __future__ import annotations

import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from .. import sinks
from ..kills import can_trace
from ..robot import until
from .row import Case, Outcome, Skip
from .trial import STEP, Trial, cpu, template, trial, wait_until

LOUD = re.compile(
    r"damaged|corrupt|malformed|not a database|not a state|no space|I/O error|cannot be|locked|deleted|restore|newer",
    re.IGNORECASE,
)

# ---------------------------------------------------------------- 4: full


@contextmanager
def small_disk(on: Trial, size: int) -> Iterator[tuple[str, ...]]:
    """The state's folder on a tmpfs of its own; gives the words before a command that live there."""
    state = on.scene.robot.state
    mount = f'mount -t tmpfs -o size={size} none "{state}" && echo ready && exec sleep 900'
    shutil.rmtree(state)
    state.mkdir()
    holder = subprocess.Popen(["unshare", "-Urm", "sh", "-c", mount], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    try:
        if holder.stdout.readline().strip() != "ready":
            raise Skip("no namespace with a disk of its own here (unshare -Urm)")
        on.scene.robot.state = Path(f"/proc/{holder.pid}/root{state}")
        for file in template().iterdir():
            shutil.copyfile(file, on.scene.robot.state / file.name)
        yield ("nsenter", "--preserve-credentials", "-U", "-m", "-t", str(holder.pid))
    finally:
        holder.kill()
        holder.communicate()  # waits, and closes both pipes


def full_disk(spare: int, outcome: Outcome) -> None:
    """News while only so many bytes are free; then the disk grows."""
    with trial(outcome) as on:
        on.baseline()
        size = sum(-(-file.stat().st_size // 4096) * 4096 for file in template().iterdir()) + spare
        state = on.scene.robot.state
        with small_disk(on, size) as words:
            on.news(3)
            done = on.life(through=words)
            said = " ".join(done.lines)
            outcome.note("stopped or said so", int(done.code != 0 or bool(LOUD.search(said))))
            outcome.must("Traceback" not in said, "a traceback: " + said[-300:])
            outcome.must(
                done.code in {0, 1} and (done.code == 0 or LOUD.search(said)),
                f"exit {done.code} without a clear word: {done.lines[-2:]}",
            )
            subprocess.run([*words, "mount", "-o", "remount,size=64m", str(state)], check=True)
            for _ in range(3):
                last = on.life(through=words, step=timedelta(hours=3))
                outcome.must(last.code == 0, f"with space again: exit {last.code}: {last.lines[-1:]}")
            on.judge()
        on.scene.robot.state = state


def full_cases(full: bool, seed: int) -> Iterable[Case]:
    """From no page free to more than is needed, by pages; some in between in short."""
    for spare in range(0, 20 * 16384, 16384) if full else (32768 + 4096 * (seed % 4), 98304):
        yield Case(name=f"{spare} bytes free", play=partial(full_disk, spare))


# ---------------------------------------------------------------- 5: failing, held, gone


def failing(inject: str, outcome: Outcome) -> None:
    """The kernel says EIO or ENOSPC to one call of the process."""
    if not can_trace():
        raise Skip("strace is not here, or may not trace")
    with trial(outcome) as on:
        on.baseline()
        on.news()
        state = on.scene.robot.database
        files = (word for name in (state, f"{state}-wal") for word in ("-P", str(name)))  # else it hits the loader of python
        done = on.life(through=("strace", "-f", "-qq", "-o", "/dev/null", *files, "-e", f"inject={inject}"))
        said = " ".join(done.lines)
        outcome.must("Traceback" not in said, "a traceback: " + said[-300:])
        outcome.must(done.code in {0, 1, 75}, f"exit {done.code}: {done.lines[-2:]}")
        on.settle(passes=4)
        on.judge()


def held(seconds: float, outcome: Outcome) -> None:
    """Another program writes to the state for so long, while a daemon has news to keep."""
    with trial(outcome) as on:
        on.scene.now = datetime.now(UTC) - timedelta(hours=2) - STEP
        on.baseline()
        with on.lived(), on.start("run") as running:
            until(lambda: "watching" in running.said or not running.alive, 60, "the daemon at work")
            with closing(sqlite3.connect(on.scene.robot.database, isolation_level=None, timeout=10)) as other:
                other.execute("BEGIN IMMEDIATE")
                on.news()
                before = cpu(running.process.pid)
                time.sleep(seconds)  # what is tried is the time itself
                share = (cpu(running.process.pid) - before) / seconds
                other.execute("ROLLBACK")
            outcome.measure("CPU share while locked", share)
            outcome.must(running.alive, "it gave up: " + running.said[-300:])
            outcome.must(wait_until(lambda: on.expected <= set(on.scene.named("slack")), 150), "no alert after the lock was gone")
            running.signal(signal.SIGTERM)
            running.wait(15)
        on.settle(passes=3)
        on.judge()


def deleted(outcome: Outcome) -> None:
    """The state's file is deleted under a daemon: it ends within a cycle, and says why."""
    with trial(outcome) as on:
        on.baseline()
        with on.start("run") as running:
            until(lambda: "watching" in running.said or not running.alive, 60, "the daemon at work")
            on.scene.robot.database.unlink()
            began = time.monotonic()
            done = running.wait(30)
            outcome.measure("deleted file noticed, s", time.monotonic() - began)
        outcome.must(
            done.code == 1 and "deleted" in done.err and "Traceback" not in done.err, f"exit {done.code}: {done.lines[-2:]}"
        )


def failing_cases(full: bool, seed: int) -> Iterable[Case]:
    """Each kind of call at several turns; a lock of 8 seconds in short, 60 in full."""
    for call, error in (("pwrite64", "EIO"), ("fdatasync", "EIO"), ("pwrite64", "ENOSPC"), ("pread64", "EIO")):
        for turn in range(1, 11) if full else (1 + seed % 5,):
            inject = f"{call}:error={error}:when={turn}"
            yield Case(name=inject, play=partial(failing, inject))
    seconds = 60 if full else 8
    yield Case(name=f"locked for {seconds} s", play=partial(held, seconds))
    yield Case(name="file deleted", play=deleted)


# ---------------------------------------------------------------- 6: other bytes


def _flips(data: bytearray, rng: random.Random) -> bytearray:
    for _ in range(rng.choice((1, 4, 64))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


DAMAGE: dict[str, Callable[[bytearray, random.Random], bytes]] = {
    "bytes flipped": _flips,
    "flipped at one place": lambda data, rng: bytes(data[: (at := rng.randrange(len(data) - 512))]) + rng.randbytes(512) + bytes(data[at + 512 :]),
    "cut off": lambda data, rng: bytes(data[: rng.randrange(1, len(data))]),
    "header zeroed": lambda data, rng: bytes(100) + bytes(data[100:]),
    "a text": lambda data, rng: b"this was a database once\n" * 400,
    "emptied": lambda data, rng: b"",
}  # fmt: skip


def corrupt(seed: int, outcome: Outcome) -> None:
    """A state with one alert delivered, one waiting and one item to come, damaged; then what the bot says and does."""
    kinds = [*DAMAGE, "another log", "another program's"]
    kind, rng = kinds[seed % len(kinds)], random.Random(seed)
    with trial(outcome, sinks=("webhook",)) as on:
        on.baseline()
        on.news()
        on.life()
        on.scene.by_name["webhook"].next(sinks.BROKEN)
        on.news()
        on.life()
        _damage(on.scene.robot.database, kind, rng)
        on.news()
        before = len(on.scene.by_name["webhook"].accepted)
        done = on.life(step=timedelta(hours=1))
        said = " ".join(done.lines)
        loud = done.code != 0 or bool(LOUD.search(said))
        outcome.note("said so" if loud else "went on")
        outcome.must("Traceback" not in said, f"{kind}: a traceback: {said[-300:]}")
        outcome.must(
            done.code == 0 or (done.code == 1 and LOUD.search(said)),
            f"{kind}: exit {done.code} without a clear word: {done.lines[-2:]}",
        )
        if loud:
            _repair(on)
        on.life(step=timedelta(hours=3))
        after = on.life(step=timedelta(hours=3))
        flood = len(on.scene.by_name["webhook"].accepted) - before
        outcome.must(flood <= 3, f"{kind}: a flood of {flood} messages")
        outcome.must(after.code == 0, f"{kind}: not working after repair: {after.lines[-1:]}")
        missing = on.expected - set(on.scene.named("webhook"))
        if loud:  # said so: what may be missing is told, and the digest of the new beginning has what matched before
            outcome.note("items named after repair", len(on.expected) - len(missing))
        else:
            outcome.lost += [f"{key} (silently, {kind})" for key in sorted(missing)]


def _repair(on: Trial) -> None:
    """The one command that the bot names for it, or, without one, the file out of the way, as its message says."""
    if on.scene.robot.run("restore", "--help").code == 0:
        for words in ((), ("--empty",)):
            done = on.scene.robot.run("restore", *words)
            if done.code == 0:
                on.outcome.note("restored by command" if not words else "begun anew by command")
                return
        on.outcome.must(False, f"restore --empty: exit {done.code}: {done.lines[-2:]}")
    for file in list(on.scene.robot.state.glob("seen.sqlite3*")):
        if not file.name.endswith(".lock"):
            file.unlink()


def _damage(path: Path, kind: str, rng: random.Random) -> None:
    if kind == "another log":
        path.with_name(path.name + "-wal").write_bytes(rng.randbytes(65_536))
        return
    if kind == "another program's":
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE songs (title)")
            other.commit()
        return
    path.write_bytes(DAMAGE[kind](bytearray(path.read_bytes()), rng))


def corrupt_cases(full: bool, seed: int) -> Iterable[Case]:
    """Two hundred; three in short."""
    for number in range(seed, seed + (200 if full else 3)):
        yield Case(name=f"damage {number}", play=partial(corrupt, number))
