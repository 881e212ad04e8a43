"""A file written whole or not at all, and on the disk when that is said: after a power cut it is the old one or the new one."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OWNER = 0o600  # a configuration may hold secrets: for its owner's eyes, like that of ``init``
ALL = 0o666  # less what the umask takes, as for any file that a program writes


def create(path: Path, text: str, *, mode: int = OWNER, link: Callable[[Path, Path], None] = os.link) -> None:
    """A new file; raises FileExistsError where there is one, and any other OSError. ``link`` gives a file a second name."""
    with _drafted(path, text, mode) as draft:
        try:
            link(draft, path)
        except FileExistsError:
            raise
        except OSError:  # FAT and some network shares know no second name: the name is taken empty, and filled at once
            path.touch(exist_ok=False)
            draft.replace(path)
    _settle(path.parent)


def replace(path: Path, text: str, *, mode: int = OWNER) -> None:
    """A file's new text. It keeps the mode it has; ``mode`` is for one that is not there. A link stays a link. Raises OSError."""
    path = path.resolve()
    with _drafted(path, text, mode) as draft:
        with suppress(FileNotFoundError):
            shutil.copymode(path, draft)
        draft.replace(path)
    _settle(path.parent)


@contextmanager
def _drafted(path: Path, text: str, mode: int) -> Iterator[Path]:
    """A file beside ``path`` with that text, whole and on the disk, for the block to put in its place; gone afterwards."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(handle)
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have the folder's own entry on disk, too: a rename is lost with the power otherwise."""
    with suppress(OSError):  # not every file system can
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
