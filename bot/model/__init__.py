"""The frozen types that pass between the rooms of the house.

Everything here is a plain value: no behaviour beyond reading itself, no imports of ours. Times are aware
datetimes in UTC; durations are ``timedelta``, or seconds as ``float``.
"""

from bot.model.alerts import (
    Alert,
    AlertDevelopment,
    AlertEntry,
    AlertItem,
    AlertMatch,
    AlertState,
    AlertType,
    Answer,
    Attempt,
    OutboxRow,
    Payload,
    Queued,
)
from bot.model.log import Candidate, FeedState, Hit, Item, Judgement, LogRow, NewItem, Print, Receipt, Verdict, VerdictName, Where
from bot.model.settings import ArticlePolicy, Budget, Channel, ChannelKind, Feed, Network, Secret, Story
from bot.model.web import Article, Entry, Fetched, FetchFailure, ParsedFeed

__all__ = [
    "Alert",
    "AlertDevelopment",
    "AlertEntry",
    "AlertItem",
    "AlertMatch",
    "AlertState",
    "AlertType",
    "Answer",
    "Article",
    "ArticlePolicy",
    "Attempt",
    "Budget",
    "Candidate",
    "Channel",
    "ChannelKind",
    "Entry",
    "Feed",
    "FeedState",
    "FetchFailure",
    "Fetched",
    "Hit",
    "Item",
    "Judgement",
    "LogRow",
    "Network",
    "NewItem",
    "OutboxRow",
    "ParsedFeed",
    "Payload",
    "Print",
    "Queued",
    "Receipt",
    "Secret",
    "Story",
    "Verdict",
    "VerdictName",
    "Where",
]
