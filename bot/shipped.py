"""The configuration that comes with the package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from bot.errors import StorywatchError


def texts() -> dict[str, str]:
    """Its files, name to text, in name order; in a checkout those of its own ``config/``.

    Raises StorywatchError when the installation came without them.
    """
    packaged = files("bot") / "defaults"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[1] / "config"
    if not folder.is_dir():
        raise StorywatchError("this installation came without its configuration files: install it again")
    found = [file for file in folder.iterdir() if file.name.endswith((".toml", ".md"))]
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(found, key=lambda file: file.name)}
