"""``storywatch check``: every fault of the configuration at once, or what it amounts to."""

from __future__ import annotations

from collections.abc import Sized

import click

from bot.cli.context import Context, examples, print_warnings
from bot.cli.output import write_json
from bot.cli.terminal import say
from bot.config import Config
from bot.core import durations, query
from bot.errors import ConfigError, Fault
from bot.model import Channel, Story


@click.command(
    epilog=examples("storywatch check", "storywatch check --online", "storywatch --config /etc/storywatch check --json")
)
@click.option("--online", is_flag=True, help="Also ask every feed and Discord webhook once; posts nothing.")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object: faults, warnings, and what there is; then one a feed asked."
)
@click.pass_obj
def check(context: Context, *, online: bool, as_json: bool) -> int:
    """Say what is wrong with the configuration, with file and line, or what it amounts to.

    Warns of what is hardly meant, and once for each concept that is thin: few names, one case, or letters that other concepts of
    the story have beside these.

    Exit code 0 when it can be used (warnings or not), 78 when it cannot; with --online 1 when a feed gave nothing
    or a webhook is gone.
    """
    try:
        config = context.load(advise=True)
    except ConfigError as error:
        if not as_json:
            raise
        write_json({"ok": False, "faults": [_fault(fault) for fault in error.faults], "warnings": []})
        return error.exit_code
    if as_json:
        write_json(_summary(config))
    else:
        print_warnings((*config.warnings, *config.advice))
        _print(config)
    if not online:
        return 0
    from bot.cli.hooks import ask_hooks
    from bot.cli.online import ask_all

    return max(ask_all(config, as_json=as_json), ask_hooks(config, as_json=as_json))


def _print(config: Config) -> None:
    own = sum(feed.interval != config.interval for feed in config.feeds)
    rhythm = f"every {durations.spell(config.interval)}" + (f" ({own} in a rhythm of their own)" if own else "")
    lines = [f"{_count(config.files, 'file')} in {config.path}: no faults", f"State in {config.state}", ""]
    lines += [f"{_count(config.feeds, 'feed')}, {rhythm}", "", _count(config.stories, "story", "stories")]
    lines += [f"  {story.name}: {_about_story(story, config)}" for story in config.stories]
    lines += ["", _count(config.channels, "channel")]
    lines += [f"  {channel.name}: {_about_channel(channel)}" for channel in config.channels]
    for line in lines:
        say(line)


def _about_story(story: Story, config: Config) -> str:
    names = _concepts(story, config)
    spellings = sum(len(config.concepts[name]) for name in names)
    concepts = f"{_count(names, 'concept')} with {spellings} spellings" if names else "no concepts"
    watched = [feed for feed in config.feeds if story.watches(feed.name)]
    return f"{concepts}; looks at {_count(watched, 'feed')}; tells {', '.join(story.channels) or 'nobody'}"


def _about_channel(channel: Channel) -> str:
    signed = ", signed" if channel.secret else ""
    return f"{channel.kind}{signed}, at most {channel.budget.messages} messages in {durations.spell(channel.budget.per)}"


def _summary(config: Config) -> dict[str, object]:
    stories = [
        {
            "name": story.name,
            "title": story.title,
            "concepts": _concepts(story, config),
            "feeds": [feed.name for feed in config.feeds if story.watches(feed.name)],
            "channels": list(story.channels),
        }
        for story in config.stories
    ]
    return {
        "ok": True,
        "faults": [],
        "warnings": [_fault(fault) for fault in (*config.warnings, *config.advice)],
        "files": [str(file) for file in config.files],
        "state": str(config.state),
        "feeds": [feed.name for feed in config.feeds],
        "stories": stories,
        "channels": [{"name": channel.name, "kind": channel.kind} for channel in config.channels],
    }


def _concepts(story: Story, config: Config) -> list[str]:
    """The concepts that the story's query uses, in its order."""
    leaves = query.leaves(query.parse(story.query, config.concepts))
    return list(dict.fromkeys(leaf.name for leaf in leaves if isinstance(leaf, query.Concept)))


def _fault(fault: Fault) -> dict[str, object]:
    return {"file": fault.file, "line": fault.line, "message": fault.message}


def _count(things: Sized, one: str, many: str = "") -> str:
    return f"{len(things)} {one if len(things) == 1 else many or one + 's'}"
