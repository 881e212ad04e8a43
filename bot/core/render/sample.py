"""What ``alerts test`` sends: an alert as it looks in earnest, marked as a test."""

from __future__ import annotations

from datetime import datetime

from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, Channel, Foreign, Story

_OUTLETS = (Foreign("Example Times"), Foreign("Sample Wire"))


def sample(alert_id: str, channel: Channel, story: Story | None, now: datetime) -> Alert:
    """An alert about nothing, as the story's would look in the channel; its link leads to example.org."""
    title = Foreign("A sample headline: your alerts will look like this one")
    return Alert(
        id=alert_id,
        type="test",
        channel=channel.name,
        created=now,
        story=story.name if story else "",
        story_title=story.title if story else "",
        entries=(
            AlertEntry(
                development=AlertDevelopment(id="sample", headline=title, items=2, outlets=_OUTLETS),
                item=AlertItem(
                    id="0",
                    feed="sample",
                    outlet=_OUTLETS[0],
                    title=title,
                    url=Foreign("https://example.org/"),
                    published=now,
                    first_seen=now,
                ),
                match=AlertMatch(
                    score=1.0,
                    terms=(Foreign("sentence"), Foreign("article")),
                    where="article",
                    sentence=Foreign("Here stands the sentence of the article in which the words of your story are clearest."),
                ),
            ),
        ),
    )
