"""``storywatch feed test``: what a feed gives, what is wrong with it, and nothing recorded."""

from __future__ import annotations

import json
import tomllib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lab.server import Loopback, Reply, Request

from .conftest import Told
from .place import Place, page, rss

DATA = Path(__file__).parents[1] / "data" / "pages"
NOW = datetime.now(UTC).replace(microsecond=0)


def dated(n: int, title: str) -> str:
    """The nth newest item, each two hours older than the one before."""
    when = format_datetime(NOW - timedelta(hours=2 * n), usegmt=True)
    return f"<item><title>{title}</title><link>/p/{n}</link><guid isPermaLink='false'>g{n}</guid><pubDate>{when}</pubDate></item>"


@pytest.fixture
def site(place: Place) -> Place:
    place.feed("Alpha", interval="5m")
    place.write()
    return place


def outcome(told: Told, place: Place, what: str, code: int = 0) -> dict[str, Any]:
    ended, out, err = told(place, "feed", "test", what, "--json")
    assert (ended, err) == (code, "")
    assert not place.state.exists(), "nothing is recorded"
    whole: dict[str, Any] = json.loads(out)
    return whole


class Conditional:
    """A server that answers 304 to who has its tag. ``asked``: the requests."""

    def __init__(self, reply: Reply) -> None:
        self.reply, self.asked = reply, list[Request]()
        self.server = Loopback(self._respond)
        self.close = self.server.close

    def _respond(self, request: Request) -> Reply:
        self.asked.append(request)
        known = request.headers.get("if-none-match") == self.reply.headers["ETag"]
        return Reply(status=304, headers=self.reply.headers) if known else self.reply


def test_a_good_feed_shows_all_that_is_to_know(site: Place, told: Told) -> None:
    items = [
        dated(0, "OpenAI considers a contract with NATO"),
        dated(1, "OpenAI hires"),
        *(dated(n, f"Rain {n}") for n in range(2, 12)),
    ]
    reply = rss("<ttl>45</ttl>", *items)
    headers = {
        **reply.headers,
        "ETag": 'W/"a b"',
        "Last-Modified": "Tue, 03 Mar 2026 07:30:00 GMT",
        "Cache-Control": "max-age=60",
    }
    with closing(Conditional(Reply(body=reply.body, headers=headers))) as server:
        site.feed("Alpha", url=f"http://127.0.0.1:{server.server.port}/alpha")
        site.write()
        found = outcome(told, site, "Alpha")
    assert (found["feed"], found["ok"], found["problem"], found["status"]) == ("Alpha", True, None, 200)
    assert (found["format"], found["title"], found["items"]) == ("RSS 2.0", "T", 12)
    assert len(found["newest_items"]) == 5
    assert found["newest_items"][0]["title"] == "OpenAI considers a contract with NATO"
    assert found["newest"] == NOW.strftime("%Y-%m-%dT%H:%M:%SZ")
    (match,) = found["matches"]
    assert (match["story"], match["item"]["guid"]) == ("openai-nato", "g0")
    assert match["why"]
    assert found["hinted"] == 1, "OpenAI hires: its article would be read"
    assert found["validators"] == {"etag": 'W/"a b"', "last-modified": "Tue, 03 Mar 2026 07:30:00 GMT"}
    assert found["second_request"] == "304"
    assert [request.headers.get("if-none-match") for request in server.asked] == [None, 'W/"a b"'], (
        "verbatim; asked twice, no page"
    )
    assert (found["median_gap_seconds"], found["span_seconds"]) == (7200, 22 * 3600)
    assert (found["ttl_seconds"], found["cache_control"], found["fresh_seconds"]) == (2700, "max-age=60", 60)
    assert (found["interval"], found["fitting_interval"]) == ("5m", "1h")
    assert found["faults"] == []
    assert found["bytes"] == len(reply.body)


def test_people_read_it_as_lines(site: Place) -> None:
    site.web.answers["/alpha"] = rss(dated(0, "OpenAI considers a contract with NATO"), dated(1, "Rain"), dated(2, "Snow"))
    done = site.robot.run("feed", "test", "Alpha").ok()
    assert done.out.startswith(f"Alpha  {site.web.url}/alpha\n")
    for words in (
        "format       RSS 2.0", "items        3, the 3 newest:", "OpenAI considers a contract with NATO",
        "matches      1 item by title and summary:", "\n    openai-nato ", "validators   none; every poll takes the whole document",
        "rhythm       2h between two items (median), 4h from the oldest to the newest", 'interval     "1h" would fit; yours is "5m"',
        "faults       none found",
    ):  # fmt: skip
        assert words in done.out, words
    assert not {"\x1b", "\r"} & set(done.out + done.err)


def test_what_is_asked_for_is_what_polls_go_by(site: Place, told: Told) -> None:
    """Caches are forbidden, not told to hurry; what lay in one is less fresh; and who skips every hour asks for nothing."""
    every = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    asked = f"<ttl>45</ttl><skipHours>{every}</skipHours><skipDays><day>Sunday</day></skipDays>"
    body = rss(asked, *(dated(n, "Rain") for n in range(3))).body
    site.web.answers["/alpha"] = Reply(body=body, headers={"Cache-Control": "no-store, max-age=7200", "Age": "1200"})
    found = outcome(told, site, "Alpha")
    assert (found["fresh_seconds"], found["ttl_seconds"], found["period_seconds"]) == (6000, 2700, None)
    assert (found["skip_hours"], found["skip_days"]) == ([], [6])
    assert (found["interval"], found["stretched_interval"]) == ("5m", "20m"), "four times at most"
    shown = told(site, "feed", "test", "Alpha")[1]
    assert "asked for    fresh for 1h40m (Cache-Control, Expires); ttl 45m; silent on Sun\n" in shown
    assert '"1h" would fit; yours is "5m", which what is asked for makes 20m\n' in shown
    site.feeds["Alpha"]["rhythm"] = "fixed"
    site.write()
    assert outcome(told, site, "Alpha")["stretched_interval"] == "5m", "the configuration has the last word"


def test_an_address_that_is_not_configured_is_held_to_every_story(site: Place, told: Told) -> None:
    site.web.answers["/new"] = rss(dated(0, "OpenAI considers a contract with NATO"))
    found = outcome(told, site, f"{site.web.url}/new")
    assert (found["feed"], found["interval"]) == (None, "10m")
    assert [match["story"] for match in found["matches"]] == ["openai-nato"]


def test_an_item_that_one_story_matches_is_no_hint_for_another(site: Place, told: Told) -> None:
    rules = {"rain": "rain AND snow", "all-rain": "rain", "storm": "storm AND hail"}
    site.more = {"stories": [{"name": name, "query": query} for name, query in rules.items()]}
    site.feed("Alpha", dated(0, "Rain and snow"), dated(1, "Rain and storm"), dated(2, "A storm"), dated(3, "Calm"))
    site.write()
    found = outcome(told, site, "Alpha")
    assert [(match["story"], match["item"]["guid"]) for match in found["matches"]] == [
        ("rain", "g0"), ("all-rain", "g0"), ("all-rain", "g1"),
    ]  # fmt: skip
    assert found["hinted"] == 1, "the storm alone"


AGAIN = {
    "the same once more": (Reply(headers={"ETag": '"1"'}), "same"),
    "no validators": (Reply(), "none"),
}


@pytest.mark.parametrize("case", AGAIN)
def test_a_second_request_tells_what_polls_will_cost(site: Place, told: Told, case: str) -> None:
    reply, expected = AGAIN[case]
    site.web.answers["/alpha"] = Reply(body=rss(dated(0, "x")).body, headers=reply.headers)
    assert outcome(told, site, "Alpha")["second_request"] == expected


CHALLENGE = {"Content-Type": "text/html", "cf-mitigated": "challenge"}
BAD: dict[str, tuple[Reply, str]] = {
    "a web page": (page("Welcome to our site."), "a web page, not a feed"),
    "a challenge page": (
        Reply(status=403, body=b"<html><title>Just a moment...</title></html>", headers=CHALLENGE),
        "a page of Cloudflare that turns robots away, not a feed (HTTP 403)",
    ),
    "a challenge page that says 200": (Reply(body=(DATA / "challenge.html").read_bytes()), "a robot check"),
    "a guard's page that says 200": (
        Reply(body=b"<html><title>Wait</title><script>window._cf_chl_opt={}</script></html>"),
        "a page of Cloudflare that turns robots away, not a feed (HTTP 200)",
    ),
    "a wall of consent": (Reply(body=(DATA / "consent_wall.html").read_bytes()), "a consent notice"),
    "missing": (Reply(status=404), "404 Not Found"),
    "gone wrong": (Reply(status=503), "503"),
    "empty": (Reply(), "an empty document"),
    "JSON": (Reply(body=b'{"error": "no"}'), "not a JSON Feed"),
    "a broken connection": (Reply(fault="reset"), "connection"),
    "304 to everybody": (Reply(status=304), "304"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_gives_nothing_usable_ends_with_1(site: Place, told: Told, case: str) -> None:
    reply, words = BAD[case]
    site.web.answers["/alpha"] = reply
    found = outcome(told, site, "Alpha", code=1)
    assert not found["ok"]
    assert words in found["problem"]


def test_a_page_that_names_feeds_shows_them(site: Place, told: Told) -> None:
    html = b"<html><head><title>S</title><link rel=alternate type=application/rss+xml href=/f title=News></head></html>"
    site.web.answers["/"] = Reply(body=html, headers={"Content-Type": "text/html"})
    code, out, _ = told(site, "feed", "test", f"{site.web.url}/")
    assert code == 1
    assert f"its feeds    {site.web.url}/f  News" in out
    assert f"storywatch feed add {site.web.url}/" in out


def test_faults_that_do_not_keep_it_from_being_read_are_said(site: Place, told: Told) -> None:
    body = b"<rss version='2.0'><channel><title>T</title><item><title>One of these</title><link>/?a=1&b=2</link></item><item><ti"
    site.web.answers["/alpha"] = Reply(body=body)
    found = outcome(told, site, "Alpha")
    assert [words.split()[0] for words in found["faults"]] == ["not", "it", "all", "all"]


def test_a_name_that_is_none_is_told_the_nearest(site: Place, told: Told) -> None:
    code, _, err = told(site, "feed", "test", "Alhpa")
    assert code == 1
    assert "Alpha" in err
    assert site.web.asked == []


def test_a_secret_in_an_address_is_not_shown(site: Place, told: Told) -> None:
    secret = "a-secret-of-many-letters"
    config = (site.config / "all.toml").read_text().replace("/alpha", "/alpha?key=${file:key}")
    (site.config.parent / "key").write_text(secret)
    site.robot.write("all.toml", config).chmod(0o600)
    assert "${file:key}" in tomllib.loads(config)["feeds"][0]["url"]
    for args in (["test", "Alpha"], ["test", "Alpha", "--json"], ["list"], ["list", "--json"], ["export"]):
        code, out, err = told(site, "feed", *args)
        assert code in {0, 1}
        assert secret not in out + err, args
