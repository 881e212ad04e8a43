"""The configuration that the bot ships with: it is right, whole, and each line of advice in it works."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.cli.main import main
from bot.config import Config, load
from bot.config.schema import BotTable, ChannelTable, FeedTable, NetworkTable, Table
from bot.core import match
from bot.edge.http.urls import parse

CONFIG = Path(__file__).parents[1] / "config"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in CONFIG.glob("*.toml")}
FEEDS: list[dict[str, Any]] = tomllib.loads(TEXTS["feeds.toml"])["feeds"]
SEARCHES = [feed for feed in FEEDS if urlsplit(feed["url"]).hostname == "news.google.com"]
IN_LANGUAGES = [feed for feed in SEARCHES if "site:" not in feed["url"]]
MARK = re.compile(
    r"^name = \"(?P<name>[^\"]+)\" +# (?:[A-Z][a-z]+; )?(?P<mark>seen in public feed lists|not checked)$", re.MULTILINE
)

# hl, gl and ceid as Google News itself puts them into the address of its editions (SearXNG keeps a list of the ceids).
# The last column: what the letters of the language's own script are called in Unicode.
EDITIONS = {
    "en-US": ("US", "US:en", "LATIN"), "fr": ("FR", "FR:fr", "LATIN"), "de": ("DE", "DE:de", "LATIN"),
    "es": ("ES", "ES:es", "LATIN"), "pt-BR": ("BR", "BR:pt-419", "LATIN"), "it": ("IT", "IT:it", "LATIN"),
    "nl": ("NL", "NL:nl", "LATIN"), "pl": ("PL", "PL:pl", "LATIN"), "tr": ("TR", "TR:tr", "LATIN"),
    "el": ("GR", "GR:el", "GREEK"), "uk": ("UA", "UA:uk", "CYRILLIC"), "ru": ("RU", "RU:ru", "CYRILLIC"),
    "ar": ("EG", "EG:ar", "ARABIC"), "he": ("IL", "IL:he", "HEBREW"), "hi": ("IN", "IN:hi", "DEVANAGARI"),
    "ja": ("JP", "JP:ja", "KATAKANA"), "ko": ("KR", "KR:ko", "HANGUL"),
    "zh-CN": ("CN", "CN:zh-Hans", "CJK"), "zh-TW": ("TW", "TW:zh-Hant", "CJK"),
}  # fmt: skip


def named(feed: dict[str, Any]) -> str:
    return str(feed["name"])


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load(CONFIG, {})


# ---------------------------------------------------------------- the whole


def test_the_shipped_configuration_is_right_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    assert load(CONFIG, {}).warnings == ()
    assert main(["--config", str(CONFIG), "check"]) == 0
    assert capsys.readouterr().err == ""


def test_it_tells_somebody_who_has_set_up_nothing(shipped: Config) -> None:
    (channel,) = shipped.channels
    assert channel.kind == "console"
    assert all(channel.name in story.channels for story in shipped.stories)


# ---------------------------------------------------------------- feeds


def test_there_are_feeds_enough_and_none_twice() -> None:
    assert len(FEEDS) >= 36
    for key in ("name", "url"):
        values = [feed[key].casefold().rstrip("/") for feed in FEEDS]
        assert len(set(values)) == len(values)


@pytest.mark.parametrize("feed", FEEDS, ids=named)
def test_an_address_is_https_and_can_be_asked(feed: dict[str, Any]) -> None:
    assert feed["url"].startswith("https://")
    assert parse(feed["url"]).target.isascii(), "letters of every script are encoded on the way"


def test_behind_every_name_stands_what_is_known_of_the_address() -> None:
    marks = {found["name"]: found["mark"] for found in MARK.finditer(TEXTS["feeds.toml"])}
    assert [named(feed) for feed in FEEDS] == list(marks)
    assert {marks[named(feed)] for feed in SEARCHES} == {"not checked"}
    head = TEXTS["feeds.toml"].partition("[[feeds]]")[0]
    assert all(mark in head for mark in set(marks.values())), "the file says what each mark means"


def test_feeds_that_are_known_dead_are_not_among_them() -> None:
    """Reuters and AP have no public feed, NATO's and the White House's old ones answer 404, Politico's 403."""
    hosts = {str(urlsplit(feed["url"]).hostname) for feed in FEEDS}
    gone = ("reuters.com", "apnews.com", "nato.int", "a.dj.com", "defense.gov", "politico.com", "rsshub.app")
    assert not [host for host in hosts if host.endswith(gone)]


# ---------------------------------------------------------------- searches


def parameters(feed: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, (value,) in parse_qs(urlsplit(feed["url"]).query, strict_parsing=True).items()}


@pytest.mark.parametrize("feed", SEARCHES, ids=named)
def test_a_search_names_an_edition_of_google_news(feed: dict[str, Any]) -> None:
    asked = parameters(feed)
    country, edition, _ = EDITIONS[asked["hl"]]
    assert (asked["gl"], asked["ceid"]) == (country, edition)
    assert set(asked) == {"q", "hl", "gl", "ceid"}
    assert feed["articles"] == "never", "its links cannot be read as articles"


def test_searches_are_made_in_many_languages_each_once() -> None:
    languages = [parameters(feed)["hl"] for feed in IN_LANGUAGES]
    assert len(languages) == len(set(languages)) >= 8


@pytest.mark.parametrize("feed", IN_LANGUAGES, ids=named)
def test_a_search_is_spelled_in_the_script_of_its_language(feed: dict[str, Any]) -> None:
    asked = parameters(feed)
    letters = {unicodedata.name(letter, "").split()[0] for letter in asked["q"] if letter.isalpha()}
    assert EDITIONS[asked["hl"]][2] in letters


@pytest.mark.parametrize("feed", IN_LANGUAGES, ids=named)
def test_what_a_search_asks_for_the_story_recognises(feed: dict[str, Any], shipped: Config) -> None:
    """A headline found by every pair of the search's words is a match: else the search would fetch what nobody wants."""
    query = re.sub(r" when:\d+d$", "", parameters(feed)["q"])
    companies, places = (part.strip("()").split(" OR ") for part in re.split(r" (?=\([^)]*\)$)", query))
    (story,) = (story for story in shipped.stories if story.name == "openai-nato")
    rule = match.compile_rule(story, shipped.concepts)
    for company in companies:
        for place in places:
            receipt = match.judge(rule, match.Texts(title=f"{company} – {place}", summary="", article=""))
            assert receipt.holds, f"{company}, {place}: {receipt.why}"


def test_google_is_asked_no_more_than_once_a_minute(shipped: Config) -> None:
    a_day = sum(timedelta(days=1) / feed.interval for feed in shipped.feeds if "news.google.com" in feed.url)
    assert a_day <= 24 * 60


# ---------------------------------------------------------------- the advice in comments


@pytest.mark.parametrize(
    ("file", "table"),
    [("bot.toml", BotTable), ("bot.toml", NetworkTable), ("bot.toml", ChannelTable), ("feeds.toml", FeedTable)],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_every_option_is_shown_or_explained(file: str, table: type[Table]) -> None:
    missing = [key for key in table.model_fields if not re.search(rf"^#?\s*{key}\b", TEXTS[file], re.MULTILINE)]
    assert missing == []


def test_what_is_switched_off_works_when_it_is_switched_on(tmp_path: Path) -> None:
    """Every commented line of TOML at once. The file of a secret is replaced by a variable: it is nobody's here."""
    line = re.compile(r"^# (?=\[\[\w+\]\]$|\w+ = )", re.MULTILINE)
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(line.sub("", text), encoding="utf-8")
    bot = (tmp_path / "bot.toml").read_text(encoding="utf-8")
    bot = bot.replace("${file:/run/secrets/slack-ops}", "${env:OPS_URL}").replace("/etc/ssl/our-ca.pem", str(CONFIG / "bot.toml"))
    (tmp_path / "bot.toml").write_text(bot, encoding="utf-8")
    address = "https://hooks.slack.com/services/T0/B0/x"
    environ = {"SLACK_WEBHOOK_URL": address, "DISCORD_WEBHOOK_URL": address, "OPS_URL": address, "HEALTHCHECK_URL": address}
    environ |= dict.fromkeys(("FORUM_WEBHOOK_URL", "MATTERMOST_WEBHOOK_URL", "TEAMS_WEBHOOK_URL"), address)
    on = load(tmp_path, environ | {"ARCHIVE_SECRET": "whsec_" + "QUJD" * 11})
    kinds = ["console", "slack", "discord", "discord", "mattermost", "teams", "webhook", "slack"]
    assert [channel.kind for channel in on.channels] == kinds
    assert [channel.name for channel in on.channels if channel.forum] == ["forum"]
    assert [channel.name for channel in on.channels if channel.mention] == ["newsroom", "discord", "chat"]
    assert on.operators == ("ops",)
    assert on.network.allow
