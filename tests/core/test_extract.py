"""Pages to articles: what is read, what is refused and in which words, and that nothing raises."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import charset, extract
from bot.model import Article

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "tests" / "data" / "pages"
HTML = "text/html; charset=utf-8"


def page(name):
    return (PAGES / name).read_bytes()


def read(body, *, content_type=HTML, title="", summary=""):
    return extract.article(body, url="https://gazette.example/a/1", content_type=content_type, title=title, summary=summary)


# ---------------------------------------------------------------- articles


def test_an_article_comes_without_navigation_banners_and_related_headlines():
    article = read(page("article.html"), title="Island ferry to run on batteries by spring")
    assert article.note == "read"
    assert article.text.startswith("The ferry that links Skerry Isle")
    assert article.text.endswith("A report on that is due in February.")
    assert len(article.text.splitlines()) == 5
    for stranger in ("NATO", "Pentagon", "OpenAI", "cookies", "Subscribe", "Privacy", "Bakery"):
        assert stranger not in article.text


def test_a_brief_of_forty_words_comes_without_the_teasers_below_it():
    article = read(page("brief.html"), title="Lighthouse closed for repairs")
    assert article.note == "read"
    assert article.text.endswith("remain valid for the rest of the year.")
    assert "Pentagon" not in article.text


def test_a_brief_in_a_bare_block_does_not_draw_in_the_rest_of_the_page():
    body = b"""<html><body><nav><a href="/">World NATO</a></nav><div class="story"><h1>Lighthouse closed for repairs</h1>
    <p>The lighthouse at Skerry Point is closed until May while its lantern room is repaired, the coast guard said. The light
    itself stays in use. Tickets remain valid.</p></div>
    <div><p>NATO summit begins</p><p>Pentagon buys balloons</p></div></body></html>"""
    assert "NATO" not in read(body, title="Lighthouse closed for repairs").text


def test_an_article_laid_out_in_a_table_is_read():
    paragraphs = "".join(f"<p>{line}</p>" for line in read(page("article.html")).text.splitlines())
    body = f"<html><body><table><tr><td><a href='/'>Home</a></td><td>{paragraphs}</td></tr></table></body></html>".encode()
    assert "eleven tonnes" in read(body, title="Island ferry").text


def test_an_article_that_only_scripts_would_show_is_read_from_the_page_data():
    article = read(page("json_ld.html"), title="Seals return to the sandbank")
    assert article.note == "read"
    assert article.text.startswith("Grey seals have come back")
    assert "cookies" not in article.text


def test_what_has_more_paragraphs_than_any_article_has_its_last_ones_as_one():
    lines = [f"Harbour {n} has a crane." for n in range(6_000)]
    found = extract.from_text("\n".join(lines), "", "")
    assert found.text.split("\n")[:5_000] == lines[:5_000]
    assert found.text.split("\n")[5_000:] == [" ".join(lines[5_000:])]


def test_a_consent_wall_over_page_data_gives_the_article():
    data = page("json_ld.html").decode().split('<script type="application/ld+json">')[1].split("</script>")[0]
    wall = page("consent_wall.html").decode().replace("</head>", f'<script type="application/ld+json">{data}</script></head>')
    article = read(wall.encode(), title="Seals return to the sandbank")
    assert article.note == "read"
    assert article.text.startswith("Grey seals have come back")


def test_two_paragraphs_before_a_paywall_are_worth_reading_and_its_lines_go():
    article = read(page("paywall_teaser.html"), title="Harbour wall: the costs nobody counted")
    assert article.note == "read"
    assert article.text.startswith("When the council of Skerry Isle")
    assert article.text.endswith("driven nine metres deeper.")


def test_plain_text_is_its_own_article():
    text = "The lighthouse at Skerry Point is closed until May.\n\nTickets remain valid, and 3 < 5 still holds."
    assert read(text.encode(), content_type="text/plain").text == text.replace("\n\n", "\n")


def test_the_text_is_cleaned_and_bounded():
    long = "<p>" + "The light at Skerry Point is \u202ered\ufeff &#xD800; and bright tonight. " * 6_000 + "</p>"
    text = read(f"<html><body><article><h1>Light</h1>{long}</article></body></html>".encode(), title="Light").text
    assert 190_000 < len(text) <= extract.MOST
    assert not {"\u202e", "\ufeff", "\ud800"} & set(text)


# ---------------------------------------------------------------- other things than articles

CONSENT = "failed: a consent notice instead of the article"
REFUSED = [
    ("a consent wall", "consent_wall.html", "Council agrees on harbour wall", CONSENT),
    ("a German wall: advertising or money", "consent_wall_de.html", "Rat einigt sich auf neue Hafenmauer", CONSENT),
    ("a cookie notice and nothing else", "cookie_notice.html", "Council agrees on harbour wall", CONSENT),
    ("a paywall without a teaser", "paywall_stub.html", "Harbour wall: the costs nobody counted", "failed: a paywall notice"),
    ("a robot check", "challenge.html", "Council agrees on harbour wall", "failed: a robot check instead of the article"),
    ("an error page", "not_found.html", "Council agrees on harbour wall", "failed: an error page"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "title", "note"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
@pytest.mark.parametrize("with_title", [True, False], ids=["title known", "no title"])
def test_what_stands_in_an_articles_place_is_refused_by_name(name, title, note, with_title):
    assert read(page(name), title=title if with_title else "") == Article(text="", note=note, retry=False)


FOREIGN = [
    ("a PDF called a page", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", HTML, "a PDF, not a web page"),
    ("a PDF without a type", b"\n%PDF-1.4 ...", None, "a PDF, not a web page"),
    ("a PDF by its type, cut off", b"1 0 obj <</Type/Page>>", "application/pdf", "a PDF, not a web page"),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", "text/html", "an image, not a web page"),
    ("a picture by its type", b"\x00\x00\x00\x0cjP  ", "image/jp2", "an image, not a web page"),
    ("a photograph", b"\xff\xd8\xff\xe0\x00\x10JFIF", None, "an image, not a web page"),
    ("an archive", b"PK\x03\x04\x14\x00", "application/octet-stream", "a zip archive or office document, not a web page"),
    ("gzip in gzip", b"\x1f\x8b\x08\x00\x00", HTML, "gzip data that the server did not announce, not a web page"),
    ("a film", b"\x00\x00\x00\x18ftypmp42\x00", "text/html", "a video, not a web page"),
    ("a radio programme", b"ID3\x03\x00", "audio/mpeg", "a sound file, not a web page"),
    ("unknown bytes", b"\x07\x00\x01\x02\x03", None, "binary data, not a web page"),
    ("an interface's answer", b'{"error": "use the app"}', "application/json", "JSON, not a web page"),
    ("nothing", b"", HTML, "an empty answer"),
    ("white space", b" \n\n ", HTML, "an empty answer"),
    ("an empty page", b"<html><body></body></html>", HTML, "no article text found"),
    ("a caption", b"<html><body><p>Photo: Maren Holt</p></body></html>", HTML, "no article text found"),
    ("plain text that is none", b"OK", "text/plain", "no article text found"),
]


@pytest.mark.parametrize(("body", "content_type", "why"), [row[1:] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
def test_what_is_no_web_page_is_named(body, content_type, why):
    assert read(body, content_type=content_type) == Article(text="", note=f"failed: {why}", retry=False)


def test_a_page_served_under_a_wrong_type_is_read_all_the_same():
    for wrong in ("application/pdf", "application/octet-stream", "image/png", "nonsense", None):
        assert read(page("article.html"), content_type=wrong).note == "read"


# ---------------------------------------------------------------- encodings

RU, JA, AR = (page(f"article_{language}.html").decode() for language in ("ru", "ja", "ar"))
TONNES = "одиннадцать тонн"
META = '<head><meta http-equiv="Content-Type" content="text/html; charset={}">'
ENCODED = [
    ("windows-1251 by the header", RU.encode("cp1251"), "text/html; charset=windows-1251", TONNES),
    ("windows-1251 by the page", RU.replace("<head>", META.format("windows-1251")).encode("cp1251"), "text/html", TONNES),
    ("windows-1251 that nothing names", RU.encode("cp1251"), "text/html", TONNES),
    ("windows-1251 under a header that says utf-8", RU.encode("cp1251"), HTML, TONNES),
    ("koi8-r by the header", RU.encode("koi8-r"), 'text/html; charset="KOI8-R"', TONNES),
    ("utf-8 that nothing names", RU.encode(), None, TONNES),
    ("utf-8 under a header that lies", RU.encode(), "text/html; charset=ISO-8859-1", TONNES),
    ("utf-8 with a byte order mark", b"\xef\xbb\xbf" + RU.encode(), "text/html; charset=windows-1251", TONNES),
    ("utf-8 with one broken byte", RU.encode().replace("Скерри".encode(), "Скерри".encode() + b"\xff", 1), HTML, TONNES),
    ("utf-8 cut within a character", RU.encode()[:-400].rstrip(b"\x80") + b"\xd0", HTML, TONNES),
    ("utf-16 with a byte order mark", RU.encode("utf-16"), "text/html", TONNES),
    ("utf-16 by the header", ("\n" + RU).encode("utf-16-le"), "text/html; charset=utf-16le", TONNES),
    ("shift_jis by the header", JA.encode("cp932"), "text/html; charset=Shift_JIS", "十一トン"),
    ("shift_jis by the page", JA.replace("<head>", META.format("x-sjis")).encode("cp932"), None, "十一トン"),
    ("euc-jp by the header", JA.encode("euc_jp"), "text/html; charset=EUC-JP", "十一トン"),
    ("iso-2022-jp, which looks like ASCII", JA.encode("iso2022_jp"), "text/html; charset=iso-2022-jp", "十一トン"),
    ("utf-8 Japanese", JA.encode(), "text/html", "十一トン"),
    ("utf-8 Arabic", AR.encode(), HTML, "أحد عشر طنا"),
    ("windows-1256 Arabic", AR.replace("utf-8", "windows-1256").encode("cp1256"), "text/html", "أحد عشر طنا"),
    ("an encoding nobody knows", RU.encode(), "text/html; charset=../../etc", TONNES),
    ("a codec that is no encoding", RU.encode(), "text/html; charset=hex", TONNES),
]  # fmt: skip


@pytest.mark.parametrize(("body", "content_type", "words"), [row[1:] for row in ENCODED], ids=[row[0] for row in ENCODED])
def test_the_encoding_is_found_whatever_header_and_page_claim(body, content_type, words):
    article = read(body, content_type=content_type)
    assert article.note == "read"
    assert words in article.text
    assert "НАТО" not in article.text
    assert "北約" not in article.text


def test_no_codec_runs_that_a_page_may_name_to_harm_us():
    for label in ("idna", "punycode", "unicode_escape", "utf-7", "zip", "rot13", "undefined", "\x00"):
        assert charset.decode(b"caf\xe9 " * 20, f"text/html; charset={label}") is None


# ---------------------------------------------------------------- hostile input

TOKENS = [
    b"<p>", b"</p>", b"<table>", b"<td colspan=9007199254740991>", b"<!--", b"<![CDATA[", b"\x00", b"\xff", b"&#xD800;", b"&#0;",
    b'<?xml version="1.0" encoding="utf-16"?>', b'<script type="application/ld+json">', b'{"articleBody": [["', b"</script>",
    b'<a href="http://[::1">', b'<base href="//[">', b"<svg>", b"<blockquote>", b"<li>", b"<html/>", b"<body/>", b"<details>",
]  # fmt: skip


def mutilated(seed):
    dice = random.Random(seed)
    names = sorted(path.name for path in PAGES.glob("*.html"))
    body = bytearray(page(names[seed % len(names)]))
    for _ in range(10):
        at = dice.randrange(len(body))
        body[at:at] = dice.choice(TOKENS) * dice.choice((1, 1, 30))
        del body[(cut := dice.randrange(len(body))) : cut + dice.choice((0, 1, 40, 400))]
    return bytes(body)


@pytest.mark.parametrize("seed", range(60))
def test_mutilated_pages_give_an_article_or_a_reason(seed):
    article = read(mutilated(seed), title="Harbour wall")
    assert article.note == "read" or article.note.startswith("failed: ")
    assert bool(article.text) == (article.note == "read")
    article.text.encode()


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    body=st.binary(max_size=300),
    content_type=st.sampled_from([HTML, None, "text/plain", "text/html; charset=utf-16", "a/b;charset="]),
)
def test_any_bytes_give_an_article_or_a_reason(body, content_type):
    article = read(body, content_type=content_type, title="x", summary="y")
    assert article.note == "read" or article.note.startswith("failed: ")


def test_page_data_made_to_break_the_reader_is_left_alone():
    for data in ("[" * 100_000, '{"articleBody": 1}', '{"articleBody": "short"}', "not JSON", '{"@graph": null}', ""):
        body = f'<html><head><script type="application/ld+json">{data}</script></head><body></body></html>'
        assert read(body.encode()).note == "failed: no article text found"


# ---------------------------------------------------------------- life in a child


def test_arguments_and_result_survive_the_way_to_a_child_and_back():
    assert pickle.loads(pickle.dumps(extract.article)) is extract.article
    article = read(page("brief.html"))
    assert pickle.loads(pickle.dumps(article)) == article


def test_who_only_names_the_function_does_not_import_trafilatura():
    code = "import sys, bot.core.extract; print([name for name in ('trafilatura', 'lxml') if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert printed == "[]\n"


def test_trafilatura_can_be_imported_as_installed():
    """pip 23 installs it without lxml_html_clean (adbar/trafilatura#835), and then no page would ever be read."""
    subprocess.run([sys.executable, "-c", "import trafilatura"], check=True)
