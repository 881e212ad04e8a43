"""The daily word to the operators: silence is good news only when it is said which kind it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit, urlunsplit

from bot.core.counting import count
from bot.core.moments import iso
from bot.core.pace import STRETCH
from bot.model import Feed, FeedState

NAMED = 5  # feeds that are not fresh and named


def due(at: time, last: datetime, local: datetime) -> bool:
    """Whether the time of the day ``at`` has come since ``last``; ``local`` is now, in the reader's zone."""
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    latest = today if today <= local else today - timedelta(days=1)
    return last < latest


def words(
    feeds: Sequence[Feed],
    states: Mapping[str, FeedState],
    now: datetime,
    *,
    listed: int,
    matched: int,
    outage: datetime | None,
) -> str:
    """How things are: how many feeds are fresh, which are not, and what came since the last word.

    ``listed``: new items since then, ``matched``: those that hold a story's rule; ``outage``: since when our network is away.
    """
    stale = [feed.name for feed in feeds if not _fresh(feed, states.get(feed.name), now)]
    parts = [f"{len(feeds) - len(stale)} of {count(len(feeds), 'feed')} fresh"]
    if outage is not None:
        parts.append(f"our own network seems to be down since {iso(outage)}")
    elif stale:
        more = f" and {len(stale) - NAMED} more" if len(stale) > NAMED else ""
        parts.append(f"not fresh: {', '.join(stale[:NAMED])}{more}")
    coverage = f"{count(matched, 'item')} of new coverage" if matched else "no new coverage"
    parts.append(f"{coverage} among {count(listed, 'new item')}" if listed else f"{coverage}, for no feed listed anything new")
    return ", ".join(parts)


def failing(url: str) -> str:
    """The address that tells a dead-man service of a failure (healthchecks.io: ``/fail`` behind the path)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/fail"))


def _fresh(feed: Feed, state: FeedState | None, now: datetime) -> bool:
    """Whether a feed answered well within twice the longest time that may lie between two polls of it, or an hour."""
    if state is None or state.last_ok is None or state.problem is not None:
        return False
    return now - state.last_ok <= max(timedelta(hours=1), feed.interval * STRETCH * 2)
