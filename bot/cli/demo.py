"""``storywatch demo``: days of the story in seconds, and where to look further."""

from __future__ import annotations

import logging
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bot import logs, shipped
from bot.cli import program, progress
from bot.cli.context import Context, examples
from bot.cli.days import Day, by_day, draw_days, write_days
from bot.cli.narrator import Narrator
from bot.cli.output import on_terminal, write_json
from bot.cli.terminal import say, say_lines
from bot.core.counting import count
from bot.demo import Play, make
from bot.edge.store import log as log_room
from bot.edge.store import open_reading
from bot.edge.store.log import LogFilter
from bot.model import LogRow

_LONGEST_TITLE = 44  # characters of a title that is only to be recognised: with the words before it a line of 80


@click.command(epilog=examples("storywatch demo", "storywatch demo /tmp/look --seconds 5", "storywatch demo --json"))
@click.argument("directory", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--seconds",
    type=click.IntRange(1, 3600),
    default=20,
    show_default=True,
    metavar="N",
    help="How long the days take.",
)
@click.option("--json", "as_json", is_flag=True, help="Alerts and summary as JSON, one object a line.")
@click.pass_obj
def demo(context: Context, *, directory: Path | None, seconds: int, as_json: bool) -> None:
    """Watch some days of the story pass: the real bot on a small invented web, without account, network or configuration.

    The alerts appear as they come; at the end the log is summed up. Configuration and state stay in DIR (default: a new
    folder here), so that `log`, `show` and `status` can be tried on them. What the outlets report was written for this
    demonstration: it is not news.
    """
    began = time.monotonic()
    with Play(make(directory), shipped.texts(), seconds=seconds) as play:
        logs.set_up(context.log_format, play.config.secrets, level=logging.ERROR)
        if not as_json:
            _introduce(play, seconds)
        with progress.bar("starting") as show:
            narrator = Narrator(play, show, as_json=as_json)
            complete = play.run(narrator.hear, narrator, progress.leave)
    if narrator.broken is not None:
        raise narrator.broken
    told = _Told(play, complete=complete, seconds=time.monotonic() - began)
    if as_json:
        write_json(told.as_json())
    else:
        told.print()


def _introduce(play: Play, seconds: int) -> None:
    start, end = play.clock.start, play.clock.end
    days = count((end.date() - start.date()).days + 1, "day")
    say(f"{days} of a story, {start.day} {start:%B} to {end.day} {end:%B %Y}, in about {count(seconds, 'second')}.")
    say(f"{count(len(play.outlets), 'invented outlet')} on this computer: what they report is a demonstration, not news.")
    say(f"Configuration and log: {play.folder}", end="\n" if on_terminal() else "\n\n")
    if on_terminal():
        say("Ctrl-C ends it at any moment.", end="\n\n")


class _Told:
    """What is said when the days are over, or were cut short."""

    def __init__(self, play: Play, *, complete: bool, seconds: float) -> None:
        self.play, self.complete, self.seconds = play, complete, seconds
        with open_reading(play.config.state).read() as connection:
            self.rows = list(log_room.rows(connection, LogFilter()))
        self.days: list[Day] = by_day(self.rows)

    @property
    def sums(self) -> dict[str, int]:
        """The days' counts together."""
        return {name: sum(getattr(day, name) for day in self.days) for name in ("seen", "matched", "folded", "alerted")}

    def as_json(self) -> dict[str, object]:
        """One object: the summary."""
        return {
            "type": "summary",
            "complete": self.complete,
            "seconds": round(self.seconds, 1),
            "folder": str(self.play.folder),
            "feeds": len(self.play.config.feeds),
            **self.sums,
            "days": [asdict(day) | {"day": day.day.isoformat()} for day in self.days],
            "commands": [command for _, command in self.commands()],
        }

    def print(self) -> None:
        """Sentence, table, chart, and where to look further."""
        say()
        say(self._sentence())
        if self.days:
            say()
            write_days(self.days)
            say()
            draw_days(self.days)
        say_lines("\nThe log is kept, with the reason for every decision. Look further:\n")
        for purpose, command in self.commands():
            say(f"  {purpose}")
            say(f"    {command}")
        say_lines(f"\nTo watch the real web:\n    {program.name()} init mywatch")

    def _sentence(self) -> str:
        sums, now = self.sums, self.play.clock.now()
        ended = "The days are over" if self.complete else f"Stopped on {now:%A}, {now.day} {now:%B}, {now:%H:%M} UTC"
        seen = f"{count(len(self.play.config.feeds), 'feed')}, {count(sums['seen'], 'item')}"
        folded = f", {count(sums['folded'], 'copy', 'copies')} folded into them" if sums["folded"] else ""
        took = count(round(self.seconds), "second")
        return f"{ended}, after {took}: {seen}, {sums['matched']} matched, {count(sums['alerted'], 'alert')}{folded}."

    def commands(self) -> Iterator[tuple[str, str]]:
        """What to try next: what it is for, and the words to type."""
        call = f"{program.name()} --config {shlex.quote(str(self.play.config_path))}"
        yield "every item, and what was made of it", f"{call} log"
        if (loud := _most_told(self.rows)) is not None:
            yield f"the whole receipt of a match: {_short(loud.item.title)}", f"{call} show {loud.item.id}"
        if (quiet := _nearly(self.rows)) is not None:
            yield f"why this one stayed silent: {_short(quiet.item.title)}", f"{call} show {quiet.item.id}"
        yield "feeds and channels", f"{call} status"


def _most_told(rows: Sequence[LogRow]) -> LogRow | None:
    """Of the items that alerted, the one whose development has most items."""
    told = {v.development: row for row in reversed(rows) for v in row.verdicts if v.alerted}
    carried = [v.development for row in rows for v in row.verdicts if v.verdict == "match"]
    return told[max(told, key=carried.count)] if told else None


def _nearly(rows: Sequence[LogRow]) -> LogRow | None:
    """Of the items that did not match, the one that came nearest; None where none has a word of the story."""
    scored = [(max(v.receipt.score for v in row.verdicts), row) for row in rows if row.verdicts]
    others = [(score, row) for score, row in scored if score and all(v.verdict == "no-match" for v in row.verdicts)]
    return max(others, key=lambda pair: pair[0])[1] if others else None


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"
