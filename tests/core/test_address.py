"""Addresses: which spellings are one page, and which are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.address import LONGEST, canonical, is_home

ARTICLE = "https://example.org/2026/03/deal?id=7"


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param("http://example.org/2026/03/deal?id=7", id="http"),
        pytest.param("HTTPS://WWW.Example.ORG/2026/03/deal?id=7", id="case of scheme and host, www"),
        pytest.param("https://example.org:443/2026/03/deal?id=7", id="default port"),
        pytest.param("https://user:pass@example.org/2026/03/deal?id=7", id="credentials"),
        pytest.param("https://example.org./2026/03/deal?id=7", id="dot after the host"),
        pytest.param("https://example.org/2026/./x/../03/deal?id=7", id="dot segments"),
        pytest.param("https://example.org/2026/03/deal/?id=7", id="slash at the end"),
        pytest.param("https://example.org/2026/03/%64e%61l?id=7", id="letters in percent-encoding"),
        pytest.param("https://example.org/2026/03/deal?id=7#comments", id="fragment"),
        pytest.param("https://example.org/2026/03/deal?id=7#xtor=RSS-1", id="tracking in the fragment"),
        pytest.param("https://example.org/2026/03/deal?&id=7&", id="empty parameters"),
        pytest.param("  https://example.org/2026/03/deal?id=7 ", id="white space around"),
        pytest.param("https://www.google.com/url?rct=j&url=https://example.org/2026/03/deal%3Fid%3D7&ct=ga", id="Google Alerts"),
        *(
            pytest.param(f"https://example.org/2026/03/deal?{tracking}&id=7&fbclid=z", id=tracking)
            for tracking in (
                "utm_source=rss", "UTM_Medium=feed", "at_medium=RSS", "gclid=1", "dclid=1", "msclkid=1", "mc_cid=1", "mc_eid=1",
                "igshid=1", "CMP=share", "cmpid=rss", "ocid=news", "smid=tw", "smtyp=cur", "emc=rss", "partner=rss", "taid=1",
                "ref=rss", "ref=hnews.example", "ref_src=twsrc", "rss=1", "xtor=RSS-1", "wt_mc=rss", "__twitter_impression=true",
                "source=rss", "mod=rss_markets_main", "traffic_source=rss", "fb_source=x", "__twitter_impression",
            )
        ),
    ],
)  # fmt: skip
def test_one_page(variant):
    assert canonical(variant) == canonical(ARTICLE) == "example.org/2026/03/deal?id=7"


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/2026/03/deal",
        "https://example.org/2026/03/deal?id=8",
        "https://example.org/2026/03/Deal?id=7",
        "https://example.org:8443/2026/03/deal?id=7",
        "https://m.example.org/2026/03/deal?id=7",
        "https://amp.example.org/2026/03/deal?id=7",
        "https://example.org/2026/03/deal?id=7&eid=77",
        "https://example.org/2026/03/deal?id=7&story=2",
        "https://example.org/2026/03/deal?id=7&p=2",
        "https://example.org/2026/03/deal?id=7&source=wire",
        "https://example.org/2026/03/deal?id=7&keyword=nato",
        "https://example.org/2026/03/deal?id=7&session=3",
        "https://example.org/2026/03/deal?id=7&ref=20260303",
        "https://example.org/2026/03/deal?id=7&feature=x",
        "https://example.org/2026/03/deal?id=7#!/page/2",
        "https://example.org/2026/03/deal?id=7#/page/2",
        "https://example.org/2026/03%2Fdeal?id=7",
    ],
)
def test_different_pages(other):
    assert canonical(other) not in {None, canonical(ARTICLE)}


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://example.org", "example.org/"),
        ("https://example.org?b=2&a=1&a=0", "example.org/?a=1&a=0&b=2"),
        ("http://bücher.example/ä ö?q=ü|", "xn--bcher-kva.example/%C3%A4%20%C3%B6?q=%C3%BC%7C"),
        ("http://example.org/100%/%zz/%2f%c3", "example.org/100%25/%25zz/%2F%C3"),
        ("http://example.org/../../a/b/..", "example.org/a"),
        ("http://[2001:DB8::1]:8080/x", "[2001:db8::1]:8080/x"),
        ("http://127.0.0.1:8000/x", "127.0.0.1:8000/x"),
        ("https://www.com/x", "www.com/x"),
        ("https://google.com/url?q=javascript:alert(1)", "google.com/url?q=javascript:alert(1)"),
        ("https://example.org/a\ud800", "example.org/a%3F"),
    ],
)
def test_the_form_of_a_key(url, key):
    assert canonical(url) == key


@pytest.mark.parametrize(
    "odd",
    [
        "", " ", "example.org/x", "/x", "mailto:a@example.org", "javascript:alert(1)", "data:text/html,x",
        "tag:example.org,2026:1",
        "http://", "http:///x", "https://[::1", "http://[bad]/x", "http://example.org:99999/", "http://example.org:x/",
        "ftp://example.org/x",
        "http://ex\u2100mple.org/", "http://" + "ü" * 300 + ".example/", "https://example.org/" + "x" * LONGEST,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_has_no_key(odd):
    assert canonical(odd) is None


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://example.org", True),
        ("http://www.example.org/?utm_source=rss#top", True),
        ("https://example.org/?p=12", False),
        ("https://example.org/a", False),
        ("https://example.org/#/a", False),
    ],
)
def test_the_start_page_of_a_site_is_told_from_articles(url, home):
    assert is_home(canonical(url)) is home


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(
    ANY_TEXT
    | st.builds("https://{}".format, ANY_TEXT)
    | st.builds("http://e.example/{}?{}#{}".format, ANY_TEXT, ANY_TEXT, ANY_TEXT)
)
def test_a_key_never_raises_and_is_the_key_of_itself(url):
    key = canonical(url)
    if key is not None:
        assert key.isascii()
        assert canonical(f"https://{key}") == key
