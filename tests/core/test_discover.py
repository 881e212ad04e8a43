"""From a page to the feeds it names."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import discover

URL = "https://site.example/news/today"
RSS, ATOM = "application/rss+xml", "application/atom+xml"


def link(href, kind=RSS, rel="alternate", title=""):
    return f'<link rel="{rel}" type="{kind}" title="{title}" href="{href}">'


def urls(html, **more):
    found = discover.links(html.encode(), url=URL, content_type="text/html; charset=utf-8", **more)
    return [each.url for each in found.links]


PAGES = {
    "one": (link("https://f.example/rss"), ["https://f.example/rss"]),
    "relative to the page": (link("feed.xml"), ["https://site.example/news/feed.xml"]),
    "relative to its base": ('<base href="/x/">' + link("feed.xml"), ["https://site.example/x/feed.xml"]),
    "a base of another scheme counts for nothing": ('<base href="javascript:x">' + link("/f"), ["https://site.example/f"]),
    "without a scheme": (link("//f.example/rss"), ["https://f.example/rss"]),
    "capitals, no quotes": ("<LINK REL=Alternate TYPE=Application/RSS+XML HREF=/f>", ["https://site.example/f"]),
    "a type with parameters": (link("/f", f"{RSS}; charset=utf-8"), ["https://site.example/f"]),
    "several rels": (link("/f", rel="alternate home"), ["https://site.example/f"]),
    "the rel of old drafts": (link("/f", rel="feed"), ["https://site.example/f"]),
    "a style sheet is none": (link("/f", rel="alternate stylesheet"), []),
    "another language of the page is none": ('<link rel=alternate hreflang=de href="/de">', []),
    "an oEmbed card is none": (link("/wp-json/oembed/1.0/embed?url=feed", "application/json"), []),
    "a JSON Feed by either type": (link("/feed.json", "application/json") + link("/f", "application/feed+json"), ["https://site.example/feed.json", "https://site.example/f"]),
    "feed: in front": (link("feed:https://f.example/rss") + link("feed://g.example/rss"), ["https://f.example/rss", "https://g.example/rss"]),
    "the same twice": (link("/f") + link("/f#x", ATOM), ["https://site.example/f"]),
    "comments stand behind": (link("/comments/feed/") + link("/feed/"), ["https://site.example/feed/", "https://site.example/comments/feed/"]),
    "escaped": (link("/f?a=1&amp;b=2"), ["https://site.example/f?a=1&b=2"]),
    "other schemes are none": (link("javascript:alert(1)") + link("file:///etc/passwd") + link("data:,x"), []),
    "an address that cannot be read is none": (link("http://[::1/x"), []),
    "links in the text, where none is declared": ('<a href="/rss">x</a><a href="/a.html">y</a>', ["https://site.example/rss"]),
    "declared ones keep those out": (link("/f") + '<a href="/rss">x</a>', ["https://site.example/f"]),
    "a broken head": (f"<html><head><title>x<script>if (a<b) {{</script>{link('/f')}", ["https://site.example/f"]),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGES)
def test_the_feeds_that_a_page_names(case):
    html, expected = PAGES[case]
    if case == "a broken head":
        html = html.replace("<title>x", "<title>x</title>")
    assert urls(html) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f'</f>; rel="alternate"; type="{RSS}"', ["https://site.example/f"]),
        (f"<https://o.example/f>; type={ATOM}; rel=alternate, </x>; rel=next", ["https://o.example/f"]),
        (f'</style.css>; rel=preload, </f>; title="a, b"; rel="alternate"; type="{RSS}"', ["https://site.example/f"]),
        ("</wp-json/>; rel=\"https://api.w.org/\"", []),
        ("<" * 5000, []),
    ],
)  # fmt: skip
def test_the_feeds_that_a_header_names(header, expected):
    assert urls("<p>hello</p>", header=header) == expected


def test_a_page_has_a_title_and_its_feeds_have_what_it_calls_them():
    html = f"<title> A &amp; B\n</title>{link('/f', title='News &amp; more')}<svg><title>icon</title></svg>"
    found = discover.links(html.encode(), url=URL, content_type=None)
    assert found.title == "A & B"
    assert [(each.title, each.kind, each.how) for each in found.links] == [("News & more", "RSS", "declared")]


def test_a_page_that_names_thousands_is_told_in_part():
    assert len(urls("".join(link(f"/{n}") for n in range(5_000)))) == discover.MOST


def test_guesses_are_few_and_of_the_site_alone():
    guesses = discover.guesses("https://site.example:8443/a/b?c=d#e")
    assert 0 < len(guesses) <= 4
    assert all(each.url.startswith("https://site.example:8443/") and each.how == "guessed" for each in guesses)
    assert "https://s.example/feed" not in [each.url for each in discover.guesses("https://s.example/feed")], (
        "it was asked already"
    )


@pytest.mark.parametrize(
    ("given_", "meant"),
    [
        ("https://s.example/x", "https://s.example/x"),
        (" s.example ", "https://s.example"),
        ("s.example/feed?a=b", "https://s.example/feed?a=b"),
        ("s.example:8080/x", "https://s.example:8080/x"),
        ("feed://s.example/x", "https://s.example/x"),
        ("feed:http://s.example/x", "http://s.example/x"),
        ("ftp://s.example", "ftp://s.example"),
        ("mailto:a@s.example", "mailto:a@s.example"),
        ("BBC World", "BBC World"),
    ],
)
def test_an_address_as_people_write_it(given_, meant):
    assert discover.address(given_) == meant


HOSTILE = {
    "open tags": "<" * 200_000,
    "links without an end": "<link " * 100_000,
    "attributes": "<link " + "a=b " * 100_000 + ">",
    "open comments": "<!--" * 100_000,
    "bases": "<base href=/x>" * 50_000,
    "titles": "<title>" * 100_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_markup_costs_no_more_than_a_child_is_given(case):
    """A child has 10 s of CPU; the dearest of these took 0.7 s."""
    began = time.process_time()
    discover.links(HOSTILE[case].encode(), url=URL, content_type=None)
    assert time.process_time() - began < 5


@given(st.binary(max_size=400) | st.text("<>/=\"' linkahrefbase:?#&;![-", max_size=200).map(str.encode))
def test_any_bytes_are_a_page(body):
    for each in discover.links(body, url=URL, content_type=None).links:
        assert each.url.startswith(("http://", "https://"))
