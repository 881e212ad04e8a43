"""The walk of ``storywatch review`` over items: one is shown, keys are read until one of them decides, the next is shown."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.cli import receipt, sheet
from bot.cli.keyboard import Keyboard
from bot.cli.mark import NOTE
from bot.cli.sheet import Line, Run, fact, line
from bot.cli.show import stored_text
from bot.cli.terminal import say
from bot.cli.times import local
from bot.core import highlight
from bot.core.text import clean, shorten
from bot.edge.store import Store, marks
from bot.edge.store import log as log_room
from bot.errors import StateBusy
from bot.model import LogRow, Mark, Verdict

HELP = (
    "r relevant   i irrelevant   s skip   u undo the last   q quit",
    "n note, goes with the mark   o open in a browser   t the text   ? this help",
)
_PROMPT = "  r i s o n t u q ? > "
_WHY = 300  # characters of a reason: with more of them, `show` is the place to read


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision (relevant, irrelevant, skipped), as undoing needs it: where, and the mark that stood there before."""

    at: int
    word: str
    before: Mark | None


@dataclass(slots=True, kw_only=True)
class Walk:
    """Walks over pairs of item and story. ``named``: there are several stories, so each item says which one is meant.

    Every mark is saved when its key is pressed. ``steps``: what was decided so far; ``at``: how many pairs lie behind.
    """

    store: Store
    keyboard: Keyboard
    pairs: Sequence[tuple[int, str]]
    named: bool
    at: int = 0
    steps: list[Step] = field(default_factory=list)
    _row: LogRow = field(init=False)
    _verdict: Verdict = field(init=False)
    _note: str = ""

    def run(self) -> None:
        """Walk until the end, or until the user quits. Raises KeyboardInterrupt, and EOFError when the terminal is gone."""
        while self.at < len(self.pairs):
            if not self._read():
                self.at += 1  # pruned, or judged for other stories meanwhile
            elif not self._ask():
                return

    def _read(self) -> bool:
        """Take up the current item; whether it is still there."""
        item, story = self.pairs[self.at]
        with self.store.read() as connection:
            row = log_room.find(connection, item, with_text=True)
        verdict = next((each for each in row.verdicts if each.story == story), None) if row else None
        if row is None or verdict is None:
            return False
        self._row, self._verdict, self._note = row, verdict, ""
        return True

    def _ask(self) -> bool:
        """Show the item and do what the keys say until one of them leads away from it; False: the user wants no more."""
        sheet.write(self._lines())
        here = self.at
        while self.at == here:
            say(_PROMPT, end="")
            sys.stdout.flush()
            key = self.keyboard.key().lower()
            if key in {"q", "\x04"}:  # Ctrl-D
                say("quit")
                return False
            _ACTS.get(key, Walk._unknown)(self)
        return True

    def _lines(self) -> Iterator[Line]:
        item, found = self._row.item, self._verdict.receipt
        yield line()
        yield Line(prefix=f"{self.at + 1} of {len(self.pairs)}  ", runs=tuple(_title(item.title or "(no title)", found.terms)))
        of_story = f" for {self._verdict.story}" if self.named else ""
        when = local(item.published or item.first_seen, zone=True)
        yield fact(f"item {item.id}", f"{item.outlet}, {when}; {self._verdict.verdict}{of_story}, score {found.score:.2f}")
        yield fact("why", shorten(self._verdict.why, _WHY))
        if found.sentence and found.sentence != item.title:
            yield fact("sentence", *receipt.sentence(found))
        if (before := self._before()) is not None:
            yield receipt.mark_line(before)

    def _before(self) -> Mark | None:
        """The mark that the item has already."""
        return next((mark for mark in self._row.marks if mark.story == self._verdict.story), None)

    # ---------------------------------------------------------------- what the keys do

    def _relevant(self) -> None:
        self._decide(relevant=True)

    def _irrelevant(self) -> None:
        self._decide(relevant=False)

    def _decide(self, *, relevant: bool) -> None:
        item, story = self.pairs[self.at]
        word = "relevant" if relevant else "irrelevant"
        mark = Mark(item=item, story=story, relevant=relevant, note=self._note, at=datetime.now(UTC))
        if self._save(self.at, mark):
            say(word + (f": {self._note}" if self._note else ""))
            self.steps.append(Step(at=self.at, word=word, before=self._before()))
            self.at += 1

    def _skip(self) -> None:
        say("skipped")
        self.steps.append(Step(at=self.at, word="skipped", before=None))
        self.at += 1

    def _undo(self) -> None:
        if not self.steps:
            say("nothing to undo")
            return
        step = self.steps[-1]
        if step.word == "skipped" or self._save(step.at, step.before):
            say(f"undone: {step.word}")
            self.steps.pop()
            self.at = step.at

    def _save(self, at: int, mark: Mark | None) -> bool:
        """Put the mark, or where there is none take that of the pair back; whether the state let us."""
        try:
            with self.store.write() as tx:
                if mark is None:
                    marks.take(tx, *self.pairs[at])
                else:
                    marks.put(tx, mark)
        except StateBusy as error:
            say(f"not saved: {error}; press the key again")
            return False
        return True

    def _take_note(self) -> None:
        say("note")
        said = self.keyboard.line("  note: ")
        if said is None:
            say()
            say("  no note")
        else:
            self._note = clean(said, NOTE)

    def _open(self) -> None:
        url = self._row.item.url or ""
        self.keyboard.rest()  # a text browser takes the terminal over
        # A feed may give any address: a file's or a script's is not handed to a browser.
        opened = url.startswith(("http://", "https://")) and webbrowser.open(url)
        say(f"{'opened' if opened else 'no browser opened'}: {url or 'the item has no address'}")

    def _text(self) -> None:
        say("text")
        row = self._row
        kept = (
            stored_text(row.text, [self._verdict]) if row.text else [line(f"  no text is kept ({row.note or 'not judged yet'})")]
        )
        sheet.write(kept)

    def _help(self) -> None:
        say("help")
        for text in HELP:
            say(f"  {text}")

    def _unknown(self) -> None:
        say("no such key; ? says which there are")


def _title(title: str, terms: Sequence[str]) -> Iterator[Run]:
    spans = [(span, "word") for span in highlight.occurrences(title, terms)]
    yield from ((text, "word" if kind else "head") for text, kind in highlight.stretches(title, spans))


_ACTS: dict[str, Callable[[Walk], None]] = {
    "r": Walk._relevant, "i": Walk._irrelevant, "s": Walk._skip, "u": Walk._undo, "n": Walk._take_note, "o": Walk._open,
    "t": Walk._text, "?": Walk._help, "h": Walk._help,
}  # fmt: skip
