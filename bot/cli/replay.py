"""``storywatch replay``: what a draft of the story file makes of the log, beside what was said of it live."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import click

from bot.cli import measures, progress
from bot.cli.context import Context, examples
from bot.cli.output import write_json
from bot.cli.replayed import Source, print_story
from bot.cli.terminal import say
from bot.cli.times import Since, iso
from bot.config import Config, load_draft
from bot.core.counting import count
from bot.core.replay import Tally, Trial
from bot.edge.store import open_reading
from bot.errors import StorywatchError
from bot.model import Change, Extent
from bot.pipeline import replay as pipeline


@click.command(
    epilog=examples(
        "storywatch replay draft.toml",
        "storywatch replay draft.toml --since 30d --limit 50",
        "storywatch replay --story openai-nato --json   # what today's rule makes of the past",
    )
)
@click.argument("draft", metavar="[DRAFT]", required=False, type=click.Path(path_type=Path))
@click.option("--story", metavar="NAME", help="Only this story of the draft.")
@click.option(
    "--since", type=Since(), metavar="30d|TIME", help="Only items first seen since then: 30d, 6h, or a time in ISO 8601."
)
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, metavar="N",
              help="How many gained and how many lost items are shown.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="As JSON, one object a line, with every item gained or lost.")
@click.pass_obj
def replay(context: Context, *, draft: Path | None, story: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
    """Try a draft of the story file on everything in the log. Tells nobody, and changes nothing.

    DRAFT is a file of stories and concepts as stories.toml, or a folder of them; default: the stories of the
    configuration, which shows what today's rules make of the past. Live are the verdicts as they stand in the log.
    Duplicates are not judged again; items whose text is gone are judged on title and summary.

    Lines of --json have a "kind": gained and lost (an item, with the score and reason of both), then for each story
    day (matches of both, by UTC), marks (how draft and live do on the items you marked, with 95 % intervals) and
    story (what was judged).
    """
    config = context.load()
    trying = config if draft is None else _draft(draft, config, context)
    drafts = pipeline.rules(trying, story)
    if not drafts:
        names = ", ".join(each.name for each in trying.stories) or "none"
        raise StorywatchError(f"{story or 'there'}: no such story to try; there are: {names}")
    store = open_reading(config.state)
    changes = _Changes(limit, as_json=as_json)
    with progress.bar("replaying") as show:
        done = pipeline.run(
            store, config, drafts, since=since, tell=changes.hear,
            show=lambda done, total: show(done, total, f"{done} of {count(total, 'item')}, {changes.words()}"), slow=_warn_of,
        )  # fmt: skip
    source = Source(name="today's rule", word="today") if draft is None else Source(name=draft.name, word="draft")
    for number, (trial, tally) in enumerate(done.stories):
        if as_json:
            for line in _lines(trial, tally):
                write_json(line)
            write_json(_story(trial, tally, done.extent))
        else:
            if number:
                say()
            gained, lost = (changes.of(trial.story.name, kind) for kind in ("gained", "lost"))
            print_story(source, trial, tally, done.extent, gained, lost)


def _draft(path: Path, config: Config, context: Context) -> Config:
    """The configuration with the draft's stories; its warnings are said, as ``check`` says them."""
    draft = load_draft(path, config, context.environ)
    for fault in draft.warnings:
        say(f"{fault.file}:{fault.line}: warning: {fault.message}", err=True)
    return draft


def _warn_of(regex: str) -> None:
    say(f"warning: the regex {regex} takes too long, up to a second an item; where it does, it is left out", err=True)


class _Changes:
    """Hears of items gained and lost: writes them at once for a machine, keeps the last ones for a person."""

    def __init__(self, limit: int, *, as_json: bool) -> None:
        self._limit, self._as_json = limit, as_json
        self._kept: dict[tuple[str, str], deque[Change]] = {}
        self._counts = {"gained": 0, "lost": 0}

    def hear(self, change: Change) -> None:
        """One more."""
        self._counts[change.kind] += 1
        if self._as_json:
            write_json(_change(change))
        else:
            self._kept.setdefault((change.story, change.kind), deque(maxlen=self._limit)).append(change)

    def of(self, story: str, kind: str) -> Iterable[Change]:
        """The last ones, oldest first."""
        return self._kept.get((story, kind), ())

    def words(self) -> str:
        """How many so far, of all stories."""
        return f"{self._counts['gained']} gained, {self._counts['lost']} lost"


# ---------------------------------------------------------------- as JSON


def _change(change: Change) -> dict[str, object]:
    live = change.live
    return {
        "kind": change.kind, "story": change.story, "id": str(change.item), "feed": change.feed, "url": change.url,
        "title": change.title, "first_seen": iso(change.first_seen), "text": change.state,
        "draft": {"score": change.score, "why": change.why},
        "live": live and {"verdict": live.verdict, "score": live.score, "why": live.why, "rule": live.rule},
        "mark": None if change.mark is None else "relevant" if change.mark else "irrelevant",
    }  # fmt: skip


def _lines(trial: Trial, tally: Tally) -> Iterator[dict[str, object]]:
    for day in sorted(tally.draft_days | tally.live_days):
        yield {
            "kind": "day", "story": trial.story.name, "day": day.isoformat(),
            "draft": tally.draft_days[day], "live": tally.live_days[day],
        }  # fmt: skip
    for rule, measured in (("draft", tally.draft), ("live", tally.live)):
        yield {"kind": "marks", "story": trial.story.name, "rule": rule} | measures.as_json(measured)


def _story(trial: Trial, tally: Tally, extent: Extent) -> dict[str, object]:
    return {
        "kind": "story", "story": trial.story.name, "draft_rule": trial.rule.version, "live_rule": trial.today,
        "items": tally.items, "pruned": tally.pruned, "never_read": tally.never_read, "unwatched": tally.unwatched,
        "duplicates": extent.duplicates, "waiting": extent.waiting, "draft_matches": tally.draft_days.total(),
        "live_matches": tally.live_days.total(), "gained": tally.gained, "lost": tally.lost, "lost_pruned": tally.lost_pruned,
        "live_verdicts": tally.said, "live_verdicts_of_other_rules": tally.said_otherwise,
        "marked_without_live_verdict": tally.marked_unsaid, "marks_left_out": len(trial.marks) - tally.marked,
        "regexes_that_took_too_long": dict(tally.tripped),
    }  # fmt: skip
