"""robots.txt by RFC 9309: what each answer means, how long it counts, what it may cost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopweb import page, raw, redirect
from protego import Protego

from bot.edge.http import Robots
from bot.edge.http.robots import ours
from bot.model import FetchFailure


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def robots(door, clock) -> Robots:
    return Robots(door, clock=clock)


RULES = b"""\xef\xbb\xbf# a site
User-agent: GoodBot
Disallow:

User-Agent: *
Disallow: /private/
Disallow: /*.pdf$
Allow: /private/open
Sitemap: http://example.org/sitemap.xml
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/news/1", True),
        ("/private/1", False),
        ("/private/open/1", True),
        ("/report.pdf", False),
        ("/report.pdf?x", True),
        ("/robots.txt", True),
    ],
)
def test_rules_are_kept(web, robots, path, allowed):
    web.pages["/robots.txt"] = page(RULES)
    assert robots.allows(web.url(path), inside=True) == (None if allowed else "robots.txt forbids it")


@pytest.mark.parametrize("name", ["Storywatch", "storywatch", "STORYWATCH/1.0", "Storywatch *"])
def test_a_group_for_us_goes_before_the_one_for_all(web, robots, name):
    web.pages["/robots.txt"] = page(
        f"User-agent: *\nDisallow: /\n\nUser-agent: Other\nUser-agent: {name}\nDisallow: /no".encode()
    )
    assert robots.allows(web.url("/yes"), inside=True) is None
    assert robots.allows(web.url("/no"), inside=True) == "robots.txt forbids it"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (page(b"gone", status="404 Not Found"), None),
        (page(b"User-agent: *\nDisallow: /", status="403 Forbidden"), None),
        (page(b"", status="302 Found"), None),
        (page(b""), None),
        (page(b"<html>hello</html>"), None),
        (page(b"\xff\xfe\x00 noise"), None),
        (page(b"busy", status="503 Busy"), "robots.txt could not be read: HTTP 503"),
        (raw(b""), "robots.txt could not be read: the connection was closed without an answer"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nUser"), "robots.txt could not be read: the answer broke off"),
        (redirect("http://169.254.169.254/robots.txt"), "robots.txt could not be read: its host is at a private"),
    ],
    ids=["404", "403", "302 to nowhere", "empty", "HTML", "noise", "503", "no answer", "broken off", "redirected inside"],
)
def test_each_kind_of_answer_has_its_meaning(web, robots, script, words):
    web.pages["/robots.txt"] = script
    reason = robots.allows(web.url("/x"), inside=True)
    assert reason is None if words is None else reason.startswith(words)


def test_a_redirected_robots_txt_counts_for_the_site_that_redirects(web, robots):
    web.pages["/robots.txt"] = redirect("/1")
    for number in range(1, 5):
        web.pages[f"/{number}"] = redirect(f"/{number + 1}")
    web.pages["/5"] = page(b"User-agent: *\nDisallow: /no")
    assert robots.allows(web.url("/no"), inside=True) == "robots.txt forbids it"


def test_an_answer_counts_for_a_day(web, robots, clock):
    web.pages["/robots.txt"] = page(RULES)
    for clock.now in (0.0, 10.0, 24 * 3600 - 1.0):
        robots.allows(web.url("/x"), inside=True)
    assert web.paths() == ["/robots.txt"]
    clock.now = 24 * 3600.0
    robots.allows(web.url("/x"), inside=True)
    assert len(web.requests) == 2


def test_an_unreachable_one_is_asked_again_after_ten_minutes(web, robots, clock):
    web.pages["/robots.txt"] = page(b"", status="500 Oops")
    assert robots.allows(web.url("/x"), inside=True) is not None
    web.pages["/robots.txt"] = page(RULES)
    clock.now = 599.0
    assert robots.allows(web.url("/x"), inside=True) is not None
    clock.now = 600.0
    assert robots.allows(web.url("/x"), inside=True) is None
    assert len(web.requests) == 2


def test_failures_tell_whether_they_may_pass(web, robots):
    web.pages["/robots.txt"] = page(b"", status="500 Oops")
    assert robots.gate(web.url("/x"), True).temporary
    assert not robots.gate("http://169.254.169.254/x", True).temporary


def test_only_half_a_megabyte_is_read(web, robots):
    head = b"User-agent: *\nDisallow: /early\n"
    web.pages["/robots.txt"] = page(head + b"#" * 600_000 + b"\nDisallow: /late\n")
    assert robots.allows(web.url("/early"), inside=True) is not None
    assert robots.allows(web.url("/late"), inside=True) is None


def test_an_address_that_is_none_is_left_to_the_door(robots):
    assert robots.allows("ftp://example.org/") is None


def test_few_sites_are_remembered(make_door, web, clock):
    robots = Robots(make_door(resolve=lambda host, port: ["127.0.0.1"]), clock=clock)
    heavy = b"User-agent: *\n" + b"Disallow: /%s\n" % (b"x" * 90) * 5_000
    web.pages["/robots.txt"] = page(heavy)
    for number in range(12):  # 12 x 500,000 characters: more than are kept
        robots.allows(f"http://site{number}.example:{web.port}/y", inside=True)
    for number in (11, 10, 0):
        robots.allows(f"http://site{number}.example:{web.port}/y", inside=True)
    hosts = [request.headers["host"].partition(".")[0] for request in web.requests]
    assert hosts == [f"site{number}" for number in range(12)] + ["site0"]


def test_every_hop_of_a_page_is_asked_for(web, door, robots):
    web.pages["/robots.txt"] = page(b"User-agent: *\nDisallow: /private")
    web.pages["/go"] = redirect("/private/1")
    web.pages["/private/1"] = page(b"secret")
    answer = door.get(web.url("/go"), inside=True, cap=1_000, gate=robots.gate)
    assert answer == FetchFailure(why="robots.txt forbids it", temporary=False)
    assert web.paths() == ["/robots.txt", "/go"]


AGENTS = ["*", "Storywatch", "storywatch/2", "Other", "Story", "a*b", ""]
LINES = st.one_of(
    st.sampled_from(AGENTS).map("User-agent: ".__add__),
    st.sampled_from(["/", "/a", "/a/b", "/*c", ""]).map("Disallow: ".__add__),
    st.sampled_from(["/a", "/a/b/", "/*d$"]).map("Allow: ".__add__),
    st.sampled_from(["", "# note", "Sitemap: http://x/", "Crawl-delay: 5", "nonsense", "\x0b"]),
)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(LINES, max_size=15))
def test_what_is_left_out_changes_no_answer(lines):
    """Against protego itself on the whole text, with the names it understands otherwise taken out."""
    text = "\n".join(lines)
    plain = text.replace("storywatch/2", "Storywatch").replace("User-agent: Story\n", "User-agent: Other\n").replace("a*b", "ab")
    plain = plain.removesuffix("Story") + ("Other" if plain.endswith("User-agent: Story") else "")
    whole, part = Protego.parse(plain), Protego.parse(ours(text))
    for path in ("/", "/a", "/a/b/x", "/xc", "/a/d"):
        url = f"http://example.org{path}"
        assert part.can_fetch(url, "Storywatch") == whole.can_fetch(url, "Storywatch"), text


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{number}\n" for number in range(15_000)) + "Disallow: /x\n" * 15_000,
        "".join(f"User-agent: storywatch{number}\n" for number in range(12_000)) + "Disallow: /x\n" * 12_000,
        "".join(f"User-agent: a*{number}\n" for number in range(15_000)) + "Disallow: /x\n" * 15_000,
        "User-agent: *\n" + "Disallow: /" + "*a" * 240_000,
        "User-agent: *\n" + "".join(f"Disallow: /*{number}$\n" for number in range(25_000)),
        "User-agent " * 40_000,
        " " * 500_000,
    ],
    ids=["agents x rules", "our names x rules", "starred names x rules", "one long rule", "many rules", "words", "blanks"],
)
def test_a_hostile_robots_txt_costs_little(text):
    started = time.process_time()
    Protego.parse(ours(text[:500_000])).can_fetch("http://example.org/" + "a" * 8_000, "Storywatch")
    assert time.process_time() - started < 10.0  # unguarded, the first takes minutes and gigabytes; guarded, half a second
