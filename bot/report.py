"""What the bot says of its work: one event, one line, with fields for machines. Feed text is made harmless here."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.core.counting import count
from bot.core.text import clean
from bot.model import Alert, FeedState
from bot.pipeline import Judged, Polled, Sent


def said(log: logging.Logger, level: int, event: str, message: str, **fields: object) -> None:
    """One event: ``message`` for people, ``event`` and ``fields`` for ``--log-format json``."""
    log.log(level, "%s", message, extra={"event": event, "fields": fields})


def safe(text: str) -> str:
    """Text of a feed or of the configuration for a log line: one line, no control characters, not endless."""
    return clean(text, 200)


def polled(log: logging.Logger, before: FeedState, poll: Polled) -> None:
    """A poll: loud when the feed breaks or comes back, else only when it brought something."""
    after = poll.state
    if not (poll.new or poll.note or after.problem or before.problem or log.isEnabledFor(logging.DEBUG)):
        return  # most polls: nothing to say, so nothing is made ready to be said
    name, fields = safe(poll.feed), {"feed": poll.feed, "new": poll.new}
    if after.problem is not None:
        level = logging.WARNING if after.problem != before.problem or (after.lasting and not before.lasting) else logging.INFO
        again = f" ({after.failures} times in a row)" if after.failures > 1 else ""
        message = f"feed {name}: {safe(after.problem)}{again}"
        said(log, level, "feed.failed", message, feed=poll.feed, problem=safe(after.problem), failures=after.failures)
        return
    if before.problem is not None:
        said(log, logging.INFO, "feed.recovered", f"feed {name}: works again", feed=poll.feed)
    if poll.note:
        said(log, logging.WARNING, "feed.partial", f"feed {name}: {safe(poll.note)}", **fields)
    level = logging.INFO if poll.new else logging.DEBUG
    first = " (its first poll: a baseline)" if before.first_polled is None else ""
    said(log, level, "feed.polled", f"feed {name}: {_new(poll.new)}{first}", **fields)


def judged(log: logging.Logger, done: Judged) -> None:
    """An item's verdicts: what holds is information, the rest is detail."""
    judgement = done.judgement
    item = judgement.item
    if judgement.article.deadly:
        what = f"item {item.id} {_headline(item.title)} of feed {safe(item.feed)}"
        message = f"{what}: {safe(judgement.article.note)}; judged on title and summary"
        said(log, logging.WARNING, "item.deadly", message, item=str(item.id), feed=item.feed, url=item.url)
    for verdict in judgement.verdicts:
        level = logging.INFO if verdict.verdict == "match" else logging.DEBUG
        if not log.isEnabledFor(level):
            continue
        message = f"{verdict.verdict} for {verdict.story}: item {item.id} {_headline(item.title)} ({safe(verdict.why)})"
        said(
            log, level, "item.judged", message, item=str(item.id), feed=item.feed, story=verdict.story, verdict=verdict.verdict,
            development=None if verdict.development is None else str(verdict.development), article=safe(judgement.article.note),
        )  # fmt: skip


def sent(log: logging.Logger, outcome: Sent) -> None:
    """What became of an alert at its channel."""
    alert = outcome.alert
    what = f"{alert.type} {alert.id}{_about(alert)}"
    fields = {"alert": alert.id, "channel": alert.channel, "type": alert.type, "story": alert.story, "why": outcome.why}
    channel, why = safe(alert.channel), safe(outcome.why)
    if outcome.state == "delivered":
        said(log, logging.INFO, "alert.delivered", f"channel {channel}: delivered {what}", **fields)
    elif outcome.state == "sending":
        said(log, logging.INFO, "alert.cut", f"channel {channel}: {what} {safe(outcome.why)}; it is sent again", **fields)
    elif outcome.state == "paused":
        said(log, logging.INFO, "alert.paused", f"channel {channel}: {what}: {why}", **fields)
    elif outcome.state == "retry":
        when = f", next try {outcome.due:%Y-%m-%d %H:%M:%S} UTC" if outcome.due else ""
        said(log, logging.WARNING, "alert.retry", f"channel {channel}: {what} not accepted: {why}{when}", **fields)
    elif outcome.state == "disabled":
        hint = "the channel is disabled, its alerts wait; after repair: storywatch alerts retry"
        said(log, logging.ERROR, "channel.disabled", f"channel {channel}: {what} refused: {why}; {hint}", **fields)
    else:
        hint = "; after repair: storywatch alerts retry"
        said(log, logging.ERROR, "alert.parked", f"channel {channel}: {what} refused: {why}{hint}", **fields)


def freed(log: logging.Logger, channels: Sequence[str]) -> None:
    """Channels that were disabled and were given another address since."""
    for name in channels:
        said(log, logging.INFO, "channel.enabled", f"channel {safe(name)}: its address was changed; enabled again", channel=name)


def _new(number: int) -> str:
    return count(number, "new item") if number else "nothing new"


def _headline(title: str) -> str:
    return f'"{safe(title) or "(no title)"}"'


def _about(alert: Alert) -> str:
    """What an alert names: its item, or how many of them."""
    if len(alert.entries) == 1:
        return f" {_headline(alert.entries[0].item.title.raw)}"
    return f" of {len(alert.entries)} items" if alert.entries else ""
