"""C3 to C5: what parsers choke on, and texts that are meant for somebody else's eyes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape

# Every row of C4 and C5 that is a text. Each goes into each place of an item; the title matches the rule, so that the text
# reaches the log, the terminal and the three receivers.
TEXTS = {
    "a lone surrogate": "&#xD800;", "surrogates apart": "&#xD83D;&#xDE00;", "NUL": "a&#0;b", "NUL in hex": "a&#x0;b", "a raw NUL": "a\0b",
    "C0": "".join(f"&#{n};" for n in range(1, 32)), "raw C0": "".join(map(chr, range(1, 9))), "C1": "\x9b31m\x85\x90x\x9c", "DEL": "\x7f",
    "CSI": "\x1b[2J\x1b[31mred", "OSC 8": "\x1b]8;;http://evil/\x07click\x1b]8;;\x07", "OSC 52": "\x1b]52;c;ZXZpbA==\x07", "BEL": "\x07" * 9,
    "CR": "fine\rforged", "a forged line": "x\n2026-03-03T08:00:00Z ERROR forged", "backspaces": "abc\b\b\bxyz", "bidi": "\u202eevil\u202c",
    "isolates": "\u2066a\u2069\u2067b\u2069", "zero width": "Op\u200benAI\u2060\ufeff", "joiners": "👩\u200d👩\u200d👧", "Zalgo": "Z" + "\u0301" * 5000,
    "combining first": "\u0301\u0301x", "noncharacters": "\ufffe\uffff\U0010ffff", "private use": "\ue000\U000f0000", "tags": "\U000e0041",
    "line separators": "a\u2028b\u2029c", "a huge reference": "&#99999999999999999999;", "half a reference": "&#x;&#;&;&amp", "an entity": "&unknown;",
    "escaped thrice": "&amp;amp;amp;lt;b&amp;amp;amp;gt;", "CDATA ends": "]]>]]&gt;<![CDATA[x", "a comment": "<!-- --", "<script>": "<script>alert(1)</script>",
    "onerror": "<img src=x onerror=alert(1)>", "svg": "<svg onload=alert(1)>", "an attribute's end": "\"'><b onclick=x", "braces": "{{7*7}} ${7*7} %(x)s %s {0}",
    "SQL": "'; DROP TABLE items; --", "a formula": "=cmd|' /C calc'!A0", "another formula": "+1+1", "at": "@SUM(1)", "minus": "-1+1", "wide formula": "＝1",
    "!channel": "<!channel> <!here> <!everyone>", "a user": "<@U012AB3CD>", "a group": "<!subteam^S012>", "a channel": "<#C012>", "a date": "<!date^1^x|y>",
    "a spoofed link": "<https://evil.example|bbc.co.uk>", "@everyone": "@everyone @here", "a role": "<@&123>", "a masked link": "[bbc](https://evil.example)",
    "markdown": "**b** _i_ ~s~ `c` ||s|| > q\n# h\n- l", "an emoji": ":fire: <:x:1>", "a timestamp": "<t:0:R>", "a bare address": "https://evil.example/x",
    "backticks": "```\nx\n```", "rich markup": "[red]x[/red] [link=http://evil]", "a path": "../../etc/passwd", "a reference": "${env:HOME} ${file:/etc/passwd}",
    "500 KB": "word " * 100_000, "500 KB unbroken": "x" * 500_000, "Arabic": "٢٠٢٦ أوبن إيه آي", "wide letters": "ＯｐｅｎＡＩ", "a mix": "НАТО 北约 OTAN",
}  # fmt: skip
PLACES = ("title", "description", "guid", "link", "author", "category")
DATES = (
    "", "now", "0", "Mon, 01 Jan 0000 00:00:00 GMT", "0001-01-01T00:00:00Z", "Fri, 31 Dec 9999 23:59:59 +9999", "2026-02-30T00:00:00Z", "25:61:61",
    "1" * 500, "٢٠٢٦-٠٣-٠٣", "Tue, 03 Mar 2026 23:59:60 GMT", "2026-03-29T02:30:00", "-2026-03-03", "1e400", "nan", "2999-01-01", "1970-01-01", "1601-01-01",
    "Tue, 03 Mar 2026 08:00:00 +99999999999", "9" * 20, "2026-03-03T08:00:00.99999999999999999999Z", "2026-W10-2", "03/03/26", "\x00", "Tue, 99 Mar 2026",
)  # fmt: skip
ENCODINGS = (
    "utf-8", "none", "../x", "utf-7", "utf-16", "utf-32", "idna", "punycode", "rot13", "hex", "zip", "bz2", "undefined", "unicode_escape", "raw_unicode_escape",
    "mbcs", "iso-2022-jp", "hz", "cp037", "x" * 5000, "utf-8\0", "'\"><", "big5", "gb18030", "windows-1252", "x-user-defined", "replacement",
)  # fmt: skip

Made = tuple[str, bytes, str]  # name, body, content type
RSS = "application/rss+xml"


def rss(*items: str, head: str = "", declaration: str = '<?xml version="1.0"?>') -> str:
    return f'{declaration}{head}<rss version="2.0"><channel><title>t</title><link>http://a.example/</link>{"".join(items)}</channel></rss>'


def item(n: object = 1, **fields: str) -> str:
    base = {"title": f"OpenAI and NATO talk {n}", "guid": f"g{n}", "description": "A summary."} | fields
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in base.items()) + "</item>"


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def feeds() -> Iterator[Made]:
    """Documents in the place of a feed."""
    for family in (_texts, _dates, _encodings, _ids, _entities, _heavy, _others):
        yield from family()


def _texts() -> Iterator[Made]:
    for name, text in TEXTS.items():
        for place in PLACES:
            value = f"OpenAI and NATO {text}" if place == "title" else f"http://a.example/{text}" if place == "link" else text
            yield f"{name} in {place}", raw(rss(item(name, **{place: value}))), RSS


def _dates() -> Iterator[Made]:
    for date in DATES:
        yield f"date {date[:30]!r}", raw(rss(item("d", pubDate=date))), RSS


def _encodings() -> Iterator[Made]:
    text = rss(item("é", title="OpenAI et NATO: café, Straße, 北约"))
    for name in ENCODINGS:
        body = raw(text.replace("?>", f' encoding="{name}"?>', 1))
        yield f"declares {name[:20]!r}", body, RSS
        yield f"is sent as {name[:20]!r}", raw(text), f"{RSS}; charset={name}".replace("\0", "")
    for codec in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be", "utf-7", "cp1252", "shift_jis", "utf-8-sig"):
        yield f"in {codec}", text.encode(codec, "replace"), RSS
    yield "cut in a character", raw(text)[:-200] + b"\xe5\x8c", RSS


def _ids() -> Iterator[Made]:
    yield "no ids", raw(rss(*("<item><description>x</description></item>" for _ in range(50)))), RSS
    yield "one guid for all", raw(rss(*(item(n, guid="same") for n in range(50)))), RSS
    yield "a guid of 100 KB", raw(rss(item(guid="g" * 100_000))), RSS
    yield "2,000 identical items", raw(rss(*(item() for _ in range(2_000)))), RSS
    yield "blank guids", raw(rss(*(item(n, guid=" " * n) for n in range(50)))), RSS
    yield "guids apart in case", raw(rss(*(item(n, guid=g) for n, g in enumerate(("a", "A", " a", "a "))))), RSS
    yield "a link of 100 KB", raw(rss(item(link="http://a.example/" + "x" * 100_000))), RSS
    for link in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "http://10.0.0.5/",
        "http://[",
        "//",
        "/rel",
        "mailto:x@y",
        "http://a b/",
        "http://127.0.0.1:22/",
    ):
        yield f"link {link}", raw(rss(item(link, link=escape(link)))), RSS


def _entities() -> Iterator[Made]:
    for depth, width in ((9, 10), (5, 50), (3, 500), (30, 2)):
        names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * width}">' for n in range(1, depth + 1))
        yield (
            f"laughs {depth} deep of {width}",
            raw(rss(item(title=f"&a{depth};"), head=f'<!DOCTYPE rss [<!ENTITY a0 "ha">{names}]>')),
            RSS,
        )
    for size in (10_000, 100_000):
        head = f'<!DOCTYPE rss [<!ENTITY a "{"x" * size}">]>'
        yield f"a quadratic entity of {size}", raw(rss(item(title="&a;" * 1_000), head=head)), RSS
    for target in ("file:///etc/passwd", "http://10.0.0.5/", "gopher://127.0.0.1/", "php://filter/x"):
        yield (
            f"an external entity {target}",
            raw(rss(item(title="&x;"), head=f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{target}">]>')),
            RSS,
        )
        yield f"an external DTD {target}", raw(rss(item(), head=f'<!DOCTYPE rss SYSTEM "{target}">')), RSS
    yield "a stylesheet", raw(rss(item(), head='<?xml-stylesheet href="file:///etc/passwd"?>')), RSS
    yield "a recursive entity", raw(rss(item(title="&a;"), head='<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>')), RSS
    yield "xinclude", raw(rss('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')), RSS


def _heavy() -> Iterator[Made]:
    for kilobytes in (8, 32, 200):
        yield f"a style of {kilobytes} KB", raw(rss(item(description=escape(f'<p style="{"a" * kilobytes * 1000}">x</p>')))), RSS
    for kilobytes in (88, 800):
        yield f"comments of {kilobytes} KB", raw(rss(item(description=escape("<!--" * kilobytes * 250)))), RSS
    for parts in (1_000, 16_000, 50_000):
        yield f"an author of {parts} parts", raw(rss(item(author="a@a" + ".a" * parts))), RSS
    for count in (1_000, 20_000, 40_000):
        attributes = " ".join(f"a{n}='1'" for n in range(count))
        yield f"{count} attributes", raw(rss(f"<item {attributes}><title>x</title></item>")), RSS
    for count in (2_001, 40_000, 100_000):
        yield f"{count} items", raw(rss(*(f"<item><title>harbour {n}</title></item>" for n in range(count)))), RSS
    yield "a million <", b"<" * 1_000_000, RSS
    yield "a million < in a title", raw(rss(item(title=escape("<" * 1_000_000)))), RSS
    yield "XML 100,000 deep", b"<rss><channel>" + b"<a>" * 100_000, RSS
    yield "items within items", raw(rss("<item>" * 5_000)), RSS
    yield "1,000 namespaces", raw(rss("".join(f'<x{n}:item xmlns:x{n}="http://x/{n}"/>' for n in range(1_000)))), RSS
    yield "9 MB of blanks", b" " * 9_000_000, RSS
    yield "9 MB in one title", raw(rss(item(title="OpenAI NATO " + "y" * 9_000_000))), RSS
    yield "JSON 100,000 deep", b"[" * 100_000, "application/feed+json"
    yield "a number of 5,000 digits", b'{"items": [' + b"9" * 5_000 + b"]}", "application/feed+json"
    many = [{"id": n, "title": "x"} for n in range(50_000)]
    yield "50,000 items of JSON", json.dumps({"version": "x", "items": many}).encode(), "application/feed+json"


def _others() -> Iterator[Made]:
    for name, body in {
        "empty": b"", "blanks": b"  \n", "a path": b"/etc/passwd", "an address": b"http://10.0.0.5/", "a PDF": b"%PDF-1.7\n" + bytes(range(256)) * 50,
        "a zip": b"PK\x03\x04" + bytes(range(256)) * 50, "a video": b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 500, "a login page": b"<!doctype html><title>Log in</title>",
        "plain text": b"just words " * 500, "JSON null": b"null", "JSON list": b"[]", "JSON items": b'{"items": [null, 1, [], {}, {"id": {}}]}', "half a feed": raw(rss(item()))[:90],
        "two feeds": raw(rss(item()) * 2), "random bytes": bytes((n * 7919) % 256 for n in range(50_000)), "UTF-7": b"+ADw-rss+AD4-", "HTML in a feed": raw(rss("<html><body>x")),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an opml": b"<opml><body/></opml>", "soap": b"<Envelope><Body/></Envelope>", "nothing but a head": b"<?xml version='1.0'?>",
    }.items():  # fmt: skip
        yield f"{name} for a feed", body, RSS


def pages() -> Iterator[Made]:
    """Documents in the place of an article's page."""
    html = "text/html; charset=utf-8"
    for count in (5_000, 62_000, 200_000):
        yield f"{count} one-word paragraphs", b"<html><body>" + b"<p>word</p>" * count, html
    for megabytes in (0.5, 2, 4.5):
        size = int(megabytes * 1_000_000)
        yield f"a table of {megabytes} MB", (b"<table>" + b"<tr><td>a</td></tr>" * (size // 19)), html
        yield f"links of {megabytes} MB", b'<a href="/x">a b c</a> ' * (size // 23), html
        yield f"dates of {megabytes} MB", b"<p>3 March 2026, 08:00</p>" * (size // 26), html
        yield f"divs {megabytes} MB deep", b"<div>" * (size // 5), html
        yield f"spans of {megabytes} MB", b"<span>x</span>" * (size // 14), html
    yield "a page of 50 MB", b"<p>" + b"x" * 50_000_000, html
    yield "a colspan without end", b'<table><tr><td colspan="9007199254740991">x</td></tr></table>' * 100, html
    yield "an image of 2 MB", b'<img src="data:image/png;base64,' + b"A" * 2_000_000 + b'">', html
    yield "a million <", b"<" * 1_000_000, html
    yield "100,000 attributes", b"<p " + b" ".join(b"a%d=1" % n for n in range(100_000)) + b">x", html
    yield "open comments", b"<!--" * 200_000, html
    yield "open scripts", b"<script>" * 100_000, html
    yield "a loop of meta", b'<meta http-equiv="refresh" content="0;url=/">' * 1000, html
    yield "a base elsewhere", b'<base href="file:///etc/"><a href="passwd">x</a>' * 100, html
    yield "JSON-LD 50,000 deep", b'<script type="application/ld+json">' + b"[" * 50_000 + b"</script><p>x", html
    for name, body, kind in (
        ("a PDF", b"%PDF-1.7\n" + bytes(range(256)) * 500, html), ("a zip", b"PK\x03\x04" + bytes(range(256)) * 500, html), ("nothing", b"", html),
        ("NULs", b"\0" * 100_000, html), ("random bytes", bytes((n * 7919) % 256 for n in range(200_000)), html), ("a video", b"x" * 100_000, "video/mp4"),
        ("UTF-7", b"<meta charset=utf-7>+ADw-script+AD4-", html), ("UTF-16 without a mark", "<p>OpenAI and NATO</p>".encode("utf-16-le") * 50, html),
    ):  # fmt: skip
        yield f"{name} for a page", body, kind
    for name in ENCODINGS:
        yield f"a page declares {name[:20]!r}", raw(f'<meta charset="{name}"><p>{"OpenAI and NATO, café. " * 40}</p>'), html
    for name, text in TEXTS.items():
        yield (
            f"{name} on a page",
            raw(f"<html><body><article><h1>x</h1><p>OpenAI and NATO: {text} {'and more words ' * 30}</p></article>"),
            html,
        )
