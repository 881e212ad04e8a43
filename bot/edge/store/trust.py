"""Whether a start must read the state through: not where that was done within a day and the file is as it was left.

Reading it costs 3 ms a megabyte, and a pass by cron starts every few minutes. So a state that is closed in order leaves a note
in the lock's file: when it was read through last, and the file's inode, size and times then. A crash leaves none. Whatever is
written to the file from outside moves its time of change, which only the kernel sets (inode(7), st_ctime); damage that the disk
does by itself is found within a day by the check that is due then, or by the read that meets it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

DAY = 86_400.0  # seconds
_WORD = "closed"


def note(path: Path, checked: float) -> str:
    """What to leave behind for the next start, once the state's files are closed; empty where its log was not folded in."""
    found = _file(path)
    return f"{_WORD} {checked!r} {found}" if found else ""


def checked(path: Path, left: str, now: float) -> float | None:
    """When the state was read through, by what the last owner left; None: it must be done now. ``now``: Unix seconds."""
    word, _, rest = left.partition(" ")
    when, _, file = rest.partition(" ")
    with suppress(ValueError):
        at = float(when)
        if word == _WORD and 0 <= now - at < DAY and file == _file(path):
            return at
    return None


def _file(path: Path) -> str:
    """What changes with the file; empty while it is missing, or its write-ahead log holds something."""
    path = path.resolve()
    try:
        found = path.stat()
    except OSError:
        return ""
    with suppress(OSError):
        if path.with_name(path.name + "-wal").stat().st_size:
            return ""
    return " ".join(map(str, (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)))
