"""A page without a feed: what it is called, what it says of itself, and what is none."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import page

TEXT = (
    "The ferry that links Skerry Isle with the mainland will run on batteries by spring, the harbour board said.",
    "It takes forty minutes to charge, and the crossing takes twenty, so there will be a second one.",
)
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in TEXT)


def read(body: str | bytes, *, content_type: str | None = None, title: str = "") -> page.Page:
    return page.read(body if isinstance(body, bytes) else body.encode(), url="", content_type=content_type, title=title)


def html(head: str, heading: str = "", body: str = PARAGRAPHS) -> str:
    return f"<!doctype html><html><head>{head}</head><body><article>{heading}{body}</article></body></html>"


# ---------------------------------------------------------------- what a page is called

TITLES = {
    "as it is linked": ('<title>W</title><meta property="og:title" content="Ferry &amp; batteries">', "<h1>H</h1>", "Ferry & batteries"),
    "as others write that": ("<META NAME='og:title' CONTENT='Ferry'>", "", "Ferry"),
    "by its heading, if the window begins so": ("<title>Ferry runs | Gazette</title>", "<h1>Ferry <em>runs</em></h1>", "Ferry runs"),
    "by its window, if the heading is the outlet": ("<title>Ferry runs | Gazette</title>", "<h1>Gazette</h1>", "Ferry runs | Gazette"),
    "by its heading alone": ("", "<h1>Ferry\n  runs</h1>", "Ferry runs"),
    "by its window alone": ("<title>\n Ferry runs </title>", "", "Ferry runs"),
    "not by an icon": ("<title>Ferry</title>", "<svg><title>Menu</title></svg>", "Ferry"),
    "not by an empty field": ('<meta property="og:title" content=""><title>Ferry</title>', "<h1> </h1>", "Ferry"),
    "by nothing": ("", "", ""),
    "in another script": ("<title>北约考虑采用</title>", "", "北约考虑采用"),
    "with what a terminal would obey": ("<title>A\x1b[2J\u202eB</title>", "", "A[2JB"),
}  # fmt: skip


@pytest.mark.parametrize("case", TITLES)
def test_a_page_is_called(case: str) -> None:
    head, heading, expected = TITLES[case]
    assert read(html(head, heading)).title == expected


def test_a_title_that_is_given_goes_before() -> None:
    found = read(html("<title>Gazette</title>"), title="Ferry  on\nbatteries")
    assert found.title == "Ferry on batteries"
    assert found.article.note == "read"


def test_the_article_is_read_and_the_description_is_the_summary() -> None:
    found = read(html('<title>Ferry</title><meta name="description" content="By spring &mdash; a board says">'))
    assert found.summary == "By spring — a board says"
    assert found.article.text == "\n".join(TEXT)
    shared = html('<meta name="description" content="A site"><meta property="og:description" content="By spring">')
    assert read(shared).summary == "By spring", "what was written for this page"


ENCODINGS = {
    "UTF-8 that names itself": ('<?xml version="1.0" encoding="utf-8"?>' + html("<title>Fähre</title>")).encode(),
    "windows-1251 by its own word": html('<meta charset="windows-1251"><title>Паром</title>').encode("cp1251"),
    "UTF-16": html("<title>Fähre</title>").encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + html("<title>Fähre</title>").encode(),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_letters_are_right_in(case: str) -> None:
    found = read(ENCODINGS[case])
    assert found.title in {"Fähre", "Паром"}
    assert found.article.text == "\n".join(TEXT)


# ---------------------------------------------------------------- what is none

OTHERS = {
    "a PDF": (b"%PDF-1.7\n...", "a PDF, not a web page"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "an image, not a web page"),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00\x00", "binary data, not a web page"),
    "a feed": (b"<?xml version='1.0'?>\n<!-- hi -->\n<rss version='2.0'><channel/></rss>", "a feed, not an article"),
    "an Atom feed": (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "a feed, not an article"),
    "a web archive": (b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\ttype=x\n\n", "a web archive"),
    "a page without text": (html("<title>Ferry</title>", body="<p>Menu</p>").encode(), "no article text found"),
    "a page of comments": (b"<!-- nothing --><!-- at all -->", "no article text found"),
    "a consent wall": (
        html("<title>Before you continue</title>", body="<p>We use cookies. Accept all cookies to continue.</p>").encode(),
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS)
def test_what_is_no_article_says_what_it_is(case: str) -> None:
    body, why = OTHERS[case]
    found = read(body)
    assert found.article.text == ""
    assert found.article.note.startswith(f"failed: {why}")


def test_what_the_server_calls_it_counts_where_the_bytes_say_nothing() -> None:
    assert read(b"{}", content_type="application/json").article.note == "failed: JSON, not a web page"


# ---------------------------------------------------------------- plain text


def test_the_first_line_of_a_text_is_its_title() -> None:
    found = read("\ufeff\n  Ferry on batteries \r\n\r\n" + "\r\n".join(TEXT))
    assert found.title == "Ferry on batteries"
    assert found.article.text == "\n".join(TEXT)
    assert found.article.note == "read"


def test_with_a_title_given_all_of_a_text_is_the_article() -> None:
    assert read("\n".join(TEXT), title="Ferry").article.text == "\n".join(TEXT)


def test_a_text_of_one_line_is_a_title_alone() -> None:
    found = read("OpenAI weighs a NATO contract\n")
    assert (found.title, found.article.text) == ("OpenAI weighs a NATO contract", "")
    assert found.article.note == "not read: the text has one line"


def test_a_tag_in_a_sentence_makes_no_page_of_a_text() -> None:
    assert read("Ferry\n" + TEXT[0] + " The <b> of it.\n" + TEXT[1]).title == "Ferry"


def test_a_text_in_another_encoding_is_read_as_well_as_it_can_be_guessed() -> None:
    text = "Паром пойдёт на батареях\n" + "Паром, который связывает остров с материком, весной пойдёт на батареях. " * 5
    assert read(text.encode("cp1251")).title == "Паром пойдёт на батареях"


BROKEN = """Ferry on batteries

The ferry that links Skerry Isle with the mainland will run on
batteries by spring, the harbour board said. It takes forty minutes
to charge.

The crossing takes twenty minutes, so there will be a second one by
the summer.
"""
BROKEN_CHINESE = "渡轮\n" + "\n".join(
    "连接岛屿和大陆的渡轮将于春季开始使用电池运行港务局表示这项计划已经筹备了很长的时间需要仔细检查设备"[:50] for _ in range(3)
)
LISTED = "Ferry\n" + "\n".join(f"Headline number {n} is about as long as the next one, give or take {'a' * n}" for n in range(8))


def test_lines_that_were_broken_at_a_column_are_joined() -> None:
    assert [len(line.split()) for line in read(BROKEN).article.text.split("\n")] == [25, 15]
    assert "mainland will run on batteries by spring" in read(BROKEN).article.text
    assert read(BROKEN_CHINESE).article.text.count("\n") == 0


def test_lines_that_end_by_themselves_stay_apart() -> None:
    assert read(LISTED).article.text.count("\n") == 7


# ---------------------------------------------------------------- hostile bytes

HOSTILE = {
    "deep nesting": "<html><head><title>T</title></head>" + "<div>" * 100_000,
    "a title without end": "<html><title>" + "A" * 2_000_000,
    "a million attributes": "<html " + "a=b " * 300_000 + "><title>T</title>",
    "many metas": "<html>" + '<meta name="x" content="y">' * 30_000,
    "comments never closed": "<!--" * 200_000,
    "a heading of markup": "<html><h1>" + "<b>x" * 50_000 + "</h1>",
    "spaces before the feed": "<?xml ?>" + " " * 500_000 + "<rss>",
    "lines of one letter": "a\n" * 300_000,
    "one long line": "Title\n" + "word " * 400_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_page_is_read_in_time(case: str) -> None:
    before = time.process_time()
    found = read(HOSTILE[case])
    assert time.process_time() - before < 8, "a child has ten seconds"
    assert len(found.title) <= 500


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=100).map(lambda more: b"<html><head><title>" + more)))
def test_no_bytes_raise(body: bytes) -> None:
    found = read(body)
    assert found.article.note.partition(":")[0] in {"read", "failed", "not read"}
    assert bool(found.article.text) == (found.article.note == "read")
