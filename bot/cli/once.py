"""``storywatch once``: one pass."""

from __future__ import annotations

from datetime import datetime

import click

from bot.cli.context import Context, examples
from bot.cli.start import start
from bot.cli.times import Time
from bot.edge.memory import uncollected


@click.command(epilog=examples("storywatch once", "storywatch once --now 2026-03-04T12:00:00Z --json"))
@click.option("--now", type=Time(), metavar="TIME", help="The time of the pass, in ISO 8601: for trials and tests.")
@click.option("--json", "as_json", is_flag=True, help="The summary as one JSON object; alerts of the console go to stderr.")
@click.option("-v", "--verbose", is_flag=True, help="Also log what found nothing.")
@click.pass_obj
def once(context: Context, *, now: datetime | None, as_json: bool, verbose: bool) -> int:
    """Make one pass: poll every feed that is due, judge every item that waits, deliver what is due.

    Does not wait for later retries; says how many wait. Exit code 0 when the pass ran to its end, whatever feeds or
    channels said; 75 when another instance works on the state; 143 when SIGTERM ended it early.
    """
    config = start(context, verbose=verbose)
    with uncollected():  # behind the lock: who is turned away has loaded the configuration, and nothing else
        from bot.cli.onepass import make

    return make(config, now, as_json=as_json)
