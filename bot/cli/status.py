"""``storywatch status``: how feeds and channels are, and what needs a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from bot.cli import waiting
from bot.cli.context import Context, examples
from bot.cli.gaps import as_json, summary
from bot.cli.output import Cell, Column, write_json, write_table
from bot.cli.repair import repair_command, short
from bot.cli.terminal import say
from bot.cli.times import iso, near
from bot.config import Config
from bot.core.counting import count
from bot.edge import lock
from bot.edge.store import channels, feeds, gaps, items, mutes, open_reading, tallies
from bot.model import Blocking, FeedState, Gap, Mute, Standing

_FEEDS = (
    Column(title="feed", wrap=True),
    Column(title="state"),
    Column(title="last ok", right=True),
    Column(title="next poll", right=True),
    Column(title="problem", wrap=True),
)
_CHANNELS = (
    Column(title="channel", wrap=True), Column(title="state"), Column(title="delivered", right=True),
    Column(title="waiting", right=True), Column(title="refused", right=True), Column(title="problem", wrap=True),
)  # fmt: skip


# Tries of one alert after which a channel that "may work later" needs a person: 35 minutes of the schedule of retries.
TOO_OFTEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """A channel's outbox in numbers. ``known``: it is configured; ``disabled``: takes nothing until it is repaired;
    ``blocking``: the alert that holds the others up.
    """

    known: bool
    delivered: int
    waiting: int
    refused: int
    trouble: str
    blocking: Blocking | None
    disabled: Standing | None
    why: str  # what the waiting ones wait for, if that is no trouble

    @property
    def needs_person(self) -> bool:
        stuck = self.blocking is not None and self.blocking.tries >= TOO_OFTEN
        return bool(self.disabled or self.refused) or stuck or (not self.known and bool(self.waiting))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    """Everything that status tells. ``running``: the process at work; ``needs``: what needs a person, and what to do."""

    states: Mapping[str, FeedState]
    lanes: Mapping[str, _Lane]
    unjudged: int
    running: int | None
    needs: Sequence[str]
    gaps: Sequence[Gap]
    mutes: Sequence[Mute]


@click.command(epilog=examples("storywatch status", "storywatch status --json"))
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def status(context: Context, *, as_json: bool) -> int:
    """Show how feeds and channels are, and whether the bot is running.

    Exit code 1 when something needs a person: a feed that will not recover by itself, or failed three times in a row;
    a channel that is disabled, refused alerts, or accepts none for half an hour; alerts for a channel that is not configured.
    Else 0.
    """
    report = _look(context.load(), datetime.now(UTC))
    if as_json:
        write_json(_as_json(report))
    else:
        _print(report, datetime.now(UTC))
    return 1 if report.needs else 0


def _look(config: Config, now: datetime) -> _Report:
    with open_reading(config.state).read() as connection:
        kept = feeds.states(connection)
        counts, trouble = tallies.counts(connection), tallies.last_trouble(connection)
        blocking, disabled = tallies.blocking(connection), channels.disabled(connection, config.channels)
        unjudged, _ = items.waiting(connection)
        missed = gaps.rows(connection)
        muted = mutes.active(connection, now)
        why = {channel.name: waiting.of_channel(connection, config, channel, now) for channel in config.channels}
    states = {feed.name: kept.get(feed.name, FeedState(name=feed.name, url=feed.url)) for feed in config.feeds}
    known = {channel.name for channel in config.channels}
    names = [*(channel.name for channel in config.channels), *sorted(counts.keys() - known)]
    lanes = {}
    for name in names:
        of_channel = counts.get(name, {}), trouble.get(name, ""), blocking.get(name), disabled.get(name), why.get(name, "")
        lanes[name] = _lane(*of_channel, known=name in known)
    needs = [
        f"feed {name}: {_feed_problem(state)}; if it stays so, correct its url or remove it"
        for name, state in states.items()
        if state.lasting
    ]
    needs += [f"channel {name}: {trouble}" for name, lane in lanes.items() for trouble in _troubles(name, lane)]
    missed = [gap for gap in missed if gap.feed in states]
    running = lock.owner(config.state)
    return _Report(states=states, lanes=lanes, unjudged=unjudged, running=running, needs=needs, mutes=muted, gaps=missed)


def _lane(
    counts: Mapping[str, int], trouble: str, blocking: Blocking | None, disabled: Standing | None, why: str, *, known: bool
) -> _Lane:
    waits = sum(counts.get(state, 0) for state in ("queued", "sending", "retry"))
    delivered, refused = counts.get("delivered", 0), counts.get("parked", 0)
    return _Lane(
        known=known, delivered=delivered, waiting=waits, refused=refused, blocking=blocking, disabled=disabled,
        trouble=disabled.why if disabled else trouble, why="" if disabled else why,
    )  # fmt: skip


def _troubles(name: str, lane: _Lane) -> Iterator[str]:
    """What needs a person, and what to do about it."""
    blocking = lane.blocking
    if not lane.known:
        if lane.needs_person:
            held = count(lane.waiting + lane.refused, "alert")
            yield f"not in the configuration any more, but holds {held}; to have them sent, configure a channel of that name"
    elif lane.disabled:
        held = f"{count(lane.waiting, 'alert')} waiting"
        yield f"disabled, {held}: {lane.disabled.why}; after repair: {repair_command(name)}"
    else:
        if lane.refused:
            yield f"{count(lane.refused, 'alert')} refused: {lane.trouble}; after repair: storywatch alerts retry"
        if blocking and blocking.tries >= TOO_OFTEN:
            waiting = f"{count(lane.waiting, 'alert')} waiting, the first not accepted in {blocking.tries} tries: {blocking.why}"
            yield f"{waiting}; to give it up: storywatch alerts drop {short(blocking.alert)}"


def _feed_problem(state: FeedState) -> str:
    again = f" ({state.failures} times in a row)" if state.failures > 1 else ""
    return f"{state.problem}{again}{', so it is not asked any more' if state.stopped else ''}"


def _print(report: _Report, now: datetime) -> None:
    say(f"running: process {report.running}" if report.running is not None else "not running")
    if report.unjudged:
        say(f"waiting to be judged: {count(report.unjudged, 'item')}")
    for muted in report.mutes:
        say(f"muted: {muted.kind} {muted.name} until {near(muted.until, now)}")
    say()
    write_table(_FEEDS, (_feed_cells(state, now) for state in report.states.values()))
    say()
    write_table(_CHANNELS, (_lane_cells(name, lane) for name, lane in report.lanes.items()))
    say()
    for line in summary(report.states, report.gaps):
        say(line)
    for line in report.needs:
        say(f"needs a person: {line}")
    if not report.needs:
        say("nothing needs a person")


def _feed_cells(state: FeedState, now: datetime) -> tuple[Cell, ...]:
    problem = _feed_problem(state) if state.problem is not None else ""
    if state.adopted is not None:
        problem = "; ".join(filter(None, (problem, f"moved for good to {state.adopted}, and asked there")))
    return state.name, _feed_state(state), near(state.last_ok, now) or "never", near(state.next_due, now), problem


def _lane_cells(name: str, lane: _Lane) -> tuple[Cell, ...]:
    return name, _lane_state(lane), lane.delivered, lane.waiting, lane.refused, "; ".join(filter(None, (lane.trouble, lane.why)))


def _feed_state(state: FeedState) -> str:
    if state.stopped:
        return "stopped"
    if state.problem is not None:
        return "failing"
    return "ok" if state.last_ok else "not polled yet"


def _lane_state(lane: _Lane) -> str:
    if not lane.known:
        return "not configured"
    if lane.disabled:
        return "disabled"
    return "refusing" if lane.refused else "retrying" if lane.trouble else "ok"


def _as_json(report: _Report) -> dict[str, object]:
    return {
        "ok": not report.needs,
        "needs_person": list(report.needs),
        "running": report.running,
        "unjudged": report.unjudged,
        "mutes": [{"kind": muted.kind, "name": muted.name, "until": iso(muted.until)} for muted in report.mutes],
        "feeds": [
            {
                "name": s.name, "state": _feed_state(s), "last_polled": iso(s.last_polled), "last_ok": iso(s.last_ok),
                "next_due": iso(s.next_due), "failures": s.failures, "problem": s.problem, "needs_person": s.lasting,
                "moved_to": s.adopted, "complete_from": iso(s.first_polled),
                "gaps": [as_json(gap) for gap in report.gaps if gap.feed == s.name],
            }
            for s in report.states.values()
        ],
        "channels": [
            {
                "name": name, "state": _lane_state(lane), "delivered": lane.delivered, "waiting": lane.waiting,
                "refused": lane.refused, "problem": lane.trouble or None, "waits_for": lane.why or None,
                "needs_person": lane.needs_person,
                "disabled_since": iso(lane.disabled.disabled_at) if lane.disabled else None,
                "blocked_by": lane.blocking.alert if lane.blocking else None,
            }
            for name, lane in report.lanes.items()
        ],
    }  # fmt: skip
