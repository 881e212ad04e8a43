"""What Slack is sent, word for word, and how its markup is kept from feeds."""

import json
from datetime import UTC, datetime

import pytest
from render_cases import PROBLEM, SENTENCE, TEST, UNIX, alert, digest, entry, needs_contracts
from slack_sdk.models.blocks import Block

from bot.core.render import escape, payloads, slack
from bot.model import Foreign
from tests.contracts.checks import slack_problems
from tests.contracts.schemas import schema_problems

DATE = f"<!date^{UNIX}^{{date_short_pretty}} {{time}}|2026-03-03 14:05 UTC>"
LINK = "*<https://example.org/a?x=1&amp;y=2|OpenAI weighs NATO deal>*"
QUOTE = ">*OpenAI* is considering a contract with *NATO*, the senators said."
WHY = "matched OpenAI, NATO, clearest in the article\nalso carried by 2 other outlets: WSJ, BBC"
FULL = f"{LINK}\nReuters · {DATE}\n{QUOTE}\n{WHY}"


def mrkdwn(text):
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text):
    return {"type": "section", "text": mrkdwn(text)}


def context(text):
    return {"type": "context", "elements": [mrkdwn(text)]}


def message(text, *blocks):
    return {"text": text, "unfurl_links": False, "unfurl_media": False, "blocks": list(blocks)}


GOLDEN = {
    "a new development": (
        alert(entry()),
        message(
            f"OpenAI, NATO and the Pentagon\n{FULL}",
            context("OpenAI, NATO and the Pentagon"),
            section(f"{LINK}\nReuters · {DATE}"),
            section(QUOTE),
            context(WHY),
        ),
    ),
    "an update, matched in the title, without date, sentence, link or other outlets": (
        alert(
            entry(published=None, url="javascript:x", where="title", sentence="OpenAI weighs NATO deal", outlets=("Reuters",)),
            type="development.update",
        ),
        message(
            "OpenAI, NATO and the Pentagon · update\n*OpenAI weighs NATO deal*\nReuters · date unknown · item 7 in the log\n"
            "matched OpenAI, NATO, clearest in the title\nno other outlet carries it yet",
            context("OpenAI, NATO and the Pentagon · update"),
            section("*OpenAI weighs NATO deal*\nReuters · date unknown · item 7 in the log"),
            context("matched OpenAI, NATO, clearest in the title\nno other outlet carries it yet"),
        ),
    ),
    "a first pass's digest": (
        digest(entry(), entry(), baseline=True),
        message(
            f"OpenAI, NATO and the Pentagon · 2 items already matched when the watch began\n{FULL}\n\n{FULL}",
            section("*OpenAI, NATO and the Pentagon · 2 items already matched when the watch began*"),
            section(FULL),
            section(FULL),
        ),
    ),
    "a digest of one": (
        digest(entry()),
        message(
            f"OpenAI, NATO and the Pentagon · 1 item in one digest\n{FULL}",
            section("*OpenAI, NATO and the Pentagon · 1 item in one digest*"),
            section(FULL),
        ),
    ),
    "a feed's problem": (
        PROBLEM,
        message(
            "Problem with the feed BBC &lt;World&gt;\nanswers 404 since 2 March",
            section("Problem with the feed BBC &lt;World&gt;"),
            section("answers 404 since 2 March"),
        ),
    ),
    "a test": (
        TEST,
        message(
            "Storywatch can reach this channel: newsroom\nThis is a test: nothing has happened.",
            section("*Storywatch can reach this channel: newsroom*"),
            section("This is a test: nothing has happened."),
        ),
    ),
}


@pytest.mark.parametrize(("one", "expected"), GOLDEN.values(), ids=GOLDEN)
def test_message(one, expected):
    (payload,) = payloads(one, "slack")
    assert json.loads(payload.body) == expected
    assert payload.content_type == "application/json"
    assert not payload.plain
    assert list(slack_problems(expected)) == []
    for block in Block.parse_all(expected["blocks"]):
        block.validate_json()


@pytest.mark.parametrize(("one", "expected"), GOLDEN.values(), ids=GOLDEN)
def test_the_plain_form_is_the_same_text_without_blocks(one, expected):
    (payload,) = payloads(one, "slack", plain=True)
    assert json.loads(payload.body) == {name: value for name, value in expected.items() if name != "blocks"}
    assert payload.plain


@needs_contracts
def test_the_schema_is_the_one_that_refuses():
    """The check itself can fail: a section of 3,001 characters."""
    (body,) = slack.render(TEST)
    body["blocks"][0]["text"]["text"] = "x" * 3001
    assert schema_problems("slack-message.schema.json", body) != []


def numbered(count):
    return digest(*(entry(number, f"Headline {number}") for number in range(count)))


def test_detail_goes_before_a_second_message_is_needed():
    (body,) = slack.render(numbered(40))
    link = "<https://example.org/a?x=1&amp;y=2|Headline 0>"
    assert len(body["blocks"]) == 41
    assert body["blocks"][1] == section(f"*{link}*\nReuters · {DATE} · +2 outlets\nmatched OpenAI, NATO, clearest in the article")
    first, second = slack.render(numbered(60))
    assert first["blocks"][0] == section("*OpenAI, NATO and the Pentagon · 60 items in one digest · 1 of 2*")
    assert first["blocks"][1] == section(f"• {link} · Reuters · {DATE} · +2 outlets")
    assert second["blocks"][0] == section("*OpenAI, NATO and the Pentagon · 60 items in one digest · 2 of 2*")
    assert len(first["blocks"]) + len(second["blocks"]) == 62


ESCAPES = {
    "the three control characters once": ("a & b <c> &amp;", "a &amp; b &lt;c&gt; &amp;amp;"),
    "a mention is text": ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@\u200bU1&gt;"),
    "a forged link is text": ("<https://evil.example|bbc.co.uk>", "&lt;https:\u200b//evil.example|bbc.co.uk&gt;"),
    "a Markdown link is text": ("[bbc](http://e)", "[bbc]\u200b(http:\u200b//e)"),
    "marks become look-alikes": ("*a* _b_ ~c~ `d`", "∗a∗ ˍbˍ ∼c∼ ˋdˋ"),
    "an underscore inside a word stays": ("snake_case", "snake_case"),
    "a name is not called": ("@channel a@b.example", "@\u200bchannel a@\u200bb.example"),
    "an emoji's name is not drawn": (":fire: 12:30:45", ":\u200bfire: 12:\u200b30:45"),
    "a leading > quotes nothing": ("> said", "\u200b&gt; said"),
    "line breaks and controls cannot act": ("a\nb\x1b\u202ec", "a bc"),
}


@pytest.mark.parametrize(("text", "expected"), ESCAPES.values(), ids=ESCAPES)
def test_escape(text, expected):
    assert escape.slack(Foreign(text)) == expected


def test_a_word_is_bold_only_where_slack_reads_the_asterisks():
    (body,) = slack.render(
        alert(entry(sentence="北约OpenAI签约, (OpenAI) and OpenAI's_NATO_x.", terms=("OpenAI", "NATO", "北约", ".")))
    )
    assert body["blocks"][2] == section(">北约OpenAI签约, (*OpenAI*) and *OpenAI*'s_NATO_x.")


def test_senator_holds_no_marked_nato():
    (body,) = slack.render(alert(entry(sentence="A senator of Nato; SENATO and NATO-led.")))
    assert body["blocks"][2] == section(">A senator of *Nato*; SENATO and *NATO*-led.")


def test_the_quote_begins_near_the_words_that_matched():
    (body,) = slack.render(alert(entry(sentence=f"{'far away ' * 200}OpenAI spoke. {SENTENCE} {'after ' * 200}")))
    text = body["blocks"][2]["text"]["text"]
    assert text.startswith(">…far away ")
    assert "*OpenAI* spoke." in text
    assert text.endswith(" after…")


def test_many_words_and_outlets_are_counted_not_listed():
    (body,) = slack.render(
        alert(entry(terms=tuple(f"word{n}" for n in range(11)), outlets=tuple(f"Outlet {n}" for n in range(6))))
    )
    assert body["blocks"][-1] == context(
        "matched word0, word1, word2, word3, word4, word5, word6, word7 and 3 more, clearest in the article\n"
        "also carried by 6 other outlets: Outlet 0, Outlet 1, Outlet 2 and 3 more"
    )


def test_an_address_too_long_to_link_is_told_by_its_item():
    (body,) = slack.render(alert(entry(url="https://example.org/" + "x" * 1300)))
    assert body["blocks"][1] == section(f"*OpenAI weighs NATO deal*\nReuters · {DATE} · item 7 in the log")


def test_an_entry_without_words_still_names_itself():
    (body,) = slack.render(alert(entry(title="\u200b", outlet=" ", feed="Wire", published=datetime(1969, 1, 1, tzinfo=UTC))))
    assert "|(no title)>" in body["text"]
    assert "Wire · <!date^-31536000^" in body["text"]


URLS = {
    "as it is": ("https://e.org/a?b=c&d=e#f", "https://e.org/a?b=c&amp;d=e#f"),
    "what ends the link is encoded": ("https://e.org/a|b>c<d e", "https://e.org/a%7Cb%3Ec%3Cd%20e"),
    "an encoded address is not encoded twice": ("https://e.org/%7C%zz", "https://e.org/%7C%25zz"),
    "a name in another script": ("https://例え.jp/日", "https://xn--r8jz45g.jp/%E6%97%A5"),
    "two slashes stay": ("https://e.org//a//b", "https://e.org//a//b"),
    "script": ("javascript:alert(1)", None),
    "a user name that looks like a host": ("https://bbc.co.uk@evil.example/", None),
    "no host": ("https:///a", None),
    "a host with a space": ("https://bbc co.uk/", None),
    "a port that is none": ("https://e.org:99999/", None),
    "nothing": (None, None),
}


@pytest.mark.parametrize(("url", "expected"), URLS.values(), ids=URLS)
def test_address(url, expected):
    assert escape.slack_url(None if url is None else Foreign(url)) == expected


def test_whom_the_operator_names_is_called_in_the_first_message_only():
    sent = slack.render(numbered(60), ("<!here>", "<@U1>"))
    assert [body["text"].count("<!here>") for body in sent] == [1, 0]
    assert sent[0]["blocks"][0]["text"]["text"].startswith("<!here> <@U1> *OpenAI, NATO and the Pentagon")
    (body,) = slack.render(alert(entry()), ("<!here>",))
    assert body["blocks"][0] == context("<!here> OpenAI, NATO and the Pentagon")
