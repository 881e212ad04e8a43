"""What a Teams workflow is sent, word for word, and how cards are kept from feeds."""

import json

import pytest
from render_cases import PROBLEM, alert, digest, entry

from bot.core.render import escape, payloads, teams
from bot.model import Foreign

HEAD = {"type": "TextBlock", "text": "OpenAI, NATO and the Pentagon", "wrap": True, "weight": "Bolder"}


def line(text, spacing="None"):
    return {"type": "TextBlock", "text": text, "wrap": True, "spacing": spacing}


def lines(one):
    (payload,) = payloads(one, "teams")
    body = json.loads(payload.body)
    (attachment,) = body["attachments"]
    card = attachment["content"]
    assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    return card["body"]


def test_a_new_development():
    assert lines(alert(entry())) == [
        HEAD,
        line("**[OpenAI weighs NATO deal](https://example.org/a?x=1&y=2)**", "Medium"),
        line("Reuters · 2026-03-03 14:05 UTC"),
        line("“**OpenAI** is considering a contract with **NATO**, the senators said.”"),
        line("matched OpenAI, NATO, clearest in the article"),
        line("also carried by 2 other outlets: WSJ, BBC"),
    ]


def test_a_problem_and_an_empty_digest():
    assert lines(PROBLEM) == [
        HEAD | {"text": "Problem with the feed BBC <\u200bWorld>"},
        line("answers 404 since 2 March", "Medium"),
    ]
    assert lines(digest()) == [HEAD | {"text": "OpenAI, NATO and the Pentagon · 0 items in one digest"}]


@pytest.mark.parametrize(
    "title", ["x" * 300, "北" * 300, '"' * 300, "👩‍👩‍👧‍👦" * 60], ids=["Latin", "Chinese", "quotes", "families"]
)
def test_a_card_stays_below_28_kb_in_either_encoding(title):
    sent = payloads(digest(*(entry(number, f"{number} {title}", sentence=title) for number in range(120))), "teams")
    sizes = [max(len(payload.body), len(payload.body.decode().encode("utf-16-le"))) for payload in sent]
    assert len(sent) > 1
    assert max(sizes) <= 28_000
    assert sum(sizes) / len(sizes) > 14_000, "and is not cut up for nothing"


ESCAPES = {
    "a mention goes": ("Ask <at>Ann</at> <AT id='0'>Bob</AT>", "Ask Ann Bob"),
    "a mention inside a mention stays dead": ("<<at>at>x", "<\u200bat>x"),
    "a template": ("{{DATE(2026-03-03)}} ${x}", "{\u200b{DATE(2026-03-03)}} $\u200b{x}"),
    "marks become look-alikes": ("*a* _b_", "∗a∗ ˍbˍ"),
    "a link is text": ("[a](http://e)", "[a]\u200b(http:\u200b//e)"),
    "a backslash at the end, where our own marks may follow": ("a\\", "a\\\u200b"),
    "HTML is text": ("<script>", "<\u200bscript>"),
    "an entity": ("&lt;", "&\u200blt;"),
    "a list": ("- a", "\u200b- a"),
    "a numbered list": ("1. a", "1\u200b. a"),
    "a quote": (">a", "\u200b>a"),
}


@pytest.mark.parametrize(("text", "expected"), ESCAPES.values(), ids=ESCAPES)
def test_escape(text, expected):
    assert escape.teams(Foreign(text)) == expected


def test_there_is_no_way_to_call_anybody():
    assert payloads(alert(entry()), "teams", calls=("@here",)) == payloads(alert(entry()), "teams")
    assert teams.MARKUP.escape(Foreign("<at>here</at>")) == "here"
