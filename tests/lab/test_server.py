"""The lab's own web, proved before it proves anything."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import feedparser
import pytest
import trafilatura

from . import scripts
from .web import FeedPage, Web

WHEN = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture
def web() -> Iterator[Web]:
    with Web(("127.0.0.1", "127.0.0.2")) as web:
        yield web


def get(url: str, client: http.client.HTTPConnection | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    host, _, target = url.removeprefix("http://").partition("/")
    link = client or http.client.HTTPConnection(host, timeout=5)
    try:
        link.request("GET", "/" + target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = link.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        if client is None:
            link.close()


def feed(web: Web, kind: str = "rss") -> FeedPage:
    items = [
        web.item("one", title="One & <only>", summary="A <b>bold</b> & short summary", text="Alpha.", published=WHEN),
        web.item("two", title="Two", published=WHEN),
    ]
    return web.feed("alpha", *items, kind=kind)


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf"])
def test_every_xml_format_is_a_feed_that_says_what_the_items_say(web: Web, kind: str) -> None:
    page = feed(web, kind)
    parsed = feedparser.parse(get(page.url)[2])
    assert [entry.title for entry in parsed.entries] == ["Two", "One & <only>"]
    assert [entry.link for entry in parsed.entries] == [item.link for item in page.items]
    dates = [entry.updated_parsed if kind == "rdf" else entry.published_parsed for entry in parsed.entries]
    assert all(date[:5] == (2026, 3, 3, 8, 0) for date in dates)


def test_a_json_feed_says_it_too(web: Web) -> None:
    page = feed(web, "json")
    entries = json.loads(get(page.url)[2])["items"]
    assert [(entry["title"], entry["url"]) for entry in entries] == [(item.title, item.link) for item in page.items]
    assert {entry["date_published"] for entry in entries} == {"2026-03-03T08:00:00+00:00"}


def test_an_article_can_be_read_and_what_surrounds_it_is_no_part_of_it(web: Web) -> None:
    text = "\n\n".join(f"Paragraph {n} speaks at some length about the harbour and its {n} cranes." for n in range(4))
    item = web.item("one", title="Cranes", text=text, related=["OpenAI and NATO: what we know"])
    read = trafilatura.extract(get(item.link)[2].decode())
    assert "its 3 cranes" in read
    assert "OpenAI" not in read
    assert "cookies" not in read


@pytest.mark.parametrize(
    ("name", "make", "status"),
    [
        ("the same tag", lambda h: {"If_None_Match": h["etag"]}, 304),
        ("a weak form of it", lambda h: {"If_None_Match": "W/" + h["etag"]}, 304),
        ("one of several tags", lambda h: {"If_None_Match": '"x", ' + h["etag"]}, 304),
        ("another tag", lambda h: {"If_None_Match": '"x"'}, 200),
        ("another tag and the same date", lambda h: {"If_None_Match": '"x"', "If_Modified_Since": h["last-modified"]}, 200),
        ("the same date", lambda h: {"If_Modified_Since": h["last-modified"]}, 304),
        ("an older date", lambda h: {"If_Modified_Since": "Mon, 02 Mar 2020 08:00:00 GMT"}, 200),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_client_that_knows_the_document_is_told_so(web: Web, name: str, make, status: int) -> None:
    page = feed(web)
    known = get(page.url)[1]
    assert get(page.url, **make(known))[0] == status


def test_a_changed_feed_has_new_validators(web: Web) -> None:
    page = feed(web)
    before = get(page.url)[1]
    page.show(*page.items[1:])
    after = get(page.url, If_None_Match=before["etag"])
    assert after[0] == 200
    assert after[1]["etag"] != before["etag"]
    assert after[1]["last-modified"] != before["last-modified"]


def test_connections_are_kept_and_every_request_is_in_the_ledger(web: Web) -> None:
    page = feed(web)
    host = page.url.removeprefix("http://").partition("/")[0]
    client = http.client.HTTPConnection(host, timeout=5)
    for _ in range(3):
        assert get(page.url, client)[0] == 200
        assert client.sock is not None
    client.close()
    assert [(visit.target, visit.status) for visit in web.visits] == [("/feeds/alpha", 200)] * 3


def test_the_second_address_serves_the_same_web_on_the_same_port(web: Web) -> None:
    feed(web)
    assert get(web.url("/feeds/alpha", "127.0.0.2"))[0] == 200
    assert next(iter(web.visits)).host == "127.0.0.2"


def test_items_count_as_served_only_when_the_whole_document_went_out(web: Web) -> None:
    page = feed(web)
    for script in (scripts.status(500), scripts.truncated, scripts.empty, scripts.html_instead):
        page.script = script
        get(page.url)
    assert web.first_served == {}
    page.script = scripts.gzipped
    status, headers, body = get(page.url, Accept_Encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert b"Two" in gzip.decompress(body)
    assert web.first_served.keys() == {("alpha", "one"), ("alpha", "two")}


@pytest.mark.parametrize("script", [scripts.silence, scripts.dripping, scripts.reset], ids=["silence", "drip", "reset"])
def test_a_client_of_a_broken_server_is_left_waiting_or_cut_off(web: Web, script) -> None:
    page = feed(web)
    page.script = script
    client = http.client.HTTPConnection(page.url.removeprefix("http://").partition("/")[0], timeout=0.6)
    began = time.monotonic()
    with pytest.raises((TimeoutError, ConnectionError)):
        _read_within(client, page.url, began + 0.6)
    client.close()


def _read_within(client: http.client.HTTPConnection, url: str, end: float) -> None:
    client.request("GET", "/" + url.split("/", 3)[3])
    answer = client.getresponse()
    while answer.read(1):
        if time.monotonic() > end:
            raise TimeoutError


def test_a_hundred_megabytes_are_announced_and_come(web: Web) -> None:
    page = feed(web)
    page.script = scripts.huge
    client = http.client.HTTPConnection(page.url.removeprefix("http://").partition("/")[0], timeout=5)
    client.request("GET", "/feeds/alpha")
    answer = client.getresponse()
    assert answer.headers["Content-Length"] == "100000000"
    assert len(answer.read(1_000_000)) == 1_000_000
    client.close()


def test_redirects_lead_on_for_ever(web: Web) -> None:
    page = feed(web)
    page.script = scripts.endless_redirect
    target = get(page.url)[1]["location"]
    assert [get(web.url(target))[1]["location"], get(web.url("/loop/41"))[1]["location"]] == ["/loop/1", "/loop/42"]


def test_scripts_in_turn_end_in_the_last_one(web: Web) -> None:
    page = feed(web)
    page.script = scripts.in_turn(scripts.status(500), scripts.status(503), None)
    assert [get(page.url)[0] for _ in range(4)] == [500, 503, 200, 200]


@pytest.mark.parametrize("dress", [scripts.changing_guid, scripts.redated, scripts.other_scheme, scripts.tracked])
def test_a_dressed_item_differs_at_each_poll_and_is_still_known(web: Web, dress) -> None:
    page = feed(web)
    page.dress = dress
    first, second = feedparser.parse(get(page.url)[2]), feedparser.parse(get(page.url)[2])
    assert [web.key_of(entry.link) for entry in (*first.entries, *second.entries)] == ["two", "one"] * 2
    assert first.entries[0] != second.entries[0]


def test_pages_told_apart_by_a_parameter_are_two(web: Web) -> None:
    links = [web.item(f"n{n}", title=f"N{n}", target=f"/story.php?id={n}", text=f"Text {n}.").link for n in (1, 2)]
    assert [web.key_of(link) for link in links] == ["n1", "n2"]
    assert b"Text 2." in get(links[1])[2]
