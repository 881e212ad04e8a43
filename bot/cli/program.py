"""How the user called this program: for commands that are to be copied from what we print."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def called(argv: Sequence[str], original: Sequence[str], environ: Mapping[str, str], here: Path) -> str:
    """The words that start us again from the folder ``here``, quoted for a shell.

    ``argv`` is ``sys.argv``, ``original`` is ``sys.orig_argv``. A program below ``here`` is named by its path from there,
    one that the PATH finds by its bare name, unless ``uv run`` set that PATH for us alone.
    """
    path = Path(argv[0])
    if path.name == "__main__.py" and "-m" in original:
        return shlex.join(original[: original.index("-m") + 2])
    if not path.is_absolute():
        return shlex.quote(argv[0])
    if path.is_relative_to(here):
        return shlex.quote(f"{'./' * (path.parent == here)}{path.relative_to(here)}")
    found = shutil.which(path.name, path=environ.get("PATH"))
    return shlex.quote(path.name if found == str(path) and "UV_RUN_RECURSION_DEPTH" not in environ else str(path))


def name() -> str:
    """The same for this process."""
    return called(sys.argv, sys.orig_argv, os.environ, Path.cwd())
