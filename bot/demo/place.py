"""The folder of a demo: configuration and state, to be looked at afterwards. Nothing that is there is overwritten."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path

from bot.demo.content import Outlet
from bot.errors import StorywatchError

NAME = "storywatch-demo"

_README = """\
# A demonstration

Written by `storywatch demo`. `config/` is a configuration like any other, `state/` what the bot remembers of the days that
were played to it: `storywatch --config {config} log` lists it, `show N` gives the reasons for one item.

The outlets in `config/feeds.toml` are invented, and what they reported was written for the demonstration: it is not news.
Their web was there only while the days were played, so `run` and `once` find nothing here any more.
This folder may be deleted.
"""

_BOT = """\
# How the bot of the demonstration ran. `storywatch init` writes such a file for yours.

[bot]
state = "state/seen.sqlite3"
interval = "2h"                     # how often a feed is asked; by the clock of the demonstration
operators = ["desk"]                # who hears when a feed fails again and again

[network]
allow = ["127.0.0.0/8"]             # the web of the demonstration was on this computer
host_gap = "0s"                     # no pause between two requests: all its outlets were one host

[[channels]]
name = "desk"                       # the terminal that the demonstration ran in
kind = "console"
"""

_FEEDS = """\
# The invented outlets of the demonstration: not news. Their web was there only while it was played.
"""


def make(wanted: Path | None) -> Path:
    """A new folder: the wanted one, or ``./storywatch-demo``, ``-2``, ... Raises StorywatchError.

    Where nothing can be written here, the default is a folder among the temporary files.
    """
    if wanted is not None:
        return _taken(wanted)
    for number in count(1):
        folder = Path(NAME if number == 1 else f"{NAME}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError:
            return Path(tempfile.mkdtemp(prefix=f"{NAME}-"))
        return folder
    raise AssertionError("there is always a next number")


def _taken(folder: Path) -> Path:
    """The wanted folder, if it is new or empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise StorywatchError(f"{folder}: there is something in it already; name a new folder, or none")
    except OSError as error:
        raise StorywatchError(f"{folder}: no folder can be made there: {error.strerror}") from error
    return folder


def fill(folder: Path, texts: Mapping[str, str], outlets: Iterable[Outlet], site: str) -> Path:
    """Write the configuration; returns its folder. ``texts`` are the package's own files: its story is the one followed.

    Raises StorywatchError.
    """
    config = folder / "config"
    files = {
        folder / "README.md": _README.format(config=config),
        config / "bot.toml": _BOT,
        config / "feeds.toml": _FEEDS + "".join(f"\n{_feed(outlet, site)}" for outlet in outlets),
        config / "stories.toml": texts["stories.toml"],
    }
    try:
        config.mkdir(exist_ok=True)
        for path, text in files.items():
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise StorywatchError(f"{error.filename}: cannot be written: {error.strerror}") from error
    return config


def _feed(outlet: Outlet, site: str) -> str:
    name = json.dumps(outlet.name, ensure_ascii=False)  # a JSON string of ours is a TOML basic string
    interval = f'interval = "{outlet.interval}"\n' if outlet.interval else ""
    return f'[[feeds]]\nname = {name}\nurl = "{site}{outlet.feed_path}"\n{interval}'
