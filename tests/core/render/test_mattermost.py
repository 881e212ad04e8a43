"""What Mattermost is sent, word for word, and how its Markdown is kept from feeds."""

import json

import pytest
from render_cases import PROBLEM, SENTENCE, TEST, alert, digest, entry

from bot.core.render import escape, mattermost, payloads
from bot.model import Foreign

WHY = "matched OpenAI, NATO, clearest in the article\nalso carried by 2 other outlets: WSJ, BBC"
ALONE = "no other outlet carries it yet"
FULL = (
    "**[OpenAI weighs NATO deal](https://example.org/a?x=1&y=2)**\nReuters · 2026-03-03 14:05 UTC\n"
    f"> **OpenAI** is considering a contract with **NATO**, the senators said.\n\n{WHY}"
)

GOLDEN = {
    "a new development": (alert(entry()), f"OpenAI, NATO and the Pentagon\n{FULL}"),
    "an update without date or link": (
        alert(entry(published=None, url="javascript:x", sentence="", terms=(), outlets=()), type="development.update"),
        f"OpenAI, NATO and the Pentagon · update\n**OpenAI weighs NATO deal**\nReuters · date unknown · item 7 in the log\n{ALONE}",
    ),
    "a digest": (digest(entry(), entry()), f"OpenAI, NATO and the Pentagon · 2 items in one digest\n{FULL}\n\n{FULL}"),
    "a feed's problem": (PROBLEM, "Problem with the feed BBC &lt;World>\nanswers 404 since 2 March"),
    "a test": (TEST, "Storywatch can reach this channel: newsroom\nThis is a test: nothing has happened."),
}


@pytest.mark.parametrize(("one", "text"), GOLDEN.values(), ids=GOLDEN)
def test_message(one, text):
    (payload,) = payloads(one, "mattermost")
    assert json.loads(payload.body) == {"text": text}


def test_whom_the_operator_names_stands_alone_on_the_first_line_of_the_first_message():
    first, second = mattermost.render(digest(*(entry(number) for number in range(200))), ("@here", "@desk"))
    assert first["text"].startswith("@here @desk\nOpenAI, NATO and the Pentagon · 200 items in one digest · 1 of 2\n")
    assert second["text"].startswith("OpenAI, NATO and the Pentagon · 200 items in one digest · 2 of 2\n")


ESCAPES = {
    "everyone": ("@all @channel", "@\u200ball @\u200bchannel"),
    "Slack's words, which the server would turn into its own": ("<!channel> <@u1> <http://e|l>", "&lt;!channel> &lt;@\u200bu1> &lt;http:\u200b//e\\|l>"),
    "a name of a channel, a hashtag": ("~town #nato", "\\~\u200btown #\u200bnato"),
    "marks": ("*a* _b_ `c`", "\\*a\\* \\_b\\_ \\`c\\`"),
    "a bare address": ("www.evil.example", "www\u200b.evil.example"),
    "an entity is shown as it was written": ("&lt; AT&T", "&amp;lt; AT&T"),
    "a list": ("1. a", "1\\. a"),
    "what makes a heading of the line above it": ("===", "\\==="),
    "a number that is all there is": ("1.", "1\\."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ESCAPES.values(), ids=ESCAPES)
def test_escape(text, expected):
    assert escape.mattermost(Foreign(text)) == expected


def test_an_address_calls_nobody_on_servers_that_look_there_too():
    assert escape.mattermost_url(Foreign("https://medium.example/@all/x_(1)")) == "https://medium.example/%40all/x_%281%29"
    assert escape.mattermost_url(Foreign("https://e.org/?a&commat;all")) == "https://e.org/?a&commat%3Ball", (
        "not @all for a reader of Markdown"
    )


def test_words_that_touch_are_bold_as_one():
    (body,) = mattermost.render(alert(entry(sentence="北约签约, senator", terms=("北约", "签约"))))
    assert "> **北约签约**, senator\n" in body["text"]
    assert SENTENCE not in body["text"]
