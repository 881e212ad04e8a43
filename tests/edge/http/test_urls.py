"""Addresses are read one way, and what could be read two ways is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.edge.http import host_of, same_origin
from bot.edge.http.trouble import Trouble
from bot.edge.http.urls import join, parse

READ = [
    ("a plain address", "http://example.org/feed.xml", ("http", "example.org", 80, "/feed.xml")),
    ("https has another port", "https://example.org/", ("https", "example.org", 443, "/")),
    ("scheme and host in capitals", "HTTPS://EXAMPLE.Org/Feed", ("https", "example.org", 443, "/Feed")),
    ("a port of its own", "http://example.org:8080/x", ("http", "example.org", 8080, "/x")),
    ("an empty port is the default", "http://example.org:/x", ("http", "example.org", 80, "/x")),
    ("no path at all", "http://example.org", ("http", "example.org", 80, "/")),
    ("a query without a path", "http://example.org?a=1", ("http", "example.org", 80, "/?a=1")),
    ("the fragment stays here", "http://example.org/a#b", ("http", "example.org", 80, "/a")),
    ("a fragment that looks like a host", "http://example.org#@127.0.0.1/", ("http", "example.org", 80, "/")),
    ("an at sign in the path", "http://example.org/@user", ("http", "example.org", 80, "/@user")),
    ("a final dot is dropped", "http://example.org./", ("http", "example.org", 80, "/")),
    ("blanks around it", "  http://example.org/ ", ("http", "example.org", 80, "/")),
    ("a blank inside the path", "http://example.org/a b", ("http", "example.org", 80, "/a%20b")),
    ("letters outside ASCII", "http://example.org/ü?q=ж", ("http", "example.org", 80, "/%C3%BC?q=%D0%B6")),
    ("escapes are left as they are", "http://example.org/a%2Fb%zz", ("http", "example.org", 80, "/a%2Fb%zz")),
    ("a lone surrogate does no harm", "http://example.org/\ud800", ("http", "example.org", 80, "/%ED%A0%80")),
    ("an international name", "http://Bücher.example/", ("http", "xn--bcher-kva.example", 80, "/")),
    ("ideographic dots are dots", "http://example。org/", ("http", "example.org", 80, "/")),
    ("an IPv4 literal", "http://93.184.216.34/", ("http", "93.184.216.34", 80, "/")),
    ("full-width digits are digits", "http://１２７.0.0.1/", ("http", "127.0.0.1", 80, "/")),
    ("an IPv6 literal", "http://[2001:DB8:0::1]:81/", ("http", "2001:db8::1", 81, "/")),
    ("a mapped IPv4 literal", "http://[::ffff:127.0.0.1]/", ("http", "::ffff:7f00:1", 80, "/")),
    ("an underscore occurs in the wild", "http://my_host.example/", ("http", "my_host.example", 80, "/")),
]

REFUSED = [
    ("a file", "file:///etc/passwd", "only http and https"),
    ("gopher", "gopher://example.org:70/_x", "only http and https"),
    ("ftp", "ftp://example.org/", "only http and https"),
    ("data", "data:text/html,hi", "only http and https"),
    ("javascript", "javascript:alert(1)", "only http and https"),
    ("no scheme", "//example.org/", "only http and https"),
    ("a long s is no s", "httpſ://example.org/", "only http and https"),
    ("nothing", "", "only http and https"),
    ("no host", "http:///x", "names no host"),
    ("only a port", "http://:80/", "names no host"),
    ("one slash", "http:/example.org/", "names no host"),
    ("opaque", "http:example.org", "names no host"),
    ("a user name", "http://a@example.org/", "user name"),
    ("a user name with a colon", "http://a:b@example.org/", "user name"),
    ("two at signs", "http://a@b@example.org/", "user name"),
    ("a backslash before the at sign", "http://a\\@127.0.0.1/", "backslash"),
    ("a backslash for a slash", "http:\\\\example.org/", "backslash"),
    ("a backslash in the path", "http://example.org/a\\b", "backslash"),
    ("a tab in the host", "http://exam\tple.org/", "control character"),
    ("a newline", "http://example.org/\r\nHost: x", "control character"),
    ("NUL", "http://example.org\0.evil.example/", "control character"),
    ("a C1 control", "http://example.org/\x9b", "control character"),
    ("port 0", "http://example.org:0/", "port"),
    ("port 65536", "http://example.org:65536/", "port"),
    ("a negative port", "http://example.org:-1/", "port"),
    ("an endless port", "http://example.org:" + "9" * 50 + "/", "port"),
    ("Arabic digits for a port", "http://example.org:٨٠/", "port"),
    ("two ports", "http://example.org:80:90/", "port"),
    ("a bracket left open", "http://[::1/", "cannot be read"),
    ("brackets around a name", "http://[example.org]/", "IPv6"),
    ("text behind the bracket", "http://[::1]x/", "cannot be read"),
    ("a zone", "http://[::1%25lo]/", "IPv6"),
    ("a zone without escape", "http://[fe80::1%lo]/", "interface"),
    ("an escape in the host", "http://127%2e0.0.1/", "host name"),
    ("a blank in the host", "http://exa mple.org/", "host name"),
    ("two dots", "http://example..org/", "host name"),
    ("only dots", "http://../", "host name"),
    ("a slash look-alike", "http://example.org／@127.0.0.1/", "user name"),
    ("a slash look-alike alone", "http://example.org／x/", "host name"),
    ("an over-long name", "http://" + "a." * 130 + "org/", "host name"),
    ("an over-long label", "http://" + "a" * 64 + ".org/", "host name"),
    ("an over-long international name", "http://" + "ü" * 5_000 + ".org/", "host name"),
    ("an over-long address", "http://example.org/" + "a" * 9_000, "longer than"),
    ("one number", "http://2130706433/", "number in disguise"),
    ("a hexadecimal number", "http://0x7f000001/", "number in disguise"),
    ("an octal number", "http://017700000001/", "number in disguise"),
    ("octal parts", "http://0177.0.0.1/", "number in disguise"),
    ("two parts", "http://127.1/", "number in disguise"),
    ("three parts", "http://127.0.1/", "number in disguise"),
    ("a hexadecimal part", "http://0x7f.1/", "number in disguise"),
    ("a bare 0x", "http://127.0.0.0x/", "number in disguise"),
    ("a number after a name", "http://example.127/", "number in disguise"),
    ("zero", "http://0/", "number in disguise"),
    ("a number with a final dot", "http://127.1./", "number in disguise"),
    ("circled digits", "http://①②⑦.①/", "number in disguise"),
    ("parts over 255", "http://1.2.3.256/", "number in disguise"),
    ("five parts", "http://127.0.0.0.1/", "number in disguise"),
]


@pytest.mark.parametrize(("text", "parts"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_an_address_is_read(text, parts):
    address = parse(text)
    assert (address.scheme, address.host, address.port, address.target) == parts


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_an_odd_address_is_refused_in_words(text, words):
    with pytest.raises(Trouble) as caught:
        parse(text)
    assert words in caught.value.why
    assert not caught.value.temporary
    assert host_of(text) == ""


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.one_of(st.text(), st.text().map("http://".__add__), st.from_regex(r"https?://[^/]{0,30}/.{0,20}")))
def test_any_text_is_read_or_refused_and_what_is_read_is_plain(text):
    try:
        address = parse(text)
    except Trouble:
        return
    assert address.text.isascii()
    assert " " not in address.text
    assert parse(address.text) == address  # written out and read again it is the same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.org/x", "https://A.org:443/y", True),
        ("https://a.org/", "http://a.org/", False),
        ("https://a.org/", "https://b.org/", False),
        ("https://a.org/", "https://a.org:8443/", False),
        ("https://a.org/", "nonsense", False),
    ],
)
def test_whether_two_addresses_have_one_origin(one, other, same):
    assert same_origin(one, other) is same


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://Example.org/a", "example.org:80"),
        ("https://example.org./b", "example.org:443"),
        ("http://[::1]:81/", "[::1]:81"),
        ("https://example.org:8443/", "example.org:8443"),
        ("mailto:x@example.org", ""),
    ],
)
def test_a_host_is_named_with_its_port(url, key):
    assert host_of(url) == key


@pytest.mark.parametrize(
    ("location", "absolute"),
    [
        ("/b", "http://example.org/b"),
        ("b?c", "http://example.org/a/b?c"),
        ("//other.example/x", "http://other.example/x"),
        ("https://other.example/", "https://other.example/"),
        ("?q=1", "http://example.org/a/?q=1"),
        ("/caf\u00c3\u00a9", "http://example.org/café"),  # UTF-8 as http.client hands it out
        ("/caf\u00e9", "http://example.org/café"),  # latin-1
    ],
)
def test_a_redirect_is_joined(location, absolute):
    assert join("http://example.org/a/", location) == absolute


@pytest.mark.parametrize("location", ["/a\tb", "http://a\\@b/", "http://[::1", "/" + "x" * 100_000, "\x00"])
def test_an_odd_redirect_is_refused_before_it_is_joined(location):
    with pytest.raises(Trouble):
        join("http://example.org/", location)
