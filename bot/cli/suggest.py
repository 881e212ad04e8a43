"""``storywatch suggest``: proposals from the user's marks; with ``--apply`` each is made after a yes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.cli import measures, progress
from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.suggested import as_json, print_head, print_proposal, print_too_few
from bot.cli.terminal import say
from bot.cli.times import Since
from bot.config import Config
from bot.config.edit import Patch, patch, save
from bot.core import suggest as core
from bot.core.counting import count
from bot.core.suggest import Draft, Proposal
from bot.edge.store import open_reading
from bot.errors import StorywatchError
from bot.pipeline import suggest as pipeline
from bot.pipeline.suggest import Suggested


@click.command(
    epilog=examples(
        "storywatch suggest", "storywatch suggest --story openai-nato --since 90d --json", "storywatch suggest --apply"
    )
)
@click.option("--story", metavar="NAME", help="Only this story.")
@click.option("--since", type=Since(), metavar="90d|TIME", help="Only items first seen since then: 90d, 6h, or an ISO 8601 time.")
@click.option("--apply", "applying", is_flag=True, help="Ask for each proposal, and change the file after a yes.")
@click.option("--json", "in_json", is_flag=True, help="As JSON, one object a line.")
@click.pass_obj
def suggest(context: Context, *, story: str | None, since: datetime | None, applying: bool, in_json: bool) -> None:
    """Propose changes of a story's rule from the items you marked. Changes nothing without your yes.

    Proposed are spellings to add to a concept, words to exclude, spellings to remove and another threshold: what puts
    at least two verdicts on marked items right, ranked by the F1 that they then have. Words are chosen by how much more
    often they stand in relevant items than in irrelevant ones and in the log at large (log-odds of items). Each proposal
    is tried on every item of the log, and comes with the line of the file to change.

    Lines of --json have a "kind": proposal, and for each story at its end story.
    """
    if applying and (in_json or not (sys.stdin.isatty() and sys.stdout.isatty())):
        raise click.UsageError("--apply asks you for each proposal: it needs a terminal, and no --json")
    config = context.load()
    stories = [each for each in config.stories if story in {None, each.name}]
    if not stories:
        names = ", ".join(each.name for each in config.stories) or "none"
        raise StorywatchError(f"{story or 'there'}: no such story; there are: {names}")
    store = open_reading(config.state)
    for number, each in enumerate(stories):
        with progress.bar("reading") as show:
            done = pipeline.run(store, config, each, since=since, show=show)
        if in_json:
            _write(done, config)
        else:
            if number:
                say()
            _print(done, config, applying=applying)


def _write(done: Suggested, config: Config) -> None:
    name = done.draft.story.name
    for rank, proposal in enumerate(done.proposals, 1):
        write_json(as_json(name, rank, proposal, _patch(config, proposal, done.draft)))
    write_json({
        "kind": "story", "story": name, "enough": done.today is not None, "marked": len(done.cases),
        "relevant": sum(case.relevant for case in done.cases), "left_out": done.left_out, "log_items": done.log,
        "today": None if done.today is None else measures.as_json(done.today),
        "missed": [str(item) for item in done.missed], "false_alarms": [str(item) for item in done.alarms],
        "proposals": len(done.proposals),
    })  # fmt: skip


def _print(done: Suggested, config: Config, *, applying: bool) -> None:
    if done.today is None:
        print_too_few(done)
        return
    print_head(done, done.today)
    if applying:
        _apply(done, config)
        return
    for rank, proposal in enumerate(done.proposals, 1):
        print_proposal(rank, proposal, _patch(config, proposal, done.draft))
    if done.proposals:
        say()
        say("Words found in few marks may stand there by chance: take what makes sense to you. Nothing was changed:")
        say("edit the file, or let `storywatch suggest --apply` ask you for each.")


def _apply(done: Suggested, config: Config) -> None:
    """Ask for each proposal; what was accepted holds while the others are measured again."""
    draft, left = done.draft, list(done.proposals)
    rank, changed, kept = 0, 0, dict[Path, Path]()
    while left:
        rank, proposal = rank + 1, left.pop(0)
        made = _patch(config, proposal, draft)
        print_proposal(rank, proposal, made)
        if made is None or not click.confirm("   change it?", default=False):
            continue
        if backup := save(made, backup=made.path not in kept):
            kept[made.path] = backup
        changed += 1
        draft = core.made(proposal.edit, draft)
        left, before = core.remeasured(draft, done.cases, left), len(left)
        if len(left) < before:
            say(f"   {count(before - len(left), 'other proposal')} would not help any more")
    say()
    say(f"{count(changed, 'change')} made" + ("; a running bot takes them up by itself" if changed else ""))
    for path, backup in kept.items():
        say(f"{path.name} as it was before: {backup}")


def _patch(config: Config, proposal: Proposal, draft: Draft) -> Patch | None:
    return patch(config.files, proposal.edit, core.made(proposal.edit, draft))
