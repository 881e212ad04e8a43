"""The demo's web: feeds and pages that the bot's own parsers take, at the time of its clock."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import pytest

from bot.core import extract, parse, quality
from bot.demo import END, START, Outlet, Piece, outlets
from bot.demo.web import Web

OUTLETS = outlets()
PAGES = [(outlet, piece) for outlet in OUTLETS for piece in outlet.pieces if not piece.again]
DOWN = next(outlet for outlet in OUTLETS if outlet.outage is not None)


class Ask:
    """A client of the web, with the clock in its hand."""

    def __init__(self) -> None:
        self.now = START
        self.web = Web(OUTLETS, lambda: self.now)

    def __call__(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.web.site).netloc, timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def at(self, moment: datetime) -> Ask:
        self.now = moment
        return self


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    ask = Ask()
    with ask.web:
        yield ask


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.slug)
def test_a_feed_is_read_as_it_was_written(ask: Ask, outlet: Outlet) -> None:
    status, headers, body = ask.at(END)(outlet.feed_path)
    assert status == 200
    read = parse.feed(body, url=ask.web.site + outlet.feed_path, content_type=headers["Content-Type"], now=END)
    listed = outlet.listed(END, 100)
    assert [(entry.title, entry.summary, entry.published) for entry in read.entries] == [
        (piece.title, piece.summary, piece.at) for piece in listed
    ]
    assert [entry.url for entry in read.entries] == [ask.web.site + piece.path for piece in listed]
    assert len({entry.guid for entry in read.entries}) == len(listed)


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.slug)
def test_what_did_not_change_is_not_sent_again(ask: Ask, outlet: Outlet) -> None:
    _, headers, body = ask.at(START)(outlet.feed_path)
    status, _, nothing = ask(outlet.feed_path, If_None_Match=headers["ETag"])
    assert (status, nothing) == (304, b"")
    status, _, more = ask.at(END)(outlet.feed_path, If_None_Match=headers["ETag"])
    assert status == 200
    assert len(more) > len(body)


@pytest.mark.parametrize(("outlet", "piece"), PAGES, ids=lambda thing: getattr(thing, "key", ""))
def test_a_page_gives_its_article_or_what_stands_in_its_place(ask: Ask, outlet: Outlet, piece: Piece) -> None:
    status, headers, body = ask.at(END)(piece.path)
    if piece.page == "forbidden":
        assert status == 403
        return
    assert status == 200
    about = {"title": piece.title, "summary": piece.summary}
    read = extract.article(body, url=ask.web.site + piece.path, content_type=headers["Content-Type"], **about)
    if piece.page == "consent":
        assert read.note == f"failed: {quality.REASONS['consent']}"
        return
    assert read.note == "read"
    missing = [paragraph for paragraph in piece.paragraphs if paragraph not in read.text]
    assert not missing
    furniture = [outlet.consent, outlet.newsletter, outlet.footer, "is invented", *outlet.sections[:1]]
    assert not [words for words in furniture if words in read.text.splitlines()]
    assert "not news" in body.decode()


def test_nothing_is_out_before_its_time(ask: Ask) -> None:
    piece = next(piece for piece in OUTLETS[0].pieces if piece.at > START)
    assert ask.at(START)(piece.path)[0] == 404
    assert ask.at(piece.at)(piece.path)[0] == 200
    assert ask(piece.path + "?utm_source=x")[0] == 200


def test_one_feed_is_down_for_a_while(ask: Ask) -> None:
    assert DOWN.outage is not None
    statuses = [ask.at(moment)(DOWN.feed_path)[0] for moment in (START, DOWN.outage.begin, DOWN.outage.end)]
    assert statuses == [200, DOWN.outage.status, 200]
    assert [piece for piece in DOWN.pieces if DOWN.outage.begin < piece.at < DOWN.outage.end], "and publishes meanwhile"


def test_what_is_not_there_is_not_found(ask: Ask) -> None:
    assert ask("/nowhere")[0] == 404
    assert ask("/robots.txt")[0] == 200


def test_two_webs_stand_side_by_side() -> None:
    with Web(OUTLETS, lambda: START) as one, Web(OUTLETS, lambda: START) as two:
        assert one.site != two.site
