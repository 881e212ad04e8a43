"""How the commands that work begin: with the configuration, and with a log that prints none of its secrets."""

from __future__ import annotations

import logging

from bot import logs
from bot.cli.context import Context
from bot.config import Config
from bot.edge import lock

log = logging.getLogger("storywatch")


def start(context: Context, *, verbose: bool) -> Config:
    """The configuration; from now on events are logged. Its warnings are lines for people, or events for machines.

    Raises StateBusy while another process works on its state.
    """
    machine = context.log_format == "json"
    config = context.load(warn=not machine)
    logs.set_up(context.log_format, config.secrets, level=logging.DEBUG if verbose else logging.INFO)
    for fault in config.warnings if machine else ():
        fields = {"file": fault.file, "line": fault.line}
        log.warning("%s", fault.message, extra={"event": "config.warning", "fields": fields})
    lock.refuse_second(config.state)
    return config
