"""The lab's web: feeds and article pages that behave as scripted, and the ledger of all they served.

    with Web() as web:
        feed = web.feed("alpha", kind="atom")
        feed.add(web.item("one", title="..."))
        feed.script = status(500)            # from now on; None repairs it
        web.page("one").script = paywall

The ledger is the truth that the bot is measured against: ``visits`` has every request,
``first_served`` when an item first stood in a feed document that was answered with 200.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

from . import documents
from .documents import Item, Kind
from .ledger import Ledger
from .server import Loopback, Reply, Request

HTML = {"Content-Type": "text/html; charset=utf-8"}
Script = Callable[[Request, Reply], Reply]  # the request and the answer it would have got -> the answer it gets
Dress = Callable[[Item, int], Item]  # an item and the number of this poll -> the item as this poll shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request and the status it was answered with (0: no answer)."""

    at: float
    method: str
    target: str
    host: str
    status: int
    agent: str


@dataclass(slots=True, kw_only=True)
class FeedPage:
    """A feed: its items newest first, and how it shows and serves them."""

    name: str
    url: str
    kind: Kind = "rss"
    items: tuple[Item, ...] = ()
    script: Script | None = None
    dress: Dress | None = None
    validators: bool = True
    polls: int = 0
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))

    def show(self, *items: Item) -> None:
        """Exactly these, in this order."""
        self.items = items
        self.changed += timedelta(seconds=1)  # Last-Modified has whole seconds

    def add(self, *items: Item) -> None:
        """Newer items on top."""
        self.show(*reversed(items), *self.items)


@dataclass(slots=True, kw_only=True)
class ArticlePage:
    item: Item
    outlet: str
    related: Sequence[str] = ()
    script: Script | None = None


class Web:
    """Feeds at ``/feeds/NAME``, articles at ``/a/KEY`` (or wherever an item links), robots.txt, a redirect loop."""

    def __init__(self, hosts: Sequence[str] = ("127.0.0.1",)) -> None:
        self.feeds: dict[str, FeedPage] = {}
        self.pages: dict[str, ArticlePage] = {}
        self.robots: str | None = None
        self.visits: Ledger[Visit] = Ledger()
        self.first_served: dict[tuple[str, str], float] = {}  # (feed, item key)
        self.on_visit: Callable[[Request], None] = lambda request: None
        self._loopback = Loopback(self._respond, hosts)
        self.hosts = tuple(hosts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loopback.close()

    def down(self) -> None:
        """Be gone from the network: connections break, new ones are refused."""
        self._loopback.down()

    def up(self) -> None:
        """Be back where it was."""
        self._loopback.up()

    def url(self, target: str, host: str | None = None) -> str:
        return f"http://{host or self.hosts[0]}:{self._loopback.port}{target}"

    def feed(self, name: str, *items: Item, kind: Kind = "rss", host: str | None = None) -> FeedPage:
        path = "/feeds/" + quote(name, safe="")
        page = FeedPage(name=name, url=self.url(path, host), kind=kind)
        page.add(*items)
        self.feeds[path] = page
        return page

    def item(
        self,
        key: str,
        *,
        title: str,
        summary: str = "",
        text: str = "",
        target: str | None = None,
        guid: str | None = None,
        published: datetime | None = None,
        host: str | None = None,
        lang: str = "en",
        related: Sequence[str] = (),
        outlet: str = "The Lab Herald",
    ) -> Item:
        """An item whose article page stands ready at its link."""
        target = target or "/a/" + re.sub(r"\W+", "-", key, flags=re.ASCII)
        item = Item(
            key=key,
            title=title,
            link=self.url(target, host),
            summary=summary,
            text=text,
            guid=guid or f"guid:{key}",
            published=published,
            lang=lang,
        )
        self.pages[target] = ArticlePage(item=item, outlet=outlet, related=related)
        return item

    def page(self, key: str) -> ArticlePage:
        return next(page for page in self.pages.values() if page.item.key == key)

    def key_of(self, url: str) -> str | None:
        """Which item a URL means, however it is spelled (scheme, tracking parameters); None: none of ours."""
        parts = urlsplit(url)
        page = self.pages.get(f"{parts.path}?{parts.query}") or self.pages.get(parts.path)
        return page.item.key if page else None

    def visits_to(self, target: str) -> list[Visit]:
        return [visit for visit in self.visits if visit.target == target]

    def _respond(self, request: Request) -> Reply:
        self.on_visit(request)
        reply = self._route(request)
        self.visits.add(
            Visit(
                at=request.at,
                method=request.method,
                target=request.target,
                host=request.host,
                status=0 if reply.fault in {"silence", "reset"} else reply.status,
                agent=request.headers.get("user-agent", ""),
            )
        )
        return reply

    def _route(self, request: Request) -> Reply:
        if request.path in self.feeds:
            return self._feed(request, self.feeds[request.path])
        page = self.pages.get(request.target) or self.pages.get(request.path)
        if page:
            reply = Reply(body=documents.page(page.item, page.outlet, page.related), headers=HTML)
            return page.script(request, reply) if page.script else reply
        if request.path == "/robots.txt" and self.robots is not None:
            return Reply(body=self.robots.encode(), headers={"Content-Type": "text/plain"})
        if request.path.startswith("/loop/"):
            return Reply(status=302, headers={"Location": f"/loop/{int(request.path[6:] or 0) + 1}"})
        return Reply(status=404, body=b"no such page", headers=HTML)

    def _feed(self, request: Request, page: FeedPage) -> Reply:
        page.polls += 1
        items = tuple(page.dress(item, page.polls) for item in page.items) if page.dress else page.items
        whole = conditional(request, _document(page, items))
        reply = page.script(request, whole) if page.script else whole
        if reply.status == 200 and not reply.fault and (reply.body == whole.body or "Content-Encoding" in reply.headers):
            for item in items:
                self.first_served.setdefault((page.name, item.key), time.monotonic())
        return reply


def _document(page: FeedPage, items: Sequence[Item]) -> Reply:
    body = documents.feed(page.kind, page.name, items)
    headers = {"Content-Type": documents.TYPES[page.kind]}
    if page.validators:
        headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers["Last-Modified"] = format_datetime(page.changed, usegmt=True)
    return Reply(body=body, headers=headers)


def conditional(request: Request, reply: Reply) -> Reply:
    """304 where the client's validators say so (RFC 9110 13.2.2: If-None-Match goes before If-Modified-Since)."""
    tags, since = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
    etag, changed = reply.headers.get("ETag"), reply.headers.get("Last-Modified")
    if tags is not None:
        same = etag is not None and (tags.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")])
    else:
        same = bool(since and changed) and parsedate_to_datetime(str(changed)) <= parsedate_to_datetime(str(since))
    return replace(reply, status=304, body=b"") if same else reply
