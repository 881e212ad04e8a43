"""``storywatch review``: the latest matches one by one, each marked with one key."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime

import click

from bot.cli.context import Context, examples
from bot.cli.keyboard import Keyboard
from bot.cli.terminal import say
from bot.cli.times import Since
from bot.cli.walk import HELP, Walk
from bot.config import Config
from bot.edge.store import marks, open_shared
from bot.errors import StorywatchError
from bot.model import VerdictName

_INTERRUPTED = 130
_VERDICTS: Mapping[str, tuple[VerdictName, ...]] = {"match": ("match", "baseline"), "no-match": ("no-match",)}


@click.command(
    epilog=examples("storywatch review", "storywatch review --since 2d --all", "storywatch review --verdict no-match --limit 20")
)
@click.option("--story", metavar="NAME", help="Only this story's; default: every story's.")
@click.option("--since", type=Since(), metavar="2d|TIME", help="Only items first seen since then: 2d, 6h, or a time in ISO 8601.")
@click.option(
    "--verdict", type=click.Choice(list(_VERDICTS)), default="match", show_default=True,
    help="What the rule said: match (baseline too), the latest first; or no-match, the nearest misses first.",
)  # fmt: skip
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N", help="At most so many.")
@click.option("--all", "again", is_flag=True, help="Also those that are marked already.")
@click.pass_obj
def review(context: Context, *, story: str | None, since: datetime | None, verdict: str, limit: int, again: bool) -> int:
    """Walk the latest matches that are not marked yet, one by one, and mark each with one key.

    A mark says whether the item belongs to the story; rules are measured by them. Each is kept at once, so nothing is lost when
    you stop. Needs a terminal; elsewhere `storywatch mark` marks one item. Works beside a running bot.

    Keys: r relevant, i irrelevant, s skip, o open in a browser, n note, t the article's text, u undo, q quit, ? help.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise StorywatchError(
            "review asks for keys at a terminal, and there is none: `storywatch log --verdict match` lists the items, and "
            "`storywatch mark ITEM relevant|irrelevant` marks one"
        )
    config = context.load()
    wanted = marks.Wanted(story=story, verdicts=_VERDICTS[verdict], since=since, marked=again, nearest=verdict == "no-match")
    store = open_shared(config.state)
    try:
        with store.read() as connection:
            pairs, total = marks.to_review(connection, wanted, limit)
        if not pairs:
            say(_nothing(wanted, config))
            return 0
        for text in HELP:
            say(text)
        with Keyboard(sys.stdin.fileno()) as keyboard:
            return _walked(Walk(store=store, keyboard=keyboard, pairs=pairs, named=len(config.stories) > 1), total - len(pairs))
    finally:
        store.close()


def _walked(walk: Walk, beyond: int) -> int:
    code = 0
    try:
        walk.run()
    except KeyboardInterrupt:
        code = _INTERRUPTED
        say()
    except EOFError:  # the terminal was closed: nobody is left to tell
        return _INTERRUPTED
    for text in _summary(walk, beyond):
        say(text)
    return code


def _nothing(wanted: marks.Wanted, config: Config) -> str:
    known = [story.name for story in config.stories]
    if wanted.story is not None and wanted.story not in known:
        return f'nothing to review: the configuration has no story "{wanted.story}", only {", ".join(known) or "none"}'
    what = "near miss" if wanted.nearest else "match"
    return f"nothing to review: there is no {what}" if wanted.marked else f"nothing to review: there is no {what} without a mark"


def _summary(walk: Walk, beyond: int) -> Iterator[str]:
    words = [step.word for step in walk.steps]
    relevant, irrelevant, skipped = (words.count(word) for word in ("relevant", "irrelevant", "skipped"))
    yield ""
    left = f"{len(walk.pairs) - walk.at} of {len(walk.pairs)} left"
    yield f"{relevant + irrelevant} marked ({relevant} relevant, {irrelevant} irrelevant), {skipped} skipped, {left}"
    if beyond:
        yield f"{beyond} more wait beyond these: run `storywatch review` again, or give a higher --limit"
    if relevant + irrelevant:
        yield "`storywatch log --marked` lists the marks; `storywatch mark ITEM --clear` takes one back"
