"""config/*.toml -> Config: what a right configuration means. What is wrong with one: test_config_faults.py."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest

from bot.config import Config, load
from bot.errors import ConfigError
from bot.model import Budget, Channel, Feed, Network, Secret, Story

Write: TypeAlias = Callable[..., Path]
KEY = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="

CONTRACT = {
    "bot.toml": f"""
[bot]
state = "state/seen.sqlite3"
interval = "10m"
contact = "desk@example.org"
operators = ["ops"]
keep_text = "90d"
[network]
allow = ["127.0.0.0/8"]
host_gap = "0s"
deadline = "20s"
proxy = "http://user:proxypassword@proxy.example:3128"
[[channels]]
name = "newsroom"
kind = "slack"
url = "${{env:SLACK_WEBHOOK_URL}}"
budget = "5/1h"
[[channels]]
name = "ops"
kind = "console"
[[channels]]
name = "hook"
kind = "webhook"
url = "https://hooks.example.org/a-long-way-in"
secret = "{KEY}"
""",
    "feeds.toml": """
[[feeds]]
name = "Example"
url = "https://example.org/rss"
interval = "5m"
articles = "hinted"
headers = { Authorization = "Bearer ${env:EXAMPLE_KEY}", Accept-Language = "fr" }
alert_backlog = 3
[[feeds]]
name = "Пример"
url = "http://127.0.0.1:8000/feed?id=1"
""",
    "stories.toml": """
[concepts]
openai = ["OpenAI", "Open AI", "ChatGPT maker"]
[[stories]]
name = "openai-nato"
title = "OpenAI, NATO and the Pentagon"
query = "openai AND (nato OR pentagon)"
channels = ["newsroom", "hook", "newsroom"]
[[stories]]
name = "second"
query = "drone"
feeds = ["Example"]
exclude_feeds = ["Пример"]
channels = ["hook"]
""",
    "words.toml": """
[concepts]
nato = ["=NATO", "北约"]
pentagon = ["Pentagon*"]
""",
}
ENVIRON = {"SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/slacktoken", "EXAMPLE_KEY": "feedkey-0123456789"}
SMALL = '[[feeds]]\nname = "A"\nurl = "https://a.example/rss"\n'
STORY = '[[stories]]\nname = "s"\nquery = "x"\nchannels = ["c"]\n'
CONSOLE = '[[channels]]\nname = "c"\nkind = "console"\n'


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files of a configuration, readable by their owner alone, and returns its folder."""

    def write(files: Mapping[str, str], folder: Path = tmp_path / "config") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
            (folder / name).chmod(0o600)
        return folder

    return write


def told(config: Config) -> list[str]:
    return [f"{fault.file}:{fault.line}: {fault.message}" for fault in config.warnings]


# ---------------------------------------------------------------- meaning


def test_the_example_of_the_contract_means_what_it_says(write: Write, tmp_path: Path) -> None:
    config = load(write(CONTRACT), ENVIRON)
    slack = Secret(ENVIRON["SLACK_WEBHOOK_URL"])
    assert config == Config(
        path=tmp_path / "config",
        files=tuple(tmp_path / "config" / name for name in ("bot.toml", "feeds.toml", "stories.toml", "words.toml")),
        state=tmp_path / "state/seen.sqlite3",
        interval=timedelta(minutes=10),
        contact="desk@example.org",
        operators=("ops",),
        keep_text=timedelta(days=90),
        keep_log=timedelta(days=730),
        heartbeat=None,
        zone=UTC,
        healthcheck=None,
        network=Network(
            allow=("127.0.0.0/8",),
            host_gap=timedelta(0),
            deadline=timedelta(seconds=20),
            proxy=Secret("http://user:proxypassword@proxy.example:3128"),
            contact="desk@example.org",
        ),
        feeds=(
            Feed(
                name="Example",
                url="https://example.org/rss",
                interval=timedelta(minutes=5),
                articles="hinted",
                headers={"Authorization": Secret("Bearer feedkey-0123456789"), "Accept-Language": Secret("fr")},
                alert_backlog=3,
            ),
            Feed(name="Пример", url="http://127.0.0.1:8000/feed?id=1", interval=timedelta(minutes=10)),
        ),
        concepts={"openai": ("OpenAI", "Open AI", "ChatGPT maker"), "nato": ("=NATO", "北约"), "pentagon": ("Pentagon*",)},
        stories=(
            Story(
                name="openai-nato",
                title="OpenAI, NATO and the Pentagon",
                query="openai AND (nato OR pentagon)",
                channels=("newsroom", "hook"),
            ),
            Story(
                name="second", title="second", query="drone", channels=("hook",), feeds=("Example",), exclude_feeds=("Пример",)
            ),
        ),
        channels=(
            Channel(name="newsroom", kind="slack", url=slack, budget=Budget(messages=5, per=timedelta(hours=1))),
            Channel(name="ops", kind="console"),
            Channel(name="hook", kind="webhook", url=Secret("https://hooks.example.org/a-long-way-in"), secret=Secret(KEY)),
        ),
        warnings=config.warnings,
        advice=config.advice,
        secrets=config.secrets,
    )


def test_what_is_not_said_has_the_default_of_the_contract(write: Write, tmp_path: Path) -> None:
    config = load(write({"all.toml": SMALL + STORY + CONSOLE}), {})
    assert (config.state, config.interval) == (tmp_path / "state/seen.sqlite3", timedelta(minutes=10))
    assert (config.keep_text, config.keep_log) == (timedelta(days=90), timedelta(days=730))
    assert (config.contact, config.operators, config.concepts) == (None, (), {})
    assert config.network == Network(host_gap=timedelta(seconds=1), deadline=timedelta(seconds=30))
    assert config.feeds[0].articles == "all"
    assert config.feeds[0].alert_backlog == 0
    assert config.channels[0].budget == Budget(messages=20, per=timedelta(minutes=10))
    assert config.stories[0].feeds is None


def test_the_default_interval_is_each_feeds_own(write: Write) -> None:
    config = load(write({"a.toml": '[bot]\ninterval = "30s"\n' + SMALL + STORY + CONSOLE}), {})
    assert config.feeds[0].interval == timedelta(seconds=30)


def test_text_is_not_kept_longer_than_its_item(write: Write) -> None:
    config = load(write({"a.toml": '[bot]\nkeep_log = "7d"\n'}), {})
    assert config.keep_text == timedelta(days=7)


def test_nobody_can_change_a_configuration(write: Write) -> None:
    config = load(write(CONTRACT), ENVIRON)
    with pytest.raises(TypeError):
        config.concepts["openai"] = ()  # type: ignore[index]
    with pytest.raises(TypeError):
        config.feeds[0].headers["X"] = Secret("y")  # type: ignore[index]


# ---------------------------------------------------------------- places


def test_only_the_visible_toml_files_of_the_folder_itself_are_read(write: Write, tmp_path: Path) -> None:
    folder = write(
        {"b.toml": SMALL, "a.toml": STORY, "c.toml": CONSOLE, ".hidden.toml": "wrong", "notes.txt": "wrong", "x.toml~": "wrong"}
    )
    write({"more.toml": "wrong"}, folder / "deploy")
    (folder / "folder.toml").mkdir()
    os.mkfifo(folder / "pipe.toml")
    config = load(folder, {})
    assert [file.name for file in config.files] == ["a.toml", "b.toml", "c.toml"]


def test_a_single_file_is_a_whole_configuration_and_its_paths_start_beside_it(write: Write, tmp_path: Path) -> None:
    folder = write({"one.toml": '[bot]\nstate = "here.sqlite3"\n' + SMALL + STORY + CONSOLE, "other.toml": "wrong"})
    config = load(folder / "one.toml", {})
    assert config.files == (folder / "one.toml",)
    assert config.state == folder / "here.sqlite3"


def test_a_relative_folder_and_one_with_dots_have_the_same_state(write: Write, tmp_path: Path) -> None:
    folder = write({"all.toml": SMALL})
    here = Path.cwd()
    try:
        os.chdir(folder)
        states = {load(Path(each), {}).state for each in (".", "../config", str(folder))}
    finally:
        os.chdir(here)
    assert states == {tmp_path / "state/seen.sqlite3"}


def test_the_state_stays_beside_a_link_to_a_release(write: Write, tmp_path: Path) -> None:
    write({"all.toml": SMALL}, tmp_path / "releases/12/config")
    (tmp_path / "config").symlink_to(tmp_path / "releases/12/config")
    assert load(tmp_path / "config", {}).state == tmp_path / "state/seen.sqlite3"


def test_an_absolute_state_stays_where_it_is(write: Write) -> None:
    assert load(write({"a.toml": '[bot]\nstate = "${env:STATE}/x.sqlite3"'}), {"STATE": "/var/lib/sw"}).state == Path(
        "/var/lib/sw/x.sqlite3"
    )


def test_the_certificate_is_found_from_the_same_place(write: Write, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("x")
    assert load(write({"a.toml": '[network]\nca = "ca.pem"'}), {}).network.ca == str(tmp_path / "ca.pem")


def test_a_file_written_on_windows_is_read(write: Write) -> None:
    folder = write({})
    (folder / "a.toml").write_bytes(b"\xef\xbb\xbf" + (SMALL + STORY + CONSOLE).replace("\n", "\r\n").encode())
    assert load(folder, {}).feeds[0].name == "A"


# ---------------------------------------------------------------- receivers


def channel(write: Write, lines: str) -> Channel:
    (found,) = load(write({"a.toml": "[[channels]]\nname = 'c'\n" + lines}), ENVIRON).channels
    return found


ADDRESSES = {
    "Slack's own": ("slack", "https://hooks.slack.com/services/T0/B0/x", "slack", "https://hooks.slack.com/services/T0/B0/x"),
    "Mattermost's": ("slack", "https://chat.example.org/hooks/x", "slack", "https://chat.example.org/hooks/x"),
    "Discord's for Slack": ("slack", "https://discord.com/api/webhooks/1/x/slack", "discord", "https://discord.com/api/webhooks/1/x"),
    "with a version and a thread": (
        "slack", "https://ptb.discord.com/api/v10/webhooks/1/x/slack?thread_id=5", "discord",
        "https://ptb.discord.com/api/v10/webhooks/1/x?thread_id=5",
    ),
    "as a Discord channel": ("discord", "http://127.0.0.1:9/api/webhooks/1/x/slack/", "discord", "http://127.0.0.1:9/api/webhooks/1/x"),
    "a token that says so": ("discord", "https://discord.com/api/webhooks/1/slack", "discord", "https://discord.com/api/webhooks/1/slack"),
    "another kind's": ("webhook", "https://h.example/api/webhooks/1/x/slack", "webhook", "https://h.example/api/webhooks/1/x/slack"),
}  # fmt: skip


@pytest.mark.parametrize("case", ADDRESSES)
def test_discords_door_for_slack_is_not_used(write: Write, case: str) -> None:
    kind, url, native, address = ADDRESSES[case]
    found = channel(write, f"kind = '{kind}'\nurl = '{url}'")
    assert (found.kind, found.url) == (native, Secret(address))


def test_several_secrets_sign_and_each_is_hidden(write: Write) -> None:
    old = "whsec_" + "T0xE" * 10
    lines = f"kind = 'webhook'\nurl = 'https://h.example/'\nsecret = ['${{env:NEW_KEY}}', '{old}']"
    config = load(write({"a.toml": "[[channels]]\nname = 'c'\n" + lines}), {"NEW_KEY": KEY})
    (found,) = config.channels
    assert (found.secret, found.older_secrets) == (Secret(KEY), (Secret(old),))
    assert {Secret(KEY), Secret(old)} <= set(config.secrets)


def test_a_message_calls_whom_its_channel_and_its_story_name_each_once_and_only_in_words_of_its_kind(write: Write) -> None:
    story = "[[stories]]\nname = 's'\nquery = 'x'\nchannels = ['slack', 'discord', 'teams']\nmention = ['<!here>', '@here', '<@U123>']\n"
    rooms = "".join(
        f"[[channels]]\nname = '{kind}'\nkind = '{kind}'\nurl = 'https://h.example/'\n{more}"
        for kind, more in (("slack", "mention = ['<!subteam^S12>', '<!here>']\n"), ("discord", ""), ("teams", ""))
    )
    called = {each.name: (each.calls("s"), each.calls("")) for each in load(write({"a.toml": story + rooms}), ENVIRON).channels}
    assert called == {
        "slack": (("<!subteam^S12>", "<!here>", "<@U123>"), ("<!subteam^S12>", "<!here>")),
        "discord": (("@here",), ()),
        "teams": ((), ()),
    }


# ---------------------------------------------------------------- secrets


def test_secrets_come_from_files_without_their_last_line_feed(write: Write, tmp_path: Path) -> None:
    (tmp_path / "hook").write_text("https://discord.com/api/webhooks/1/token\n")
    folder = write({"a.toml": '[[channels]]\nname = "c"\nkind = "discord"\nurl = "${file:hook}"\n'})
    assert load(folder, {}).channels[0].url == Secret("https://discord.com/api/webhooks/1/token")


def test_a_value_is_taken_as_it_is_even_when_it_looks_like_a_reference(write: Write) -> None:
    folder = write({"a.toml": '[[feeds]]\nname = "A"\nurl = "https://a.example/"\nheaders = { K = "${env:A}${env:B}" }\n'})
    assert load(folder, {"A": "${env:B}", "B": "b"}).feeds[0].headers["K"].reveal() == "${env:B}b"


def test_every_secret_and_what_libraries_show_of_it_is_listed_for_redaction(write: Write) -> None:
    texts = {secret.reveal() for secret in load(write(CONTRACT), ENVIRON).secrets}
    assert texts == {
        ENVIRON["SLACK_WEBHOOK_URL"],
        "/services/T0/B0/slacktoken",
        "Bearer feedkey-0123456789",
        "feedkey-0123456789",
        "https://hooks.example.org/a-long-way-in",
        "/a-long-way-in",
        KEY,
        "http://user:proxypassword@proxy.example:3128",
        "proxypassword",
    }


def test_a_feeds_address_is_secret_in_the_part_that_came_by_reference(write: Write) -> None:
    folder = write({"a.toml": '[[feeds]]\nname = "A"\nurl = "https://a.example/rss?key=${env:K}"\n'})
    config = load(folder, {"K": "s3cr3t"})
    assert config.feeds[0].url == "https://a.example/rss?key=s3cr3t"
    assert config.secrets == (Secret("s3cr3t"),)


def test_a_secret_that_looks_like_half_an_address_is_hidden_whole(write: Write) -> None:
    folder = write({"a.toml": SMALL + 'headers = { Key = "https://[half-an-address" }\n'})
    assert Secret("https://[half-an-address") in load(folder, {}).secrets


def test_no_secret_is_printed_with_the_configuration(write: Write) -> None:
    shown = repr(load(write(CONTRACT), ENVIRON))
    assert not [word for word in ("slacktoken", "feedkey", KEY, "proxypassword") if word in shown]


# ---------------------------------------------------------------- warnings

FINE = SMALL + STORY + CONSOLE
WARNINGS = {
    "a heartbeat by nobody's clock": (
        FINE + '[bot]\noperators = ["c"]\nheartbeat = "09:00"\n',
        "a.toml:13: heartbeat: the hours are UTC; write timezone",
    ),
    "a channel no story uses": (FINE + CONSOLE.replace('"c"', '"spare"'), 'a.toml:12: channel "spare" is used by no story'),
    "a story without channels": (SMALL + STORY.replace('["c"]', "[]"), 'a.toml:5: story "s" has no channels'),
    "a story that watches no feed": (FINE + STORY.replace('"s"', '"t"') + "feeds = []\n", 'a.toml:15: story "t" watches no feed'),
    "a story that excludes all feeds": (
        SMALL + STORY + 'exclude_feeds = ["A"]\n' + CONSOLE,
        'a.toml:8: story "s" watches no feed',
    ),
    "a feed no story watches": (SMALL + STORY + "feeds = []\n" + CONSOLE, 'a.toml:2: feed "A" is watched by no story'),
    "no feeds": (STORY + CONSOLE, "config:1: there are no feeds"),
    "no stories": (SMALL, "config:1: there are no stories"),
    "a word that nearly is a concept": (
        FINE.replace('"x"', '"pentagn"') + '[concepts]\npentagon = ["P"]\n',
        "a.toml:6: query: 'pentagn'",
    ),
    "two feeds with one address": (FINE + SMALL.replace('"A"', '"B"'), 'a.toml:13: feed "B" has the same address as "A"'),
    "a guard with a hole as big as the world": (FINE + '[network]\nallow = ["::/0"]\n', "a.toml:12: allow"),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_is_hardly_meant_is_a_warning_with_its_line(write: Write, case: str) -> None:
    text, expected = WARNINGS[case]
    assert [line for line in told(load(write({"a.toml": text}), {})) if line.startswith(expected)]


def test_a_configuration_without_slips_has_no_warnings(write: Write) -> None:
    assert told(load(write({"a.toml": FINE}), {})) == []


def test_of_a_thin_concept_there_is_one_line_of_advice_at_its_place(write: Write) -> None:
    first = FINE.replace('"x"', '"nato AND word"') + '[concepts]\nnato = ["NATO"]\n'
    second = (
        STORY.replace('"s"', '"t"').replace('"x"', '"nato OR rain"')
        + '[concepts]\nrain = ["Rain", "Regen", "pluie"]\nunused = ["x"]\n'
    )
    config = load(write({"a.toml": first, "b.toml": second}), {}, advise=True)
    assert [(fault.file, fault.line) for fault in config.advice] == [("a.toml", 12)], "two stories use it"
    assert config.advice[0].message.startswith('concept "nato" has 1 name only: add')
    assert told(config) == [], "no warning: the configuration does what it says"


def test_an_operators_channel_is_used(write: Write) -> None:
    text = '[bot]\noperators = ["ops"]\n' + FINE + CONSOLE.replace('"c"', '"ops"')
    assert told(load(write({"a.toml": text}), {})) == []


LITERAL = FINE.replace('kind = "console"', 'kind = "slack"\nurl = "https://hooks.example/x"')


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_secret_in_clear_is_for_its_owner_alone(write: Write, mode: int, warned: bool) -> None:
    folder = write({"a.toml": LITERAL})
    (folder / "a.toml").chmod(mode)
    found = [line for line in told(load(folder, {})) if "chmod 600 a.toml" in line]
    assert bool(found) == warned
    assert all(line.startswith("a.toml:11: url") and "hooks.example" not in line for line in found)


@pytest.mark.parametrize("text", [FINE, LITERAL.replace("https://hooks.example/x", "${env:U}")], ids=["none", "by reference"])
def test_a_file_without_a_secret_in_clear_may_be_read_by_all(write: Write, text: str) -> None:
    folder = write({"a.toml": text})
    (folder / "a.toml").chmod(0o644)
    assert told(load(folder, {"U": "https://hooks.example/x"})) == []


# ---------------------------------------------------------------- what is shipped


def test_the_shipped_configuration_is_right_and_warns_of_nothing() -> None:
    config = load(Path(__file__).parents[1] / "config", {})
    assert told(config) == []
    assert [story.name for story in config.stories] == ["openai-nato"]
    assert len(config.feeds) >= 8
    assert {channel.kind for channel in config.channels} == {"console"}
    assert sorted(config.concepts) == ["nato", "openai", "pentagon"]


def test_every_example_of_the_shipped_files_is_right_once_switched_on(tmp_path: Path) -> None:
    """A first reader takes the # away: what stands behind it must work."""
    for file in (Path(__file__).parents[1] / "config").glob("*.toml"):
        lines = [re.sub(r"^# (?=\[|[a-z_]+ = )", "", line) for line in file.read_text().split("\n")]
        (tmp_path / file.name).write_text("\n".join(lines))
    environ = {
        "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/x",
        "DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/x",
        "ARCHIVE_SECRET": KEY,
        "HEALTHCHECK_URL": "https://hc-ping.com/x",
        **dict.fromkeys(("FORUM_WEBHOOK_URL", "MATTERMOST_WEBHOOK_URL", "TEAMS_WEBHOOK_URL"), "https://hooks.example.org/x"),
    }
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, environ)
    assert [fault.message.split(":")[0] for fault in refused.value.faults] == ["ca", "url"], "all but the files that are not here"
