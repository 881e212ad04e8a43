"""Alerts to render, hostile ones too, and what must hold of every message made from them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from slack_sdk.models.blocks import Block

from bot.model import Alert, AlertDevelopment, AlertEntry, AlertItem, AlertMatch

CONTRACTS = Path(__file__).resolve().parents[4] / "shared" / "contracts"
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
    outlets = about.get("outlets", (outlet, "WSJ", "BBC"))
    return AlertEntry(
        development=AlertDevelopment(id="12", headline=title, items=3, outlets=outlets),
        item=AlertItem(
            id=str(number),
            feed=about.get("feed", "Reuters World"),
            outlet=outlet,
            title=title,
            url=about.get("url", "https://example.org/a?x=1&y=2"),
            published=about.get("published", T),
            first_seen=T,
        ),
        match=AlertMatch(
            score=0.9,
            terms=about.get("terms", ("OpenAI", "NATO")),
            where=about.get("where", "article"),
            sentence=about.get("sentence", SENTENCE),
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
    about = {"url": one.item.url, "published": one.item.published, "outlet": one.item.outlet, "feed": one.item.feed}
    about |= {"outlets": one.development.outlets, "sentence": one.match.sentence, "terms": one.match.terms}
    return entry(number, f"n{number}n {one.item.title}", **about, where=one.match.where)


# ---------------------------------------------------------------- what must hold


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((CONTRACTS / name).read_text()), format_checker=FormatChecker())


def schema_problems(name: str, body: object) -> list[str]:
    """What the schema of ../shared/contracts says against a body; nothing where that folder is absent."""
    return (
        [f"{error.json_path}: {error.message[:200]}" for error in _validator(name).iter_errors(body)]
        if CONTRACTS.is_dir()
        else []
    )


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


_SLACK_LINK = re.compile(r"<(https?://[^|<>\s]+)\|([^<>]+)>")
_SLACK_DATE = re.compile(r"<!date\^-?\d+\^\{date_short_pretty\} \{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>")


def slack_problems(body: dict[str, Any]) -> Iterator[str]:
    yield from schema_problems("slack-message.schema.json", body)
    blocks = body.get("blocks", [])
    for block in Block.parse_all(blocks):
        block.validate_json()
    pieces = [element["text"] for block in blocks for element in (block.get("elements") or [block["text"]])]
    if len(blocks) > 45 or sum(map(units, pieces)) > 9000:
        yield f"{len(blocks)} blocks, {sum(map(units, pieces))} units"
    if any(units(piece) > 3000 or not piece for piece in pieces) or units(body["text"]) > 40_000:
        yield "a text too long or empty"
    if not all(element["verbatim"] for block in blocks for element in (block.get("elements") or [block["text"]])):
        yield "not verbatim"
    if body["unfurl_links"] or body["unfurl_media"]:
        yield "unfurls"
    for piece in (*pieces, body["text"]):
        yield from _slack_text(piece)


def _slack_text(text: str) -> Iterator[str]:
    rest = _SLACK_DATE.sub("date", _SLACK_LINK.sub(r"\2", text))
    rest = re.sub("^>", "", rest, flags=re.MULTILINE)
    if "<" in rest or ">" in rest:
        yield f"markup that is not ours: {rest[:200]!r}"
    if re.search(r"&(?!amp;|lt;|gt;)", rest):
        yield f"an ampersand not escaped: {rest[:200]!r}"
    if re.search(r"[_~`]\w[^\n]*\w[_~`]", re.sub(r"(?<=[^\W_])_+(?=[^\W_])", "", rest)) or re.search(r"@\w|:\w+:|\]\(|://", rest):
        yield f"formatting or a mention alive: {rest[:200]!r}"


def slack_seen(text: str) -> str:
    """Slack text as a reader sees it, look-alikes turned back."""
    bare = _SLACK_LINK.sub(r"\2", text).replace("*", "").replace("\u200b", "")
    return unescape(bare).translate(str.maketrans("∗∼ˋˍ", "*~`_"))


_DISCORD_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^()\s]+)\)")


def discord_problems(body: dict[str, Any]) -> Iterator[str]:
    yield from schema_problems("discord-execute-webhook.schema.json", body)
    if body["allowed_mentions"] != {"parse": []}:
        yield "mentions allowed"
    embeds = body.get("embeds", [])
    limits = {"title": 256, "description": 4096}
    if any(units(embed.get(name, "")) > limit for embed in embeds for name, limit in limits.items()) or len(embeds) > 10:
        yield "an embed too long"
    pieces = [embed[name] for embed in embeds for name in limits if name in embed]
    authors = [embed["author"]["name"] for embed in embeds if "author" in embed]
    if sum(map(units, (*pieces, *authors))) > 6000 or any(units(author) > 256 for author in authors):
        yield "embeds too long in all"
    if units(body.get("content", "")) > 2000 or not (embeds or body["content"].strip()):
        yield "content too long or empty"
    if any(not piece.strip() for piece in (*pieces, *authors)):
        yield "an empty text"
    for piece in (*pieces, body.get("content", "")):
        yield from _discord_text(piece)


def _discord_text(text: str) -> Iterator[str]:
    bare = _DISCORD_LINK.sub(r"\1", re.sub(r"\\[^0-9A-Za-z\s]", "·", text))
    bare = re.sub(r"<t:-?\d+:[fR]>", "time", re.sub(r"^> ", "", bare, flags=re.MULTILINE)).replace("**", "")
    if re.search(r"[*_~`\[\]<|\\]|https?://|:\w+:|@\w|^(?:[#>+-]|\d+[.)]\s)", bare, re.MULTILINE):
        yield f"markup or a mention alive: {bare[:300]!r}"


def discord_seen(text: str) -> str:
    """Discord text as a reader sees it."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", _DISCORD_LINK.sub(r"\1", text).replace("**", "")).replace("\u200b", "")
