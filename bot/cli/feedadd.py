"""``storywatch feed add``: from an address to a feed in the configuration."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn, get_args
from urllib.parse import urlsplit

import click

from bot.cli import progress, sheet
from bot.cli.context import Context, examples
from bot.cli.feedlook import advice, judged, looker, seen_lines
from bot.cli.sheet import fact, line
from bot.cli.terminal import say, say_lines
from bot.config import Config, adding
from bot.config.adding import Feeds, Known, NewFeed
from bot.core import discover, durations
from bot.core.counting import count
from bot.core.discover import Link
from bot.core.text import clean
from bot.errors import StorywatchError
from bot.model import ArticlePolicy
from bot.pipeline.look import Look, Looker, Sought

_NAME = 120
# Its links lead to a page of Google's own that holds no article; see config/feeds.toml.
_AGGREGATORS = {"news.google.com"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The feed that was found. ``how``: in words, where it is not the address itself."""

    look: Look
    how: str = ""


@click.command(
    epilog=examples(
        "storywatch feed add https://example.org",
        "storywatch feed add https://example.org/feed.xml --name Example --interval 30m --articles hinted",
        "storywatch feed add example.org --pick 2",
        "storywatch feed add https://example.org --dry-run",
    )
)
@click.argument("url", metavar="URL")
@click.option("--name", metavar="NAME", help="What the bot calls it; default: the feed's own title.")
@click.option("--interval", metavar="10m", help="How often to ask; default: that of [bot].")
@click.option("--articles", type=click.Choice(get_args(ArticlePolicy)), help="Which pages to read; default: all.")
@click.option("--pick", type=click.IntRange(min=1), metavar="N", help="The Nth of the feeds that a page names.")
@click.option("--dry-run", is_flag=True, help="Show what would be seen and written; write nothing.")
@click.pass_obj
def add(
    context: Context, *, url: str, name: str | None, interval: str | None, articles: ArticlePolicy | None, pick: int | None,
    dry_run: bool,
) -> None:  # fmt: skip
    """Find the feed of an address, show what it holds, and write it into the configuration.

    URL is a feed or a page. Of a page, the feeds that it declares or links to are taken; several are listed, and you choose. A
    page that names none is followed by four customary addresses of its site (/feed, /rss, /index.xml, /feed.xml), as far as the
    site's robots.txt lets us. A page may not lead into private ranges unless it lies in an allowed one itself ([network] allow).

    The table goes below the last one of feeds.toml; comments and order stay. A running bot takes it up by itself.

    Exit code 1 when there is no feed, or when its name or address is taken.
    """
    config = context.load()
    there = Feeds(config)
    wanted = discover.address(url)
    if said := adding.problem(NewFeed(name=name or "Example", url=wanted, interval=interval, articles=articles)):
        raise click.UsageError(said)
    _refuse_taken(there.at(wanted), "this address")
    found = _find(config, wanted, pick)
    answer = found.look.answer
    _refuse_taken(there.at(found.look.url) or (there.at(answer.url) if answer else None), f"the feed {found.look.url}")
    feed = _named(found.look, name, interval, articles)
    _show(config, found, feed)
    _refuse_taken(there.named(feed.name), f'the name "{feed.name}"')
    if said := adding.problem(feed):
        raise StorywatchError(f"{found.look.url}: {said}")
    path = adding.target(config)
    if not dry_run:
        adding.add(path, [feed])
    say()
    say_lines(adding.text_of([feed]))
    say(f"--dry-run: {path} was not changed" if dry_run else f"written to {path}; a running bot takes it up by itself")


def _refuse_taken(known: Known | None, what: str) -> None:
    if known is None:
        return
    advice_ = "give this one another with --name" if what.startswith("the name") else "nothing to add"
    raise StorywatchError(f'{what} is there already: "{known.name}" ({known.place}); {advice_}')


# ---------------------------------------------------------------- finding it


def _find(config: Config, wanted: str, pick: int | None) -> _Found:
    with looker(config) as looking:
        with progress.bar("asking"):
            sought = looking.seek(wanted)
        page = sought.look.answer
        if sought.look.examined is not None:
            return _Found(look=sought.look)
        if page is None or page.status != 200 or not sought.page:
            _give_up(sought.look)
        if not sought.links:
            return _guessed(looking, sought)
        link = _chosen(sought, pick)
        with progress.bar("asking for the feed"):
            look = looking.look(_harmless(link.url), inside=page.inside)
    if look.examined is None:
        others = (
            "choose another with --pick N" if len(sought.links) > 1 else "open both in a browser, and give the feed's address"
        )
        raise StorywatchError(f"{wanted} names {look.url} as its feed, but that gives none: {look.problem}; {others}")
    return _Found(look=look, how=f"{page.url} {'declares it as its feed' if link.how == 'declared' else 'links to it'}")


def _give_up(look: Look) -> NoReturn:
    raise StorywatchError(f"{look.url}: {look.problem}; open it in a browser, and give the address of its feed")


def _guessed(looking: Looker, sought: Sought) -> _Found:
    answer = sought.look.answer
    for look in looking.guess(answer) if answer else ():
        if look.examined is not None:
            return _Found(look=look, how=f"{sought.look.url} names no feed; this one stands at a customary address of its site")
    raise StorywatchError(
        f"{sought.look.url}: {sought.look.problem}; it names no feed, and none stands at the customary addresses of its site: "
        f"look for one on the site, or search for it: storywatch feed suggest STORY"
    )


def _chosen(sought: Sought, pick: int | None) -> Link:
    links = sought.links
    if pick is not None and pick > len(links):
        raise click.BadParameter(f"the page names {count(len(links), 'feed')} only", param_hint="--pick")
    if pick is not None or len(links) == 1:
        return links[(pick or 1) - 1]
    asking = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    say(f"{sought.look.url} names {count(len(links), 'feed')}:", err=not asking)
    for number, link in enumerate(links, 1):
        called = "  ".join(filter(None, (link.title, f"({link.kind})" if link.kind else "")))
        say(f"  {number}  {link.url}  {called}".rstrip(), err=not asking)
    if not asking:
        raise StorywatchError("several feeds: choose one with --pick N")
    number = click.prompt("which one", type=click.IntRange(1, len(links)), default=1)
    return links[number - 1]


def _harmless(url: str) -> str:
    """An address that a page names, without what the configuration would take for a reference to a secret."""
    return url.replace("${", "$%7B")


# ---------------------------------------------------------------- showing it


def _named(look: Look, name: str | None, interval: str | None, articles: str | None) -> NewFeed:
    title = look.examined.parsed.title if look.examined else ""
    host = urlsplit(look.url).hostname or ""
    called = name or clean(title.replace("${", "{"), _NAME) or host
    return NewFeed(name=called, url=look.url, interval=interval, articles=articles or ("never" if host in _AGGREGATORS else None))


def _show(config: Config, found: _Found, feed: NewFeed) -> None:
    look = found.look
    if look.examined is None or look.answer is None:
        return
    stories = [story for story in config.stories if story.watches(feed.name)]
    usual = durations.parse(feed.interval) if feed.interval else config.interval
    lines = [line((look.url, "head"))]
    lines += [fact("found", found.how)] if found.how else []
    lines += [fact("redirected", f"to {look.answer.url}, every time it is asked")] if look.answer.url != look.url else []
    lines += seen_lines(look.examined, judged(look.examined.parsed.entries, stories, config), stories=len(stories))
    lines += [fact("faults", each) for each in look.examined.faults]
    lines += [fact("interval", _interval_words(advice(look.examined, look.answer, usual), usual))]
    if len(stories) < len(config.stories):
        lines += [fact("watched by", ", ".join(story.name for story in stories) or "no story: each looks at other feeds only")]
    sheet.write(lines)


def _interval_words(fits: timedelta, usual: timedelta) -> str:
    return f'"{durations.spell(usual)}"' + ("" if fits == usual else f'; by its rhythm "{durations.spell(fits)}" would fit')
