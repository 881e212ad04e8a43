"""Alerts to render, hostile ones too, and what must hold of every message made from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch, Foreign
from tests.contracts.schemas import CONTRACTS

needs_contracts = pytest.mark.skipif(not CONTRACTS.is_dir(), reason="../shared/contracts is not here: schemas not checked")
STABLE = settings(max_examples=30, derandomize=True, deadline=None)

T = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
UNIX = int(T.timestamp())
SENTENCE = "OpenAI is considering a contract with NATO, the senators said."

MENTIONS = (
    "<!channel> <!here> <!everyone> <!subteam^S123|@desk> <@U123> <#C123|general> <!date^1^{date}|x>",
    "@everyone @here @channel @all <@1> <@!1> <@&1> <#1> <t:1:R> </cmd:1> <id:customize> <:x:1> <a:x:1>",
    "<https://evil.example|bbc.co.uk> [bbc.co.uk](https://evil.example) [a] (b) ![i](https://evil.example/i.png)",
    "https://evil.example/?a=1&b=2 http://evil.example",
    "*bold* _italic_ ~struck~ `code` ```block``` **b** __u__ ||spoiler|| ~~s~~ \\* \\",
    "> quote", ">>> quote", "# heading", "-# small", "- item", "1. item", "+ item", ":fire: :smile:",
    "\x1b[31mred\x1b[0m \x9b2J \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x00 \x08 a\r\nb\u2028c",
    "\u202eevil\u202c \u2066x\u2069 \u05d0\u05d1 \u0627\u0644\u0639",
    "👩‍👩‍👧‍👦" * 40, "&amp; & < >" * 200, "]" * 300 + "(" * 300, "\\" * 600, "@" * 500, "\u0301" * 900, "𝕏" * 700,
    "北约与OpenAI签约", "", " ", "\u200b", "x" * 10_000, "word " * 2_000,
)  # fmt: skip
URLS = (
    "https://example.org/a?x=1&y=2", "https://example.org/a_(b)|c>d<e f\"g`h[i]\\j", "javascript:alert(1)", "data:text/html,x",
    "https://bbc.co.uk@evil.example/", "https://example.org/" + "&" * 900, "https://example.org/" + "x" * 5000, "", None,
    "https://例え.jp/日本", "https://[::1]/x", "https://[bad/x", "https://h:99999/", "ftp://example.org/", "//example.org/", "https://",
    "http://a\u202eb.example/\x1b", "https://example.org//a//b?#)", "https://example.org/%zz%41",
    "https://" + "北" * 250 + "/", "https://" + "北" * 50_000 + "/",
)  # fmt: skip


def entry(number: int = 7, title: str = "OpenAI weighs NATO deal", **about: Any) -> AlertEntry:
    """An entry; ``url published outlet outlets feed sentence terms where`` are set by name."""
    outlet = about.get("outlet", "Reuters")
    outlets = tuple(map(Foreign, about.get("outlets", (outlet, "WSJ", "BBC"))))
    url = about.get("url", "https://example.org/a?x=1&y=2")
    return AlertEntry(
        development=AlertDevelopment(id="12", headline=Foreign(title), items=3, outlets=outlets),
        item=AlertItem(
            id=str(number),
            feed=about.get("feed", "Reuters World"),
            outlet=Foreign(outlet),
            title=Foreign(title),
            url=None if url is None else Foreign(url),
            published=about.get("published", T),
            first_seen=T,
        ),
        match=AlertMatch(
            score=0.9,
            terms=tuple(map(Foreign, about.get("terms", ("OpenAI", "NATO")))),
            where=about.get("where", "article"),
            sentence=Foreign(about.get("sentence", SENTENCE)),
        ),
    )


def alert(*entries: AlertEntry, type: str = "development.new", **about: Any) -> Alert:  # noqa: A002  the model's own name
    return Alert(
        **{
            "id": "alr_1",
            "type": type,
            "channel": "newsroom",
            "created": T,
            "story": "openai-nato",
            "story_title": "OpenAI, NATO and the Pentagon",
            "entries": entries,
        }
        | about
        | {"problem": Foreign(about.get("problem", ""))}
    )


def digest(*entries: AlertEntry, **about: Any) -> Alert:
    return alert(*entries, type="digest", **about)


TEST = alert(type="test", story="", story_title="")
PROBLEM = alert(type="feed.problem", feed="BBC <World>", problem="answers 404 since 2 March", story="", story_title="")


# ---------------------------------------------------------------- arbitrary alerts

texts = st.one_of(
    st.sampled_from(MENTIONS),
    st.text(max_size=80),
    st.text(alphabet="<>&*_~`|[]()@:/\\#-. ahttps1\u200b\u202e\n", max_size=60),
    st.lists(st.sampled_from(MENTIONS), max_size=4).map(" ".join),
)
moments = st.none() | st.integers(631152000, 4102444800).map(lambda unix: datetime.fromtimestamp(unix, UTC))  # 1990-2100
names = st.lists(texts, max_size=6).map(tuple)
urls = st.one_of(st.sampled_from(URLS), st.builds("https://example.org/{}".format, texts), st.builds("https://{}".format, texts))


@st.composite
def entries(draw: st.DrawFn) -> AlertEntry:
    about = {"url": draw(urls), "published": draw(moments), "outlet": draw(texts), "outlets": draw(names), "feed": draw(texts)}
    about |= {
        "sentence": draw(texts),
        "terms": draw(names),
        "where": draw(st.sampled_from([None, "title", "summary", "article"])),
    }
    return entry(draw(st.integers(1, 10**6)), draw(texts), **about)


@st.composite
def digests(draw: st.DrawFn) -> Alert:
    """A few drawn entries, repeated up to 120 times, each under its own number."""
    drawn = draw(st.lists(entries(), min_size=1, max_size=4))
    count = draw(st.sampled_from([0, 1, 2, 5, 12, 40, 120]))
    told = (entry_numbered(drawn[number % len(drawn)], number) for number in range(count))
    return digest(*told, baseline=draw(st.booleans()), story_title=draw(texts))


@st.composite
def single_alerts(draw: st.DrawFn) -> Alert:
    about = {"story_title": draw(texts), "channel": draw(texts), "feed": draw(texts), "problem": draw(texts)}
    kind = draw(st.sampled_from(["development.new", "development.update", "feed.problem", "test"]))
    told = (draw(entries()),) if kind.startswith("development.") else ()
    return alert(*told, type=kind, story=draw(st.sampled_from(["", "openai-nato"])), **about)


def entry_numbered(one: AlertEntry, number: int) -> AlertEntry:
    """The entry with its number as the first word of its headline, so that it can be found again."""
    title = Foreign(f"n{number}n {one.item.title.raw}")
    return replace(one, item=replace(one.item, id=str(number), title=title), development=replace(one.development, headline=title))
