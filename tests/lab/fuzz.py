"""``python -m tests.lab.fuzz``: mutated feeds and pages through the parsers, in children as the bot runs them.

Seeds: tests/data, the hostile catalogue's documents, and finds of the past. A find is what may not happen: a child that died or
was killed by a limit, an error that is no ParseError, text that was not cleaned. Finds are written to ``--finds`` for a named case.

Example: python -m tests.lab.fuzz --seconds 60 --seed 7
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bot.core import extract, parse
from bot.core.text import clean
from bot.edge.pool import Pool
from bot.errors import ChildError, ParseError
from bot.model import Article, ParsedFeed
from tests.lab.hostile import documents

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
BATCH = 50  # documents a call: the way to a child and back costs more than reading most of them
_LARGEST = 60_000  # bytes of a seed: large ones are the catalogue's business
_BITS = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml", b"?>", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>", b"&a;", b"&#xD800;", b"&#0;", b"&#9999999999;",
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\x1b[2J", b"</item>", b"<item>", b"<entry>", b"</entry>", b"<title>", b"</title>", b"<link>",
    b"<guid>", b"<pubDate>", b"<georss:point>", b"<gml:pos>", b"<psc:chapter start='x'/>", b"xmlns:x='y'", b"xml:base='http://['", b"=\"", b"'", b"{", b"[", b"9" * 5000,
    b"<table>", b"<td colspan=99999>", b"<script>", b"<style>", b"<svg>", b"<math>", b"<template>", b"charset=utf-16", b"encoding='utf-7'", b"href=\"//[\"", b"\r", b"\x85",
)  # fmt: skip


def seeds() -> dict[str, list[bytes]]:
    """Documents to begin with, by what reads them."""
    made = {"feed": [body for _, body, _ in documents.feeds()], "page": [body for _, body, _ in documents.pages()]}
    for kind, folder in (("feed", "feeds"), ("page", "pages")):
        made[kind] += [path.read_bytes() for path in sorted((DATA / folder).iterdir())] * 20
    return {kind: [body for body in bodies if 0 < len(body) <= _LARGEST] for kind, bodies in made.items()}


def mutated(chance: random.Random, bodies: Sequence[bytes]) -> bytes:
    """One of them, changed in one to twelve ways."""
    body = bytearray(chance.choice(bodies))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 12))):
        at, end = sorted(chance.randrange(len(body) + 1) for _ in range(2))
        end = min(end, at + chance.choice((1, 4, 30, 400)))
        match chance.randrange(8):
            case 0:
                body[at:at] = chance.choice(_BITS) * chance.choice((1, 1, 1, 3, 200))
            case 1:
                body[at:end] = chance.choice(_BITS)
            case 2:
                del body[at:end]
            case 3:
                body[at:at] = body[at:end] * chance.choice((1, 2, 50))
            case 4:
                body[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
            case 5 if body:
                body[min(at, len(body) - 1)] ^= 1 << chance.randrange(8)
            case 6:
                other = chance.choice(bodies)
                start = chance.randrange(len(other) + 1)
                body[at:at] = other[start : start + 500]
            case 7:
                del body[at:]
    return bytes(body[:200_000])


def feeds(bodies: Sequence[bytes]) -> list[str]:
    """Read these as feeds; what is wrong with each, or nothing. Runs in a child."""
    return [_feed(body) for body in bodies]


def pages(bodies: Sequence[bytes]) -> list[str]:
    """Read these as pages. Runs in a child."""
    return [_page(body) for body in bodies]


def _feed(body: bytes) -> str:
    try:
        found = parse.feed(body, url="https://a.example/feed", content_type=None, now=NOW)
    except ParseError as error:
        return "" if str(error).isprintable() else f"unprintable words {str(error)!r}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return _unclean(found)


def _page(body: bytes) -> str:
    try:
        found = extract.article(body, url="https://a.example/a", content_type=None, title="OpenAI and NATO", summary="x")
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    return _unclean(found)


def _unclean(found: ParsedFeed | Article) -> str:
    texts = [found.note, *found.text.split("\n")] if isinstance(found, Article) else [found.title, *_of_entries(found)]
    bad = next((text for text in texts if text != clean(text, 1_000_000)), None)
    return "" if bad is None else f"not clean: {bad[:80]!r}"


def _of_entries(found: ParsedFeed) -> Iterator[str]:
    for entry in found.entries:
        yield from (entry.title, entry.summary, entry.source or "")


class Fuzz:
    """Runs batches until the time is over; ``finds`` has a document and what it did."""

    def __init__(self, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.finds: list[tuple[str, str, bytes]] = []
        self._seed, self._bodies = seed, seeds()

    def run(self, seconds: float) -> None:
        """Two children at a time, as the bot."""
        end = time.monotonic() + seconds
        with Pool(2) as pool, ThreadPoolExecutor(2) as callers:
            list(callers.map(lambda lane: self._lane(pool, lane, end), range(2)))
            self.counts["killed"], self.counts["crashed"] = pool.counts().killed, pool.counts().crashed

    def _lane(self, pool: Pool, lane: int, end: float) -> None:
        chance = random.Random(f"{self._seed} {lane}")
        while time.monotonic() < end:
            kind = chance.choice(("feed", "feed", "page"))
            batch = [mutated(chance, self._bodies[kind]) for _ in range(BATCH)]
            self._read(pool, kind, batch)

    def _read(self, pool: Pool, kind: str, batch: Sequence[bytes]) -> None:
        """Read a batch; one that costs a child its life is halved until the culprit is found."""
        try:
            said = pool.run(feeds if kind == "feed" else pages, batch)
        except ChildError as error:
            if len(batch) == 1:
                self.counts[kind] += 1
                self.finds.append((kind, str(error), batch[0]))
                return
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                self._read(pool, kind, half)
            return
        self.counts[kind] += len(batch)
        self.finds += [(kind, words, body) for words, body in zip(said, batch, strict=True) if words]


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m tests.lab.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--finds", type=Path, default=Path("fuzz-finds"), help="folder for the documents that did something")
    asked = options.parse_args(arguments)
    fuzz = Fuzz(asked.seed)
    fuzz.run(asked.seconds)
    print(f"seed {asked.seed}, {asked.seconds:g} s: " + ", ".join(f"{name} {count:,}" for name, count in fuzz.counts.items()))
    for number, (kind, words, body) in enumerate(fuzz.finds[:50]):
        asked.finds.mkdir(exist_ok=True)
        (asked.finds / f"{kind}-{asked.seed}-{number}").write_bytes(body)
        print(f"find {kind}-{asked.seed}-{number}: {words} ({len(body)} bytes)")
    print(f"{len(fuzz.finds)} finds")
    return 1 if fuzz.finds else 0


if __name__ == "__main__":
    sys.exit(main())
