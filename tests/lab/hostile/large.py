"""Documents just within their size caps, all there at the same moment: what they cost the process that asked for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress

from . import documents
from .server import Script, Talk
from .world import Case

SIZE = 9_500_000  # bytes; a feed may have 10 MB
PAGE = 4_700_000  # a page 5 MB
_PATIENCE = 10.0  # seconds for which an answer waits for the others


def cases(count: int) -> list[Case]:
    """So many, of every kind in turn; ``count`` hosts answer together, or when the first one's patience is over."""
    together = threading.Barrier(count)
    made = [Case(name=f"{name} at once", script=_last(body, together)) for name, body in _feeds()]
    made += [Case(name=f"{name} at once", script=_last(body, together), page=True) for name, body in _pages()]
    return [
        Case(name=f"{made[n % len(made)].name}, {n}", script=made[n % len(made)].script, page=made[n % len(made)].page)
        for n in range(count)
    ]


def _feeds() -> Iterator[tuple[str, bytes]]:
    summary = "OpenAI and NATO talk about a harbour. " * 120
    yield "2,000 summaries", _filled(lambda n: documents.item(n, description=summary))
    yield "letters of four bytes", _filled(lambda n: documents.item(n, description="\U0001f680" + "word " * 900))
    yield "60,000 items", _filled(lambda n: documents.item(n, title=f"Harbour {n}"))
    yield "700,000 empty items", documents.raw(documents.rss("<item></item>" * (SIZE // 13)))
    yield "addresses of 8,000 letters", _filled(lambda n: documents.item(n, link=f"http://a.example/{n}/{'x' * 8_000}"))
    yield "blanks", b" " * SIZE
    yield "one title", documents.raw(documents.rss(documents.item(title="OpenAI NATO " + "y" * SIZE)))


def _filled(item: object) -> bytes:
    one = len(documents.raw(item(0)))  # type: ignore[operator]  # a lambda of the number
    return documents.raw(documents.rss(*(item(n) for n in range(SIZE // (one + 8)))))  # type: ignore[operator]  # as above


def _pages() -> Iterator[tuple[str, bytes]]:
    text = "<p>OpenAI and NATO talk about a harbour and its cranes.</p>"
    yield "a page of paragraphs", documents.raw(f"<html><body><article>{text * (PAGE // len(text))}</article>")
    yield (
        "a page of one paragraph",
        documents.raw(f"<html><body><article><p>{'OpenAI and NATO talk. ' * (PAGE // 22)}</p></article>"),
    )


def _last(body: bytes, together: threading.Barrier) -> Script:
    """Sends its last byte when all others have come so far, or do not come."""

    def play(talk: Talk) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {documents.RSS}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        talk.send(head.encode() + body[:-1])
        with suppress(threading.BrokenBarrierError):
            together.wait(_PATIENCE)
        talk.send(body[-1:])

    return play
