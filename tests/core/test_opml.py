"""Lists of feeds: what is read of good and hostile ones, and that what we write is read back as it was."""

import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import opml
from bot.core.opml import Outline
from bot.core.text import clean
from bot.errors import ParseError


def read(text):
    return opml.read(text if isinstance(text, bytes) else text.encode())


def listed(*outlines: str, head: str = "<head><title>Mine</title></head>") -> str:
    return f"<opml version='2.0'>{head}<body>{''.join(outlines)}</body></opml>"


# ---------------------------------------------------------------- what is read

FEED = "<outline type='rss' text='Desk' xmlUrl='https://d.example/rss'/>"


@pytest.mark.parametrize(
    ("outline", "expected"),
    [
        pytest.param(FEED, ("https://d.example/rss", "Desk", ()), id="OPML 2"),
        pytest.param("<outline title='Desk' xmlurl=' https://d.example/rss '/>", ("https://d.example/rss", "Desk", ()), id="OPML 1"),
        pytest.param("<outline type='rss' url='https://d.example/rss'/>", ("https://d.example/rss", "", ()), id="its url as url"),
        pytest.param("<outline text='a' title='b' xmlUrl='x'/>", ("x", "b", ()), id="the title before the text"),
        pytest.param("<outline text='A&amp;B &#x4e2d;' xmlUrl='x?a=1&amp;b=2'/>", ("x?a=1&b=2", "A&B 中", ()), id="references"),
        pytest.param(f"<outline text='World'><outline text='North'>{FEED}</outline></outline>",
                     ("https://d.example/rss", "Desk", ("World", "North")), id="in groups"),
        pytest.param(f"<outline text='Hub' xmlUrl='h'/><outline text=' '>{FEED}</outline>", ("h", "Hub", ()), id="a group without a name"),
        pytest.param("<outline text='a\u202eb\x85c' xmlUrl='x'/>", ("x", "ab c", ()), id="bidi marks"),
    ],
)  # fmt: skip
def test_an_outline_with_an_address_is_a_feed(outline, expected):
    found = read(listed(outline)).feeds[0]
    assert (found.url, found.name, found.groups) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_list_is_read_in_the_encoding_it_names(encoding):
    named = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{named}'?>" + listed("<outline text='Zürich' xmlUrl='x'/>")
    assert read(text.encode(encoding)).feeds[0].name == "Zürich"


def test_what_is_left_out_is_said_with_its_line():
    text = listed(
        "\n<outline type='rss' text='Bare'/>", "\n<outline type='include' url='https://o.example/more.opml'/>", f"\n{FEED}"
    )
    found = read(f"\n\n{text}")
    assert [line for line, _ in found.faults] == [4, 5]
    assert "Bare has no xmlUrl" in found.faults[0][1]
    assert "more.opml" in found.faults[1][1]
    assert found.feeds[0].line == 6
    assert found.title == "Mine"


# ---------------------------------------------------------------- hostile and broken

BOMB = "<!DOCTYPE opml [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(10)) + "]>"
UNREADABLE = {
    "nothing": ("", "line 1: it is empty"),
    "blanks": (" \n ", "line 1: it is empty"),
    "a text": ("\nhello", "line 2: not XML"),
    "a page": ("<html><body/></html>", "a web page"),
    "a feed": ("<rss/>", "storywatch feed add URL"),
    "a lone ampersand": (listed("\n<outline text='a & b'/>"), "line 2, column 19: not well-formed XML"),
    "cut off": ("<opml>\n<body>", "the file ends too early"),
    "an entity bomb": (BOMB + listed("<outline text='&a9;'/>"), "line 1: it declares an entity (a)"),
    "an external entity": ("<!DOCTYPE opml [\n<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + listed("&x;"), "line 2: it declares"),
    "a parameter entity": ("<!DOCTYPE opml [<!ENTITY % x SYSTEM 'http://e.example/'>%x;]><opml/>", "declares an entity (x)"),
    "an encoding that is none": ("<?xml version='1.0' encoding='idna'?><opml/>", "save it as UTF-8"),
    "too deep": ("<opml><body>" + "<outline text='x'>" * 2_000, "1,000 deep"),
    "too many": (listed("<outline xmlUrl='x'/>" * 10_001), "more than 10,000 feeds"),
    "too many that are none": (listed("<outline/>" * 30_001), "more than 30,000 outlines"),
    "too large": (" " * (opml.LARGEST + 1), "larger than 4 MB"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_list_is_refused_in_words(case):
    text, words = UNREADABLE[case]
    with pytest.raises(ParseError) as refused:
        read(text)
    assert words in str(refused.value)


def test_faults_without_end_are_told_to_a_thousand():
    found = read(listed("<outline type='rss' text='x'/>" * 1_500))
    assert len(found.faults) == 1_001
    assert found.faults[-1] == (1, "and more of that kind below")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_a_list_or_a_fault_of_ours(body):
    with suppress(ParseError):
        assert opml.read(b"<opml><body>" + body).feeds is not None


# ---------------------------------------------------------------- written and read back

SHOWABLE = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=120)
NAMES = SHOWABLE.map(lambda text: clean(text, 120)).filter(bool)
URLS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp", "Cn")), max_size=60).map(
    "https://e.example/{}".format
)
OUTLINES = st.builds(
    Outline,
    url=URLS,
    name=NAMES,
    interval=st.sampled_from(["", "5m", "1h30m"]),
    articles=st.sampled_from(["", "hinted", "never"]),
)


@given(st.lists(OUTLINES, max_size=5), NAMES)
def test_what_is_written_is_read_back_as_it_was(feeds, title):
    text = opml.write(feeds, title)
    found = read(text)
    assert [(each.url, each.name, each.interval, each.articles) for each in found.feeds] == [
        (each.url, each.name, each.interval, each.articles) for each in feeds
    ]
    assert found.faults == ()
    assert found.title == title


def test_what_is_written_is_opml_2_by_its_own_words():
    root = ET.fromstring(opml.write([Outline(url="https://e.example/?a&b", name='A "B" <c>', interval="5m")], "T"))
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "T")
    (outline,) = root.findall("body/outline")
    ours = f"{{{opml.NAMESPACE}}}interval"
    assert outline.attrib == {
        "type": "rss", "text": 'A "B" <c>', "title": 'A "B" <c>', "xmlUrl": "https://e.example/?a&b", ours: "5m",
    }  # fmt: skip
