"""The outlet behind an aggregator's item: named in alerts, in ``show`` and in the log, in the aggregator's place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.lab.server import Reply

from .conftest import Seen, Told
from .place import SECOND, Place, Web, rss

NEWS = "OpenAI considers a contract with NATO"
DATE = "<pubDate>Tue, 03 Mar 2026 07:30:00 GMT</pubDate>"


def google(title: str, key: str, outlet: str) -> str:
    return f"<item><title>{title} - {outlet}</title><link>/g/{key}</link><guid>{key}</guid>{DATE}<source url='https://x.example'>{outlet}</source></item>"


BING = (
    f"<item xmlns:News='https://www.bing.com/news/search?q=x'><title>OpenAI leaves NATO waiting for months</title><link>/b/1</link>{DATE}"
    "<News:Source>Gazette on MSN</News:Source></item>"
)
PLANET = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Planet</title><id>urn:p</id>{}</feed>"
TAKEN = (
    "<entry><id>urn:1</id><title>NATO asks OpenAI for a second offer this spring</title><link href='/p/1'/>"
    "<updated>2026-03-03T07:30:00Z</updated><source><id>urn:s</id><title>Harbour Desk</title></source></entry>"
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One pass over feeds without items, and one over feeds with them."""
    with closing(Web()) as web:
        place = Place(tmp_path_factory.mktemp("outlets") / "place", web)
        place.channel("hook", "webhook")
        for name in ("Google News in English", "Bing News in English", "Planet"):
            place.feed(name, articles="never")
        web.answers["/planet"] = Reply(body=PLANET.format("").encode())
        place.once()
        items = [google(NEWS, "g1", "Reuters"), google(f"{NEWS} again and again", "g2", "AP News")]
        place.feed("Google News in English", *items)
        web.answers["/bing-news-in-english"] = rss(BING)
        web.answers["/planet"] = Reply(body=PLANET.format(TAKEN).encode())
        place.robot.run("once", "--now", SECOND).ok()
        yield place


def test_an_alert_names_the_outlet(place: Place) -> None:
    told = [json.loads(post.body)["data"] for post in place.web.posts]
    outlets = {data["item"]["title"]: data["development"]["outlets"] for data in told}
    assert outlets.pop(NEWS)[0] == "Reuters"
    assert outlets["OpenAI leaves NATO waiting for months"] == ["Gazette"]
    assert outlets["NATO asks OpenAI for a second offer this spring"] == ["Harbour Desk"]
    assert not any("News in English" in name for names in outlets.values() for name in names)


def test_the_receipt_and_the_log_name_it_beside_the_feed(place: Place, told: Told, seen: Seen) -> None:
    rows = {row["title"]: row for row in place.robot.log()}
    assert rows[NEWS]["feed"] == "Google News in English", "the contract: the feed is the feed"
    whole = json.loads(told(place, "show", rows[NEWS]["id"], "--json")[1])
    assert whole["outlet"] == "Reuters"
    assert "Google News in English (outlet: Reuters)" in told(place, "show", rows[NEWS]["id"])[1]
    shown = seen(place, "log", columns=200).text
    assert f"{NEWS} (Reuters, by Google News in English)" in shown
    assert "(Gazette, by Bing News in English)" in shown
    assert "(Harbour Desk, by Planet)" in shown
