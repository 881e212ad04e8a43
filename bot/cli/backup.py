"""``storywatch backup``: a copy of the state, while the daemon works or not."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli import progress
from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.sizes import size
from bot.cli.terminal import say
from bot.core.counting import count
from bot.edge.store import copying, open_reading, shelf
from bot.errors import StorywatchError

_PAGE = 4096  # bytes, for the words beside the bar


@click.command(epilog=examples("storywatch backup", "storywatch backup /mnt/safe/storywatch.sqlite3 --force"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="What was copied, as one JSON object.")
@click.pass_obj
def backup(context: Context, *, file: Path | None, force: bool, as_json: bool) -> None:
    """Copy the state to FILE: one consistent moment of it, however busy the daemon is.

    The copy is read through before it gets its name, and only its owner may read it. By default it stands beside the
    state, with the date in its name; `storywatch restore` finds it there. The bot keeps three daily copies by itself.
    """
    state = context.load().state
    open_reading(state).close()
    target = file or shelf.place(state, "backup", datetime.now(UTC))
    if target.exists() and not force:
        raise StorywatchError(f"{target}: is there already; to replace it: --force")
    if target.exists() and target.samefile(state):
        raise StorywatchError(f"{target}: is the state itself")
    started = time.monotonic()
    with progress.bar("copying") as show:
        made = copying.copy(state, target, show=lambda done, total: show(done, total, f"{size(done * _PAGE)} copied"))
    if as_json:
        facts = {"file": str(target), "bytes": made.size, "items": made.items, "alerts": made.alerts, "schema": made.schema}
        write_json({**facts, "seconds": round(time.monotonic() - started, 3)})
        return
    what = f"{count(made.items, 'item')}, {count(made.alerts, 'alert')}, schema {made.schema}"
    say(f"{target}: {size(made.size)}, {what}; read through: fine")
