"""Whatever a feed writes: no message is refused, none mentions anybody, none forges a link, and nothing is left out."""

import json
import re
import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_cases import MENTIONS, STABLE, TEST, URLS, alert, digest, digests, entry, entry_numbered, single_alerts, texts, urls

from bot.core.render import escape, payloads
from bot.model import Foreign
from tests.contracts.checks import ALIVE, PROBLEMS, card_texts, discord_seen, mattermost_seen, slack_seen, teams_seen

KINDS = ("slack", "discord", "mattermost", "teams")
CALLS = {
    "slack": ("<!here>", "<@U12345>", "<!subteam^S12345>"),
    "discord": ("@here", "<@12345>", "<@&67890>"),
    "mattermost": ("@channel", "@desk.editor"),
}


def bodies(one, kind, plain=False, **about):
    return [json.loads(payload.body) for payload in payloads(one, kind, plain=plain, **about)]


def wrong(one, kind, plain=False, calls=(), **about):
    """Everything wrong with the messages of an alert, mentions alive among it."""
    sent = bodies(one, kind, plain, calls=calls, **about)
    assert sent
    checks = (PROBLEMS[kind], ALIVE[kind])
    return [said for number, body in enumerate(sent) for check in checks for said in check(body, () if number else calls)]


def said(kind, body):
    if kind == "slack":
        return slack_seen(body["text"])
    if kind == "mattermost":
        return mattermost_seen(body["text"])
    if kind == "teams":
        return "\n".join(map(teams_seen, card_texts(body)))
    return discord_seen(body.get("content") or "\n".join(part.get("description", "") for part in body["embeds"]))


@pytest.mark.parametrize("kind", KINDS)
@STABLE
@given(one=single_alerts() | digests())
def test_no_message_breaks_a_rule_of_its_channel(kind, one):
    for plain in (False, True):
        assert wrong(one, kind, plain) == []


@pytest.mark.parametrize("kind", CALLS)
@STABLE
@given(one=single_alerts() | digests(), forum=st.booleans())
def test_whom_the_operator_names_is_called_once_and_nobody_else(kind, one, forum):
    for plain in (False, True):
        assert wrong(one, kind, plain, calls=CALLS[kind], forum=forum) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", MENTIONS)
def test_hostile_text_is_harmless_wherever_it_stands(kind, text):
    about = {"outlet": text, "outlets": (text, f"2{text}"), "feed": text, "sentence": f"OpenAI {text}"}
    hostile = entry(1, text, terms=("OpenAI", text), **about)
    for one in (
        alert(hostile, story_title=text),
        alert(hostile, type="development.update", story_title=text),
        digest(*[hostile] * 50, story_title=text),
        alert(type="feed.problem", feed=text, problem=text),
        alert(type="test", channel=text, story_title=text),
    ):
        for plain in (False, True):
            assert wrong(one, kind, plain) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("url", URLS)
def test_a_hostile_address_never_spoils_a_message(kind, url):
    for one in (alert(entry(url=url)), digest(*[entry(url=url)] * 60)):
        for plain in (False, True):
            assert wrong(one, kind, plain) == []


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@STABLE
@given(one=digests())
def test_a_digest_names_every_entry_once_and_in_order(kind, plain, one):
    text = "\n".join(said(kind, body) for body in bodies(one, kind, plain))
    assert re.findall(r"\bn(\d+)n\b", text) == [str(number) for number in range(len(one.entries))]


@pytest.mark.parametrize("kind", KINDS)
@STABLE
@given(one=digests())
def test_both_forms_tell_the_same_entries_in_the_same_messages(kind, one):
    rich, plain = bodies(one, kind), bodies(one, kind, plain=True)
    told = [[Counter(re.findall(r"\bn(\d+)n\b", said(kind, body))) for body in form] for form in (rich, plain)]
    assert told[0] == told[1]


@STABLE
@given(one=single_alerts() | digests())
def test_a_webhook_body_has_no_null_and_every_entry(one):
    (body,) = bodies(one, "webhook")
    assert "null" not in re.sub(r'"(?:[^"\\]|\\.)*"', '""', json.dumps(body))
    assert body.keys() == {"type", "timestamp", "data"}
    entries = body["data"].get("items", [])
    assert len(entries) == (len(one.entries) if one.type == "digest" else 0)
    expected = [entry.item.url for entry in one.entries if one.type == "digest"]
    assert [told["item"].get("url") for told in entries] == [None if url is None else url.raw for url in expected]


@STABLE
@given(one=single_alerts() | digests())
def test_a_terminal_gets_text_and_line_breaks_only(one):
    (payload,) = payloads(one, "console")
    text = payload.body.decode().replace("\n", "")
    assert not [char for char in text if unicodedata.category(char) in {"Cc", "Cs"} or char in "\u202a\u202b\u202c\u202d\u202e"]
    assert payload.body.endswith(b"\n\n")


@STABLE
@given(text=texts)
def test_escaped_text_reads_as_it_was_written(text):
    written = escape.one_line(Foreign(text)).raw.replace("\u200b", "")
    assert discord_seen(escape.discord(Foreign(written))) == written
    assert "".join(escape.plain(Foreign(written)).split("\u200b")) == written
    unmarked = "".join(char for char in written if char not in "*＊~`｀_＿∗﹡∼ˋˍ⸏")
    assert slack_seen(escape.slack(Foreign(unmarked))) == unmarked
    assert mattermost_seen(escape.mattermost(Foreign(written))) == written.strip()
    untagged = re.sub(r"</?at\b[^<>]*>", "", unmarked, flags=re.IGNORECASE)
    assert teams_seen(escape.teams(Foreign(untagged))) == untagged.strip()


@STABLE
@given(url=urls)
def test_a_link_is_an_http_address_of_plain_characters(url):
    link = escape.web_link(None if url is None else Foreign(url))
    tail = r"[\w\-.~%/?:@!$&'()*+,;=]*"
    assert link is None or re.fullmatch(rf"https?://[\w.\-:\[\]%]+(?:[/?]{tail})?(?:#{tail})?", link, re.ASCII)


def test_a_second_hash_of_an_address_is_written_out_for_a_uri_may_have_one():
    assert escape.web_link(Foreign("https://e.org/#60;a#b?c#")) == "https://e.org/#60;a%23b?c%23"


@STABLE
@given(text=st.text(max_size=300), limit=st.integers(1, 80))
def test_a_fitted_text_fits_and_holds_no_half_escape(text, limit):
    for escaper in (escape.slack, escape.discord, escape.mattermost, escape.teams, escape.plain):
        fitted = escape.fitted(escape.one_line(Foreign(text)), limit, escaper)
        assert escape.units(fitted) <= max(limit, 1)
        assert not re.search(r"&(?!amp;|lt;|gt;)", fitted) or escaper is not escape.slack
        assert not re.search(r"(?<!\\)(?:\\\\)*\\$", fitted) or escaper not in {escape.discord, escape.mattermost}


def test_a_long_digest_is_told_shorter_before_it_is_told_in_parts():
    def count(number, kind):
        return len(bodies(digest(*(entry_numbered(entry(), n) for n in range(number))), kind))

    assert [count(number, "slack") for number in (1, 15, 40, 300)] == [1, 1, 1, 7]
    assert [count(number, "discord") for number in (1, 10, 18, 300)] == [1, 1, 1, 18]
    assert [count(number, "mattermost") for number in (1, 30, 300)] == [1, 1, 3]
    assert [count(number, "teams") for number in (1, 15, 300)] == [1, 1, 4]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [150, 600])
def test_a_digest_that_just_fits_is_within_the_limits(kind, length):
    for count in (*range(1, 20), 42, 43, 44, 45):
        sentences = (f"OpenAI {'w ' * (length // 2 - number)}" for number in range(count))
        one = digest(*(entry(number, "T & " * length, sentence=sentence) for number, sentence in enumerate(sentences)))
        assert wrong(one, kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_messages_of_lines_are_full_but_not_over_full(kind):
    entries = 90 if kind in {"slack", "discord"} else 350  # a message of the others holds so much more
    for width in range(10, 200, 30):
        one = digest(*(entry(number, "x" * width) for number in range(entries)), story_title="T" * 200)
        sent = bodies(one, kind)
        assert wrong(one, kind) == []
        assert 2 < len(sent) < 20


def test_a_lone_surrogate_does_not_hold_an_alert_back():
    for kind in (*KINDS, "webhook", "console"):
        for payload in payloads(alert(entry(1, "a\ud800b", sentence="x \udfff", url="https://e.org/\ud800")), kind):
            payload.body.decode()


def test_all_but_slack_and_discord_have_one_form():
    for kind in ("console", "webhook", "mattermost", "teams"):
        assert payloads(TEST, kind, plain=True) == payloads(TEST, kind)
