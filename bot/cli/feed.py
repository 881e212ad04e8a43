"""``storywatch feed``: the ways in. The module of each of its commands is imported when the command is called."""

from __future__ import annotations

import click

from bot.cli.context import examples
from bot.cli.main import Deferred, LazyGroup

COMMANDS = [
    Deferred("add", "bot.cli.feedadd:add", "Find the feed of an address, and write it into the configuration."),
    Deferred("test", "bot.cli.feedtest:test", "Show what a feed gives, and what is wrong with it."),
    Deferred("list", "bot.cli.feedlist:list_", "List the feeds of the configuration."),
    Deferred("import", "bot.cli.feedlist:import_", "Add the feeds of an OPML list."),
    Deferred("export", "bot.cli.feedlist:export", "Write the feeds as an OPML list."),
    Deferred("suggest", "bot.cli.feedsuggest:suggest", "Make search feeds for a story, language by language."),
]


@click.group(
    cls=LazyGroup,
    commands=COMMANDS,
    epilog=examples(
        "storywatch feed add https://example.org",
        "storywatch feed test https://example.org/feed.xml",
        "storywatch feed list",
        "storywatch feed import subscriptions.opml --dry-run",
        "storywatch feed export feeds.opml",
        "storywatch feed suggest openai-nato --lang de,fr",
    ),
)
def feed() -> None:
    """Add feeds, test them, exchange lists of them.

    What is written goes below the last table of feeds.toml; comments and order stay, and a running bot takes it up by itself.
    """
