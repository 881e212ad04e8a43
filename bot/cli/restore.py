"""``storywatch restore``: back to a copy of the state, or to a new beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.sizes import size
from bot.cli.terminal import say
from bot.core.counting import count
from bot.edge.store import restoring


@click.command(
    epilog=examples("storywatch restore", "storywatch restore /mnt/safe/storywatch.sqlite3", "storywatch restore --empty")
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--empty", is_flag=True, help="Start with an empty state: what feeds list already is told in one digest.")
@click.option("--force", is_flag=True, help="Also when nothing is wrong with the state.")
@click.option("--json", "as_json", is_flag=True, help="What was done, as one JSON object.")
@click.pass_obj
def restore(context: Context, *, file: Path | None, empty: bool, force: bool, as_json: bool) -> None:
    """Put a copy in the place of a damaged or lost state: FILE, or the newest good copy beside it.

    The bot must not be running. The old file is put aside, never deleted. What feeds still list from after the copy comes
    again as new: the first answer of each feed is told in one digest marked "may repeat", not one by one.
    """
    if empty and file is not None:
        raise click.UsageError("--empty needs no FILE")
    state, now = context.load().state, datetime.now(UTC)
    done = restoring.begin_anew(state, now, force=force) if empty else restoring.restore(state, file, now, force=force)
    if as_json:
        write_json(_as_json(state, done))
        return
    for line in _lines(state, done):
        say(line)


def _lines(state: Path, done: restoring.Restored) -> Iterator[str]:
    for why in done.passed:
        yield f"passed over: {why}"
    if done.aside is not None:
        yield f"put aside: {done.aside}"
    if done.contents is None:
        yield f"{state}: empty; the next pass takes a new baseline, and tells what feeds list already in one digest"
        return
    made = done.contents
    yield f"{state}: restored from {done.copy} ({size(made.size)}, {count(made.items, 'item')}, {count(made.alerts, 'alert')})"
    yield 'what feeds list from after that copy comes in one digest, marked "may repeat"; later news comes as ever'
    if done.waiting:
        what = count(done.waiting, "alert")
        yield f"{what} waited when the copy was made: sent again and perhaps received twice, or held back (alerts)"


def _as_json(state: Path, done: restoring.Restored) -> dict[str, object]:
    made = done.contents
    return {
        "state": str(state),
        "copy": None if done.copy is None else str(done.copy),
        "aside": None if done.aside is None else str(done.aside),
        "passed": list(done.passed),
        "items": 0 if made is None else made.items,
        "alerts": 0 if made is None else made.alerts,
        "waiting": done.waiting,
    }
