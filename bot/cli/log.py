"""``storywatch log``: everything that was seen, and what was made of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Literal

import click

from bot.cli import gaps, receipt
from bot.cli.context import Context, examples
from bot.cli.output import Cell, Column, Format, format_options, on_terminal, write_csv, write_json, write_table
from bot.cli.rows import article, as_json
from bot.cli.terminal import say
from bot.cli.times import Since, iso, local
from bot.config import Config
from bot.edge.store import Reading, Store, open_reading
from bot.edge.store import log as log_room
from bot.edge.store.log import LogFilter
from bot.model import Item, LogRow, Mark

VERDICTS = ("match", "no-match", "baseline", "duplicate")
MARKED = ("any", "relevant", "irrelevant")
_LOOK_SECONDS = 0.5  # how soon --follow shows a verdict
_NEXT = timedelta(milliseconds=1)  # the state's clock ticks in these
# How far, in items, a filter that hides those not judged yet may be overtaken. A slow page is overtaken by hundreds.
_OVERTAKEN = 2000

# A table's widths are known when its last row is: a long log is shown in several, so that the first comes at once.
_SCREENFUL = 200
# On a terminal as much of the line as can be belongs to the title.
_TABLE = (
    Column(title="id", right=True),
    Column(title="seen"),
    Column(title="verdict", wrap=True),
    Column(title="title", wrap=True),
)
_PLAIN = tuple(Column(title=title) for title in ("id", "seen", "feed", "verdict", "alerted", "title"))
_CSV = ("id", "feed", "guid", "url", "title", "published", "first_seen", "article", "story", "verdict", "score", "terms", "where",
        "sentence", "development", "alerted", "why")  # fmt: skip
# With --marked what the user said stands before the title, and at the end of a line of CSV.
_MARK = Column(title="mark", wrap=True)
_CSV_MARK = ("mark", "note", "marked_at")


@click.command(
    epilog=examples(
        "storywatch log --since 2d --verdict match",
        "storywatch log --search 'classified 北约' --json",
        "storywatch log --since 1h --follow",
        "storywatch log --gaps --since 7d",
    )
)
@click.option("--story", metavar="NAME", help="Only items judged for this story, with that verdict alone.")
@click.option("--feed", metavar="NAME", help="Only items of this feed.")
@click.option("--since", type=Since(), metavar="2d|TIME", help="Only items first seen since then: 2d, 6h, or a time in ISO 8601.")
@click.option("--verdict", type=click.Choice(VERDICTS), help="Only items with such a verdict.")
@click.option("--search", metavar="WORDS", help='Only items with all these words, "phrases" and beginnings*.')
@click.option(
    "--marked", is_flag=False, flag_value="any", type=click.Choice(MARKED), help="Only items that you marked, with the mark."
)
@click.option("--gaps", "only_gaps", is_flag=True, help="Instead: when items may have been missed, of all feeds or of --feed.")
@click.option("--follow", is_flag=True, help="Go on with every item as it is judged, until interrupted.")
@format_options
@click.pass_obj
def log(
    context: Context, *, story: str | None, feed: str | None, since: datetime | None, verdict: str | None, search: str | None,
    marked: Literal["any", "relevant", "irrelevant"] | None, follow: bool, only_gaps: bool, as_: Format,
) -> None:  # fmt: skip
    """List what was seen, oldest first: every item, with its verdicts and their reasons.

    Verdicts: match (the story's rule holds), baseline (it holds, but the item stood in the feed's first poll),
    duplicate (an item of the log under another name), no-match.

    --marked shows what `storywatch mark` and `storywatch review` kept: any mark, or the relevant or irrelevant items alone. It
    adds a column to the table and to CSV, and "marks" to each object of JSON.
    """
    config = context.load()
    if only_gaps:
        gaps.show(config, feed=feed, since=since, as_=as_)
        return
    wanted = LogFilter(story=story, feed=feed, since=since, verdict=verdict, search=search, marked=marked)
    reader = _Reader(open_reading(config.state), wanted)
    if as_ == "table" and on_terminal():
        _print(reader, config, follow=follow)
    else:
        _write(chain(reader.listed(), reader.judged()) if follow else reader.listed(), as_, marked=marked is not None)


class _Reader:
    """Reads what is wanted of the log, and then every judgement once.

    New items are found by their ids, which only grow: clocks are set back, and an item with a slow page is stamped when its
    judging begins, but comes to light behind later ones. Only an item judged again is found by when that was.
    """

    def __init__(self, store: Store, wanted: LogFilter) -> None:
        self.wanted = wanted
        self.found = False
        self._store = store
        self._sees_waiting = wanted.story is wanted.verdict is wanted.search is wanted.marked is None
        self._settled = 0  # nothing is to come from items up to this id, but for those judged again
        self._shown: dict[int, datetime] = {}  # when what was shown was judged
        self._latest = datetime(1970, 1, 1, tzinfo=UTC)

    def listed(self) -> Iterator[LogRow]:
        """What the log holds now, oldest first."""
        with self._store.read() as connection:
            for row in self._walk(connection):
                self._remember(row)
                yield row

    def judged(self) -> Iterator[LogRow]:
        """What is judged from now on, for ever."""
        pause = threading.Event()
        while True:
            for row in self._news():
                self._remember(row)
                yield row
            sys.stdout.flush()
            pause.wait(_LOOK_SECONDS)

    def _news(self) -> list[LogRow]:
        since = min(self._latest, datetime.now(UTC)) + _NEXT
        with self._store.read() as connection:
            found = [*self._walk(connection), *log_room.judged_since(connection, self.wanted, since, set())]
        news = {row.item.id: row for row in found if row.judged_at not in {None, self._shown.get(row.item.id)}}
        return list(news.values())

    def _walk(self, connection: Reading) -> Iterator[LogRow]:
        """The items from which something may be to come, by id."""
        waiting = False
        for row in log_room.rows(connection, self.wanted, after=self._settled):
            waiting |= row.judged_at is None
            if not self._sees_waiting:
                self._settled = max(self._settled, row.item.id - _OVERTAKEN)
            elif not waiting:
                self._settled = row.item.id
            yield row

    def _remember(self, row: LogRow) -> None:
        self.found = True
        if row.judged_at is not None:
            self._shown[row.item.id] = row.judged_at
            self._latest = max(self._latest, row.judged_at)


def _print(reader: _Reader, config: Config, *, follow: bool) -> None:
    """For a person: a table, then a line for each item that is judged."""
    only = config.stories[0].name if len(config.stories) == 1 else ""
    marked = reader.wanted.marked is not None
    columns = (*_TABLE[:-1], _MARK, _TABLE[-1]) if marked else _TABLE
    rows = reader.listed()
    for first in rows:
        write_table(columns, (_short(row, only, marked=marked) for row in chain([first], islice(rows, _SCREENFUL - 1))))
    if not reader.found and not follow:
        say(_nothing(reader.wanted, config), err=True)
    for row in reader.judged() if follow else ():
        number, seen, verdict, *rest = _short(row, only, marked=marked)
        say("   ".join((f"{number:>3}", seen, f"{verdict:<14}", *rest)))


def _nothing(wanted: LogFilter, config: Config) -> str:
    if wanted == LogFilter():
        return "nothing in the log yet: no feed has listed an item"
    if wanted == LogFilter(marked=wanted.marked):
        return "nothing is marked so yet: `storywatch review` walks the latest matches, `storywatch mark` takes one item"
    unknown = [
        f'; the configuration has no {kind} "{name}", only {", ".join(names) or "others"}'
        for kind, name, names in (
            ("story", wanted.story, [story.name for story in config.stories]),
            ("feed", wanted.feed, [feed.name for feed in config.feeds]),
        )
        if name is not None and name not in names
    ]
    return "nothing in the log fits" + "".join(unknown)


def _write(rows: Iterable[LogRow], as_: Format, *, marked: bool) -> None:
    if as_ == "json":
        for row in rows:
            write_json(as_json(row) | ({"marks": [receipt.mark_json(mark) for mark in row.marks]} if marked else {}))
    elif as_ == "csv":
        write_csv(_CSV + (_CSV_MARK if marked else ()), _csv_rows(rows, marked=marked))
    else:
        columns = (*_PLAIN[:-1], _MARK, _PLAIN[-1]) if marked else _PLAIN
        write_table(columns, (_cells(row, marked=marked) for row in rows))


def _short(row: LogRow, only: str, *, marked: bool) -> tuple[str, ...]:
    """The cells of a line for a person; ``only``: the one story there is, which goes without saying."""
    item = row.item
    said = [v.verdict + (f" {v.story}" if v.story != only else "") + (", alerted" if v.alerted else "") for v in row.verdicts]
    head = (str(item.id), local(item.first_seen), "; ".join(said) or _unsaid(row))
    return (*head, *([_marks(row, only)] if marked else []), f"{item.title or '(no title)'} ({_origin(item)})")


def _origin(item: Item) -> str:
    """Where the item is from: of what an aggregator brought, the outlet first."""
    return item.feed if item.outlet == item.feed else f"{item.outlet}, by {item.feed}"


def _unsaid(row: LogRow) -> str:
    return "not judged yet" if row.judged_at is None else "no story looks"


def _marks(row: LogRow, only: str = "") -> str:
    """What the user said of the item, with the notes."""
    said = (
        ("relevant" if mark.relevant else "irrelevant")
        + (f" {mark.story}" if mark.story != only else "")
        + (f": {mark.note}" if mark.note else "")
        for mark in row.marks
    )
    return "; ".join(said)


def _cells(row: LogRow, *, marked: bool) -> tuple[Cell, ...]:
    verdicts = "; ".join(f"{v.verdict} {v.story}" for v in row.verdicts) or _unsaid(row)
    alerted = "yes" if any(v.alerted for v in row.verdicts) else ""
    head = (row.item.id, local(row.item.first_seen), row.item.feed, verdicts, alerted)
    return (*head, *([_marks(row)] if marked else []), row.item.title)


def _csv_rows(rows: Iterable[LogRow], *, marked: bool) -> Iterator[tuple[Cell, ...]]:
    """One line for each verdict; one for an item that has none yet; with marks also one for a mark without a verdict."""
    nothing: tuple[Cell, ...] = (None,) * (len(_CSV) - 8)
    for row in rows:
        item = row.item
        head = (item.id, item.feed, item.guid, item.url, item.title, iso(item.published), iso(item.first_seen), article(row))
        marks = {mark.story: mark for mark in row.marks}
        for v in row.verdicts:
            terms = " | ".join(v.receipt.terms)
            told = (v.story, v.verdict, v.receipt.score, terms, v.receipt.where, v.receipt.sentence, v.development,
                    "yes" if v.alerted else "no", v.why)  # fmt: skip
            yield (*head, *told, *(_mark_cells(marks.pop(v.story, None)) if marked else ()))
        for story, mark in marks.items():
            yield (*head, story, *nothing[1:], *_mark_cells(mark))
        if not row.verdicts and not row.marks:
            yield head + nothing + (_mark_cells(None) if marked else ())


def _mark_cells(mark: Mark | None) -> tuple[Cell, ...]:
    if mark is None:
        return None, None, None
    return "relevant" if mark.relevant else "irrelevant", mark.note, iso(mark.at)
