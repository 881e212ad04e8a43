"""The child's side of the pool: its limits, and the one function it runs.

This module is imported in the child before anything else of ours, so it imports next to nothing.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import logging
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.errors import ChildError, StorywatchError

P = ParamSpec("P")
T = TypeVar("T")

# How a child says "out of memory" to its parent. Any number that neither python (1, 2) nor pebble (an errno, most
# of them below 134) ends a process with.
EXIT_MEMORY = 186

# What work on bytes has no need of: with these refused (PEP 578) a child has no children of its own that could outlive it, and
# no library can open what a document names (feedparser and trafilatura have downloaders of their own).
_REFUSED = frozenset(
    {
        "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen",
        "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendmsg", "socket.sendto",
    }
)  # fmt: skip

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_WORDS = 200  # characters of a foreign error's text that are passed on


def prepare(parent: int, memory: int) -> None:
    """Make a fresh child harmless: it dies with ``parent``, is silent, holds ``memory`` bytes at most, and stays alone.

    SIGTERM gets its default back from pebble's handler, which python would only run after a loop in
    C has ended. Ctrl-C and a closed terminal are the parent's business.
    """
    _die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse)
    _silence()


def work(call: functools.partial[T], cpu: float) -> T:
    """Run the call within ``cpu`` seconds of processor time.

    Only errors of ours leave: a foreign exception may not survive pickling, and its text may hold
    anything. A child out of memory ends itself, because its heap is of no use any more.
    """
    _limit_cpu(cpu)
    try:
        return call()
    except MemoryError:
        os._exit(EXIT_MEMORY)
    except StorywatchError:
        raise
    except (Exception, SystemExit) as error:  # whatever a parser raises on hostile input is the input's failure
        raise ChildError(_in_words(error)) from None


class OutOfReach(StorywatchError):
    """The child cannot open what its parent keeps for it; the parent has to hand it over."""


def on_file(fn: Callable[Concatenate[bytes, P], T], path: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
    """``fn`` of a file's bytes: a body of megabytes reaches the child without a copy in its parent, or in the pipe."""
    try:
        body = Path(path).read_bytes()
    except OSError:
        raise OutOfReach from None
    return fn(body, *args, **kwargs)


def broken_limit(code: int, *, memory: int, cpu: float) -> str | None:
    """Which limit a child with this exit code died of, in words; None if it died of something else."""
    if code == EXIT_MEMORY:
        return f"used more than {memory // 2**20} MB of memory"
    if code == -signal.SIGXCPU:
        return f"used more than {cpu:g} s of processor time"
    return None


def crash(code: int) -> str:
    """What an exit code says of a child that died without a limit's help; negative codes are signals (waitpid(2))."""
    if code >= 0:
        return f"crashed (exit status {code})"
    names = {each.value: each.name for each in signal.Signals}
    return f"crashed ({names.get(-code, f'signal {-code}')})"


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends: prctl(2), PR_SET_PDEATHSIG."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        os._exit(0)


def _refuse(event: str, _: tuple[object, ...]) -> None:
    """Runs at every audit event of the interpreter, so it does next to nothing."""
    if event in _REFUSED:
        raise PermissionError(f"a child process may not do this: {event}")


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS: the other limits still hold
        resource.setrlimit(what, (most, most))


def _limit_cpu(seconds: float) -> None:
    """RLIMIT_CPU counts over a process's life, so each call moves it: setrlimit(2), ended by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _silence() -> None:
    """Libraries log and print; their child's words must not land between the lines of ``log --json``."""
    logging.disable(logging.CRITICAL)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.close(null)


def _in_words(error: BaseException) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in str(error)[:_WORDS])
    return f"{type(error).__name__}: {text}".rstrip(": ")
