"""``storywatch alerts``: the outbox; one alert with its attempts; retrying; testing a channel."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import get_args

import click

from bot.cli.context import Context, examples
from bot.cli.output import Column, Format, format_options, write_csv, write_json, write_table
from bot.cli.terminal import safe
from bot.cli.times import iso, local
from bot.edge.store import open_reading, open_shared, outbox
from bot.errors import StorywatchError
from bot.model import AlertState, OutboxRow

_COLUMNS = (
    Column(title="id"), Column(title="channel"), Column(title="state"), Column(title="tries", right=True),
    Column(title="created"), Column(title="next try"), Column(title="about", wrap=True), Column(title="why", wrap=True),
)  # fmt: skip


@click.group(
    invoke_without_command=True,
    epilog=examples("storywatch alerts --state parked", "storywatch alerts retry", "storywatch alerts test newsroom"),
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
        return
    context: Context = ctx.obj
    with open_reading(context.load().state).read() as connection:
        rows = outbox.rows(connection, state=state)
    if as_ == "json":
        for row in rows:
            write_json(_as_json(row))
    elif as_ == "csv":
        write_csv([column.title for column in _COLUMNS], (_cells(row) for row in rows))
    else:
        write_table(_COLUMNS, (_cells(row) for row in rows))


@alerts.command(epilog=examples("storywatch alerts show alert_0123456789abcdef0123"))
@click.argument("alert", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def show(context: Context, *, alert: str, as_json: bool) -> None:
    """Show one alert: what it says, and every attempt at delivering it."""
    with open_reading(context.load().state).read() as connection:
        rows = outbox.rows(connection, ids=[alert])
        ledger = outbox.ledger(connection, alert)
    if not rows:
        raise StorywatchError(f"{alert}: no such alert; `storywatch alerts` lists them")
    attempts = [{"number": a.number, "at": iso(a.at), "state": a.state, "status": a.status, "why": a.why} for a in ledger]
    if as_json:
        write_json(_as_json(rows[0]) | {"attempts": attempts})
        return
    row = rows[0]
    click.echo(safe(f"{row.alert.id}  {row.alert.type} for {row.alert.channel}: {row.state}"))
    for entry in row.alert.entries:
        click.echo(safe(f"  item {entry.item.id}  {entry.item.title} ({entry.item.outlet})"))
    if row.merged_into:
        click.echo(f"  told within digest {row.merged_into}")
    for tried in ledger:
        status = f" {tried.status}" if tried.status else ""
        click.echo(safe(f"  attempt {tried.number} at {local(tried.at)}: {tried.state}{status} {tried.why}".rstrip()))


@alerts.command(epilog=examples("storywatch alerts retry", "storywatch alerts retry alert_0123456789abcdef0123"))
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.pass_obj
def retry(context: Context, *, ids: tuple[str, ...]) -> None:
    """Queue refused and waiting alerts again: all of them, or those named. The daemon or the next pass sends them."""
    store = open_shared(context.load().state)
    with store.write() as tx:
        queued = outbox.retry(tx, ids or None, datetime.now(UTC))
    store.close()
    missing = sorted(set(ids) - set(queued))
    if missing:
        raise StorywatchError(f"{', '.join(missing)}: neither refused nor waiting; `storywatch alerts` lists them")
    click.echo(f"{len(queued)} alerts queued again")


@alerts.command(epilog=examples("storywatch alerts test newsroom"))
@click.argument("channel")
@click.pass_obj
def test(context: Context, *, channel: str) -> int:
    """Send a sample message to a channel now, past the outbox, and say what came back. Exit code 1: not delivered."""
    from bot.core import render
    from bot.edge.http import Door
    from bot.edge.send import Sender
    from bot.model import Alert
    from bot.workshop import user_agent

    config = context.load()
    found = next((each for each in config.channels if each.name == channel), None)
    if found is None:
        names = ", ".join(each.name for each in config.channels) or "none"
        raise StorywatchError(f"{channel}: no such channel; configured are: {names}")
    now = datetime.now(UTC)
    sample = Alert(id=outbox.new_id(), type="test", channel=channel, created=now)
    door = Door(config.network, user_agent=user_agent(config.network.contact))
    try:
        answer = Sender(door.post, sys.stdout).send(found, sample.id, render.payloads(sample, found.kind)[0])
    finally:
        door.close()
    click.echo(safe(f"{channel}: {'delivered' if answer.state == 'delivered' else 'not delivered'} ({answer.why})"))
    return 0 if answer.state == "delivered" else 1


def _cells(row: OutboxRow) -> tuple[str | int, ...]:
    entries = row.alert.entries
    about = (
        entries[0].item.title
        if len(entries) == 1
        else f"{len(entries)} items"
        if entries
        else row.alert.problem or row.alert.type
    )
    alert = row.alert
    return alert.id, alert.channel, row.state, row.attempts, local(alert.created), local(row.due), about, row.why


def _as_json(row: OutboxRow) -> dict[str, object]:
    alert = row.alert
    return {
        "id": alert.id, "type": alert.type, "channel": alert.channel, "story": alert.story or None, "state": row.state,
        "attempts": row.attempts, "created": iso(alert.created), "next_try": iso(row.due), "delivered": iso(row.delivered_at),
        "why": row.why, "merged_into": row.merged_into, "feed": alert.feed or None, "problem": alert.problem or None,
        "items": [entry.item.id for entry in alert.entries],
    }  # fmt: skip
