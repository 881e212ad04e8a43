"""``storywatch log``: everything that was seen, and what was made of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import click

from bot.cli.context import Context, examples
from bot.cli.output import Column, Format, format_options, write_csv, write_json, write_table
from bot.cli.rows import as_json
from bot.cli.times import Since, iso, local
from bot.edge.store import Store, open_reading
from bot.edge.store import log as log_room
from bot.edge.store.log import LogFilter
from bot.model import LogRow

VERDICTS = ("match", "no-match", "baseline", "duplicate")
_LOOK_SECONDS = 0.5  # how soon --follow shows a verdict

_TABLE = (
    Column(title="id", right=True),
    Column(title="seen"),
    Column(title="feed"),
    Column(title="verdict"),
    Column(title="told"),
    Column(title="title", wrap=True),
)
_CSV = ("id", "feed", "guid", "url", "title", "published", "first_seen", "article", "story", "verdict", "score", "terms", "where",
        "sentence", "development", "alerted", "why")  # fmt: skip


@click.command(
    epilog=examples(
        "storywatch log --since 2d --verdict match", "storywatch log --search 'classified 北约' --json", "storywatch log --follow"
    )
)
@click.option("--story", metavar="NAME", help="Only items judged for this story, with that verdict alone.")
@click.option("--feed", metavar="NAME", help="Only items of this feed.")
@click.option("--since", type=Since(), help="Only items first seen since then.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only items with such a verdict.")
@click.option("--search", metavar="WORDS", help='Only items with all these words, or "phrases", or beginn*.')
@click.option("--follow", is_flag=True, help="Go on with every item as it is judged.")
@format_options
@click.pass_obj
def log(
    context: Context, *, story: str | None, feed: str | None, since: datetime | None, verdict: str | None, search: str | None,
    follow: bool, as_: Format,
) -> None:  # fmt: skip
    """List what was seen, oldest first: every item, with its verdicts and their reasons."""
    store = open_reading(context.load().state)
    wanted = LogFilter(story=story, feed=feed, since=since, verdict=verdict, search=search)
    started = datetime.now(UTC)
    with store.read() as connection:
        _write(log_room.rows(connection, wanted), as_)
    if follow:
        _follow(store, wanted, started, as_)


def _write(rows: Iterable[LogRow], as_: Format) -> None:
    if as_ == "json":
        for row in rows:
            write_json(as_json(row))
    elif as_ == "csv":
        write_csv(_CSV, _csv_rows(rows))
    else:
        write_table(_TABLE, (_cells(row) for row in rows))


def _cells(row: LogRow) -> tuple[str | int, ...]:
    verdicts = "; ".join(f"{v.verdict} {v.story}" for v in row.verdicts) or "not judged yet"
    told = "yes" if any(v.alerted for v in row.verdicts) else ""
    return row.item.id, local(row.item.first_seen), row.item.feed, verdicts, told, row.item.title


def _csv_rows(rows: Iterable[LogRow]) -> Iterator[tuple[str | int | float | None, ...]]:
    """One line for each verdict; one for an item that has none yet."""
    for row in rows:
        item = row.item
        head = (item.id, item.feed, item.guid, item.url, item.title, iso(item.published), iso(item.first_seen), row.note)
        for v in row.verdicts:
            terms = " | ".join(v.receipt.terms)
            yield (*head, v.story, v.verdict, v.receipt.score, terms, v.receipt.where, v.receipt.sentence, v.development,
                   "yes" if v.alerted else "no", v.why)  # fmt: skip
        if not row.verdicts:
            yield head + (None,) * (len(_CSV) - len(head))


def _follow(store: Store, wanted: LogFilter, since: datetime, as_: Format) -> None:
    """Items in the order of judging. What was judged in the very moment last looked at is asked for again, and left out."""
    pause, shown = threading.Event(), set[int]()
    while True:
        with store.read() as connection:
            rows = list(log_room.judged_since(connection, wanted, since, shown))
        for row in rows:
            if as_ == "json":
                write_json(as_json(row))
            elif as_ == "csv":
                write_csv((), _csv_rows([row]))
            else:
                click.echo("\t".join(str(cell) for cell in _cells(row)))
        latest = max((row.judged_at for row in rows if row.judged_at), default=since)
        shown = {row.item.id for row in rows if row.judged_at == latest} | (shown if latest == since else set())
        since = latest
        pause.wait(_LOOK_SECONDS)
