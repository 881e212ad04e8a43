"""A feed document looked at as a whole: what it is, and what is wrong with it though it can be read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import examine
from bot.core.pace import wishes
from bot.errors import ParseError

DATA = Path(__file__).parent.parent / "data" / "feeds"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DATE = "<pubDate>Tue, 03 Mar 2026 07:30:00 GMT</pubDate>"


def read(body, content_type=None):
    return examine.read(
        body if isinstance(body, bytes) else body.encode(), url="https://f.example/x", content_type=content_type, now=NOW
    )


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>"


def item(n: int, *, guid: str | None = "", date: str = DATE, link: str | None = "") -> str:
    named = "" if guid is None else f"<guid isPermaLink='false'>{guid or n}</guid>"
    led = "" if link is None else f"<link>{link or f'/{n}'}</link>"
    return f"<item><title>Headline number {n}</title>{named}{led}{date}</item>"


@pytest.mark.parametrize(
    ("name", "format_"),
    [
        ("rss20.xml", "RSS 2.0"), ("rss091.xml", "RSS 0.91"), ("rss10.xml", "RSS 1.0 (RDF)"), ("atom.xml", "Atom 1.0"),
        ("feed.json", "JSON Feed 1.1"), ("google-news.xml", "RSS 2.0"),
    ],
)  # fmt: skip
def test_a_format_is_named(name, format_):
    assert read((DATA / name).read_bytes()).format == format_


@pytest.mark.parametrize(
    ("document", "format_"),
    [
        ("<feed xmlns='http://purl.org/atom/ns#' version='0.3'><entry><title>t</title></entry></feed>", "Atom 0.3"),
        ("<?xml version='1.0'?><rss><channel><item><title>t</title></item></channel></rss>", "RSS without a version"),
        ('{"version": "1", "items": []}', "JSON Feed without a version"),
    ],
)
def test_an_odd_format_is_named_too(document, format_):
    assert read(document).format == format_


FAULTS = {
    "none": (rss(item(1), item(2)), []),
    "no items": (rss(), ["it has no items"]),
    "no guid": (rss(item(1, guid=None), item(2)), ["1 item of 2 has no guid"]),
    "one guid for all": (rss(item(1, guid="g"), item(2, guid="g"), item(3, guid="g")), ["2 items of 3 have a guid that another one"]),
    "no date": (rss(item(1, date=""), item(2, date="")), ["all items have no date"]),
    "dates that are none": (rss(item(1, date="<pubDate>yesterday</pubDate>"), item(2)), ["1 item of 2 has a date that cannot be read"]),
    "a date of 1970": (rss(item(1, date="<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>")), ["all items have a date that cannot"]),
    "no address": (rss(item(1, link=None), item(2)), ["1 item of 2 has no address"]),
    "an ampersand alone": (rss(item(1, link="/?a=1&b=2")), ["not well-formed XML"]),
    "cut off": (rss(item(1), item(2))[:-60], ["not well-formed XML", "it is cut off"]),
    "JSON without dates": ('{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "url": "https://f.example/1"}]}', ["all items have no date"]),
    "JSON with a date that is none": ('{"items": [{"id": "1", "url": "https://f.example/1", "date_published": "soon"}]}', ["all items have a date that cannot"]),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_is_wrong_is_said_and_nothing_else(case):
    document, expected = FAULTS[case]
    found = read(document).faults
    assert len(found) == len(expected), found
    assert all(said.startswith(words) for said, words in zip(found, expected, strict=True)), found


def test_a_charset_of_the_header_is_not_held_against_the_document():
    body = rss(item(1)).replace("Headline", "Schlüssel").encode("iso-8859-1")
    assert read(body, "text/xml; charset=iso-8859-1").faults == ()


def test_a_document_asks_what_a_poll_takes_it_to_ask():
    body = rss("<ttl>30</ttl><skipHours><hour>3</hour></skipHours>", item(1))
    assert read(body).wishes == wishes.of_document(body.encode())
    assert (read(body).wishes.every, read(body).wishes.hours) == (1800, 1 << 3)


@pytest.mark.parametrize("document", ["<html><title>Log in</title></html>", "", "<urlset/>", "{}"])
def test_what_is_no_feed_is_refused_as_parse_does(document):
    with pytest.raises(ParseError):
        read(document)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["<rss><channel><item>", '{"items": [{', "<feed><entry>"]))
def test_any_bytes_are_examined_or_refused(tail, head):
    try:
        found = read(head.encode() + tail)
    except ParseError:
        return
    assert found.format
