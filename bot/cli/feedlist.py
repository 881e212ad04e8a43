"""``storywatch feed list``, ``import`` and ``export``: what feeds there are, and lists of feeds from and for elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import click

from bot.cli.context import Context, examples
from bot.cli.feedlook import shown_url
from bot.cli.output import Column, Format, format_options, on_terminal, write_csv, write_json, write_table
from bot.cli.terminal import say, say_lines
from bot.config import Config, adding, write
from bot.config.adding import Feeds, NewFeed
from bot.core import discover, durations, opml
from bot.core.counting import count
from bot.core.opml import Opml, Outline
from bot.errors import ParseError, StorywatchError
from bot.model import Feed

_TABLE = (Column(title="name", wrap=True), Column(title="interval"), Column(title="articles"), Column(title="url", wrap=True))
_NO_FILE = "-: there is no standard input"


@click.command("list", epilog=examples("storywatch feed list", "storywatch feed list --json"))
@format_options
@click.pass_obj
def list_(context: Context, *, as_: Format) -> None:
    """List the feeds of the configuration, in its order. How they fare is shown by `storywatch status`."""
    config = context.load()
    if as_ == "json":
        for feed in config.feeds:
            write_json({
                "name": feed.name, "url": shown_url(feed.url, config), "interval": durations.spell(feed.interval),
                "articles": feed.articles, "headers": list(feed.headers), "alert_backlog": feed.alert_backlog,
            })  # fmt: skip
        return
    rows = [(feed.name, durations.spell(feed.interval), feed.articles, shown_url(feed.url, config)) for feed in config.feeds]
    if as_ == "csv":
        write_csv([column.title for column in _TABLE], rows)
    elif rows or not on_terminal():
        write_table(_TABLE, rows)
    else:
        say("no feeds yet: storywatch feed add URL", err=True)


# ---------------------------------------------------------------- import


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What becomes of a list: the feeds to add, and what is said of the others, as (line, words)."""

    feeds: tuple[NewFeed, ...]
    said: tuple[tuple[int, str], ...]
    known: int


@click.command(
    "import",
    epilog=examples(
        "storywatch feed import subscriptions.opml",
        "storywatch feed import subscriptions.opml --dry-run",
        "curl -s https://example.org/blogroll.opml | storywatch feed import -",
    ),
)
@click.argument("file", metavar="FILE")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
@click.pass_obj
def import_(context: Context, *, file: str, dry_run: bool) -> int:
    """Add the feeds of an OPML list (OPML 1 and 2); - is the standard input.

    Feeds whose address is there already are left out, and named. Outlines around feeds become comments above them. A name that
    is taken gets a number. None of the feeds is asked: `storywatch check --online` does that.

    Exit code 1 when the list cannot be read, or no feed of it can be used.
    """
    config = context.load()
    name = "standard input" if file == "-" else file
    try:
        read = opml.read(_bytes(file))
    except ParseError as error:
        where, _, why = str(error).partition(": ") if str(error).startswith("line ") else ("", "", str(error))
        raise StorywatchError(f"{name}: {f'{where}: ' if where else ''}{why}; nothing was written") from None
    taken = _taken(read, Feeds(config))
    for line, words in sorted(taken.said):
        say(f"{name}:{line}: {words}", err=True)
    if not read.feeds:
        raise StorywatchError(f"{name}: names no feed (no outline has an xmlUrl); nothing was written")
    path = adding.target(config)
    if taken.feeds and not dry_run:
        adding.add(path, taken.feeds)
    if taken.feeds and dry_run:
        say_lines(adding.text_of(taken.feeds))
    left = f", {count(taken.known, 'feed')} there already" if taken.known else ""
    done = f"--dry-run: {path} was not changed; would be added" if dry_run else f"added to {path}" if taken.feeds else "added"
    say(f"{done}: {count(len(taken.feeds), 'feed')}{left}")
    if taken.feeds and not dry_run:
        say("ask each of them once: storywatch check --online")
    return 0 if taken.feeds or taken.known else 1


def _bytes(file: str) -> bytes:
    try:
        if file != "-":
            with Path(file).open("rb") as opened:
                return opened.read(opml.LARGEST + 1)
        if sys.stdin is None:
            raise StorywatchError(_NO_FILE)
        return sys.stdin.buffer.read(opml.LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise StorywatchError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _taken(read: Opml, there: Feeds) -> _Taken:
    said, feeds, known, around = list(read.faults), list[NewFeed](), 0, tuple[str, ...]()
    for outline in read.feeds:
        feed, words = _feed(outline)
        said += [(outline.line, each) for each in words]
        if feed is None:
            continue
        if already := there.at(feed.url):
            known += 1
            said.append((outline.line, f'left out: {feed.url} is there already: "{already.name}" ({already.place})'))
            continue
        free = there.free(feed.name)
        if free != feed.name:
            said.append((outline.line, f'the name "{feed.name}" is taken: it becomes "{free}"'))
        heading = (f"---- {' / '.join(outline.groups) or '(no group)'}", "") if outline.groups != around else ()
        around = outline.groups
        feed = replace(feed, name=free, comments=heading)
        there.take(feed)
        feeds.append(feed)
    return _Taken(feeds=tuple(feeds), said=tuple(said), known=known)


def _feed(outline: Outline) -> tuple[NewFeed | None, list[str]]:
    """The feed of an outline, as the configuration takes it, and what had to be left out; none where its address is none."""
    url = discover.address(outline.url).replace("${", "$%7B")
    name = outline.name.replace("${", "{").strip() or _host(url) or url
    feed = NewFeed(name=name[:120].strip(), url=url)
    if said := adding.problem(feed):
        return None, [f"left out: {said}"]
    words = []
    for key in ("interval", "articles"):
        if value := getattr(outline, key):
            fuller = replace(feed, **{key: value})
            if said := adding.problem(fuller):
                words.append(f"without its {key}: {said}")
            else:
                feed = fuller
    return feed, words


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


# ---------------------------------------------------------------- export


@click.command(
    epilog=examples(
        "storywatch feed export feeds.opml", "storywatch feed export feeds.opml --force", "storywatch feed export - | xmllint -"
    )
)
@click.argument("file", metavar="[FILE]", default="-")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.pass_obj
def export(context: Context, *, file: str, force: bool) -> None:
    """Write the feeds as an OPML 2.0 list; without FILE, or with -, to the standard output.

    Other programs read names and addresses; interval and articles go into attributes of our own, for `storywatch feed import`.
    Secrets are never written: a feed with one in its address is left out, headers are, and both are said.
    """
    config = context.load()
    outlines = list(_outlines(config))
    text = opml.write(outlines, "Storywatch feeds")
    if file == "-":
        sys.stdout.buffer.write(text.encode())
    else:
        _write(Path(file), text, force=force)
        say(f"written to {file}: {count(len(outlines), 'feed')}")


def _outlines(config: Config) -> Iterator[Outline]:
    for feed in config.feeds:
        if shown_url(feed.url, config) != feed.url:
            say(f"left out: {feed.name}: its address holds a secret", err=True)
            continue
        if feed.headers:
            say(f"{feed.name}: without its headers ({', '.join(feed.headers)})", err=True)
        yield _outline(feed, config)


def _outline(feed: Feed, config: Config) -> Outline:
    interval = "" if feed.interval == config.interval else durations.spell(feed.interval)
    articles = "" if feed.articles == "all" else feed.articles
    return Outline(url=feed.url, name=feed.name, interval=interval, articles=articles)


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        (write.replace if force else write.create)(path, text, mode=write.ALL)
    except FileExistsError:
        raise StorywatchError(f"{path}: there already; write over it with --force") from None
    except (OSError, ValueError) as error:
        raise StorywatchError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
