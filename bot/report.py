"""What the bot says of its work: one event, one line, with fields for machines. Feed text is made harmless here."""

from __future__ import annotations

import logging

from bot.core.text import clean
from bot.model import FeedState
from bot.pipeline import Judged, Polled, Sent


def said(log: logging.Logger, level: int, event: str, message: str, **fields: object) -> None:
    """One event: ``message`` for people, ``event`` and ``fields`` for ``--log-format json``."""
    log.log(level, "%s", message, extra={"event": event, "fields": fields})


def safe(text: str) -> str:
    """Text of a feed or of the configuration for a log line: one line, no control characters, not endless."""
    return clean(text, 200)


def polled(log: logging.Logger, before: FeedState, poll: Polled) -> None:
    """A poll: loud when the feed breaks or comes back, else only when it brought something."""
    name, after = safe(poll.feed), poll.state
    fields = {"feed": poll.feed, "new": poll.new}
    if after.problem is not None:
        level = logging.WARNING if after.problem != before.problem or (after.lasting and not before.lasting) else logging.INFO
        message = f"feed {name}: {safe(after.problem)} (failure {after.failures} in a row)"
        said(log, level, "feed.failed", message, feed=poll.feed, problem=safe(after.problem), failures=after.failures)
        return
    if before.problem is not None:
        said(log, logging.INFO, "feed.recovered", f"feed {name}: works again", feed=poll.feed)
    if poll.note:
        said(log, logging.WARNING, "feed.partial", f"feed {name}: {safe(poll.note)}", **fields)
    level = logging.INFO if poll.new else logging.DEBUG
    first = " (its first poll: a baseline)" if before.first_polled is None else ""
    said(log, level, "feed.polled", f"feed {name}: {poll.new} new{first}", **fields)


def judged(log: logging.Logger, judgement: Judged) -> None:
    """An item's verdicts: what holds is information, the rest is detail."""
    item, article = judgement.item, safe(judgement.article.note)
    for verdict in judgement.verdicts:
        level = logging.INFO if verdict.verdict == "match" else logging.DEBUG
        message = f"{verdict.verdict} for {verdict.story}: item {item.id} {safe(item.title)!r} ({safe(verdict.why)})"
        said(
            log, level, "item.judged", message, item=item.id, feed=item.feed, story=verdict.story, verdict=verdict.verdict,
            development=verdict.development, article=article,
        )  # fmt: skip


def sent(log: logging.Logger, outcome: Sent) -> None:
    """What became of an alert at its channel."""
    alert = outcome.alert
    headline = f" {safe(alert.entries[0].item.title)!r}" if alert.entries else ""
    what = f"{alert.type} {alert.id}{headline}"
    fields = {"alert": alert.id, "channel": alert.channel, "type": alert.type, "story": alert.story}
    channel = safe(alert.channel)
    if outcome.state == "delivered":
        said(log, logging.INFO, "alert.delivered", f"channel {channel}: delivered {what}", **fields)
    elif outcome.state == "retry":
        when = f", next try {outcome.due:%Y-%m-%d %H:%M:%S} UTC" if outcome.due else ""
        said(log, logging.WARNING, "alert.retry", f"channel {channel}: {what} not accepted: {safe(outcome.why)}{when}", **fields)
    else:
        hint = "; after repair: storywatch alerts retry"
        said(log, logging.ERROR, "alert.parked", f"channel {channel}: {what} refused: {safe(outcome.why)}{hint}", **fields)
