"""What a look at a feed shows, for ``feed add`` and ``feed test``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.cli.sheet import Line, fact, line
from bot.cli.times import iso, local
from bot.config import Config
from bot.core import durations, match, pace
from bot.core.counting import count
from bot.core.examine import Examined
from bot.core.order import newest_first
from bot.core.pace import fitting, fresh
from bot.core.pace.wishes import Wishes, remembered
from bot.core.text import shorten
from bot.edge.http import Door, HostTurns
from bot.edge.pool import Pool
from bot.model import Entry, Feed, FeedState, Fetched, Receipt, Story
from bot.pipeline.look import Look, Looker, validators
from bot.workshop import user_agent

_SHOWN = 5  # items: enough to see whether it is the right feed
_HEADLINE = 90
_MOST_MATCHES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An item of which a story's rule holds by title and summary."""

    entry: Entry
    story: str
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the stories make of the items, the articles unread. ``hinted``: items that match none, but have a word of one."""

    matches: Sequence[Match] = ()
    hinted: int = 0


@contextmanager
def looker(config: Config) -> Iterator[Looker]:
    """What asks and reads, while it is open."""
    with ExitStack() as closing:
        pool = Pool(1)
        closing.callback(pool.stop, 0.0)
        turns = HostTurns(config.network.host_gap.total_seconds())
        door = Door(config.network, user_agent=user_agent(config.network.contact), turns=turns)
        closing.callback(door.close)
        yield Looker(door, pool)


def judged(entries: Sequence[Entry], stories: Sequence[Story], config: Config) -> Judged:
    """What the stories make of the items, story by story."""
    rules = match.compile_rules(stories, config.concepts)
    matches: list[list[Match]] = [[] for _ in stories]
    hinted = 0
    for entry in entries:
        receipts = match.judge_all(rules, match.Texts(title=entry.title, summary=entry.summary, article=""))
        for story, receipt, found in zip(stories, receipts, matches, strict=True):
            if receipt.holds:
                found.append(Match(entry=entry, story=story.name, receipt=receipt))
        if not any(receipt.holds for receipt in receipts):
            hinted += match.hints(rules, entry.title, entry.summary)
    return Judged(matches=[each for found in matches for each in found], hinted=hinted)


def first_items(examined: Examined) -> list[Entry]:
    """The newest items, the newest first."""
    entries = examined.parsed.entries
    return [entries[n] for n in newest_first(entries)[:_SHOWN]]


def advice(examined: Examined, answer: Fetched, usual: timedelta) -> timedelta:
    """The interval that fits the feed."""
    return fitting.interval(spread(examined), max(fresh_for(answer) or 0, examined.wishes.every or 0), usual)


def stretched(examined: Examined, answer: Fetched, feed: Feed) -> timedelta:
    """How long a poll that got this answer would leave the feed alone, before anything is learned of its rhythm."""
    state = remembered(FeedState(name=feed.name, url=feed.place), examined.wishes)
    waits = pace.wait(state, feed, datetime.now(UTC), fresh_for(answer))
    return timedelta(seconds=round(waits.total_seconds()))


def fresh_for(answer: Fetched) -> int | None:
    """The seconds that a poll would take the answer to stay fresh, rounded."""
    return round(fresh.seconds(answer.headers, datetime.now(UTC)) or 0) or None


def spread(examined: Examined) -> fitting.Spread | None:
    """How its dated items lie in time."""
    return fitting.spread(entry.published for entry in examined.parsed.entries)


def skipped(wishes: Wishes) -> tuple[list[int], list[int]]:
    """The hours (GMT) and the days (0: Monday) that a document asks to skip."""
    return [hour for hour in range(24) if wishes.hours >> hour & 1], [day for day in range(7) if wishes.days >> day & 1]


# ---------------------------------------------------------------- for people


def seen_lines(examined: Examined, found: Judged, *, stories: int) -> Iterator[Line]:
    """The items, and what the stories make of them."""
    entries = examined.parsed.entries
    yield fact("title", examined.parsed.title or "(none)")
    yield fact("format", examined.format)
    yield fact("items", f"{len(entries)}" + (f", the {min(_SHOWN, len(entries))} newest:" if entries else ""))
    for entry in first_items(examined):
        when = local(entry.published) or "no date"
        outlet = f"  ({entry.source})" if entry.source else ""
        yield line(f"    {when:<16}  ", (shorten(entry.title or "(no title)", _HEADLINE), "head"), outlet)
    if stories:
        yield from _match_lines(found)


def _match_lines(found: Judged) -> Iterator[Line]:
    matches = found.matches
    yield fact("matches", f"{count(len(matches), 'item')} by title and summary" + (":" if matches else ""))
    for each in matches[:_MOST_MATCHES]:
        yield line(f"    {each.story} {each.receipt.score:.2f}  ", (shorten(each.entry.title, _HEADLINE), "head"))
    if len(matches) > _MOST_MATCHES:
        yield line(f"    and {len(matches) - _MOST_MATCHES} more")
    if found.hinted:
        yield line(f"    {count(found.hinted, 'more item')} with a word of a story: the articles decide")


def server_lines(look: Look, again: str, examined: Examined, feed: Feed) -> Iterator[Line]:
    """What the server says, how large the document is, how often to ask."""
    answer = look.answer
    if answer is None:
        return
    tags = validators(answer)
    named = ", ".join({"etag": "ETag", "last-modified": "Last-Modified"}[name] for name in tags)
    yield fact("validators", f"{named or 'none'}; {again}")
    yield fact("size", f"{len(answer.body) / 1000:.0f} KB")
    yield fact("rhythm", _rhythm_words(spread(examined)))
    if said := list(_asked_words(answer, examined.wishes)):
        yield fact("asked for", "; ".join(said))
    yield fact("interval", _interval_words(advice(examined, answer, feed.interval), feed, stretched(examined, answer, feed)))


def _interval_words(fits: timedelta, feed: Feed, waits: timedelta) -> str:
    words = f'"{durations.spell(fits)}" would fit; yours is "{durations.spell(feed.interval)}"'
    return words if waits == feed.interval else f"{words}, which what is asked for makes {spelled(waits)}"


def _rhythm_words(found: fitting.Spread | None) -> str:
    if found is None:
        return "cannot be told: fewer than three dated items"
    return f"{spelled(found.gap)} between two items (median), {spelled(found.span)} from the oldest to the newest"


def _asked_words(answer: Fetched, wishes: Wishes) -> Iterator[str]:
    """What the server and the document say about how often to ask."""
    if seconds := fresh_for(answer):
        yield f"fresh for {spelled(timedelta(seconds=seconds))} (Cache-Control, Expires)"
    if wishes.ttl:
        yield f"ttl {spelled(timedelta(seconds=wishes.ttl))}"
    if wishes.period:
        yield f"updated every {spelled(timedelta(seconds=wishes.period))} (sy:)"
    hours, days = skipped(wishes)
    if hours:
        yield f"silent at {', '.join(f'{hour:02}' for hour in hours)} h GMT"
    if days:
        yield f"silent on {', '.join(_DAYS[day] for day in days)}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def spelled(duration: timedelta) -> str:
    """A duration in its two largest units: 3d4h."""
    unit = next((size for size in (86400, 3600, 60) if duration.total_seconds() >= size), 1)
    step = {86400: 3600, 3600: 60}.get(unit, 1)
    return durations.spell(timedelta(seconds=round(duration.total_seconds() / step) * step))


def shown_url(url: str, config: Config) -> str:
    """An address without the secrets that the configuration put into it."""
    for secret in sorted((each.reveal() for each in config.secrets), key=len, reverse=True):
        url = url.replace(secret, "***")
    return url


# ---------------------------------------------------------------- for programs


def item_json(entry: Entry) -> dict[str, object]:
    """An item as the log would have it."""
    return {
        "guid": entry.guid, "url": entry.url, "title": entry.title, "published": iso(entry.published), "source": entry.source,
    }  # fmt: skip
