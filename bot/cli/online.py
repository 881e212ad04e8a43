"""``storywatch check --online``: every feed asked once, nothing recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from bot.cli import progress
from bot.cli.output import Cell, Column, json_line, write_json, write_table
from bot.cli.terminal import say
from bot.cli.times import iso, local
from bot.config import Config
from bot.core import decide, parse
from bot.core.counting import count
from bot.edge.http import Door, HostTurns, Paced, host_of
from bot.edge.pool import Pool
from bot.errors import ChildError, ParseError
from bot.model import Feed, FetchFailure, Network
from bot.pipeline.poll import FEED_BYTES
from bot.workshop import WORKERS, user_agent

_TABLE = (
    Column(title="feed", wrap=True),
    Column(title="items", right=True),
    Column(title="newest"),
    Column(title="problem", wrap=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a feed answered."""

    feed: str
    items: int = 0
    newest: datetime | None = None
    problem: str | None = None


def ask_all(config: Config, *, as_json: bool) -> int:
    """Ask every feed, print what it answers; returns the exit code: 1 when one of them gave nothing."""
    with ExitStack() as closing:
        show = closing.enter_context(progress.bar("asking"))
        turns = HostTurns(config.network.host_gap.total_seconds())
        workers = Paced(turns, WORKERS)
        closing.callback(workers.stop)
        pool = Pool()
        closing.callback(pool.stop)
        door = Door(config.network, user_agent=user_agent(config.network.contact), turns=turns)
        closing.callback(door.close)  # the last in is the first out: who interrupts does not wait for a silent feed
        futures = [workers.submit(host_of(feed.url), partial(_ask, door, pool, feed, config)) for feed in config.feeds]
        answered = {asked.feed: asked for asked in _shown(show, as_completed(futures), len(futures))}
    rows = [answered[feed.name] for feed in config.feeds]
    _print(rows, as_json=as_json)
    return 1 if any(row.problem and not row.items for row in rows) else 0


def _ask(door: Door, pool: Pool, feed: Feed, config: Config) -> Asked:
    now = datetime.now(UTC)
    answer = door.get(feed.url, private=feed.headers, inside=True, cap=FEED_BYTES)
    if isinstance(answer, FetchFailure):
        return Asked(feed=feed.name, problem=answer.why + way_in(answer, config.network))
    if problem := decide.answer_problem(answer, None, conditional=False):
        return Asked(feed=feed.name, problem=problem.why)
    try:
        found = pool.run(parse.feed, answer.body, url=answer.url, content_type=answer.headers.get("content-type"), now=now)
    except (ParseError, ChildError) as error:
        return Asked(feed=feed.name, problem=str(error))
    dates = [entry.published for entry in found.entries if entry.published is not None]
    cut_off = "its document is cut off" if found.truncated else None
    return Asked(feed=feed.name, items=len(found.entries), newest=max(dates, default=None), problem=cut_off)


def way_in(failure: FetchFailure, network: Network) -> str:
    """Where the guard refused a host: which addresses it has, and the line that would open them; else nothing."""
    if not failure.closed:
        return ""
    named, open_ = ", ".join(failure.closed), json_line([*network.allow, *failure.closed])
    return f" ({named}). If it is yours and meant, write under [network]: allow = {open_}"


def _shown(show: progress.Show, answers: Iterable[Future[Asked]], total: int) -> Iterator[Asked]:
    """The answers, counted as they come."""
    for number, answer in enumerate(answers, 1):
        show(number, total, f"{number} of {count(total, 'feed')}")
        yield answer.result()


def _print(rows: Sequence[Asked], *, as_json: bool) -> None:
    if as_json:
        for row in rows:
            write_json({"feed": row.feed, "items": row.items, "newest": iso(row.newest), "problem": row.problem})
        return

    def cells(row: Asked) -> tuple[Cell, ...]:
        return row.feed, row.items, local(row.newest), row.problem or ""

    say()
    write_table(_TABLE, map(cells, rows))
    if bad := sum(bool(row.problem) for row in rows):
        say()
        say(f"{bad} of {count(len(rows), 'feed')} with a problem: correct the url, or ask again later")
