"""``storywatch alerts``: the outbox; one alert with its attempts; retrying; testing a channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import click

from bot.cli import repair
from bot.cli.context import Context, examples
from bot.cli.output import Cell, Column, Format, format_options, on_terminal, write_csv, write_json, write_table
from bot.cli.terminal import say
from bot.cli.times import iso, local
from bot.cli.waiting import of_alerts
from bot.config import Config
from bot.core.counting import count
from bot.core.text import shorten
from bot.edge.store import Reading, open_reading, outbox
from bot.model import CHANNEL_NOTICE, Alert, AlertState, Attempt, OutboxRow

_ABOUT = 60  # characters of a headline: it is to be recognised, `show` has all of it
_TABLE = (
    Column(title="id"), Column(title="created"), Column(title="channel", wrap=True), Column(title="about", wrap=True),
    Column(title="state", wrap=True),
)  # fmt: skip
_PLAIN = tuple(Column(title=title) for title in ("id", "channel", "state", "tries", "created", "next try", "about", "why"))


@click.group(
    invoke_without_command=True,
    epilog=examples(
        "storywatch alerts",
        "storywatch alerts --state parked",
        "storywatch alerts show 0123abcd",
        "storywatch alerts retry",
        "storywatch alerts drop 0123abcd",
        "storywatch alerts test newsroom",
    ),
)
@click.option("--state", type=click.Choice(get_args(AlertState)), help="Only alerts in this state.")
@format_options
@click.pass_context
def alerts(ctx: click.Context, *, state: AlertState | None, as_: Format) -> None:
    """List the outbox, oldest first: what was told, what waits, what was refused.

    States: queued, sending, delivered, retry (tried again later), parked (refused, given up after 75 hours, or held back:
    `alerts retry` after repair), merged (told within a digest), dropped (given up by a person). What waits for a disabled
    channel stays queued; `storywatch status` says which channels are.
    """
    if ctx.invoked_subcommand is not None:
        if state is not None or as_ != "table":
            raise click.UsageError(
                f"--state, --json and --csv are for the list: storywatch alerts {ctx.invoked_subcommand} --help"
            )
        return
    context: Context = ctx.obj
    config = context.load()
    with open_reading(config.state).read() as connection:
        rows = _with_waits(connection, config, outbox.rows(connection, state=state))
    if as_ == "json":
        for row in rows:
            write_json(_as_json(row))
    elif as_ == "csv":
        write_csv([column.title for column in _PLAIN], map(_cells, rows))
    elif not on_terminal():
        write_table(_PLAIN, map(_cells, rows))
    elif rows:
        write_table(_TABLE, map(_short, rows))
    else:
        say("no alerts yet" if state is None else f"no alerts in the state {state}", err=True)


@alerts.command(epilog=examples("storywatch alerts show 0123abcd", "storywatch alerts show alert_0123abcd456789ef0123 --json"))
@click.argument("alert", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def show(context: Context, *, alert: str, as_json: bool) -> None:
    """Show one alert, and every attempt at it.

    ID is what `storywatch alerts` prints; its beginning is enough.
    """
    config = context.load()
    with open_reading(config.state).read() as connection:
        (row,) = _with_waits(connection, config, repair.named(connection, [alert]))
        ledger = outbox.ledger(connection, row.alert.id)
    if as_json:
        attempts = [{"number": a.number, "at": iso(a.at), "state": a.state, "status": a.status, "why": a.why} for a in ledger]
        write_json(_as_json(row) | {"attempts": attempts})
        return
    for line in _lines(row, ledger):
        say(line)


for command in (repair.retry, repair.drop, repair.test):
    alerts.add_command(command)


def _with_waits(connection: Reading, config: Config, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The alerts; those that wait for an hour or for the budget with the reason and until when."""
    waits = of_alerts(connection, config, datetime.now(UTC))
    return [
        replace(row, due=wait.until, why="; ".join(filter(None, (row.why, wait.why)))) if (wait := waits.get(row.seq)) else row
        for row in rows
    ]


def _lines(row: OutboxRow, ledger: Sequence[Attempt]) -> Iterator[str]:
    alert = row.alert
    yield f"{alert.id}  {alert.type} for {alert.channel}: {_state(row)}"
    yield f"  created  {local(alert.created, zone=True)}"
    if alert.story:
        yield f"  story    {alert.story}"
    if alert.problem:
        yield f"  problem  {_subject(alert)}: {alert.problem.raw}"
    for entry in alert.entries:
        yield f"  item {entry.item.id}  {entry.item.title.raw or '(no title)'} ({entry.item.outlet.raw})"
    for tried in ledger:
        yield f"  attempt {tried.number} at {local(tried.at, zone=True)}: {tried.state} ({tried.why or 'no answer yet'})"


def _state(row: OutboxRow) -> str:
    """Where an alert stands, and why, for a person."""
    if row.merged_into is not None:
        return f"told within the digest {repair.short(row.merged_into)}"
    if row.state == "delivered":
        return row.state
    when = f" at {local(row.due)}" if row.due and row.state == "retry" else ""
    return f"{row.state}{when}" + (f": {row.why}" if row.why else "")


def _about(row: OutboxRow) -> str:
    entries = row.alert.entries
    if len(entries) == 1:
        return entries[0].item.title.raw or "(no title)"
    return count(len(entries), "item") if entries else row.alert.problem.raw or row.alert.type


def _subject(alert: Alert) -> str:
    """What a notice is about: a feed or a channel."""
    return alert.feed if alert.feed.startswith(CHANNEL_NOTICE) else f"feed {alert.feed}"


def _short(row: OutboxRow) -> tuple[Cell, ...]:
    """The cells of a line for a person."""
    alert = row.alert
    about = f"{_subject(alert)}: {alert.problem.raw}" if alert.problem else _about(row)
    return repair.short(alert.id), local(alert.created), alert.channel, shorten(about, _ABOUT), _state(row)


def _cells(row: OutboxRow) -> tuple[Cell, ...]:
    alert = row.alert
    return alert.id, alert.channel, row.state, row.attempts, local(alert.created), local(row.due), _about(row), row.why


def _as_json(row: OutboxRow) -> dict[str, object]:
    alert = row.alert
    return {
        "id": alert.id, "type": alert.type, "channel": alert.channel, "story": alert.story or None, "state": row.state,
        "tries": row.attempts, "created": iso(alert.created), "next_try": iso(row.due), "delivered": iso(row.delivered_at),
        "why": row.why, "ambiguous": row.ambiguous, "merged_into": row.merged_into,
        "feed": alert.feed or None, "problem": alert.problem.raw or None,
        "items": [entry.item.id for entry in alert.entries],
    }  # fmt: skip
