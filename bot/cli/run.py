"""``storywatch run``: the daemon."""

from __future__ import annotations

import click

from bot.cli.context import Context, examples
from bot.cli.start import start
from bot.edge.memory import uncollected


@click.command(epilog=examples("storywatch run", "storywatch --config /etc/storywatch --log-format json run"))
@click.option("-v", "--verbose", is_flag=True, help="Also log what found nothing.")
@click.pass_obj
def run(context: Context, *, verbose: bool) -> int:
    """Watch the feeds until stopped: poll when due, judge, deliver.

    SIGTERM ends it within 10 seconds; SIGHUP or a changed file reloads the configuration, and a wrong one leaves
    the old one in force. Exit code 75: another instance works on the state.
    """
    config = start(context, verbose=verbose)
    with uncollected():  # behind the lock: who is turned away has loaded the configuration, and nothing else
        from bot.daemon import Daemon

    return Daemon(config, context.environ).run()
