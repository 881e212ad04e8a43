"""``storywatch feed add``: from an address to a feed in the configuration, and nothing written where there is none."""

from __future__ import annotations

import os
import stat
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.lab.server import Reply

from .conftest import Told
from .place import Place, item, rss
from .typist import Typist

BOT = '[bot]\ninterval = "10m"  # as often as this\n[network]\nallow = ["127.0.0.0/8"]\nhost_gap = "0s"\ndeadline = "20s"\n'
STORIES = '[concepts]\nopenai = ["OpenAI"]\n[[stories]]\nname = "openai"\nquery = "openai"\n'
FEEDS = """\
# Where the bot looks.

[[feeds]]
name = "First"     # the one we had
url = "{web}/first"
headers = {{ Authorization = "${{env:HOME}}" }}

# a remark at the end
"""
GOOD = rss(item("deal", "OpenAI signs"), item("rain", "Rain in the north"))


def page(*links: str, body: str = "") -> Reply:
    text = f"<!doctype html><html><head><title>A site</title>{''.join(links)}</head><body>{body}</body></html>"
    return Reply(body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def link(href: str, kind: str = "application/rss+xml", title: str = "") -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{href}">'


@pytest.fixture
def site(place: Place) -> Place:
    """A configuration in three files, and a web with a feed at /feed.xml."""
    place.robot.write("bot.toml", BOT)
    place.robot.write("stories.toml", STORIES)
    place.robot.write("feeds.toml", FEEDS.format(web=place.web.url))
    place.web.answers |= {"/feed.xml": GOOD, "/other.xml": rss(item("x", "Other")), "/first": rss()}
    return place


def feeds(place: Place, name: str = "feeds.toml") -> list[dict[str, Any]]:
    return tomllib.loads((place.config / name).read_text())["feeds"]


def text(place: Place) -> str:
    return (place.config / "feeds.toml").read_text()


# ---------------------------------------------------------------- what is written


def test_a_feed_is_written_below_what_stands_there_and_nothing_else_changes(site: Place) -> None:
    before = text(site)
    (site.config / "feeds.toml").chmod(0o640)
    done = site.robot.run(
        "feed", "add", f"{site.web.url}/feed.xml", "--name", "Second", "--interval", "5m", "--articles", "hinted"
    )
    done.ok()
    assert text(site).startswith(before), "comments and order stay"
    assert feeds(site)[1:] == [{"name": "Second", "url": f"{site.web.url}/feed.xml", "interval": "5m", "articles": "hinted"}]
    assert stat.S_IMODE((site.config / "feeds.toml").stat().st_mode) == 0o640
    assert "OpenAI signs" in done.out
    assert "1 item by title and summary" in done.out, "what the story would match"
    assert not list(site.config.glob(".*")), "no draft is left"
    assert not site.state.exists(), "nothing is recorded"
    checked = site.robot.run("check").ok()
    assert "2 feeds" in checked.out


def test_a_feed_is_named_after_its_title_and_by_its_host_without_one(site: Place, told: Told) -> None:
    site.web.answers["/a"] = Reply(body=b"<rss version='2.0'><channel><title> A &amp;amp; B\n News </title></channel></rss>")
    site.web.answers["/b"] = Reply(body=b"<rss version='2.0'><channel></channel></rss>")
    assert told(site, "feed", "add", f"{site.web.url}/a")[0] == 0
    assert told(site, "feed", "add", f"{site.web.url}/b")[0] == 0
    assert [feed["name"] for feed in feeds(site)[1:]] == ["A & B News", "127.0.0.1"]


def test_a_dry_run_shows_the_table_and_writes_nothing(site: Place, told: Told) -> None:
    before = text(site)
    code, out, _ = told(site, "feed", "add", f"{site.web.url}/feed.xml", "--dry-run")
    assert code == 0
    assert f'[[feeds]]\nname = "T"\nurl = "{site.web.url}/feed.xml"\n' in out
    assert text(site) == before


def test_without_a_file_of_feeds_one_is_made_for_its_owner_alone(site: Place, told: Told) -> None:
    (site.config / "feeds.toml").unlink()
    assert told(site, "feed", "add", f"{site.web.url}/feed.xml")[0] == 0
    assert len(feeds(site)) == 1
    assert stat.S_IMODE((site.config / "feeds.toml").stat().st_mode) == 0o600


def test_a_configuration_in_one_file_gets_the_feed_at_its_end(site: Place, tmp_path: Path) -> None:
    single = tmp_path / "all.toml"
    single.write_text(FEEDS.format(web=site.web.url).replace("\n", "\r\n") + BOT + STORIES)
    single.write_bytes(single.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    argv = [*site.robot._command, "--config", str(single), "feed", "add", f"{site.web.url}/feed.xml"]
    done = subprocess.run(argv, env=site.robot.env, cwd=site.robot.root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert b"\n" not in single.read_bytes().replace(b"\r\n", b""), "its line ends are kept"
    assert [feed["name"] for feed in tomllib.loads(single.read_text())["feeds"]] == ["First", "T"]


def test_feeds_in_braces_are_left_to_their_owner(site: Place, told: Told) -> None:
    site.robot.write("feeds.toml", f'feeds = [{{ name = "First", url = "{site.web.url}/first" }}]\n')
    before = text(site)
    code, _, err = told(site, "feed", "add", f"{site.web.url}/feed.xml")
    assert code == 1
    assert "put this there by hand" in err
    assert text(site) == before


# ---------------------------------------------------------------- finding it

PAGES: dict[str, tuple[Reply, str]] = {
    "a declared feed, its address relative": (page(link("feed.xml")), "/feed.xml"),
    "relative to the page's base": (page('<base href="/x/y/">', link("../../feed.xml")), "/feed.xml"),
    "Atom": (page(link("/feed.xml", "application/atom+xml")), "/feed.xml"),
    "JSON Feed": (page(link("/feed.xml", "application/feed+json")), "/feed.xml"),
    "the comments' feed stands behind": (page(link("/other.xml", title="A site: Comments"), link("/feed.xml")), "/feed.xml"),
    "a link in the page, none declared": (page(body='<a href="/feed.xml">RSS</a> <a href="/about">x</a>'), "/feed.xml"),
    "a customary address": (page(body="nothing here"), "/rss"),
    "a robot check before the page alone": (page(body="<script>window._cf_chl_opt={}</script>"), "/rss"),
    "declared in the header": (
        Reply(body=page().body, headers={"Content-Type": "text/html", "Link": '</feed.xml>; rel="alternate"; type="application/rss+xml"'}),
        "/feed.xml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_a_page_leads_to_its_feed(site: Place, told: Told, case: str) -> None:
    reply, expected = PAGES[case]
    site.web.answers |= {"/": reply, "/rss": GOOD}
    code, out, err = told(site, "feed", "add", f"{site.web.url}/", *(["--pick", "1"] if "comments" in case else []))
    assert code == 0, err
    assert feeds(site)[1]["url"] == site.web.url + expected
    assert "found" in out


def test_several_feeds_are_listed_and_nothing_is_chosen_for_a_script(site: Place, told: Told) -> None:
    site.web.answers["/"] = page(link("/feed.xml", title="News"), link("/other.xml", "application/atom+xml", "Sport"))
    before = text(site)
    code, _, err = told(site, "feed", "add", f"{site.web.url}/")
    assert code == 1
    assert f"  1  {site.web.url}/feed.xml  News  (RSS)\n  2  {site.web.url}/other.xml  Sport  (Atom)\n" in err
    assert err.endswith("choose one with --pick N\n")
    assert text(site) == before
    assert told(site, "feed", "add", f"{site.web.url}/", "--pick", "2")[0] == 0
    assert feeds(site)[1]["url"] == f"{site.web.url}/other.xml"
    assert told(site, "feed", "add", f"{site.web.url}/", "--pick", "3")[0] == 2


def test_somebody_at_a_terminal_is_asked(site: Place) -> None:
    site.web.answers["/"] = page(link("/feed.xml", title="News"), link("/other.xml", title="Sport"))
    with Typist(site, "feed", "add", f"{site.web.url}/", "--name", "Chosen") as somebody:
        somebody.sees("which one").press("2\n").sees("written to")
        assert somebody.process.wait(20) == 0
    assert feeds(site)[1] == {"name": "Chosen", "url": f"{site.web.url}/other.xml"}


def test_guesses_are_few_and_ask_robots_first(site: Place, told: Told) -> None:
    site.web.answers["/"] = page(body="nothing")
    site.web.answers["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /rss\n", headers={"Content-Type": "text/plain"})
    site.web.answers["/rss"] = GOOD
    del site.web.answers["/feed.xml"]
    code, _, err = told(site, "feed", "add", f"{site.web.url}/")
    assert code == 1
    assert "it names no feed, and none stands at the customary addresses" in err
    assert site.web.asked == ["/", "/robots.txt", "/feed", "/index.xml", "/feed.xml"], "not /rss"


# ---------------------------------------------------------------- refusals

BAD: dict[str, tuple[Reply, str]] = {
    "missing": (Reply(status=404), "404 Not Found"),
    "JSON of another kind": (Reply(body=b'{"a": 1}'), "not a JSON Feed"),
    "XML of another kind": (Reply(body=b"<urlset></urlset>"), "no feed"),
    "nothing": (Reply(), "empty"),
    "silence": (Reply(fault="reset"), "connection"),
    "a robot check": (
        Reply(status=403, body=page().body, headers={"Content-Type": "text/html", "cf-mitigated": "challenge"}),
        "a page of Cloudflare that turns robots away",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_feed_is_said_and_not_written(site: Place, told: Told, case: str) -> None:
    reply, words = BAD[case]
    site.web.answers["/x"] = reply
    before = text(site)
    code, _, err = told(site, "feed", "add", f"{site.web.url}/x")
    assert (code, text(site)) == (1, before)
    assert words in err
    assert "open it in a browser" in err, "what to do next"


def test_a_name_or_address_that_is_taken_is_refused_with_its_place(site: Place, told: Told) -> None:
    before = text(site)
    code, _, err = told(site, "feed", "add", f"{site.web.url}/first/#top")
    assert (code, site.web.asked) == (1, []), "nobody needs to be asked"
    assert '"First" (feeds.toml:3)' in err
    code, _, err = told(site, "feed", "add", f"{site.web.url}/feed.xml", "--name", "First")
    assert code == 1
    assert '"First" (feeds.toml:3); give this one another with --name' in err
    site.web.answers["/"] = page(link("/first"))
    assert told(site, "feed", "add", f"{site.web.url}/")[0] == 1, "found on a page, too"
    assert text(site) == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["ftp://example.org/x"], "http"),
        (["My favourite site"], "write the address without it"),
        (["https://user:pw@example.org/"], "password"),
        (["https://example.org/?key=${env:KEY}"], "by hand"),
        (["https://example.org/", "--interval", "soon"], "duration"),
        (["https://example.org/", "--interval", "1s"], "at least 30s"),
        (["https://example.org/", "--name", " "], "name"),
        (["https://example.org/", "--articles", "some"], "hinted"),
    ],
)
def test_a_wrong_call_is_usage(site: Place, told: Told, args: list[str], words: str) -> None:
    code, _, err = told(site, "feed", "add", *args)
    assert code == 2
    assert words in err
    assert site.web.asked == []


def test_a_page_outside_may_not_lead_inside(site: Place, told: Told) -> None:
    """Only 127.0.0.0/25 is allowed: a page from there that names a feed in 127.0.0.128/25 is refused at the door."""
    site.robot.write("bot.toml", BOT.replace("127.0.0.0/8", "127.0.0.0/25"))
    site.web.answers["/"] = page(link(site.web.url.replace("127.0.0.1", "127.0.0.200") + "/feed.xml"))
    before = text(site)
    code, _, err = told(site, "feed", "add", f"{site.web.url}/")
    assert code == 1
    assert "names" in err
    assert "private" in err or "not allowed" in err or "allow" in err, err
    assert text(site) == before


# ---------------------------------------------------------------- strangers' words


def test_what_a_page_or_feed_says_becomes_no_reference_and_no_toml(site: Place, told: Told) -> None:
    title = 'Evil ${env:HOME} "\n[bot] \u202e \x07'
    body = f"<rss version='2.0'><channel><title><![CDATA[{title}]]></title></channel></rss>".encode()
    site.web.answers["/$%7Benv:HOME%7D"] = Reply(body=body)
    site.web.answers["/"] = page(link("/${env:HOME}"))
    code, out, err = told(site, "feed", "add", f"{site.web.url}/")
    assert code == 0, err
    assert feeds(site)[1] == {"name": 'Evil {env:HOME} " [bot]', "url": f"{site.web.url}/$%7Benv:HOME}}"}
    assert os.environ["HOME"] not in out + err + text(site)
    assert told(site, "check")[0] == 0


def test_a_title_cannot_move_the_cursor(site: Place, told: Told) -> None:
    body = rss(item("x", "ok")).body.replace(b"ok", "a\x9b2J\u202eb".encode())
    site.web.answers["/x"] = Reply(body=body)
    code, out, _ = told(site, "feed", "add", f"{site.web.url}/x")
    assert code == 0
    assert not {"\x9b", "\u202e", "\x1b"} & set(out)
