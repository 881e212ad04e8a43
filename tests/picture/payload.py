"""The alert in the picture: a report of the shipped story, judged by the shipped rule and rendered for Slack.

Only the report is made up: its outlets do not exist, its words are ours. The rest is what the bot would make of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.config import load
from bot.core import match
from bot.core.render import slack
from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, Foreign

CONFIG = Path(__file__).parents[2] / "config"
PUBLISHED, SENT = datetime(2026, 3, 3, 14, 5, tzinfo=UTC), datetime(2026, 3, 3, 14, 7, tzinfo=UTC)
# The headline alone is no match: what counts stands in the article.
TITLE = "AI firm's chief corrects himself on classified networks"
ARTICLE = (
    "OpenAI is considering a contract to run its models on NATO's unclassified networks, days after it struck a deal with "
    "the Pentagon, a person familiar with the talks said. Its chief executive had first told staff that the networks in "
    "question were classified ones."
)
OUTLETS = ("The Meridian Post", "Harbour Wire", "Abendbote")


def alert() -> Alert:
    """The alert as the channel ``newsroom`` would get it."""
    config = load(CONFIG, {})
    (story,) = (story for story in config.stories if story.name == "openai-nato")
    receipt = match.judge(match.compile_rule(story, config.concepts), match.Texts(title=TITLE, summary="", article=ARTICLE))
    assert receipt.holds, receipt.why
    entry = AlertEntry(
        development=AlertDevelopment(id="1", headline=Foreign(TITLE), items=len(OUTLETS), outlets=tuple(map(Foreign, OUTLETS))),
        item=AlertItem(
            id="1",
            feed=OUTLETS[0],
            outlet=Foreign(OUTLETS[0]),
            title=Foreign(TITLE),
            url=Foreign("https://meridian.example/2026/03/03/classified-networks"),
            published=PUBLISHED,
            first_seen=SENT,
        ),
        match=AlertMatch(
            score=receipt.score, terms=tuple(map(Foreign, receipt.terms)), where=receipt.where, sentence=Foreign(receipt.sentence)
        ),
    )
    return Alert(
        id="1",
        type="development.new",
        channel="newsroom",
        created=SENT,
        story=story.name,
        story_title=story.title,
        entries=(entry,),
    )


def message() -> dict[str, Any]:
    """Its one Slack message, as it is posted."""
    (only,) = slack.render(alert())
    return only
