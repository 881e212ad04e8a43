"""``storywatch init``: a first configuration, copied from the one that comes with the package."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from bot import shipped
from bot.cli.context import examples
from bot.cli.terminal import say
from bot.errors import StorywatchError

_PRIVATE = {"bot.toml", "feeds.toml"}  # webhook addresses and keys may be written into these
_STATE_README = """\
# state

What the bot remembers: `seen.sqlite3` (every item, the reasons, the outbox) and its lock.
Keep it: without it every feed begins anew. Back it up with `sqlite3 seen.sqlite3 ".backup copy.sqlite3"`.
"""


@click.command(epilog=examples("storywatch init", "storywatch init /srv/storywatch"))
@click.argument("directory", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def init(directory: Path) -> None:
    """Write config/ and state/ into DIR (default: here), ready to run.

    Nothing is overwritten: where a file of config/ is there already, nothing is written at all.
    """
    texts = shipped.texts()
    taken = [str(directory / "config" / name) for name in texts if os.path.lexists(directory / "config" / name)]
    if taken:
        raise StorywatchError(
            f"{', '.join(taken)}: there already, so nothing was written; take another folder: storywatch init DIR"
        )
    written: list[Path] = []
    try:
        for name, text in texts.items():
            _write(directory / "config" / name, text, 0o600 if name in _PRIVATE else 0o644)
            written.append(directory / "config" / name)
        _make_state(directory / "state")
    except OSError as error:
        for path in written:  # a half written folder would stop the next try
            path.unlink()
        raise StorywatchError(f"{error.filename}: cannot be written: {error.strerror}") from error
    _say_what_next(directory, list(texts))


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)


def _make_state(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700)
    if not (folder / "README.md").exists():
        _write(folder / "README.md", _STATE_README, 0o644)


def _say_what_next(directory: Path, names: list[str]) -> None:
    say(f"Written: {', '.join(str(directory / 'config' / name) for name in names)}", end="\n\n")
    say("Next:")
    steps = [
        ("storywatch check", "is everything right?"),
        ("storywatch once", "a first pass: notes what the feeds hold now"),
        ("storywatch run", "watch; alerts appear here until bot.toml names Slack or Discord"),
        ("storywatch log", "what was seen, and why it matched or not"),
    ]
    if directory != Path():
        steps.insert(0, (f"cd {shlex.quote(str(directory))}", ""))
    for command, purpose in steps:
        say(f"  {command:<20} {purpose}".rstrip())
