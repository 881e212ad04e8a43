"""``storywatch feed test``: what a feed gives, and what is wrong with it. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import click

from bot.cli import progress, sheet
from bot.cli.context import Context, examples
from bot.cli.feedlook import (
    Judged,
    advice,
    first_items,
    fresh_for,
    item_json,
    judged,
    looker,
    seen_lines,
    server_lines,
    shown_url,
    skipped,
    spread,
    stretched,
)
from bot.cli.output import write_json
from bot.cli.sheet import Line, fact, line
from bot.cli.times import iso
from bot.config import Config
from bot.config.explain import near
from bot.core import discover, durations
from bot.core.discover import Link
from bot.core.examine import Examined
from bot.errors import StorywatchError
from bot.model import Feed, Fetched, FetchFailure, Story
from bot.pipeline.look import Look, validators

_Again: TypeAlias = Literal["304", "same", "other", "failed", "none"]
_AGAIN: Mapping[_Again, str] = {
    "304": "a second request was answered 304 (nothing new), so polls are cheap",
    "same": "a second request brought the same document once more, not 304",
    "other": "a second request brought another document, not 304",
    "failed": "a second request failed",
    "none": "every poll takes the whole document",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tested:
    """All that was found of one feed. ``links``: the feeds that stand in the page that was there instead of one."""

    name: str | None
    look: Look
    again: _Again = "none"
    found: Judged = field(default_factory=Judged)
    stories: Sequence[Story] = ()
    links: Sequence[Link] = field(default=())


@click.command(
    epilog=examples(
        "storywatch feed test https://example.org/feed.xml",
        'storywatch feed test "BBC World"',
        "storywatch feed test example.org --json",
    )
)
@click.argument("feed", metavar="URL|NAME")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def test(context: Context, *, feed: str, as_json: bool) -> int:
    """Show what a feed gives, and what is wrong with it. Nothing is recorded, and a running bot is not in the way.

    Asked twice: as for the first time, and then with the validators of that answer, as a poll is. Shown are format, title and
    newest items, which items the stories would match on title and summary (their articles are not read), validators, size,
    rhythm of publishing, what feed and server say about how often to ask and what polls make of it, and faults: a web page or a
    robot check instead of a feed, a document that is cut off or not well-formed, items without guid, date or address, dates that
    cannot be believed.

    Exit code 1 when it gives nothing usable.
    """
    config = context.load()
    done = _test(config, feed)
    if as_json:
        write_json(_as_json(done, config))
    else:
        sheet.write(_lines(done, config))
    return 0 if done.look.examined is not None else 1


def _test(config: Config, text: str) -> _Tested:
    known = next((each for each in config.feeds if each.name == text), None)
    url = known.url if known else discover.address(text)
    if known is None and "://" not in url:
        names = {each.name for each in config.feeds}
        raise StorywatchError(
            f"{text}: neither an address nor a feed of the configuration{near(text, names)}; see storywatch feed list"
        )
    private = known.headers if known else {}
    with progress.bar("asking"), looker(config) as looking:
        if known:
            look, links = looking.look(url, private=private), tuple[Link, ...]()
        else:
            sought = looking.seek(url)
            look, links = sought.look, sought.links
        if look.examined is None:
            return _Tested(name=known.name if known else None, look=look, links=links)
        again = _again(look, looking.again(look, private=private))
    stories = [story for story in config.stories if (story.watches(known.name) if known else story.feeds is None)]
    found = judged(look.examined.parsed.entries, stories, config)
    return _Tested(name=known.name if known else None, look=look, again=again, found=found, stories=stories)


def _again(look: Look, second: Fetched | FetchFailure | None) -> _Again:
    match second:
        case None:
            return "none"
        case Fetched(status=304):
            return "304"
        case Fetched(status=200, body=body):
            return "same" if look.answer is not None and body == look.answer.body else "other"
        case _:
            return "failed"


# ---------------------------------------------------------------- the answer


def _lines(done: _Tested, config: Config) -> Iterator[Line]:
    look = done.look
    shown = shown_url(look.url, config)
    yield line((f"{done.name}  " if done.name else "", "head"), shown)
    if look.answer is not None and look.answer.url != look.url:
        yield fact("redirected", f"to {shown_url(look.answer.url, config)}")
    if look.examined is None:
        yield fact("problem", look.problem or "")
        yield from (fact("its feeds", f"{link.url}  {link.title}".rstrip()) for link in done.links)
        if done.links:
            yield fact("", f"storywatch feed add {shown}")
        return
    yield from seen_lines(look.examined, done.found, stories=len(done.stories))
    yield from server_lines(look, _AGAIN[done.again], look.examined, _feed(done, config))
    yield from (fact("faults", each) for each in look.examined.faults or ("none found",))


def _feed(done: _Tested, config: Config) -> Feed:
    """The feed as it is configured, or as it would be."""
    new = Feed(name="", url=done.look.url, interval=config.interval)
    return next((feed for feed in config.feeds if feed.name == done.name), new)


def _as_json(done: _Tested, config: Config) -> dict[str, object]:
    look, examined = done.look, done.look.examined
    whole: dict[str, object] = {
        "feed": done.name, "url": shown_url(look.url, config), "ok": examined is not None, "problem": look.problem,
        "final_url": shown_url(look.answer.url, config) if look.answer else None,
        "status": look.answer.status if look.answer else None,
    }  # fmt: skip
    if examined is None or look.answer is None:
        return whole | {"links": [{"url": link.url, "title": link.title, "kind": link.kind} for link in done.links]}
    return whole | _content_json(done, examined) | _server_json(done, examined, look.answer, config)


def _content_json(done: _Tested, examined: Examined) -> dict[str, object]:
    dates = [entry.published for entry in examined.parsed.entries if entry.published]
    return {
        "format": examined.format, "title": examined.parsed.title, "items": len(examined.parsed.entries),
        "newest": iso(max(dates, default=None)), "oldest": iso(min(dates, default=None)),
        "newest_items": [item_json(entry) for entry in first_items(examined)],
        "matches": [
            {
                "story": each.story, "score": each.receipt.score, "terms": list(each.receipt.terms), "where": each.receipt.where,
                "why": each.receipt.why, "item": item_json(each.entry),
            }
            for each in done.found.matches
        ],
        "hinted": done.found.hinted,
    }  # fmt: skip


def _server_json(done: _Tested, examined: Examined, answer: Fetched, config: Config) -> dict[str, object]:
    found, told = spread(examined), examined.wishes
    hours, days = skipped(told)
    feed = _feed(done, config)
    return {
        "validators": validators(answer), "second_request": done.again, "bytes": len(answer.body),
        "median_gap_seconds": found.gap.total_seconds() if found else None,
        "span_seconds": found.span.total_seconds() if found else None,
        "fresh_seconds": fresh_for(answer), "ttl_seconds": told.ttl or None, "period_seconds": told.period or None,
        "skip_hours": hours, "skip_days": days,
        "cache_control": answer.headers.get("cache-control"), "expires": answer.headers.get("expires"),
        "interval": durations.spell(feed.interval), "fitting_interval": durations.spell(advice(examined, answer, feed.interval)),
        "stretched_interval": durations.spell(stretched(examined, answer, feed)), "faults": list(examined.faults),
    }  # fmt: skip
