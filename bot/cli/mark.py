"""``storywatch mark``: the user's word on one item, by which rules are measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from bot.cli import finding, stories
from bot.cli.context import Context, examples
from bot.cli.terminal import say
from bot.config import Config
from bot.core.text import clean
from bot.edge.store import Transaction, marks, open_shared
from bot.errors import StorywatchError
from bot.model import LogRow, Mark

NOTE = 1_000  # characters
_WORDS = ("relevant", "irrelevant")


@click.command(
    epilog=examples(
        "storywatch mark 42 relevant",
        "storywatch mark https://example.org/article irrelevant --note 'a quiz'",
        "storywatch mark 42 --clear",
    )
)
@click.argument("item", metavar="ITEM|URL")
@click.argument("said", metavar="relevant|irrelevant", type=click.Choice(_WORDS), required=False)
@click.option("--clear", is_flag=True, help="Take the mark back.")
@click.option("--story", metavar="NAME", help="To which story it belongs or not; needed where several looked at the item.")
@click.option("--note", metavar="TEXT", help="Why, in your words; kept with the mark.")
@click.pass_obj
def mark(context: Context, *, item: str, said: str | None, clear: bool, story: str | None, note: str | None) -> None:
    """Say whether an item belongs to its story. The latest mark stands; it changes no verdict.

    ITEM is the id that `storywatch log` prints; URL any spelling of the item's address. `storywatch log --marked` lists the
    marks, `storywatch review` walks the latest matches with one key for each. Works beside a running bot.
    """
    if (said is None) != clear:
        raise click.UsageError("say relevant or irrelevant, or --clear to take a mark back")
    if clear and note is not None:
        raise click.UsageError("a note goes with a mark, and --clear takes it away")
    config = context.load()
    store = open_shared(config.state)
    try:
        with store.write() as tx:
            row = finding.found(tx, item)
            name = _story(row, config, story)
            told = _clear(tx, row, name) if said is None else _put(tx, row, name, relevant=said == _WORDS[0], note=note)
    finally:
        store.close()
    say(told)


def _put(tx: Transaction, row: LogRow, story: str, *, relevant: bool, note: str | None) -> str:
    before = next((each for each in row.marks if each.story == story), None)
    same = before is not None and before.relevant == relevant
    if note is None:  # the word said once more: what was noted with it still holds
        note = before.note if before is not None and same else ""
    marks.put(tx, Mark(item=row.item.id, story=story, relevant=relevant, note=clean(note, NOTE), at=datetime.now(UTC)))
    was = "" if before is None or same else f" (it was {_word(relevant=before.relevant)})"
    return f"item {row.item.id} is {_word(relevant=relevant)} to {story}{was}: {row.item.title or '(no title)'}"


def _clear(tx: Transaction, row: LogRow, story: str) -> str:
    if not marks.take(tx, row.item.id, story):
        raise StorywatchError(f"item {row.item.id} has no mark for {story}")
    return f"item {row.item.id} has no mark for {story} any more: {row.item.title or '(no title)'}"


def _word(*, relevant: bool) -> str:
    return _WORDS[0] if relevant else _WORDS[1]


def _story(row: LogRow, config: Config, name: str | None) -> str:
    """The story that is meant: the one named, the only one that judged the item, or the only one there is."""
    judged = [verdict.story for verdict in row.verdicts]
    configured = [each.name for each in config.stories]
    if name is not None:
        return stories.known(name, [*configured, *judged, *(each.story for each in row.marks)])
    names: Sequence[str] = judged or configured
    if len(names) != 1:
        several = f"was judged for {' and '.join(names)}" if judged else "was judged for no story"
        raise click.UsageError(f"item {row.item.id} {several}: name one with --story")
    return names[0]
