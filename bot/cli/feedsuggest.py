"""``storywatch feed suggest``: search feeds for a story's concepts, one for each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import click

from bot.cli import progress
from bot.cli.context import Context, examples
from bot.cli.feedlook import looker
from bot.cli.terminal import say, say_lines
from bot.config import Config, adding
from bot.config.adding import Feeds, NewFeed
from bot.config.explain import near
from bot.config.labels import headings
from bot.core import query, searches
from bot.core.counting import count
from bot.core.editions import EDITIONS, Edition
from bot.core.searches import Engine, Search, Spelling
from bot.errors import StorywatchError
from bot.model import Story

_TITLES: Mapping[Engine, str] = {"google": "Google News", "bing": "Bing News"}
# Google's links lead to a page of its own that holds no article, Bing's to the outlet's.
_ARTICLES: Mapping[Engine, str] = {"google": "never", "bing": "hinted"}
_NOT_CHECKED = "not checked: nobody asked this address yet"


class _Languages(click.ParamType[tuple[Edition, ...]]):
    """Languages by their codes, with commas between."""

    name = "de,fr"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Edition, ...]:
        """Their editions, each once."""
        if isinstance(value, tuple):
            return value
        codes = {code.lower(): edition for code, edition in EDITIONS.items()}
        codes |= {edition.names[0]: edition for edition in reversed(list(EDITIONS.values()))} | {"zh": EDITIONS["zh-CN"]}
        found = {}
        for part in filter(None, (each.strip() for each in str(value).split(","))):
            if part.lower() not in codes:
                known = ", ".join(EDITIONS)
                self.fail(f'no edition is known for "{part}"{near(part, set(EDITIONS))}; there are: {known}', param, ctx)
            edition = codes[part.lower()]
            found[edition.code] = edition
        return tuple(found.values())


@click.command(
    epilog=examples(
        "storywatch feed suggest openai-nato",
        "storywatch feed suggest openai-nato --lang de,fr,ja",
        "storywatch feed suggest openai-nato --lang ar --engine bing --check",
        "storywatch feed suggest openai-nato --lang uk,pl --write",
    )
)
@click.argument("story", metavar="STORY")
@click.option(
    "--lang", "languages", type=_Languages(), metavar="de,fr", help="These languages; default: those the concepts speak."
)
@click.option("--engine", type=click.Choice(get_args(Engine)), default="google", show_default=True, help="Whose search.")
@click.option("--check", is_flag=True, help="Ask each of them once, and say what came.")
@click.option("--write", is_flag=True, help="Write them into the configuration; otherwise they are printed.")
@click.pass_obj
def suggest(
    context: Context, *, story: str, languages: tuple[Edition, ...] | None, engine: Engine, check: bool, write: bool
) -> None:  # fmt: skip
    """Make search feeds for a story: its query as a search, in each language by the names that the concepts have in it.

    A comment line in a concept's list that names a language ("# German") says of what language the spellings below it are; other
    spellings count for every language that has their letters. Short forms (~) and regexes are left out, and a name that ends in *
    is looked for without it. Each search is as long as the engine reads (32 words), the first names of every concept first. What
    it brings is judged by the story's rule as ever.

    Searches that the configuration has already are left out. Nothing is asked without --check.
    """
    config = context.load()
    found = _searches(config, _story(config, story), languages, engine)
    there = Feeds(config)
    new = [search for search in found if there.at(search.url) is None]
    for search in found:
        if known := there.at(search.url):
            say(f'left out: the search in {search.edition.title} is there already: "{known.name}" ({known.place})', err=True)
    feeds = list[NewFeed]()
    for search in new:
        feeds.append(replace(_feed(search, story), name=there.free(_name(search, story))))
        there.take(feeds[-1])
    if check and feeds:
        feeds = _checked(config, feeds)
    _hand_over(config, _story(config, story), feeds, write=write)


def _story(config: Config, name: str) -> Story:
    found = next((each for each in config.stories if each.name == name), None)
    if found is None:
        names = {each.name for each in config.stories}
        raise click.BadParameter(f'there is no story "{name}"{near(name, names)}', param_hint="STORY")
    return found


def _searches(config: Config, story: Story, languages: tuple[Edition, ...] | None, engine: Engine) -> list[Search]:
    tree = query.parse(story.query, config.concepts)
    above = headings(config.files)
    concepts: dict[str, Sequence[Spelling]] = {
        name: [searches.spelling(text, above.get(name, {}).get(text, "")) for text in texts]
        for name, texts in config.concepts.items()
    }
    wanted = languages or tuple(EDITIONS[code] for code in searches.spoken(concepts, tree))
    found = {edition.code: searches.searches(tree, concepts, edition, engine) for edition in wanted}
    for edition in wanted:
        if not found[edition.code]:
            say(f"left out: no name of the story can be looked for in {edition.title}", err=True)
    if not any(found.values()):
        raise StorywatchError(f"{story.name}: nothing to search for: its query asks for no name that an engine could look for")
    return [search for each in found.values() for search in each]


def _name(search: Search, story: str) -> str:
    part = f" ({search.number} of {search.of})" if search.of > 1 else ""
    return f"{_TITLES[search.engine]} in {search.edition.title}: {story}{part}"


def _feed(search: Search, story: str) -> NewFeed:
    interval = "30m" if search.edition.code == "en" else "1h"
    return NewFeed(
        name=_name(search, story), url=search.url, interval=interval, articles=_ARTICLES[search.engine], comments=(_NOT_CHECKED,)
    )  # fmt: skip


def _checked(config: Config, feeds: Sequence[NewFeed]) -> list[NewFeed]:
    """The feeds, each asked once, with what came in the place of the note that nobody asked."""
    checked = []
    with progress.bar("asking the engine") as show, looker(config) as looking:
        for number, feed in enumerate(feeds, 1):
            show(number, len(feeds), f"asking {number} of {count(len(feeds), 'search', 'searches')}")
            look = looking.look(feed.url)
            today = datetime.now(UTC).date().isoformat()
            if look.examined is not None:
                said = f"checked on {today}: {count(len(look.examined.parsed.entries), 'item')}"
            elif look.answer is None:
                said = f"could not be checked on {today}: {look.problem}"
            else:
                said = f"gave no feed on {today}: {look.problem}"
            checked.append(replace(feed, comments=(said,)))
    return checked


def _hand_over(config: Config, story: Story, feeds: Sequence[NewFeed], *, write: bool) -> None:
    path = adding.target(config)
    if write and feeds:
        adding.add(path, feeds)
        for feed in feeds:
            say(f"{feed.name}: {feed.comments[0]}")
        say(f"written to {path}: {count(len(feeds), 'feed')}; a running bot takes them up by itself")
    elif feeds:
        say_lines(adding.text_of(feeds))
        say(f"nothing was written: paste this into {path}, or say --write", err=True)
    else:
        say("nothing new to add", err=True)
    if any(feed.comments == (_NOT_CHECKED,) for feed in feeds):
        say("none of these addresses was asked: --check does it, and so does storywatch check --online", err=True)
    if feeds and story.feeds is not None:
        say(f"{story.name} looks at the feeds that it lists only: add these to its `feeds`", err=True)
