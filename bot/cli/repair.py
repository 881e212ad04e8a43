"""``storywatch alerts retry``, ``drop`` and ``test``: what a person does about alerts that were not taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

import click

from bot.cli.context import Context, examples
from bot.cli.terminal import say
from bot.cli.times import local
from bot.config import Config
from bot.core.counting import count
from bot.edge import lock
from bot.edge.store import Reading, Transaction, byhand, channels, open_reading, open_shared, outbox
from bot.errors import StateError, StorywatchError
from bot.model import Channel, OutboxRow, Standing

T = TypeVar("T")

# On a terminal the id is cut to as many characters as tell alerts apart; commands take it so.
_PREFIX, _SHORT = "alert_", 8


@click.command(
    epilog=examples("storywatch alerts retry", "storywatch alerts retry --channel newsroom", "storywatch alerts retry 0123abcd")
)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--channel", metavar="NAME", help="Only those of this channel.")
@click.pass_obj
def retry(context: Context, *, ids: tuple[str, ...], channel: str | None) -> None:
    """Queue refused and waiting alerts again, and enable the channels that refused everything.

    All of them, those of a channel, or those named; the beginning of an ID is enough. The daemon or the next pass sends them,
    in order. What was held back because it may have arrived is sent again only when it is named.
    """
    config = context.load()

    def change(tx: Transaction, rows: list[OutboxRow]) -> tuple[list[str], list[str], int]:
        names = {row.alert.channel for row in rows} if ids else None if channel is None else {channel}
        shut = channels.disabled(tx, config.channels).keys()
        _refuse(rows, lambda row: row.state in {"parked", "retry"} or (row.state == "queued" and row.alert.channel in shut),
                "only parked alerts, those in retry and those of a disabled channel can be queued again")  # fmt: skip
        enabled = channels.enable(tx, None if names is None else sorted(names))
        chosen = [row.alert.id for row in rows] if ids else None
        queued = byhand.retry(tx, chosen, datetime.now(UTC), channel=channel, enabled=enabled)
        return enabled, queued, 0 if ids else byhand.held_back(tx, channel)

    enabled, queued, held = _changed(config, ids, channel, change)
    for name in enabled:
        say(f"channel {name}: enabled again; what waits for it is sent in order")
    if queued:
        say(f"{count(len(queued), 'alert')} queued again")
    elif not enabled:
        say("nothing to retry: no alert is refused or waits")
    if held:
        say(f"{count(held, 'alert')} held back, for their receivers may have them: name them to have them sent again")


@click.command(epilog=examples("storywatch alerts drop 0123abcd", "storywatch alerts drop 0123abcd 89ef0123"))
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.pass_obj
def drop(context: Context, *, ids: tuple[str, ...]) -> None:
    """Give alerts up: they are never sent.

    Refused ones, waiting ones, ones held back; the beginning of an ID is enough. They stay in the list as dropped, with what
    was the matter. What waits behind a dropped alert is sent next.
    """
    config = context.load()
    idle = lock.owner(config.state) is None  # nobody is sending: what stands as being sent was cut short

    def change(tx: Transaction, rows: list[OutboxRow]) -> list[str]:
        states = {"queued", "retry", "parked"} | ({"sending"} if idle else set())
        _refuse(rows, lambda row: row.state in states, "only alerts that wait, are parked or are held back can be dropped")
        return byhand.drop(tx, [row.alert.id for row in rows], sending=idle)

    say(f"{count(len(_changed(config, ids, None, change)), 'alert')} dropped")


@click.command(epilog=examples("storywatch alerts test newsroom", "storywatch alerts test newsroom --mention"))
@click.argument("channel")
@click.option("--mention", is_flag=True, help="Call whom the channel and its story mention, too.")
@click.pass_obj
def test(context: Context, *, channel: str, mention: bool) -> int:
    """Send a sample alert to a channel now, marked as a test.

    It goes past the outbox and leaves no trace in it. Says what came back and what to do when it was refused; a Teams workflow
    accepts before it posts, so look into the channel. Nothing is sent while the receiver asked to be left alone. A disabled
    channel that takes it stays disabled until `storywatch alerts retry`. Exit code 1: not delivered.
    """
    from bot.cli.trial import send_sample

    config = context.load()
    found = _configured(config, channel)
    standing = _standing(config, found)
    if standing is not None and standing.not_before is not None and standing.not_before > datetime.now(UTC):
        until = local(standing.not_before, zone=True)
        raise StorywatchError(f"{channel}: its receiver asked to be left alone until {until}; test it then")
    answer, lines = send_sample(config, found, call=mention)
    for line in lines:
        say(line)
    if answer.state != "delivered":
        return 1
    if standing is not None and standing.disabled_at is not None:
        say(f"{channel}: disabled since {local(standing.disabled_at)}; to have what waits sent: {repair_command(channel)}")
    return 0


def repair_command(channel: str) -> str:
    """What enables a disabled channel."""
    import shlex

    return f"storywatch alerts retry --channel {shlex.quote(channel)}"


def short(alert: str) -> str:
    """As much of an alert's id as a person reads and types."""
    return alert.removeprefix(_PREFIX)[:_SHORT]


def named(connection: Reading, ids: Sequence[str]) -> list[OutboxRow]:
    """The alerts of those ids, or beginnings of ids, in that order; each must name exactly one."""
    rows = {row.alert.id: row for row in outbox.rows(connection)} if ids else {}
    return [rows[_one(wanted, [each for each in rows if _begins(each, wanted)])] for wanted in dict.fromkeys(ids)]


def _changed(config: Config, ids: Sequence[str], channel: str | None, change: Callable[[Transaction, list[OutboxRow]], T]) -> T:
    """Look alerts up and change them, in one transaction: a daemon may be at work on them."""
    if channel is not None:
        _configured(config, channel)
    store = open_shared(config.state)
    try:
        with store.write() as tx:
            return change(tx, named(tx, ids))
    finally:
        store.close()


def _refuse(rows: Sequence[OutboxRow], may: Callable[[OutboxRow], bool], rule: str) -> None:
    """Raise StorywatchError unless all of them may be changed so."""
    wrong = [row for row in rows if not may(row)]
    if wrong:
        told = ", ".join(f"{row.alert.id} is {row.state}" for row in wrong)
        raise StorywatchError(f"{told}: {rule}; nothing was changed")


def _configured(config: Config, channel: str) -> Channel:
    found = next((each for each in config.channels if each.name == channel), None)
    if found is None:
        names = ", ".join(each.name for each in config.channels) or "none"
        raise StorywatchError(f"{channel}: no such channel; configured are: {names}")
    return found


def _standing(config: Config, channel: Channel) -> Standing | None:
    """What stands in the channel's way; None where nothing does, or where there is no state to say so."""
    with suppress(StateError), open_reading(config.state).read() as connection:
        return channels.standing(connection, channel)
    return None


def _begins(alert: str, wanted: str) -> bool:
    return bool(wanted) and alert.startswith((wanted, _PREFIX + wanted))


def _one(wanted: str, found: Sequence[str]) -> str:
    if len(found) != 1:
        several = f"{len(found)} alerts begin so" if found else "no such alert"
        raise StorywatchError(f"{wanted}: {several}; `storywatch alerts` lists them")
    return found[0]
