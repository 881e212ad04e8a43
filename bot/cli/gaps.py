"""What the log cannot vouch for: times between two polls of a feed in which items may have come and gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.cli.output import Column, Format, write_csv, write_json, write_table
from bot.cli.terminal import safe, say
from bot.cli.times import iso, local
from bot.config import Config
from bot.core.counting import count
from bot.edge.store import gaps, open_reading
from bot.model import FeedState, Gap

_TABLE = (
    Column(title="feed", wrap=True),
    Column(title="from"),
    Column(title="to"),
    Column(title="new items after it", right=True),
)
_NAMED = 3  # gaps that `status` names; the newest


def show(config: Config, *, feed: str | None, since: datetime | None, as_: Format) -> None:
    """Print the gaps, oldest first, in the format asked for."""
    with open_reading(config.state).read() as connection:
        found = gaps.rows(connection, feed=feed, since=since)
    if as_ == "json":
        for gap in found:
            write_json({"feed": gap.feed, **as_json(gap)})
    elif as_ == "csv":
        write_csv(("feed", "from", "to", "entries"), ((g.feed, iso(g.since), iso(g.until), g.entries) for g in found))
    elif found:
        write_table(_TABLE, ((gap.feed, local(gap.since), local(gap.until), gap.entries) for gap in found))
    else:
        say("no gap: every two polls of a feed overlapped")


def as_json(gap: Gap) -> dict[str, object]:
    """A gap for machines; ``entries``: how many the document after it had, all of them new."""
    return {"from": iso(gap.since), "to": iso(gap.until), "entries": gap.entries}


def summary(states: Mapping[str, FeedState], found: Sequence[Gap]) -> Iterator[str]:
    """From when on the log is complete, and what is missing, in lines."""
    begun = [state.first_polled for state in states.values() if state.first_polled is not None]
    if not begun:
        return
    yield f"complete from {local(min(begun))} on{', except' if found else ''}"
    for gap in found[-_NAMED:]:
        yield safe(f"  {gap.feed}: {local(gap.since)} to {local(gap.until)}")
    if len(found) > _NAMED:
        yield f"  {count(len(found) - _NAMED, 'earlier gap')}: storywatch log --gaps"
