"""``storywatch mute`` and ``unmute``: to hear nothing of a story or a feed for a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import click

from bot.cli.context import Context, examples
from bot.cli.output import Column, write_json, write_table
from bot.cli.terminal import say
from bot.cli.times import Span, Time, iso, local
from bot.config import Config
from bot.config.explain import near
from bot.edge.store import mutes, open_reading, open_shared
from bot.errors import StorywatchError
from bot.model import Mute

_TABLE = (Column(title="muted"), Column(title="name", wrap=True), Column(title="until"))


@click.command(
    epilog=examples(
        "storywatch mute openai-nato --for 2d",
        "storywatch mute 'Ars Technica' --until 2026-03-09T08:00:00Z",
        "storywatch mute",
        "storywatch unmute openai-nato",
    )
)
@click.argument("name", metavar="[STORY|FEED]", required=False)
@click.option("--for", "span", type=Span(), help="How long, from now.")
@click.option("--until", type=Time(), help="Until when.")
@click.option("--story/--feed", "as_story", default=None, help="Which is meant, where both have that name.")
@click.option("--json", "as_json", is_flag=True, help="The mutes as JSON, one object a line.")
@click.pass_obj
def mute(
    context: Context, *, name: str | None, span: timedelta | None, until: datetime | None, as_story: bool | None, as_json: bool
) -> None:
    """Tell nobody of a story or a feed for a time; without a name: list what is muted.

    Its items are polled, judged and logged as ever, and a match says `muted until ...` in the log. Nobody is told of it
    later either; but when another item joins its development after the mute has ended, that one alerts. What was queued
    before still goes out. Works beside a running bot.
    """
    config, now = context.load(), datetime.now(UTC)
    if name is None:
        if span is not None or until is not None or as_story is not None:
            raise click.UsageError("say which story or feed to mute")
        with open_reading(config.state).read() as connection:
            _list(mutes.active(connection, now), as_json=as_json)
        return
    end = _end(span, until, now)
    kind = _kind(config, name, as_story)
    store = open_shared(config.state)
    try:
        with store.write() as tx:
            mutes.put(tx, Mute(kind=kind, name=name, until=end))
    finally:
        store.close()
    if as_json:
        write_json(_as_json(Mute(kind=kind, name=name, until=end)))
    else:
        say(f"{kind} {name} is muted until {local(end, zone=True)}")


@click.command(epilog=examples("storywatch unmute openai-nato", "storywatch unmute 'Ars Technica' --feed"))
@click.argument("name", metavar="STORY|FEED")
@click.option("--story/--feed", "as_story", default=None, help="Which is meant, where both are muted.")
@click.pass_obj
def unmute(context: Context, *, name: str, as_story: bool | None) -> None:
    """End a mute. What was found under it is told nobody; `storywatch log` has it."""
    config, now = context.load(), datetime.now(UTC)
    store = open_shared(config.state)
    try:
        with store.write() as tx:
            active = mutes.active(tx, now)
            found = [each.kind for each in active if each.name == name and as_story in {None, each.kind == "story"}]
            if len(found) > 1:
                raise click.UsageError(f"a story and a feed of the name {name} are muted: say which with --story or --feed")
            if not found:
                raise StorywatchError(f'nothing of the name "{name}" is muted{near(name, {each.name for each in active})}')
            mutes.take(tx, found[0], name)
    finally:
        store.close()
    say(f"{found[0]} {name} is muted no more")


def _end(span: timedelta | None, until: datetime | None, now: datetime) -> datetime:
    if (span is None) == (until is None):
        raise click.UsageError("say how long: --for 2d, or --until 2026-03-09T08:00:00Z")
    end = until if until is not None else now + (span or timedelta())
    if end <= now:  # it may be meant: for `once --now`
        say(f"{local(end, zone=True)} is past: by this machine's clock nothing is muted", err=True)
    return end.replace(microsecond=end.microsecond // 1000 * 1000)


def _kind(config: Config, name: str, as_story: bool | None) -> str:
    """Whether a story or a feed is meant."""
    named = {"story": {story.name for story in config.stories}, "feed": {feed.name for feed in config.feeds}}
    if as_story is not None:
        named = {kind: names for kind, names in named.items() if (kind == "story") == as_story}
    kinds = [kind for kind, names in named.items() if name in names]
    if len(kinds) > 1:
        raise click.UsageError(f"there is a story and a feed of the name {name}: say which with --story or --feed")
    if not kinds:
        raise click.BadParameter(f'there is no {" or ".join(named)} "{name}"{near(name, set().union(*named.values()))}')
    return kinds[0]


def _list(active: Sequence[Mute], *, as_json: bool) -> None:
    if as_json:
        for each in active:
            write_json(_as_json(each))
    elif active:
        write_table(_TABLE, ((each.kind, each.name, local(each.until)) for each in active))
    else:
        say("nothing is muted", err=True)


def _as_json(muted: Mute) -> dict[str, object]:
    return {"kind": muted.kind, "name": muted.name, "until": iso(muted.until)}
