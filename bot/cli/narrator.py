"""What is printed while the demo's days pass: the alerts, at their time, and a line for what is worth knowing besides."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from datetime import datetime

import click

from bot.cli.output import json_line, on_terminal
from bot.cli.progress import Show
from bot.cli.terminal import safe
from bot.core import render
from bot.core.counting import count
from bot.demo import Play
from bot.pipeline import Judged, Polled, Sent


class Narrator(io.StringIO):
    """Hears of all work, and is the console that the alerts are written to. Many threads speak to it.

    ``broken``: our output cannot be written any more, mostly because its reader went away; the play was told to end.
    """

    def __init__(self, play: Play, show: Show, *, as_json: bool) -> None:
        super().__init__()
        self.broken: OSError | None = None
        self._play, self._show, self._as_json = play, show, as_json
        self._colours = on_terminal() and not os.environ.get("NO_COLOR")
        self._lock = threading.Lock()
        self._items = self._alerts = 0
        self._after_alert = False
        self._failing: set[str] = set()
        self._known: set[tuple[str, int | None]] = set()
        self._unpolled = {feed.name for feed in play.config.feeds}

    def write(self, text: str) -> int:
        """One alert, as the console channel writes it; its first line gets the time."""
        if not self._as_json:
            with self._lock:
                self._print(self._alert(text))
        return len(text)

    def hear(self, result: Polled | Judged | Sent) -> None:
        """One piece of work was done."""
        with self._lock:
            match result:
                case Polled():
                    self._polled(result)
                case Judged():
                    self._judged(result)
                case Sent():
                    self._sent(result)
            clock = self._play.clock
            done, total = (clock.now() - clock.start).total_seconds(), (clock.end - clock.start).total_seconds()
            words = f"{stamp(clock.now())} · {count(self._items, 'item')} · {count(self._alerts, 'alert')}"
            self._show(int(done), int(total), words)

    def _polled(self, poll: Polled) -> None:
        self._items += poll.new
        name, problem = safe(poll.feed), poll.state.problem
        if problem is not None and poll.feed not in self._failing:
            self._failing.add(poll.feed)
            self._note(f"{name}: {safe(problem)}; to be asked again")
        elif problem is None and poll.feed in self._failing:
            self._failing.discard(poll.feed)
            self._note(f"{name}: works again; {count(poll.new, 'new item')}, nothing is lost")
        if self._unpolled:
            self._unpolled.discard(poll.feed)
            if not self._unpolled:
                feeds = count(len(self._play.config.feeds), "feed")
                self._note(f"first poll of {feeds}: the {count(self._items, 'item')} they hold are the baseline, no alert")

    def _judged(self, judged: Judged) -> None:
        item, article = judged.judgement.item, judged.judgement.article
        name = safe(item.feed)
        for verdict in judged.judgement.verdicts:
            place = verdict.story, verdict.development
            if verdict.verdict == "duplicate":
                self._note(f"{name}: an item again ({safe(item.duplicate_why)}); no alert")
            elif verdict.verdict == "match" and place in self._known:
                self._note(f"{name}: a copy of a report that was told already; no second alert")
            elif verdict.verdict == "match":
                self._known.add(place)
                if article.note.startswith("failed: "):
                    self._note(f"{name}: {safe(article.note[8:])}; judged on title and summary")

    def _sent(self, sent: Sent) -> None:
        if sent.state == "delivered":
            self._alerts += sent.alert.type != "feed.problem"
            if self._as_json:
                self._print(json_line(json.loads(render.payloads(sent.alert, "webhook")[0].body)) + "\n")

    def _note(self, text: str) -> None:
        if not self._as_json:
            gap, self._after_alert = "\n" * self._after_alert, False
            self._print(gap + self._styled(f"{self._now()}  {text}", dim=True) + "\n")

    def _alert(self, text: str) -> str:
        self._after_alert = True
        heading, headline, rest = (*text.strip("\n").split("\n", 2), "", "")[:3]
        first = f"{self._styled(self._now(), fg='cyan')}  {self._styled(heading, fg='green')}"
        return "\n" + "\n".join(filter(None, (first, self._styled(headline, bold=True), rest))) + "\n"

    def _now(self) -> str:
        return stamp(self._play.clock.now())

    def _styled(self, text: str, *, fg: str | None = None, bold: bool | None = None, dim: bool | None = None) -> str:
        return click.style(text, fg=fg, bold=bold, dim=dim) if self._colours else text

    def _print(self, text: str) -> None:
        try:
            if sys.stdout is not None:  # not click's echo, which may write past the progress bar
                sys.stdout.write(text)
                sys.stdout.flush()
        except OSError as error:
            self.broken = error
            self._play.end()


def stamp(moment: datetime) -> str:
    """``Tue  3 Mar 19:30``: always as wide."""
    return f"{moment:%a} {moment.day:>2} {moment:%b %H:%M}"
