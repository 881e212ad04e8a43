"""The tables and keys of the configuration, for pydantic: raw fields only, each judged for itself.

Nothing here compares one key with another: pydantic does not run such a rule once a field has failed,
and a union over ``kind`` would hide every other fault of a channel whose kind is wrong. See ``check.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta, tzinfo
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

from bot.config import calendar, rules
from bot.model import THRESHOLD, ArticlePolicy, Budget, ChannelKind, OnAmbiguous, Quiet, Rhythm

T = TypeVar("T")


def _means(rule: Callable[[str], T]) -> PlainValidator:
    """A text that a rule turns into what it means."""

    def read(value: object) -> T:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "text expected")
        return rule(value)

    return PlainValidator(read)


def _one_or_more(rule: Callable[[str], str]) -> PlainValidator:
    """A text, or a list of texts that is not empty; each as the rule has it."""

    def read(value: object) -> tuple[str, ...]:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise PydanticCustomError("string_type", "text or a list of texts expected")
        return tuple(dict.fromkeys(rule(text) for text in texts))

    return PlainValidator(read)


Mention = Annotated[tuple[str, ...], _one_or_more(rules.mention)]
Name = Annotated[str, AfterValidator(rules.name)]
Slug = Annotated[str, AfterValidator(rules.slug)]
Path = Annotated[str, AfterValidator(rules.path)]
Duration = Annotated[timedelta, _means(rules.duration)]
SomeDuration = Annotated[timedelta, _means(rules.some_duration)]
Interval = Annotated[timedelta, _means(rules.interval)]
Deadline = Annotated[timedelta, _means(rules.deadline)]
Zone = Annotated[tzinfo, _means(calendar.timezone)]
Headers = dict[Annotated[str, AfterValidator(rules.header_name)], Annotated[str, AfterValidator(rules.header_value)]]


class Table(BaseModel):
    """One table of the file. The first of a field's ``examples`` shows, in a fault, how it is written."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True)


class BotTable(Table):
    """``[bot]``"""

    state: Annotated[str, AfterValidator(rules.state)] = Field(default="state/seen.sqlite3", examples=['"state/seen.sqlite3"'])
    interval: Interval = Field(default=timedelta(minutes=10), examples=['"10m"'])
    rhythm: Rhythm = Field(default="learned", examples=['"learned"'])
    contact: Annotated[str, AfterValidator(rules.contact)] | None = Field(default=None, examples=['"desk@example.org"'])
    operators: list[str] = Field(default=[], examples=['["ops"]'])
    heartbeat: Annotated[time, _means(calendar.clock)] | None = Field(default=None, examples=['"09:00"'])
    timezone: Zone | None = Field(default=None, examples=['"Europe/Berlin"'])
    healthcheck_url: Annotated[str, AfterValidator(rules.channel_address)] | None = Field(
        default=None, examples=['"${env:HEALTHCHECK_URL}"']
    )
    keep_text: Duration = Field(default=timedelta(days=90), examples=['"90d"'])
    keep_log: SomeDuration = Field(default=timedelta(days=2 * 365), examples=['"2y"'])


class NetworkTable(Table):
    """``[network]``"""

    allow: list[Annotated[str, AfterValidator(rules.network)]] = Field(default=[], examples=['["127.0.0.0/8"]'])
    host_gap: Duration = Field(default=timedelta(seconds=1), examples=['"1s"'])
    deadline: Deadline = Field(default=timedelta(seconds=30), examples=['"30s"'])
    ca: Path | None = Field(default=None, examples=['"/etc/ssl/our-ca.pem"'])
    proxy: Annotated[str, AfterValidator(rules.proxy_address)] | None = Field(
        default=None, examples=['"http://proxy.example.org:3128"']
    )


class FeedTable(Table):
    """``[[feeds]]``"""

    name: Name = Field(examples=['"Example"'])
    url: Annotated[str, AfterValidator(rules.feed_address)] = Field(examples=['"https://example.org/rss"'])
    interval: Interval | None = Field(default=None, examples=['"5m"'])
    rhythm: Rhythm | None = Field(default=None, examples=['"fixed"'])
    articles: ArticlePolicy = Field(default="all", examples=['"all"'])
    headers: Headers = Field(default={}, examples=['{ Authorization = "${env:EXAMPLE_KEY}" }'])
    alert_backlog: Annotated[int, AfterValidator(rules.backlog)] = Field(default=0, examples=["3"])


class StoryTable(Table):
    """``[[stories]]``"""

    name: Slug = Field(examples=['"openai-nato"'])
    title: Name | None = Field(default=None, examples=['"OpenAI and NATO"'])
    query: Annotated[str, AfterValidator(rules.query)] = Field(examples=['"openai AND nato"'])
    threshold: Annotated[float, AfterValidator(rules.threshold)] = Field(default=THRESHOLD, examples=["0.5"])
    channels: list[str] = Field(default=[], examples=['["newsroom"]'])
    feeds: list[str] | None = Field(default=None, examples=['["Example"]'])
    exclude_feeds: list[str] = Field(default=[], examples=['["Example"]'])
    mention: Mention = Field(default=(), examples=['"<!here>"'])
    urgent: bool = Field(default=False, examples=["true"])


class ChannelTable(Table):
    """``[[channels]]``"""

    name: Name = Field(examples=['"newsroom"'])
    kind: ChannelKind = Field(examples=['"slack"'])
    url: Annotated[str, AfterValidator(rules.channel_address)] | None = Field(
        default=None, examples=['"${env:SLACK_WEBHOOK_URL}"']
    )
    secret: Annotated[tuple[str, ...], _one_or_more(rules.signing_secret)] = Field(
        default=(), examples=['"${env:WEBHOOK_SECRET}"']
    )
    forum: bool = Field(default=False, examples=["true"])
    mention: Mention = Field(default=(), examples=['"<!here>"'])
    budget: Annotated[Budget, _means(rules.budget)] = Field(
        default=Budget(messages=20, per=timedelta(minutes=10)), examples=['"20/10m"']
    )
    timezone: Zone | None = Field(default=None, examples=['"Europe/Berlin"'])
    quiet: Annotated[tuple[Quiet, ...], PlainValidator(calendar.quiet)] = Field(default=(), examples=['"22:00-07:00"'])
    digest: Annotated[int | str | None, _means(calendar.digest)] = Field(default=None, examples=['"daily 08:00"'])
    on_ambiguous: OnAmbiguous = Field(default="resend", examples=['"hold"'])


class File(Table):
    """What one file may hold."""

    bot: BotTable | None = None
    network: NetworkTable | None = None
    feeds: list[FeedTable] = []
    concepts: dict[Annotated[str, AfterValidator(rules.concept)], Annotated[list[str], AfterValidator(rules.spellings)]] = Field(
        default={}, examples=['["OpenAI", "Open AI"]']
    )
    stories: list[StoryTable] = []
    channels: list[ChannelTable] = []
