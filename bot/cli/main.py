"""The command ``storywatch``: its options, the table of its commands, and how a call ends.

A command's module is imported when the command is called: ``--help``, completion and a slip of the
keyboard cost click alone.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, TextIO

import click

from bot import __version__
from bot.cli.context import Context, examples
from bot.cli.terminal import say, say_lines
from bot.edge.memory import uncollected
from bot.errors import ConfigError, StorywatchError

PROGRAM = "storywatch"
_COMPLETING = f"_{PROGRAM.upper()}_COMPLETE"  # set by the script of `storywatch completion`
_INTERRUPTED = 130  # 128 + SIGINT, as shells say it
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}  # a disk's errors: no bug of ours, so no traceback
_PIPE_CLOSED = 141  # 128 + SIGPIPE: what any other program in that pipe would have ended with


class Deferred(click.Command):
    """A command's line in the table: ``place`` is module:attribute of the command itself."""

    def __init__(self, name: str, place: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self.place = place

    def load(self) -> click.Command:
        """Imports the command."""
        module, _, attribute = self.place.partition(":")
        if find_spec(module) is None:
            raise StorywatchError(f"the command {self.name} is not part of this version")
        with uncollected():
            command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.place} is no click command")
        return command


class LazyGroup(click.Group):
    """A group whose table lists its commands; calling one imports it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the table's order: that in which a new user needs them."""
        return list(self.commands)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the real command in the place of its line in the table."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, Deferred) else command, rest


COMMANDS = [
    Deferred("init", "bot.cli.init:init", "Write a first configuration, ready to run."),
    Deferred("demo", "bot.cli.demo:demo", "Watch some days of the story pass in seconds."),
    Deferred("check", "bot.cli.check:check", "Say what is wrong with the configuration."),
    Deferred("feed", "bot.cli.feed:feed", "Add feeds, test them, exchange lists of them."),
    Deferred("run", "bot.cli.run:run", "Watch the feeds: the daemon."),
    Deferred("once", "bot.cli.once:once", "Make one pass: poll, judge, deliver what is due."),
    Deferred("log", "bot.cli.log:log", "List what was seen, and what was made of it."),
    Deferred("show", "bot.cli.show:show", "Show one item with its whole receipt."),
    Deferred("explain", "bot.cli.explain:explain", "Judge a page, a file or an item now; record nothing."),
    Deferred("mark", "bot.cli.mark:mark", "Say whether an item belongs to its story."),
    Deferred("review", "bot.cli.review:review", "Mark the latest matches one by one, with single keys."),
    Deferred("replay", "bot.cli.replay:replay", "Try a draft of the story file on everything in the log."),
    Deferred("suggest", "bot.cli.suggest:suggest", "Propose changes of a story's rule, from your marks."),
    Deferred("alerts", "bot.cli.alerts:alerts", "List the outbox; retry an alert, test a channel."),
    Deferred("mute", "bot.cli.mute:mute", "Tell nobody of a story or a feed for a time."),
    Deferred("unmute", "bot.cli.mute:unmute", "End a mute."),
    Deferred("status", "bot.cli.status:status", "Show feeds and channels, and what needs a person."),
    Deferred("backup", "bot.cli.backup:backup", "Copy the state while the bot is at work."),
    Deferred("restore", "bot.cli.restore:restore", "Go back to a copy of a damaged state."),
    Deferred("completion", "bot.cli.completion:completion", "Print the completion script of a shell."),
]


@click.group(
    cls=LazyGroup,
    commands=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "storywatch demo",
        "storywatch init",
        "storywatch check",
        "storywatch once",
        "storywatch log --story openai-nato",
        "storywatch run",
    ),
)
@click.version_option(__version__, prog_name=PROGRAM, message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default="config",
    envvar="STORYWATCH_CONFIG",
    show_envvar=True,
    show_default="./config",
    metavar="PATH",
    help="A folder of .toml files, or one file.",
)
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How log lines are written."
)
@click.pass_context
def cli(ctx: click.Context, config: Path, log_format: Literal["text", "json"]) -> None:
    """Follow one developing news story through its feeds: read, match, alert, and explain every decision."""
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        ctx.color = False
    ctx.obj = Context(config=config, log_format=log_format)


def main(args: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit code: what it returned, or 0; 2 for a wrong call; an error's own code."""
    if _COMPLETING in os.environ:
        cli.main(prog_name=PROGRAM)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that cannot show a headline must not end the program
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _call(sys.argv[1:] if args is None else list(args))
        if sys.stdout is not None:  # closed by the caller: >&-
            sys.stdout.flush()
    except BrokenPipeError:
        _forget(sys.stdout, sys.stderr)
        return _PIPE_CLOSED
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _forget(sys.stdout)
        say(f"{PROGRAM}: {error.filename or 'the output'} cannot be written: {error.strerror}", err=True)
        return 1
    return code


def _call(args: list[str]) -> int:
    try:
        with cli.make_context(PROGRAM, args) as ctx:
            result = cli.invoke(ctx)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say(f"{PROGRAM}: interrupted", err=True)
        return _INTERRUPTED
    except MemoryError:
        say(f"{PROGRAM}: not enough memory (ulimit -v, or the limits of the service)", err=True)
        return 1
    except StorywatchError as error:
        if isinstance(error, ConfigError):
            say_lines(str(error), err=True)
        else:
            say(f"{PROGRAM}: {error}", err=True)
        return error.exit_code


def _forget(*streams: TextIO) -> None:
    """Nothing more can be written there: without this, Python would try again at its end, and complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        with contextlib.suppress(OSError, ValueError, AttributeError):  # none at all, or one without a file
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
