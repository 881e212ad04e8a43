"""What Discord is sent, word for word, and how its Markdown is kept from feeds."""

import json

import pytest
from render_cases import PROBLEM, TEST, UNIX, alert, digest, entry, needs_contracts

from bot.core.render import discord, escape, payloads
from bot.model import Foreign
from tests.contracts.checks import discord_problems
from tests.contracts.schemas import schema_problems

DATE = f"<t:{UNIX}:f> (<t:{UNIX}:R>)"
QUOTE = "> **OpenAI** is considering a contract with **NATO**, the senators said."
WHY = "matched OpenAI, NATO, clearest in the article\nalso carried by 2 other outlets: WSJ, BBC"
FULL = f"**[OpenAI weighs NATO deal](https://example.org/a?x=1&y=2)**\nReuters · {DATE}\n{QUOTE}\n{WHY}"
PLAIN = (
    f"OpenAI weighs NATO deal\nReuters · <t:{UNIX}:f> · item 7 in the log\n"
    f"> OpenAI is considering a contract with NATO, the senators said.\n{WHY}"
)
NOBODY = {"parse": []}

GOLDEN = {
    "a new development": (
        alert(entry()),
        {
            "author": {"name": "OpenAI, NATO and the Pentagon"},
            "title": "OpenAI weighs NATO deal",
            "url": "https://example.org/a?x=1&y=2",
            "description": f"Reuters · {DATE}\n{QUOTE}\n{WHY}",
        },
        f"OpenAI, NATO and the Pentagon\n{PLAIN}",
    ),
    "an update without date or link": (
        alert(entry(published=None, url=None, sentence="", terms=(), outlets=()), type="development.update"),
        {
            "author": {"name": "OpenAI, NATO and the Pentagon · update"},
            "title": "OpenAI weighs NATO deal",
            "description": "Reuters · date unknown · item 7 in the log\nno other outlet carries it yet",
        },
        """OpenAI, NATO and the Pentagon · update
OpenAI weighs NATO deal
Reuters · date unknown · item 7 in the log
no other outlet carries it yet""",
    ),
    "a first pass's digest": (
        digest(entry(), entry(), baseline=True),
        {
            "title": "OpenAI, NATO and the Pentagon · 2 items already matched when the watch began",
            "description": f"{FULL}\n\n{FULL}",
        },
        f"OpenAI, NATO and the Pentagon · 2 items already matched when the watch began\n{PLAIN}\n\n{PLAIN}",
    ),
    "a feed's problem": (
        PROBLEM,
        {"title": "Problem with the feed BBC \\<World>", "description": "answers 404 since 2 March"},
        "Problem with the feed BBC \\<World>\nanswers 404 since 2 March",
    ),
    "a problem that says nothing": (
        alert(type="feed.problem", story="", story_title=""),
        {"title": "Problem"},
        "Problem",
    ),
    "a test": (
        TEST,
        {"title": "Storywatch can reach this channel: newsroom", "description": "This is a test: nothing has happened."},
        "Storywatch can reach this channel: newsroom\nThis is a test: nothing has happened.",
    ),
}


@pytest.mark.parametrize(("one", "embed", "content"), GOLDEN.values(), ids=GOLDEN)
def test_message(one, embed, content):
    (payload,) = payloads(one, "discord")
    assert json.loads(payload.body) == {"embeds": [embed], "allowed_mentions": NOBODY}
    assert not payload.plain
    (simple,) = payloads(one, "discord", plain=True)
    assert json.loads(simple.body) == {"content": content, "flags": 4, "allowed_mentions": NOBODY}
    assert simple.plain
    assert [problem for sent in (payload, simple) for problem in discord_problems(json.loads(sent.body))] == []


@needs_contracts
def test_the_schema_is_the_one_that_refuses():
    (body,) = discord.render(TEST)
    body["embeds"][0]["title"] = "x" * 257
    assert schema_problems("discord-execute-webhook.schema.json", body) != []


def test_a_long_digest_is_lines_over_several_messages():
    sent = discord.render(digest(*(entry(number, f"Headline {number}") for number in range(60))))
    assert len(sent) > 1
    titles = [body["embeds"][0]["title"] for body in sent]
    assert titles[0] == f"OpenAI, NATO and the Pentagon · 60 items in one digest · 1 of {len(sent)}"
    lines = [line for body in sent for line in body["embeds"][0]["description"].split("\n")]
    assert lines == [f"• [Headline {n}](https://example.org/a?x=1&y=2) · Reuters · {DATE} · +2 outlets" for n in range(60)]


ESCAPES = {
    "emphasis": ("*a* **b** _c_ ~~d~~ `e`", "\\*a\\* \\*\\*b\\*\\* \\_c\\_ \\~\\~d\\~\\~ \\`e\\`"),
    "a spoiler": ("||x||", "\\|\\|x\\|\\|"),
    "a backslash": ("a\\*", "a\\\\\\*"),
    "a masked link": ("[bbc](https://evil.example)", "\\[bbc\\]\\(https\\://evil.example)"),
    "a bare address": ("see https://evil.example", "see https\\://evil.example"),
    "brackets of a sentence stay": ("NATO (2026) - a report", "NATO (2026) - a report"),
    "everyone": ("@everyone @here", "@\u200beveryone @\u200bhere"),
    "a user, a role, a channel, a time": ("<@1> <@&2> <#3> <t:1:R>", "\\<@\u200b1> \\<@\u200b&2> \\<#3> \\<t\\:1:R>"),
    "an emoji": (":fire: <:x:1>", "\\:fire: \\<\\:x:1>"),
    "a heading": ("# a", "\\# a"),
    "small text": ("-# a", "\\-# a"),
    "a quote": (">>> a", "\\>>> a"),
    "an ordered list": ("1. a", "1\\. a"),
    "a number with a decimal stays": ("2.5 million", "2.5 million"),
    "line breaks and controls cannot act": ("a\n# b\x1b\u202e", "a # b"),
}


@pytest.mark.parametrize(("text", "expected"), ESCAPES.values(), ids=ESCAPES)
def test_escape(text, expected):
    assert escape.discord(Foreign(text)) == expected


def test_an_authors_name_shows_no_backslash_and_calls_nobody():
    (body,) = discord.render(alert(entry(), story_title="*NATO* [watch] @everyone"))
    assert body["embeds"][0]["author"] == {"name": "*NATO* [watch] @\u200beveryone"}


def test_a_word_inside_other_letters_is_bold_in_scripts_without_blanks():
    (body,) = discord.render(alert(entry(sentence="北约与OpenAI签约, senator", terms=("北约", "OpenAI", "NATO"))))
    assert "> **北约**与OpenAI签约, senator\n" in body["embeds"][0]["description"]


def test_parentheses_and_blanks_do_not_end_a_link():
    (body,) = discord.render(digest(entry(url="https://e.org/a_(b) c"), entry()))
    assert "](https://e.org/a_%28b%29%20c)**\n" in body["embeds"][0]["description"]


def test_a_forum_gets_a_thread_named_after_the_headline():
    (body,) = discord.render(alert(entry(title="OpenAI weighs " + "NATO deal @everyone " * 20)), forum=True)
    assert len(body["thread_name"]) <= 100
    assert body["thread_name"].startswith("OpenAI weighs NATO deal @\u200beveryone NATO")
    assert body["thread_name"].endswith("…")
    assert discord.plain(alert(entry()), forum=True)[0]["thread_name"] == "OpenAI weighs NATO deal"


def test_each_part_of_a_long_digest_opens_a_thread_that_says_which_it_is():
    sent = discord.render(digest(*(entry(number) for number in range(60)), story_title="S" * 300), forum=True)
    assert [body["thread_name"][-7:] for body in sent] == [f" {number} of {len(sent)}" for number in range(1, len(sent) + 1)]


CALLED = {
    "everyone": (("@here",), {"parse": ["everyone"]}),
    "a user and a role": (("<@12>", "<@&34>"), {"parse": [], "users": ["12"], "roles": ["34"]}),
    "nobody": ((), {"parse": []}),
}


@pytest.mark.parametrize(("calls", "allowed"), CALLED.values(), ids=CALLED)
def test_nobody_is_called_but_whom_the_operator_names_and_once(calls, allowed):
    for form in (discord.render, discord.plain):
        first, *rest = form(digest(*(entry(number, "@everyone <@12>") for number in range(60))), calls)
        assert first["allowed_mentions"] == allowed
        assert first.get("content", "").startswith(" ".join(calls))
        assert all(body["allowed_mentions"] == NOBODY for body in rest)


def test_a_matched_word_between_colons_is_no_emoji_in_the_text_only_form():
    (message,) = payloads(alert(entry(sentence="They said :fire: twice, OpenAI did", terms=("fire",))), "discord", plain=True)
    assert "\\\\:fire:" in message.body.decode()
