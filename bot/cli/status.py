"""``storywatch status``: how feeds and channels are, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click

from bot.cli.context import Context, examples
from bot.cli.output import Column, write_json, write_table
from bot.cli.terminal import safe
from bot.cli.times import iso, local
from bot.config import Config
from bot.edge.store import Store, feeds, items, lock, open_reading, outbox
from bot.model import FeedState

_FEEDS = (
    Column(title="feed"),
    Column(title="state"),
    Column(title="last good poll"),
    Column(title="next poll"),
    Column(title="problem", wrap=True),
)
_CHANNELS = (
    Column(title="channel"), Column(title="state"), Column(title="delivered", right=True), Column(title="waiting", right=True),
    Column(title="refused", right=True), Column(title="problem", wrap=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """A channel's outbox in numbers. ``known``: it is in the configuration."""

    known: bool
    delivered: int
    waiting: int
    refused: int
    trouble: str

    @property
    def needs_person(self) -> bool:
        return bool(self.refused) or (not self.known and bool(self.waiting))


@click.command(epilog=examples("storywatch status", "storywatch status --json"))
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def status(context: Context, *, as_json: bool) -> int:
    """Show how feeds and channels are. Exit code 1 when something needs a person, else 0."""
    config = context.load()
    store = open_reading(config.state)
    states, lanes, unjudged = _look(store, config)
    needs = [f"feed {name}: {state.problem}" for name, state in states.items() if state.lasting]
    needs += [f"channel {name}: {_trouble(lane)}" for name, lane in lanes.items() if lane.needs_person]
    running = lock.owner(config.state)
    if as_json:
        write_json(_as_json(states, lanes, needs, running, unjudged))
    else:
        _print(states, lanes, needs, running, unjudged)
    return 1 if needs else 0


def _look(store: Store, config: Config) -> tuple[dict[str, FeedState], dict[str, _Lane], int]:
    with store.read() as connection:
        kept = feeds.states(connection)
        counts, trouble = outbox.counts(connection), outbox.last_trouble(connection)
        unjudged, _ = items.waiting(connection)
    states = {feed.name: kept.get(feed.name, FeedState(name=feed.name, url=feed.url)) for feed in config.feeds}
    known = {channel.name for channel in config.channels}
    lanes = {
        name: _lane(counts.get(name, {}), trouble.get(name, ""), known=name in known) for name in sorted(known | counts.keys())
    }
    return states, lanes, unjudged


def _lane(counts: Mapping[str, int], trouble: str, *, known: bool) -> _Lane:
    waiting = sum(counts.get(state, 0) for state in ("queued", "sending", "retry"))
    return _Lane(
        known=known, delivered=counts.get("delivered", 0), waiting=waiting, refused=counts.get("parked", 0), trouble=trouble
    )


def _trouble(lane: _Lane) -> str:
    if not lane.known:
        return f"not in the configuration any more; {lane.waiting} alerts wait for it"
    return f"{lane.refused} alerts refused: {lane.trouble}; after repair: storywatch alerts retry"


def _print(
    states: Mapping[str, FeedState], lanes: Mapping[str, _Lane], needs: list[str], running: int | None, unjudged: int
) -> None:
    click.echo(f"daemon: running (process {running})" if running else "daemon: not running")
    if unjudged:
        click.echo(f"items waiting to be judged: {unjudged}")
    click.echo()
    write_table(_FEEDS, ((s.name, _feed_state(s), local(s.last_ok), local(s.next_due), s.problem or "") for s in states.values()))
    click.echo()
    rows = ((name, _lane_state(lane), lane.delivered, lane.waiting, lane.refused, lane.trouble) for name, lane in lanes.items())
    write_table(_CHANNELS, rows)
    click.echo()
    for line in needs or ["nothing needs a person"]:
        click.echo(safe(f"needs a person: {line}" if needs else line))


def _feed_state(state: FeedState) -> str:
    if state.problem is not None:
        return f"failing ({state.failures} in a row)"
    return "ok" if state.last_ok else "not polled yet"


def _lane_state(lane: _Lane) -> str:
    if not lane.known:
        return "not configured"
    return "refusing" if lane.refused else "retrying" if lane.trouble else "ok"


def _as_json(
    states: Mapping[str, FeedState], lanes: Mapping[str, _Lane], needs: list[str], running: int | None, unjudged: int
) -> dict[str, object]:
    return {
        "ok": not needs,
        "needs_person": needs,
        "daemon": running,
        "unjudged": unjudged,
        "feeds": [
            {
                "name": s.name, "state": _feed_state(s), "last_polled": iso(s.last_polled), "last_ok": iso(s.last_ok),
                "next_due": iso(s.next_due), "failures": s.failures, "problem": s.problem, "needs_person": s.lasting,
            }
            for s in states.values()
        ],
        "channels": [
            {
                "name": name, "state": _lane_state(lane), "delivered": lane.delivered, "waiting": lane.waiting,
                "refused": lane.refused, "problem": lane.trouble or None, "needs_person": lane.needs_person,
            }
            for name, lane in lanes.items()
        ],
    }  # fmt: skip
