"""What children are told to do in test_pool.py. A module of its own: a child that imports it need not import pytest."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bot.errors import ParseError


def echo(*args, **kwargs):
    return args, kwargs


def pid():
    return os.getpid()


def burn(seconds):
    """Use processor time, and tell how much was allowed at the start."""
    allowed = resource.getrlimit(resource.RLIMIT_CPU)[0] - time.process_time()
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return allowed


def end_like_a_service_manager():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)


def nap(seconds):
    time.sleep(seconds)
    return os.getpid()


def announce_and_hang(path):
    Path(path).write_text(str(os.getpid()))
    while True:
        pass


def announce_and_hang_in_c(path):
    Path(path).write_text(str(os.getpid()))
    return re.match(r"(a+)+$", "a" * 60 + "b")


def hang():
    while True:
        pass


def hang_in_c():
    """A loop that no python signal handler can interrupt."""
    return re.match(r"(a+)+$", "a" * 60 + "b")


def hang_and_ignore_sigterm():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


def hang_and_note_sigterm(path):
    """Hangs, and writes a file when it is asked to end instead of being ended."""
    signal.signal(signal.SIGTERM, lambda *_: Path(path).write_text("asked"))
    while True:
        time.sleep(0.01)


def hog():
    return len(bytearray(2**31))


def leave():
    os._exit(9)


def segfault():
    ctypes.string_at(0)


def kill_oneself():
    os.kill(os.getpid(), signal.SIGKILL)


def raise_ours():
    raise ParseError("a web page, not a feed")


def raise_foreign():
    raise ValueError("forged\n\x1b[31mline \u202e\ud800" + "x" * 1000)


def raise_system_exit():
    sys.exit(3)


class Unpicklable(Exception):
    def __init__(self, *, reason):
        super().__init__(reason)


def raise_unpicklable():
    raise Unpicklable(reason="keyword only")


def answer_unpicklable():
    return lambda: None


def chatter():
    print("noise")
    print("noise", file=sys.stderr)
    os.write(1, b"noise")
    os.write(2, b"noise")


def reach_out(how):
    """What a library would do that opens what a document names, or starts a program."""
    ways = {
        "a connection": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "a look-up": lambda: socket.getaddrinfo("localhost", 80),
        "a download": lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
        "a program": lambda: subprocess.run(["/bin/true"], check=False),
        "a shell": lambda: os.system("true"),
        "a fork": os.fork,
    }
    ways[how]()


def open_files():
    """What this process holds open, as /proc sees it."""
    held = []
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the directory's own handle is gone by now
            held.append(str(entry.readlink()))
    return held


def try_lock(path):
    """Whether the lock on the file can be had."""
    with Path(path).open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def limits():
    return resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CORE)[0]
