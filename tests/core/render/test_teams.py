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
    "what a mention hid behind it starts no list": ("<at> - a", "\u200b- a"),
    "a number neither": ("</at> 1. a", "1\u200b. a"),
    "mentions alone are shown, and dead": ("</at><at>", "<\u200b/at><\u200bat>"),
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


LABELS = {
    "brackets in pairs stay": ("[Updated] a", "[[Updated] a](https://e.org/*a*)"),
    "one without its other half would end the link": ("a ] b", "[a ］ b](https://e.org/*a*)"),
    "and so would two the wrong way round": ("a ] b [", "[a ］ b ［](https://e.org/*a*)"),
    "one that is never closed": ("a [ b", "[a ［ b](https://e.org/*a*)"),
}


@pytest.mark.parametrize(("title", "expected"), LABELS.values(), ids=LABELS)
def test_the_brackets_of_a_headline_leave_its_link_a_link(title, expected):
    (card,) = payloads(alert(entry(title=title, url="https://e.org/*a*")), "teams")
    assert f"**{expected}**" in card.body.decode()


def test_an_address_with_a_reference_in_it_stays_that_address():
    assert escape.markdown_url(Foreign("https://e.org/?a=1&copy;=2&b=3;")) == "https://e.org/?a=1&copy%3B=2&b=3;"


def test_there_is_no_way_to_call_anybody():
    assert payloads(alert(entry()), "teams", calls=("@here",)) == payloads(alert(entry()), "teams")
    assert teams.MARKUP.escape(Foreign("<at>here</at>")) == "here"
