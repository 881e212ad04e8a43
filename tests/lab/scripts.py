"""How the lab's feeds and pages misbehave: scripts change an answer, dresses change how a feed shows an item."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta

from .documents import Item
from .server import Reply, Request
from .web import HTML, Script

# ---------------------------------------------------------------- scripts


def always(reply: Reply) -> Script:
    return lambda request, normal: reply


def status(code: int, body: bytes = b"no", **headers: str) -> Script:
    return always(Reply(status=code, body=body, headers={**HTML, **{k.replace("_", "-"): v for k, v in headers.items()}}))


def in_turn(*scripts: Script | None) -> Script:
    """One script for each request, the last one for ever; None lets the normal answer through."""
    left = list(scripts)

    def play(request: Request, normal: Reply) -> Reply:
        script = left.pop(0) if len(left) > 1 else left[0]
        return script(request, normal) if script else normal

    return play


def truncated(request: Request, normal: Reply) -> Reply:
    """The document's first 40 %, as a server does that died while writing its file."""
    return replace(normal, body=normal.body[: len(normal.body) * 2 // 5])


def gzipped(request: Request, normal: Reply) -> Reply:
    if "gzip" not in request.headers.get("accept-encoding", "") or normal.status != 200:
        return normal
    return replace(normal, body=gzip.compress(normal.body), headers={**normal.headers, "Content-Encoding": "gzip"})


def endless_redirect(request: Request, normal: Reply) -> Reply:
    return Reply(status=302, headers={"Location": "/loop/0"})


def dripping(request: Request, normal: Reply) -> Reply:
    return replace(normal, fault="drip")


silence = always(Reply(fault="silence"))
reset = always(Reply(fault="reset"))
empty = always(Reply(headers={"Content-Type": "application/rss+xml"}))
huge = always(
    Reply(fault="flood", size=100_000_000, body=b"<item><title>filler</title></item>\n", headers={"Content-Type": "text/xml"})
)
html_instead = always(
    Reply(
        body=b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>", headers=HTML
    )
)
paywall = always(
    Reply(
        body=b"<html><body><article><h1>Members only</h1><p>Subscribe to continue reading. Already a subscriber? Log in.</p>"
        b"<p>Get unlimited access for 1 euro a month.</p></article></body></html>",
        headers=HTML,
    )
)
cookies = always(
    Reply(
        body=b"<html><body><main><h1>Before you continue</h1><p>We and our 812 partners use cookies to store and access data "
        b"on your device. Accept all or manage your choices to continue.</p><button>Accept all</button></main></body></html>",
        headers=HTML,
    )
)
pdf = always(Reply(body=b"%PDF-1.7\n" + bytes(range(256)) * 8, headers={"Content-Type": "application/pdf"}))


# ---------------------------------------------------------------- dresses


def changing_guid(item: Item, poll: int) -> Item:
    return replace(item, guid=f"{item.key}-poll-{poll}")


def redated(item: Item, poll: int) -> Item:
    return replace(item, published=item.published and item.published + timedelta(hours=poll))


def other_scheme(item: Item, poll: int) -> Item:
    """http and https by turns, under a new guid each time."""
    return changing_guid(item if poll % 2 else replace(item, link="https" + item.link.removeprefix("http")), poll)


def tracked(item: Item, poll: int) -> Item:
    """Another set of tracking parameters each time, under a new guid."""
    tags = ("utm_source=rss", "utm_campaign=spring&utm_medium=feed", "fbclid=abc", "gclid=x1&utm_source=mail")
    return changing_guid(replace(item, link=f"{item.link}?{tags[poll % len(tags)]}"), poll)


def retitled(item: Item, poll: int) -> Item:
    """The headline is edited after publication, as desks do."""
    return replace(item, title=f"{item.title} (update {poll})")
