"""What is wrong with a configuration: every fault in one run, each with file, line and what to write instead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import load
from bot.errors import ConfigError

FEED = '[[feeds]]\nname = "A"\nurl = "https://a.example/rss"\n'
STORY = '[[stories]]\nname = "s"\nquery = "x"\nchannels = ["c"]\n'
CONSOLE = '[[channels]]\nname = "c"\nkind = "console"\n'
FINE = FEED + STORY + CONSOLE
HOOK = '[[channels]]\nname = "h"\nkind = "webhook"\nurl = "https://h.example/"\n'


def faults(folder: Path, files: dict[str, str | bytes], **environ: str) -> list[str]:
    """The faults of a configuration, as printed; an empty list for one that is right."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load(folder, environ)
    except ConfigError as error:
        return [str(fault) for fault in error.faults]
    return []


# Each: what stands in a.toml beside what is right, the line of the fault (after FINE, which has 10), words of the message.
ALONE = {
    # raw fields
    "an unknown key": ('[bot]\nintervall = "5m"', 2, 'intervall: unknown key: did you mean "interval"?'),
    "an unknown key that is like no other": ('[bot]\nzzz = "5m"', 2, 'zzz: unknown key: there is "contact", "healthcheck_url"'),
    "an unknown table": ("[netwrok]\nx = 1", 1, 'netwrok: unknown table: did you mean "network"?'),
    "an unknown list of tables": ("[[feed]]\nx = 1", 1, 'feed: unknown table: did you mean "feeds"?'),
    "a table written as a list of tables": ('[[bot]]\ninterval = "5m"', 1, "bot must be a table: write [bot]"),
    "text in place of a table": ("[network]\nallow = 5", 2, 'allow must be a list in brackets: write allow = ["127.0.0.0/8"]'),
    "a number in place of a duration": ("[bot]\ninterval = 10", 2, 'interval must be text in quotes: write interval = "10m"'),
    "a duration that is none": ('[bot]\ninterval = "5 minutes"', 2, '"5 minutes" is no duration: write 30s, 10m'),
    "an interval that is rude": ('[bot]\ninterval = "29s"', 2, "interval 29s is too short: write at least 30s"),
    "a deadline that nothing can keep": ('[network]\ndeadline = "0s"', 2, "deadline 0s is too short"),
    "a log that is not kept": ('[bot]\nkeep_log = "0s"', 2, "keep_log is nothing"),
    "a range with bits of a host": (
        '[network]\nallow = [\n  "10.0.0.0/8",\n  "10.1.2.3/8",\n]',
        4,
        'write one like "10.0.0.0/8"',
    ),
    "a range that is a name": ('[network]\nallow = ["intranet"]', 2, '"intranet" is no range of addresses'),
    "a contact that would break the header": ('[bot]\ncontact = "a\\r\\nX: y"', 2, "contact is no contact"),
    "a database in place of a path": ('[bot]\nstate = "postgresql://u:hush@db/x"', 2, "not possible yet: write a path"),
    "a state that is a folder": ('[bot]\nstate = "config"', 2, 'is a folder: write "config/seen.sqlite3"'),
    "a state that begins at home": ('[bot]\nstate = "~/x.sqlite3"', 2, "write ${env:HOME} instead"),
    "a certificate that is not there": ('[network]\nca = "no.pem"', 2, "ca: there is no file"),
    "a proxy without a scheme": ('[network]\nproxy = "proxy:3128"', 2, "proxy does not begin with http://"),
    "a proxy of another kind": ('[network]\nproxy = "https://proxy.example:3128"', 2, "proxy does not begin with http://"),
    "a receiver with a password": (HOOK.replace("//h", "//me:hush@h"), 4, "url holds a user or password, which is not sent"),
    "an address with an odd host": ('[[feeds]]\nname = "B"\nurl = "https://b,example/"', 3, "url names no host"),
    "a feed without a name": ('[[feeds]]\nurl = "https://b.example/"', 1, 'name is missing: write name = "Example"'),
    "a feed without an address": ('[[feeds]]\nname = "B"', 1, 'url is missing: write url = "https://example.org/rss"'),
    "an address without a scheme": (
        '[[feeds]]\nname = "B"\nurl = "b.example/rss"',
        3,
        "url does not begin with http:// or https://",
    ),
    "an address of a file": ('[[feeds]]\nname = "B"\nurl = "file:///etc/passwd"', 3, "url begins with file:, not with http://"),
    "an address without a host": ('[[feeds]]\nname = "B"\nurl = "https:///rss"', 3, "url names no host"),
    "an address with a wrong port": ('[[feeds]]\nname = "B"\nurl = "https://b.example:99999/"', 3, "url is no valid address"),
    "an address with a line feed": ('[[feeds]]\nname = "B"\nurl = "https://b.example/\\nx"', 3, "url holds a space"),
    "an address with a password": (
        '[[feeds]]\nname = "B"\nurl = "https://me:hush@b.example/"',
        3,
        "write headers = { Authorization",
    ),
    "a policy that does not exist": (
        FEED.replace('"A"', '"B"') + 'articles = "some"',
        4,
        'articles "some" is unknown: there is "all"',
    ),
    "a backlog below nothing": (
        FEED.replace('"A"', '"B"') + "alert_backlog = -1",
        4,
        "alert_backlog is out of range: write 0 to 1000",
    ),
    "a backlog that is a word": (FEED.replace('"A"', '"B"') + "alert_backlog = true", 4, "alert_backlog must be a whole number"),
    "a header that breaks the request": (
        FEED.replace('"A"', '"B"') + 'headers = { X = "a\\r\\nY: b" }',
        4,
        "headers.X is no value",
    ),
    "a header that is the bot's": (
        FEED.replace('"A"', '"B"') + 'headers = { host = "x" }',
        4,
        "headers.host is set by the bot itself",
    ),
    "a header's name that is none": (
        FEED.replace('"A"', '"B"') + 'headers = { "a b" = "x" }',
        4,
        "headers.a b is no name of a header",
    ),
    "a name with an escape sequence": ('[[feeds]]\nname = "\\u001b[31m"\nurl = "https://b.example/"', 2, "name holds a control"),
    "a name that turns letters round": ('[[feeds]]\nname = "a\\u202eb"\nurl = "https://b.example/"', 2, "name holds a control"),
    "a story's name that is no slug": (
        '[[stories]]\nname = "Open AI & NATO"\nquery = "x"\nchannels = []',
        2,
        'write "open-ai-nato"',
    ),
    "a story without a query": ('[[stories]]\nname = "t"\nchannels = ["c"]', 1, "query is missing: write query = "),
    "a list of channels without brackets": (
        STORY.replace('"s"', '"t"').replace('["c"]', '"c"'),
        4,
        'write channels = ["newsroom"]',
    ),
    "a mistyped kind": (
        '[[channels]]\nname = "d"\nkind = "slak"\nurl = "https://h.example/"',
        3,
        'kind "slak" is unknown: did you mean "slack"?',
    ),
    "a budget that is none": (
        HOOK + 'budget = "20 per hour"',
        5,
        'budget "20 per hour" is no budget: write messages/time, as in "20/10m"',
    ),
    "a budget of nothing": (HOOK + 'budget = "0/10m"', 5, "is no budget"),
    "a secret that is none": (HOOK + 'secret = "hush"', 5, "secret is no signing secret: write whsec_"),
    "a secret that is too short": (HOOK + 'secret = "whsec_QUJD"', 5, "secret is no signing secret"),
    "a concept that is one spelling": ('[concepts]\nx = "X"', 2, 'x must be a list in brackets: write x = ["OpenAI"'),
    "a concept without spellings": ("[concepts]\nx = []", 2, "x has no spelling"),
    "a concept whose name is no word": ('[concepts]\n"x y" = ["X"]', 2, "x y is no word"),
    "a concept named like an operator": ('[concepts]\nor = ["X"]', 2, "or is a word of the query language"),
    "a spelling that is no text": ("[concepts]\nx = [\n  1,\n]", 3, "x must be text in quotes"),
    "a spelling that is no regex": ('[concepts]\nx = [\n  "X",\n  "/(/",\n]', 4, 'x: "/(/": the regex'),
    # names and references
    "a feed's name twice": (FEED.replace("https", "http"), 2, 'feed "A" stands already in a.toml:2: choose another name'),
    "a channel's name twice": (CONSOLE, 2, 'channel "c" stands already in a.toml:9'),
    "a story's name twice": (STORY, 2, 'story "s" stands already in a.toml:5'),
    "an unknown channel": (
        STORY.replace('"s"', '"t"').replace('"c"', '"c", "cc"'),
        4,
        'there is no channel "cc": did you mean "c"?',
    ),
    "an unknown feed": (
        STORY.replace('"s"', '"t"') + 'feeds = [\n  "A",\n  "a",\n]',
        7,
        'there is no feed "a": did you mean "A"?',
    ),
    "an unknown feed left out": (STORY.replace('"s"', '"t"') + 'exclude_feeds = ["B"]', 5, 'exclude_feeds: there is no feed "B"'),
    "an unknown operator": ('[bot]\noperators = ["ops"]', 2, 'operators: there is no channel "ops"'),
    # channels
    "a slack channel without an address": (
        '[[channels]]\nname = "d"\nkind = "slack"',
        1,
        'write url = "${env:SLACK_WEBHOOK_URL}"',
    ),
    "a webhook without an address": ('[[channels]]\nname = "d"\nkind = "webhook"', 1, "url is missing"),
    "a console with an address": (
        CONSOLE.replace('"c"', '"d"') + 'url = "https://x.example/"',
        4,
        "a console has no address: leave it out",
    ),
    "a secret that signs nothing": (
        HOOK.replace("webhook", "discord") + f'secret = "whsec_{"A" * 32}"',
        5,
        'only kind = "webhook" signs',
    ),
    "one of several secrets that is none": (HOOK + f'secret = ["whsec_{"A" * 32}", "hush"]', 5, "secret is no signing secret"),
    "secrets that are numbers": (HOOK + "secret = [1]", 5, "secret must be text in quotes"),
    "one of several secrets that is not set": (
        HOOK + f'secret = ["whsec_{"A" * 32}", "${{env:NO_SUCH}}", "whsec_{"B" * 32}"]',
        5,
        "secret: environment variable NO_SUCH is not set",
    ),
    "a Teams channel without an address": (
        '[[channels]]\nname = "d"\nkind = "teams"',
        1,
        'write url = "${env:TEAMS_WEBHOOK_URL}"',
    ),
    "a forum of another kind": (HOOK + "forum = true", 5, 'forum: only kind = "discord" has forums'),
    "a forum that is no yes or no": (HOOK.replace("webhook", "discord") + 'forum = "yes"', 5, "forum must be true or false"),
    "a forum whose address names a thread": (
        HOOK.replace("webhook", "discord").replace("h.example/", "h.example/?thread_id=5") + "forum = true",
        5,
        "forum: the url names a thread",
    ),
    "a mention of another kind": (
        HOOK.replace("webhook", "slack") + 'mention = "@here"',
        5,
        'mention: "@here" calls nobody in Slack: write <!here>',
    ),
    "one of several mentions that is wrong": (
        HOOK.replace("webhook", "discord") + 'mention = ["@here", "<@U123>"]',
        5,
        'mention: "<@U123>" calls nobody in Discord: write @here',
    ),
    "a mention in capitals": (HOOK.replace("webhook", "mattermost") + 'mention = "@Here"', 5, "calls nobody in Mattermost"),
    "a mention in Teams": (HOOK.replace("webhook", "teams") + 'mention = "@here"', 5, 'mention: kind = "teams" has no mentions'),
    "a mention of a program": (HOOK + 'mention = "@here"', 5, 'mention: kind = "webhook" has no mentions (it calls nobody)'),
    "a mention that is a sentence": (HOOK.replace("webhook", "slack") + 'mention = "<!here> all"', 5, "mention is no mention"),
    "too many mentions": (
        HOOK.replace("webhook", "discord") + f"mention = {[f'<@{number}>' for number in range(11)]}",
        5,
        "mention: 11 are too many: write at most 10",
    ),
    "a mention of Slack at Discord's door for Slack": (
        HOOK.replace("webhook", "slack").replace("h.example/", "h.example/api/webhooks/1/x/slack") + 'mention = "<!here>"',
        5,
        'mention: "<!here>" calls nobody in Discord',
    ),
    "a story's mention that none of its channels can make": (
        STORY.replace('"s"', '"t"') + 'mention = "<!here>"',
        5,
        "mention: none of the story's channels can call anybody",
    ),
    "a story's mention in the words of another kind": (
        HOOK.replace("webhook", "slack") + STORY.replace('"s"', '"t"').replace('"c"', '"h"') + 'mention = "@here"',
        9,
        'mention: "@here" calls nobody in the story\'s channels: write for Slack <!here>',
    ),
    # variables
    "a missing variable": (
        HOOK.replace("https://h.example/", "${env:NO_SUCH}"),
        4,
        "url: environment variable NO_SUCH is not set: set it",
    ),
    "an empty variable": (HOOK.replace("https://h.example/", "${env:EMPTY}"), 4, "environment variable EMPTY is empty"),
    "a missing secret file": (HOOK.replace("https://h.example/", "${file:/no/such}"), 4, "/no/such cannot be read (No such file"),
    "a secret file that is a folder": (HOOK.replace("https://h.example/", "${file:/}"), 4, "/ cannot be read (Is a directory)"),
    "a secret file that never ends": (HOOK.replace("https://h.example/", "${file:/dev/zero}"), 4, "url holds a space"),
    "a variable without its kind": (HOOK.replace("https://h.example/", "${HOOK}"), 4, "write ${env:HOOK}"),
    "a reference that is not closed": (HOOK.replace("https://h.example/", "${env:HOOK"), 4, "without its closing brace"),
    "a reference of another kind": (
        HOOK.replace("https://h.example/", "${vault:x}"),
        4,
        "this is no reference: write ${env:NAME}",
    ),
    "a reference where none may stand": (
        '[[feeds]]\nname = "${env:BAD_URL}"\nurl = "https://b.example/"',
        2,
        "a reference cannot stand here",
    ),
    "a wrong value behind a variable": (HOOK.replace("https://h.example/", "${env:BAD_URL}"), 4, "url does not begin with http"),
    # queries
    "a wrong query": (
        '[[stories]]\nname = "t"\nquery = "a AND (b"\nchannels = ["c"]',
        3,
        "query, column 7: this ( is never closed: add the )",
    ),
    "a query that nothing can match": (
        '[[stories]]\nname = "t"\nquery = "a AND b AND NOT a"\nchannels = ["c"]',
        3,
        "query, column 13: this NOT leaves nothing to match: the query asks for a and excludes it: take one of the two out",
    ),
    "a wrong query on its second line": (
        '[[stories]]\nname = "t"\nchannels = ["c"]\nquery = """\nx AND\n  (y OR\n"""',
        6,
        "query, column 8: the query ends after OR",
    ),
    "an empty query": ('[[stories]]\nname = "t"\nquery = " "\nchannels = ["c"]', 3, "query is empty: write what to look for"),
    # TOML
    "text without quotes": ("[bot]\nstate = here", 2, "invalid TOML: invalid value in column 9: text stands in quotes"),
    "a quote that is not closed": ('[bot]\nstate = "here', 2, "unterminated string: close its quotes"),
    "quotes within quotes": ('[bot]\nstate = "a "b" c"', 2, "'single quotes'"),
    "a backslash in a query": ('[[stories]]\nname = "t"\nquery = "/\\d/"\nchannels = ["c"]', 3, "write \\\\ for a backslash"),
    "a list that is not closed": ('[network]\nallow = ["10.0.0.0/8"\n', 2, "close it with ]"),
    "a key twice": ('[bot]\ninterval = "5m"\ninterval = "5m"', 3, "stands already in a.toml:12: keep one"),
    "a concept twice": ('[concepts]\nx = ["X"]\ny = ["Y"]\nx = ["Z"]', 4, "stands already in a.toml:12: keep one"),
    "a table twice": ('[bot]\ninterval = "5m"\n[network]\n[bot]', 4, "stands already in a.toml:11: keep one"),
    "nonsense": ("<html>", 1, "invalid TOML"),
}


@pytest.mark.parametrize("case", ALONE)
def test_a_fault_stands_alone_with_its_line_and_says_what_to_write(tmp_path: Path, case: str) -> None:
    text, line, message = ALONE[case]
    found = faults(tmp_path / "config", {"a.toml": FINE + text}, EMPTY=" ", BAD_URL="hush-hush-hush")
    assert len(found) == 1, found
    assert found[0].startswith(f"a.toml:{10 + line}: ")
    assert message in found[0]
    assert "hush" not in found[0]


def test_the_fine_part_of_those_cases_is_fine(tmp_path: Path) -> None:
    assert faults(tmp_path / "config", {"a.toml": FINE}) == []


def test_a_query_is_shown_with_a_caret_below_the_place(tmp_path: Path) -> None:
    text = "[[stories]]\nname = 't'\nquery = 'openai AND (nato'\nchannels = []\n"
    assert faults(tmp_path / "config", {"a.toml": text}) == [
        "a.toml:3: query, column 12: this ( is never closed: add the ) that belongs to it\n    openai AND (nato\n               ^"
    ]


# ---------------------------------------------------------------- several files


def test_what_stands_in_two_files_names_both_places(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.toml": '[bot]\ninterval = "5m"\n[concepts]\nx = ["X"]\n' + FINE,
        "b.toml": '[concepts]\ny = ["Y"]\nx = ["Z"]\n[bot]\n[network]\n' + FEED + CONSOLE,
        "c.toml": "[network]\n",
    }
    assert faults(tmp_path / "config", files) == [
        'b.toml:3: concept "x" stands already in a.toml:4: put both together',
        "b.toml:4: [bot] stands already in a.toml:1: put both together",
        'b.toml:7: feed "A" stands already in a.toml:6: choose another name',
        'b.toml:10: channel "c" stands already in a.toml:13: choose another name',
        "c.toml:1: [network] stands already in b.toml:5: put both together",
    ]


def test_concepts_feeds_and_channels_may_stand_in_any_file(tmp_path: Path) -> None:
    story = '[[stories]]\nname = "s"\nquery = "x AND y"\nchannels = ["c"]\nfeeds = ["A"]\n'
    files: dict[str, str | bytes] = {"1.toml": story, "2.toml": '[concepts]\nx = ["X"]\n', "3.toml": FEED, "4.toml": CONSOLE}
    assert faults(tmp_path / "config", files) == []


def test_an_unreadable_file_hides_no_fault_of_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "broken.toml").symlink_to("nowhere")
    found = faults(
        folder,
        {"a.toml": FINE + "[bot]\nx = 1\n", "utf16.toml": FINE.encode("utf-16"), "latin.toml": "# é\n[bott]".encode("latin-1")},
    )
    assert [line.split(": ", 1)[0] for line in found] == [
        "a.toml:12",
        "broken.toml:1",
        "latin.toml:1",
        "latin.toml:2",
        "utf16.toml:1",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    faults(folder, {"a.toml": FINE})
    (folder / "a.toml").chmod(0)
    assert faults(folder, {}) == ["a.toml:1: cannot be read: Permission denied"]


@pytest.mark.parametrize("kind", ["nothing", "an empty folder", "a folder of other files", "a place below a file"])
def test_where_there_is_no_configuration_the_fault_shows_the_way(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "config"
    if kind != "nothing":
        place.mkdir()
        (place / "notes.txt").write_text("x")
    if kind == "a place below a file":
        place = place / "notes.txt" / "config"
    with pytest.raises(ConfigError, match=r"run `storywatch init`") as refused:
        load(place, {})
    assert len(refused.value.faults) == 1
    assert refused.value.faults[0].file == str(place)


# ---------------------------------------------------------------- no fault hides another

EVERYTHING: dict[str, str | bytes] = {
    "bot.toml": """\
[bot]
intervall = "10m"
interval = "soon"
operators = ["nobody"]
[[channels]]
name = "news"
kind = "slak"
colour = "red"
budget = "many"
[[channels]]
name = "hook"
kind = "webhook"
url = "${env:NO_SUCH}"
secret = "${file:/no/such}"
""",
    "broken.toml": """\
[[feeds]]
name = "alpha"
url = "https://alpha.example/
interval = "1s"
[[feeds]]
name = beta
interval = never
articles = "some"
[[feeds]]
name = "gamma"
url = "https://gamma.example/"
""",
    "stories.toml": """\
[[stories]]
name = "one"
query = "a AND (b"
channels = ["news", "nowhere"]
feeds = ["gamma", "alpha", "omega"]
[[stories]]
name = "one"
query = 5
channels = ["hook"]
[concepts]
x = ["X", "/(/"]
y = 1
""",
}
ALL_OF_THEM = {
    ("bot.toml:2", "unknown key"),
    ("bot.toml:3", "no duration"),
    ("bot.toml:4", '"nobody"'),
    ("bot.toml:5", "url is missing"),
    ("bot.toml:7", '"slak"'),
    ("bot.toml:8", "colour"),
    ("bot.toml:9", "no budget"),
    ("bot.toml:13", "NO_SUCH"),
    ("bot.toml:14", "/no/such"),
    ("broken.toml:3", "close the quotes"),
    ("broken.toml:4", "too short"),
    ("broken.toml:6", "text stands in quotes"),
    ("broken.toml:7", "text stands in quotes"),
    ("broken.toml:8", '"some"'),
    ("stories.toml:3", "never closed"),
    ("stories.toml:4", '"nowhere"'),
    ("stories.toml:5", '"omega"'),
    ("stories.toml:7", "stories.toml:2"),
    ("stories.toml:8", "text in quotes"),
    ("stories.toml:11", "regex"),
    ("stories.toml:12", "list"),
}


def test_all_faults_of_all_files_are_told_in_one_run_and_nothing_that_only_follows_from_them(tmp_path: Path) -> None:
    found = faults(tmp_path / "config", EVERYTHING)
    assert {
        (place, words) for place, words in ALL_OF_THEM if any(line.startswith(f"{place}: ") and words in line for line in found)
    } == ALL_OF_THEM
    assert len(found) == len(ALL_OF_THEM), "\n".join(found)


@pytest.mark.parametrize("end", range(1, sum(isinstance(text, str) and text.count("\n") for text in EVERYTHING.values())))
def test_a_file_that_is_half_written_never_ends_in_another_error(tmp_path: Path, end: int) -> None:
    whole = "".join(str(text) for text in EVERYTHING.values())
    faults(tmp_path / "config", {"a.toml": "\n".join(whole.split("\n")[:end])[:-3]})


_HEADS = ["[bot]\n", "[[feeds]]\n", "[[stories]]\n", "[[channels]]\n", "[concepts]\n", "[feeds.headers]\n"]
_KEYS = ["name = ", "query = ", "url = ", "x = ", "kind = ", "channels = "]
_VALUES = ['"a"\n', "5\n", '["a", "b"]\n', "{ a = 1 }\n", '"""\n', '"${env:A}"\n', "true\n", "1979-05-27\n"]
_PIECES = st.sampled_from([*_HEADS, *_KEYS, *_VALUES, *"'[]{}=#\\\0é\n"])


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(_PIECES, max_size=25))
def test_any_file_is_a_configuration_or_a_list_of_faults_on_its_lines(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[str]
) -> None:
    text = "".join(pieces)
    for fault in faults(tmp_path_factory.mktemp("any") / "config", {"a.toml": text}):
        place = fault.split(": ", 1)[0]
        assert place.startswith("a.toml:")
        assert 1 <= int(place.removeprefix("a.toml:")) <= text.count("\n") + 1
