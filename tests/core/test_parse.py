"""Feed documents of all formats, broken and hostile ones: what is read, and what is said of the rest."""

import json
import pickle
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import parse
from bot.errors import ParseError
from bot.model import Entry

DATA = Path(__file__).parent.parent / "data" / "feeds"
URL = "https://feeds.example/dir/feed.xml"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def read(body, content_type=None, url=URL):
    return parse.feed(body if isinstance(body, bytes) else body.encode(), url=url, content_type=content_type, now=NOW)


def rss(*items: str, head: str = "", declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>T</title>{head}{"".join(items)}</channel></rss>'


def one(item: str, **more) -> Entry:
    (entry,) = read(rss(f"<item>{item}</item>"), **more).entries
    return entry


def outcome(body) -> str:
    """The feed or our error in words; any other error passes."""
    try:
        return repr(read(body))
    except ParseError as error:
        return str(error)


# ---------------------------------------------------------------- formats

FORMATS = {
    "rss20.xml": (
        "Harbour Desk & Docks",
        Entry(
            guid="harbour-7",
            url="https://harbour.example/2026/03/ferry?id=7&utm_source=rss",
            title="Port council approves the ferry plan – after a year",
            summary="The council voted nine to two. Ferries start in May.",
            published=datetime(2026, 3, 3, 7, 30, tzinfo=UTC),
        ),
        Entry(
            guid="https://harbour.example/2026/03/cranes",
            url="https://feeds.example/2026/03/cranes",
            title="Crane operators & pilots agree",
            summary="Only in the content.",
            published=datetime(2026, 3, 2, 21, tzinfo=UTC),
        ),
        Entry(
            guid="https://harbour.example/2026/03/untitled",
            url="https://harbour.example/2026/03/untitled",
            title="Dredging of the outer basin begins on Monday",
            summary="Dredging of the outer basin begins on Monday",
            published=None,
        ),
    ),
    "rss10.xml": (
        "Hill Observatory",
        Entry(
            guid="https://hill.example/n/1",
            url="https://hill.example/n/1",
            title="A comet is seen",
            summary="By two telescopes.",
            published=datetime(2026, 3, 1, 2, tzinfo=UTC),
        ),
        Entry(
            guid="https://hill.example/n/2",
            url="https://hill.example/n/2",
            title="The dome is repaired",
            summary="",
            published=datetime(2026, 2, 28, tzinfo=UTC),
        ),
    ),
    "rss091.xml": (
        "Old Mill",
        Entry(
            guid=None,
            url="http://mill.example/wheel.html",
            title="The wheel turns again",
            summary="After forty years",
            published=None,
        ),
    ),
    "atom.xml": (
        "Valley Gazette",
        Entry(
            guid="tag:valley.example,2026:bridge",
            url="https://valley.example/news/bridge",
            title="The old bridge opens",
            summary="Walkers first, cars in June.",
            published=datetime(2026, 3, 3, 8, tzinfo=UTC),
        ),
        Entry(
            guid="tag:valley.example,2026:market",
            url="https://mirror.example/v/market",
            title="Market day moves",
            summary="To Thursday",
            published=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            source="Upper Valley Post",
        ),
    ),
    "feed.json": (
        "Lighthouse notes",
        Entry(
            guid="https://light.example/lamp",
            url="https://light.example/lamp",
            title='The lamp is "new"',
            summary="Brighter by half.",
            published=datetime(2026, 3, 3, 11, tzinfo=UTC),
        ),
        Entry(
            guid="42",
            url="https://elsewhere.example/fog",
            title="Fog for the third day",
            summary="Fog for the third day",
            published=datetime(2026, 3, 2, tzinfo=UTC),
        ),
        Entry(guid="rel", url="https://feeds.example/steps", title="Steps closed", summary="Short", published=None),
    ),
    "google-news.xml": (
        '"island ferry" - Google News',
        Entry(
            guid="CBMiAAA",
            url="https://news.google.com/rss/articles/CBMiAAA?oc=5",
            title="Island ferry sails - again",
            summary="Island ferry sails - again Harbour Desk",
            published=datetime(2026, 3, 3, 7, tzinfo=UTC),
            source="Harbour Desk",
        ),
    ),
    "sloppy.xml": (
        "Sloppy",
        Entry(
            guid="s1", url="https://sloppy.example/?id=1&lang=en&sect=2", title="Café & bar reopens", summary="", published=None
        ),
        Entry(
            guid="s2", url="https://sloppy.example/?id=2", title="Fish & chips, with a tab and a bell", summary="", published=None
        ),
        Entry(guid="s3", url="https://sloppy.example/?id=3", title="Poison � and � and �", summary="", published=None),
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_is_read(name):
    title, *entries = FORMATS[name]
    found = read((DATA / name).read_bytes())
    assert found.title == title
    assert found.entries == tuple(entries)
    assert not found.truncated


def test_result_passes_between_processes():
    found = read((DATA / "atom.xml").read_bytes())
    assert pickle.loads(pickle.dumps(found)) == found


# ---------------------------------------------------------------- what is no feed


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "an empty document", id="nothing"),
        pytest.param(b"\xef\xbb\xbf \n\t", "an empty document", id="white space"),
        pytest.param(b"<!DOCTYPE html><html><head></head></html>", "a web page, not a feed", id="a web page"),
        pytest.param(
            b"<!-- x --><HTML><title>Just a\nmoment...</title>",
            "a web page, not a feed (its title: 'Just a moment...')",
            id="a challenge page",
        ),
        pytest.param(b"<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'/>", "a web page, not a feed", id="XHTML"),
        pytest.param(b"<p>x</p><?xml version='1.0'?><html/>", "a web page, not a feed", id="a web page after junk"),
        pytest.param(b"<opml version='2.0'><body/></opml>", "an XML document that is no feed (root <opml>)", id="OPML"),
        pytest.param(b"<s:urlset xmlns:s='x'/>", "an XML document that is no feed (root <s:urlset>)", id="a sitemap"),
        pytest.param(b"Not\x1b[31m found", "not XML or JSON: starts with 'Not[31m found'", id="text"),
        pytest.param(b"%PDF-1.7\n\x00\xff", "not XML or JSON: starts with '%PDF-1.7 ", id="a PDF"),
        pytest.param(b"\x1f\x8b\x08\x00", "not XML or JSON: gzip data that the server did not announce", id="gzip"),
        pytest.param(b"/etc/hostname", "not XML or JSON: starts with '/etc/hostname'", id="a path"),
        pytest.param(b"{}", "JSON, but not a JSON Feed", id="other JSON"),
        pytest.param(b"[1, 2]", "JSON, but not a JSON Feed", id="a JSON list"),
        pytest.param(b'{"items": {"a": 1}}', "JSON, but not a JSON Feed", id="items that are no list"),
        pytest.param(b'{"items": [{"id": "1"', "JSON that is damaged or breaks off", id="JSON cut off"),
        pytest.param(b'{"items": [' + b"9" * 5000 + b"]}", "JSON that is damaged or breaks off", id="a number beyond int()"),
        pytest.param(b"[" * 100_000, "JSON that is nested too deep", id="JSON nested deep"),
        pytest.param(b"<" * 100_000, "not XML or JSON", id="only brackets"),
        pytest.param(b"<!--" * 50_000, "not XML or JSON", id="only comments"),
    ],
)
def test_what_is_no_feed_is_said_in_words(body, words):
    with pytest.raises(ParseError) as caught:
        read(body)
    assert words in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_body_that_is_a_path_opens_no_file(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<item><title>Secret</title></item>"))
    for path in (str(secret), secret.as_uri(), f"<rss>{secret}"):
        assert "Secret" not in outcome(path)


def test_external_entities_open_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("Secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    assert "Secret" not in repr(read(doctype + rss("<item><title>a&x;b</title></item>", declaration="")))


def test_a_feed_without_entries_is_a_feed():
    assert read(rss()).entries == ()
    assert read('<feed xmlns="http://www.w3.org/2005/Atom"/>').entries == ()
    assert not read('<feed xmlns="http://www.w3.org/2005/Atom"/>').truncated


# ---------------------------------------------------------------- links and ids


@pytest.mark.parametrize(
    ("item", "url"),
    [
        pytest.param("<link>https://a.example/x?b=1&amp;a=2#f</link>", "https://a.example/x?b=1&a=2#f", id="absolute: unchanged"),
        pytest.param("<link>HTTPS://A.example/../x%7e</link>", "HTTPS://A.example/../x%7e", id="odd spelling: unchanged"),
        pytest.param("<link>\n https://a.example/x\n </link>", "https://a.example/x", id="white space around"),
        pytest.param("<link>https://a.example/x\n y\x07</link>", "https://a.example/x y", id="controls inside"),
        pytest.param("<link>/x</link>", "https://feeds.example/x", id="relative to the host"),
        pytest.param("<link>x</link>", "https://feeds.example/dir/x", id="relative to the feed"),
        pytest.param("<link>?id=1</link>", "https://feeds.example/dir/feed.xml?id=1", id="only a query"),
        pytest.param("<link>//b.example/x</link>", "https://b.example/x", id="without scheme"),
        pytest.param("<link>javascript:alert(1)</link>", None, id="javascript"),
        pytest.param("<link>data:text/html,x</link>", None, id="data"),
        pytest.param("<link>file:///etc/passwd</link>", None, id="file"),
        pytest.param("<link>https://[::1</link>", None, id="brackets that do not close"),
        pytest.param("<link>http://?x</link>", None, id="no host"),
        pytest.param(f"<link>https://a.example/{'x' * 9000}</link>", None, id="9,000 characters"),
        pytest.param("<guid>https://a.example/g</guid>", "https://a.example/g", id="a permalink guid"),
        pytest.param("<link/><guid>https://a.example/g</guid>", "https://a.example/g", id="a permalink guid and an empty link"),
        pytest.param(
            "<link>javascript:x</link><guid>https://a.example/g</guid>", "https://a.example/g", id="a guid beside a bad link"
        ),
        pytest.param("<guid>abc</guid>", None, id="a guid that is no address"),
        pytest.param('<guid isPermaLink="true">/g</guid>', None, id="a guid that is half an address"),
        pytest.param('<link xml:base="https://b.example/d/">x</link>', "https://b.example/d/x", id="xml:base"),
        pytest.param('<link xml:base="http://[b">x</link>', None, id="a bad xml:base"),
        pytest.param("<title>t</title>", None, id="none"),
    ],
)
def test_links(item, url):
    assert one(f"<title>t</title>{item}").url == url


@pytest.mark.parametrize(
    ("guid", "kept"),
    [
        ("  AbC-1  ", "AbC-1"),
        ("a\n\x07 b", "a b"),
        ("x" * 1000, "x" * 1000),
        ("", None),
    ],
)
def test_guids_keep_their_spelling(guid, kept):
    assert one(f"<title>t</title><guid>{guid}</guid>").guid == kept


def test_a_huge_guid_is_kept_short_and_apart_from_others():
    first, second, again = (one(f"<title>t</title><guid>{'x' * 100_000}{end}</guid>").guid for end in "aba")
    assert len(first) <= 1000
    assert first == again != second


# ---------------------------------------------------------------- titles, summaries, sources


@pytest.mark.parametrize(
    ("item", "title", "summary"),
    [
        pytest.param("<title>AT&amp;amp;T</title>", "AT&T", "", id="an entity in HTML in XML"),
        pytest.param("<title>It&amp;amp;#8217;s</title>", "It’s", "", id="escaped once too often"),
        pytest.param("<title>a &lt; b</title>", "a < b", "", id="a bracket that is text"),
        pytest.param("<title>x&#x202e;y&#x7f;z</title>", "xyz", "", id="bidi override and a control"),
        pytest.param("<title>&lt;img src=x onerror=alert(1)&gt;Pic</title>", "Pic", "", id="a tag with a handler"),
        pytest.param("<description>" + "word " * 40 + "</description>", ("word " * 24).strip() + "…", None, id="no title"),
        pytest.param(
            "<title>t</title><description>&lt;img src='x'&gt;</description><content:encoded>full</content:encoded>",
            "t",
            "full",
            id="only a picture",
        ),
        pytest.param("<title>" + "w " * 1000 + "</title>", "w " * 249 + "w…", "", id="a long title"),
        pytest.param("<title>t</title><media:description>m</media:description>", "t", "m", id="a video's description"),
    ],
)
def test_titles_and_summaries(item, title, summary):
    names = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    (entry,) = read(rss(f"<item {names}>{item}</item>")).entries
    assert entry.title == title
    assert summary is None or entry.summary == summary


def test_a_summary_is_bounded():
    assert 4900 < len(one(f"<title>t</title><description>{'word ' * 5000}</description>").summary) <= 5000


@pytest.mark.parametrize(
    ("title", "source", "expected"),
    [
        ("Ferry sails - Desk", "Desk", ("Ferry sails", "Desk")),
        ("Ferry sails - Desk", "Other", ("Ferry sails - Desk", "Other")),
        ("Ferry - Desk - Desk", "Desk", ("Ferry - Desk", "Desk")),
        ("Desk", "Desk", ("Desk", "Desk")),
        ("Ferry - A &amp;amp; B", "A &amp;amp; B", ("Ferry", "A & B")),
        ("Ferry", "", ("Ferry", "d.example")),
    ],
)
def test_the_outlet_that_an_aggregator_names(title, source, expected):
    entry = one(f'<title>{title}</title><source url="https://d.example">{source}</source>')
    assert (entry.title, entry.source) == expected


ATOM_SOURCE = "<id>urn:s</id><link rel='self' href='https://d.example/feed'/><updated>2001-01-01T00:00:00Z</updated>"


@pytest.mark.parametrize(
    ("source", "outlet"),
    [
        ("<title>The Desk</title>", "The Desk"),
        ("<title type='html'>The &lt;b&gt;Desk&lt;/b&gt;</title>", "The Desk"),
        ("<link href='https://www.d.example/'/>", "d.example"),
        ("", None),
    ],
)
def test_the_feed_that_an_atom_entry_was_taken_from(source, outlet):
    (entry,) = read(
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Planet</title><entry><source>{ATOM_SOURCE if source else ''}{source}"
        "</source><id>urn:e</id><title>Ferry</title><link href='https://d.example/1'/><updated>2026-03-03T08:00:00Z</updated>"
        "</entry></feed>"
    ).entries
    assert entry.source == outlet
    assert (entry.guid, entry.url) == ("urn:e", "https://d.example/1"), "its own, not those of the source"
    assert entry.published == datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("named", "outlet"), [("The Desk", "The Desk"), ("The Desk on MSN", "The Desk"), ("A &amp; B", "A & B"), (" ", None)]
)
def test_the_outlet_that_bing_names_in_a_namespace_that_changes_with_every_search(named, outlet):
    space = "xmlns:News='https://www.bing.com/news/search?q=ferry&amp;format=rss'"
    assert one(f"<title>Ferry</title><News:Source {space}>{named}</News:Source>").source == outlet


def test_an_entry_that_says_nothing_is_none():
    assert read(rss("<item/>", "<item><category>x</category></item>", "<item><title>t</title></item>")).entries == (
        one("<title>t</title>"),
    )


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Tue, 03 Mar 2026 10:00:00 GMT", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("Tue, 03 Mar 2026 10:00:00 EST", datetime(2026, 3, 3, 15, tzinfo=UTC)),
        ("03 Mar 2026 10:00 +0530", datetime(2026, 3, 3, 4, 30, tzinfo=UTC)),
        ("2026-03-03T10:00:00.5-08:00", datetime(2026, 3, 3, 18, tzinfo=UTC)),
        ("2026-03-03T10:00:00", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 11:59:00 GMT", datetime(2026, 3, 5, 11, 59, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 12:01:00 GMT", None),
        ("Sun, 31 Dec 1989 23:59:59 GMT", None),
        ("Mon, 01 Jan 1990 00:00:00 GMT", datetime(1990, 1, 1, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("0000-00-00T00:00:00Z", None),
        ("0001-01-01T00:00:00+9999", None),
        ("9999-12-31T23:59:59-1200", None),
        ("1" * 500, None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_believed_within_reason(date, expected):
    assert one(f"<title>t</title><pubDate>{date}</pubDate>").published == expected


@pytest.mark.parametrize(
    "date", ["2026-02-30T25:61:61Z", "2016-12-31T23:59:60Z", "Tue, 99 Foo 99999 99:99:99 +9999", "٢٠٢٦-٠٣-٠٣", "-1"]
)
def test_odd_dates_never_raise(date):
    for element in ("pubDate", "published", "updated", "created", "dc:date", "published_parsed", "updated_parsed"):
        found = read(
            rss(f'<item xmlns:dc="http://purl.org/dc/elements/1.1/"><title>t</title><{element}>{date}</{element}></item>')
        )
        published = found.entries[0].published
        assert published is None or published.tzinfo is UTC


def test_an_unbelievable_date_gives_way_to_the_next():
    entry = one("<title>t</title><published>1970-01-01T00:00:00Z</published><updated>2026-03-01T00:00:00Z</updated>")
    assert entry.published == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2026-03-03T10:00:00Z", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("2026-03-03T10:00:00", datetime(2026, 3, 3, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ((NOW + timedelta(hours=25)).isoformat(), None),
        (1772532000, None),
        (None, None),
        ([], None),
    ],
)
def test_dates_in_json(date, expected):
    body = json.dumps({"items": [{"id": "abc", "title": "t", "date_published": date}]})
    assert read(body).entries[0].published == expected


# ---------------------------------------------------------------- encodings


WORDS = "Ünï – 北约"
LATIN = '<?xml version="1.0" encoding="iso-8859-1"?>'
CHINESE = '<?xml version="1.0" encoding="gb18030"?>'


def written(declaration: str = '<?xml version="1.0" encoding="utf-8"?>', text: str = WORDS) -> str:
    return rss(f"<item><title>{text}</title></item>", declaration=declaration)


JSON = json.dumps({"items": [{"title": WORDS}]}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(written().encode(), "text/xml", id="UTF-8 as text/xml"),
        pytest.param(written().encode(), "application/xml; charset=iso-8859-1", id="a header that lies"),
        pytest.param(written(LATIN).encode(), None, id="a declaration that lies"),
        pytest.param(
            written(text="".join(f"&#{ord(c)};" for c in WORDS)).encode(),
            "text/xml; charset=utf-16",
            id="a header that says UTF-16 of ASCII",
        ),
        pytest.param(written().encode("utf-8-sig"), "x; charset=none", id="a byte order mark"),
        pytest.param(written().encode("utf-16"), None, id="UTF-16"),
        pytest.param(written().encode("utf-16-be"), "text/xml; charset=utf-8", id="UTF-16 without a mark"),
        pytest.param(written().encode("utf-32"), None, id="UTF-32"),
        pytest.param(written(CHINESE).encode("gb18030"), None, id="another encoding, declared"),
        pytest.param(written("").encode("gb18030"), "application/rss+xml; charset=gb18030", id="another encoding, in the header"),
        pytest.param(written(text="Ünï &#8211; 北约").encode(), "x; charset=../x", id="a charset that is none"),
        pytest.param(JSON.encode("utf-16"), None, id="JSON in UTF-16"),
        pytest.param(JSON.encode("utf-8-sig"), None, id="JSON with a mark"),
    ],
)
def test_encodings(body, content_type):
    assert read(body, content_type).entries[0].title == WORDS


def test_windows_1252_that_nobody_declares():
    body = rss("<item><title>Überblick – Größe</title></item>", declaration="").encode("windows-1252")
    assert read(body).entries[0].title == "Überblick – Größe"


def test_one_broken_byte_does_not_garble_the_rest():
    body = rss("<item><title>Größe – 北约 cut\xff</title></item>").encode().replace("ÿ".encode(), b"\xe5\x8c")
    assert read(body).entries[0].title == "Größe – 北约 cut\ufffd"


# ---------------------------------------------------------------- broken documents

TWO = rss("<item><title>one</title></item>", "<item><title>two</title><link>https://x.example/2</link></item>")


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        pytest.param(TWO, ["one", "two"], id="a whole document"),
        pytest.param(TWO.removesuffix("</rss>"), ["one", "two"], id="without its last tag"),
        pytest.param(TWO[:-8], ["one", "two"], id="in the middle of the end"),
        pytest.param(TWO.removesuffix("</channel></rss>"), ["one", "two"], id="after the last item"),
        pytest.param(TWO[: TWO.index("https://x.example/2") + 8], ["one"], id="inside a link"),
        pytest.param(TWO[: TWO.index("<item><title>two") + 3], ["one"], id="inside a start tag"),
        pytest.param(TWO[: TWO.index("<title>one")], [], id="inside the first item"),
        pytest.param(TWO[: TWO.index("<item>")], [], id="before the first item"),
        pytest.param(
            TWO.removesuffix("</item></channel></rss>") + "<d><![CDATA[</item>", ["one"], id="after an end tag in CDATA"
        ),
    ],
)
def test_of_a_truncated_document_the_whole_items_are_read(body, titles):
    found = read(body)
    assert [entry.title for entry in found.entries] == titles
    assert found.truncated == (body != TWO)
    assert found.title == "T"


@pytest.mark.parametrize("name", ["rss10.xml", "atom.xml"])
def test_other_formats_truncated(name):
    body = (DATA / name).read_bytes()
    whole = read(body)
    for cut in range(body.index(b"<item" if name == "rss10.xml" else b"<entry"), len(body) - 12, 7):
        found = read(body[:cut])
        assert found.truncated
        assert found.entries == whole.entries[: len(found.entries)]


def test_what_follows_the_end_is_no_truncation():
    found = read(TWO + "<!-- served by x --><script>1</script>")
    assert (len(found.entries), found.truncated) == (2, False)


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param("&#xD800;", id="a surrogate"),
        pytest.param("&#0;", id="NUL"),
        pytest.param("&#x1F;", id="a control"),
        pytest.param("&#xFFFF;", id="no character"),
        pytest.param("&#1114112;", id="beyond Unicode"),
        pytest.param("&#" + "1" * 5000 + ";", id="beyond int()"),
        pytest.param("\x00\x08\x0b\x1f", id="raw controls"),
        pytest.param("&nosuch;", id="an unknown entity"),
        pytest.param("&", id="an ampersand"),
        pytest.param("<b", id="half a tag"),
        pytest.param("<![foo[", id="a marked section"),
        pytest.param("</b>", id="an end tag"),
        pytest.param(
            '<gml:pos xmlns:gml="http://www.opengis.net/gml" srsDimension="x">1 2</gml:pos>', id="what makes feedparser raise"
        ),
    ],
)
def test_one_bad_entry_never_hides_the_others(poison):
    good = [f"<item><title>{n}</title><guid>guid-{n}</guid></item>" for n in range(4)]
    found = read(rss(*good[:2], f"<item><title>bad {poison}</title><guid>bad</guid></item>", *good[2:]))
    assert [entry.guid for entry in found.entries if entry.guid != "bad"] == ["guid-0", "guid-1", "guid-2", "guid-3"]


def test_references_that_are_characters_stay():
    assert (
        one("<title>&#9;a&#x1F600;&#8217;&#0000039;&#x00041;&#55295;&#57344;&#65533;</title>").title == "a😀’'A\ud7ff\ue000\ufffd"
    )


def test_a_document_of_which_nothing_can_be_read_is_an_error():
    poison = '<item xmlns:gml="http://www.opengis.net/gml"><gml:pos srsDimension="x">1 2</gml:pos></item>'
    with pytest.raises(ParseError, match="no entry can be read"):
        read(rss(poison, poison))


# ---------------------------------------------------------------- size and time


def test_the_first_2000_entries_are_read():
    body = rss(*(f"<item><title>number {n}</title></item>" for n in range(2500)))
    assert [entry.title for entry in read(body).entries] == [f"number {n}" for n in range(2000)]
    items = [{"title": f"number {n}"} for n in range(2500)]
    assert len(read(json.dumps({"items": items})).entries) == 2000


def dated(n, day):
    return f"<item><title>number {n}</title><pubDate>{day:02d} Mar 2026 08:00:00 GMT</pubDate></item>"


@pytest.mark.parametrize(
    ("days", "kept"),
    [(lambda n: 28 - n // 100, range(2000)), (lambda n: 1 + n // 100, range(500, 2500)), (lambda n: 3, range(2000))],
    ids=["the newest first", "the oldest first", "all of one day"],
)
def test_of_too_many_entries_the_newest_are_read_and_the_others_counted(days, kept):
    found = read(rss(*(dated(n, days(n)) for n in range(2500))))
    assert [entry.title for entry in found.entries] == [f"number {n}" for n in kept]
    assert found.left_out == 500
    items = [{"title": f"number {n}", "date_published": f"2026-03-{days(n):02d}"} for n in range(2500)]
    found = read(json.dumps({"items": items}))
    assert [entry.title for entry in found.entries] == [f"number {n}" for n in kept]
    assert found.left_out == 500


def test_too_many_entries_that_cannot_be_cut_are_counted_too():
    body = rss(*(dated(n, 1 + n // 100) for n in range(2100)), "<textInput></textInput><item><title>last</title></item>")
    found = read(body)
    assert (len(found.entries), found.left_out) == (2000, 101)


def test_summaries_that_are_too_much_together_keep_their_beginnings():
    words = "words and more of them " * 200
    found = read(rss(*(f"<item><title>number {n}</title><description>{words}</description></item>" for n in range(1000))))
    assert [entry.title for entry in found.entries] == [f"number {n}" for n in range(1000)]
    assert {entry.summary[:1900] for entry in found.entries} == {words[:1900]}
    assert sum(len(entry.summary) for entry in found.entries) <= 2_000_000
    assert found.left_out == 0
    whole = read(rss(*(f"<item><title>number {n}</title><description>{words}</description></item>" for n in range(400))))
    assert {entry.summary for entry in whole.entries} == {words.strip()}


@pytest.mark.parametrize("rising", [False, True], ids=["the newest first", "the oldest first"])
def test_of_entries_that_are_too_much_together_the_oldest_are_left_out_and_counted(rising):
    days = [1 + n // 400 if rising else 3 - n // 400 for n in range(1000)]
    link = "<link>https://gazette.example/" + "x" * 8_000 + "</link></item>"
    found = read(rss(*(dated(n, day).replace("</item>", link) for n, day in enumerate(days))))
    kept = len(found.entries)
    assert 490 <= kept < 500
    assert found.left_out == 1000 - kept
    assert found.entries[-1 if rising else 0].title == f"number {999 if rising else 0}"


def test_entities_do_not_explode():
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{names}]>'
    assert len(repr(read(doctype + rss("<item><title>&a9;</title></item>", declaration="")))) < 2000


@pytest.mark.parametrize(
    "item",
    [
        pytest.param('<description>&lt;p style="' + "a" * 100_000 + '"&gt;x</description>', id="a long style"),
        pytest.param("<description><![CDATA[" + "<!--" * 50_000 + "]]></description>", id="open comments"),
        pytest.param("<description>" + "&lt;" * 50_000 + "</description>", id="brackets"),
        pytest.param("<description>" + "&lt;div&gt;" * 30_000 + "</description>", id="deep markup"),
        pytest.param("<title>a" + "\u0301\u0327" * 50_000 + "</title>", id="combining marks"),
        pytest.param("<title>" + "&#xD800;" * 30_000 + "</title>", id="surrogates"),
        pytest.param("<title>" + "&" * 50_000 + "</title>", id="ampersands"),
    ],
)
def test_hostile_entries_take_linear_time(item):
    started = time.perf_counter()
    read(rss(f"<item><guid>abc</guid>{item}</item>"))
    assert time.perf_counter() - started < 3  # 0.4 s at most when measured; quadratic would be minutes


PIECES = """
<item> </item> <entry> </entry> <title> </title> <link>x</link> <link/> <guid>g</guid> <id> & &#1; &x; <![CDATA[ ]]> <!-- --> <?
<!DOCTYPE <rss> <channel> </channel> </rss> <feed> \x00 ü <html> { text <source> </source> <image> <category/> <links>a</links>
<content>b</content> <published_parsed>c</published_parsed>
"""
PARTS = st.sampled_from(PIECES.split())


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    st.sampled_from(["", rss()[:60], '<feed xmlns="http://www.w3.org/2005/Atom">']),
    st.lists(PARTS, max_size=25),
    st.binary(max_size=5),
)
def test_any_bytes_give_a_feed_or_our_error(start, parts, end):
    assert outcome((start + "".join(parts)).encode() + end).isprintable()
