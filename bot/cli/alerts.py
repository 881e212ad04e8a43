"""``storywatch alerts``: the outbox; one alert with its attempts; retrying; testing a channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import click

from bot.cli.context import Context, examples
from bot.cli.output import Cell, Column, Format, format_options, on_terminal, write_csv, write_json, write_table
from bot.cli.terminal import safe
from bot.cli.times import iso, local
from bot.cli.waiting import of_alerts
from bot.config import Config
from bot.core.counting import count
from bot.core.text import shorten
from bot.edge.store import Reading, open_reading, open_shared, outbox
from bot.errors import StorywatchError
from bot.model import AlertState, Attempt, OutboxRow

# On a terminal the id is cut to as many characters as tell alerts apart; commands take it so.
_PREFIX, _SHORT = "alert_", 8
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
        "storywatch alerts test newsroom",
    ),
)
@click.option("--state", type=click.Choice(get_args(AlertState)), help="Only alerts in this state.")
@format_options
@click.pass_context
def alerts(ctx: click.Context, *, state: AlertState | None, as_: Format) -> None:
    """List the outbox, oldest first: what was told, what waits, what was refused.

    States: queued, sending, delivered, retry (tried again later), parked (refused or given up: `alerts retry` after
    repair), merged (told within a digest).
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
        click.echo("no alerts yet" if state is None else f"no alerts in the state {state}", err=True)


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
        (row,) = _with_waits(connection, config, _named(connection, [alert]))
        ledger = outbox.ledger(connection, row.alert.id)
    if as_json:
        attempts = [{"number": a.number, "at": iso(a.at), "state": a.state, "status": a.status, "why": a.why} for a in ledger]
        write_json(_as_json(row) | {"attempts": attempts})
        return
    for line in _lines(row, ledger):
        click.echo(safe(line))


@alerts.command(epilog=examples("storywatch alerts retry", "storywatch alerts retry 0123abcd"))
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.pass_obj
def retry(context: Context, *, ids: tuple[str, ...]) -> None:
    """Queue refused and waiting alerts again.

    All of them, or those named; the beginning of an ID is enough. The daemon or the next pass sends them.
    """
    store = open_shared(context.load().state)
    try:
        with store.read() as connection:
            rows = _named(connection, ids)
        settled = [row for row in rows if row.state not in {"parked", "retry"}]
        if settled:
            told = ", ".join(f"{row.alert.id} is {row.state}" for row in settled)
            raise StorywatchError(f"{told}: only parked alerts and those in retry can be queued again; nothing was changed")
        with store.write() as tx:
            queued = outbox.retry(tx, [row.alert.id for row in rows] if ids else None, datetime.now(UTC))
    finally:
        store.close()
    click.echo(f"{count(len(queued), 'alert')} queued again" if queued else "nothing to retry: no alert is refused or waits")


@alerts.command(epilog=examples("storywatch alerts test newsroom", "storywatch alerts test newsroom --mention"))
@click.argument("channel")
@click.option("--mention", is_flag=True, help="Call whom the channel and its story mention, too.")
@click.pass_obj
def test(context: Context, *, channel: str, mention: bool) -> int:
    """Send a sample alert to a channel now, marked as a test.

    It goes past the outbox and leaves no trace in it. Says what came back and what to do when it was refused; a Teams workflow
    accepts before it posts, so look into the channel. Exit code 1: not delivered.
    """
    from bot.cli.trial import send_sample

    config = context.load()
    found = next((each for each in config.channels if each.name == channel), None)
    if found is None:
        names = ", ".join(each.name for each in config.channels) or "none"
        raise StorywatchError(f"{channel}: no such channel; configured are: {names}")
    answer, lines = send_sample(config, found, call=mention)
    for line in lines:
        click.echo(line)
    return 0 if answer.state == "delivered" else 1


def _with_waits(connection: Reading, config: Config, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
    """The alerts; those that wait for an hour or for the budget with the reason and until when."""
    waits = of_alerts(connection, config, datetime.now(UTC))
    return [
        replace(row, due=wait.until, why="; ".join(filter(None, (row.why, wait.why)))) if (wait := waits.get(row.seq)) else row
        for row in rows
    ]


def _named(connection: Reading, ids: Sequence[str]) -> list[OutboxRow]:
    """The alerts of those ids, or beginnings of ids, in that order; each must name exactly one."""
    rows = {row.alert.id: row for row in outbox.rows(connection)} if ids else {}
    return [rows[_one(wanted, [each for each in rows if _begins(each, wanted)])] for wanted in dict.fromkeys(ids)]


def _begins(alert: str, wanted: str) -> bool:
    return bool(wanted) and alert.startswith((wanted, _PREFIX + wanted))


def _one(wanted: str, found: Sequence[str]) -> str:
    if len(found) != 1:
        several = f"{len(found)} alerts begin so" if found else "no such alert"
        raise StorywatchError(f"{wanted}: {several}; `storywatch alerts` lists them")
    return found[0]


def _lines(row: OutboxRow, ledger: Sequence[Attempt]) -> Iterator[str]:
    alert = row.alert
    yield f"{alert.id}  {alert.type} for {alert.channel}: {_state(row)}"
    yield f"  created  {local(alert.created, zone=True)}"
    if alert.story:
        yield f"  story    {alert.story}"
    if alert.problem:
        yield f"  feed     {alert.feed}: {alert.problem}"
    for entry in alert.entries:
        yield f"  item {entry.item.id}  {entry.item.title or '(no title)'} ({entry.item.outlet})"
    for tried in ledger:
        yield f"  attempt {tried.number} at {local(tried.at, zone=True)}: {tried.state} ({tried.why or 'no answer yet'})"


def _state(row: OutboxRow) -> str:
    """Where an alert stands, and why, for a person."""
    if row.merged_into is not None:
        return f"told within the digest {row.merged_into.removeprefix(_PREFIX)[:_SHORT]}"
    if row.state == "delivered":
        return row.state
    when = f" at {local(row.due)}" if row.due and row.state == "retry" else ""
    return f"{row.state}{when}" + (f": {row.why}" if row.why else "")


def _about(row: OutboxRow) -> str:
    entries = row.alert.entries
    if len(entries) == 1:
        return entries[0].item.title or "(no title)"
    return count(len(entries), "item") if entries else row.alert.problem or row.alert.type


def _short(row: OutboxRow) -> tuple[Cell, ...]:
    """The cells of a line for a person."""
    alert = row.alert
    about = f"feed {alert.feed}: {alert.problem}" if alert.problem else _about(row)
    return alert.id.removeprefix(_PREFIX)[:_SHORT], local(alert.created), alert.channel, shorten(about, _ABOUT), _state(row)


def _cells(row: OutboxRow) -> tuple[Cell, ...]:
    alert = row.alert
    return alert.id, alert.channel, row.state, row.attempts, local(alert.created), local(row.due), _about(row), row.why


def _as_json(row: OutboxRow) -> dict[str, object]:
    alert = row.alert
    return {
        "id": alert.id, "type": alert.type, "channel": alert.channel, "story": alert.story or None, "state": row.state,
        "tries": row.attempts, "created": iso(alert.created), "next_try": iso(row.due), "delivered": iso(row.delivered_at),
        "why": row.why, "merged_into": row.merged_into, "feed": alert.feed or None, "problem": alert.problem or None,
        "items": [entry.item.id for entry in alert.entries],
    }  # fmt: skip
