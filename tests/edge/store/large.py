"""A large state, made fast: items as the bot logs them, with texts, receipts, keys and the index of words."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from bot.edge.store import open_state, schema, search

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 2000
WORDS = [
    f"{a}{b}{c}" for a in ("ba", "de", "ki", "lo", "mu") for b in ("ran", "ster", "tion", "vel") for c in ("", "s", "ed", "ing")
]


def fill(path: Path, count: int, *, text_words: int = 250) -> None:
    """Make a state of ``count`` items, first seen a minute apart, one in a hundred of them a match."""
    store = open_state(path)
    chance = random.Random(7)
    numbers = iter(range(1, count + 1))
    while batch := list(islice(numbers, BATCH)):
        texts = {n: " ".join(chance.choices(WORDS, k=text_words)) for n in batch}
        with store.write() as tx:
            tx.execute(sa.insert(schema.items), list(_items(batch)))
            tx.execute(sa.insert(schema.articles), [{"item": n, "text": text} for n, text in texts.items()])
            tx.execute(
                sa.insert(schema.seen), [{"key": k.to_bytes(16, "little"), "item": n} for n in batch for k in (n, -n % 2**64)]
            )
            tx.execute(sa.insert(schema.verdicts), [_verdict(n) for n in batch])
            search.put(tx, [(n, f"Headline number {n}", texts[n]) for n in batch])
    store.close()


def _items(batch: list[int]) -> Iterator[dict[str, object]]:
    for n in batch:
        seen = START + timedelta(minutes=n)
        yield {
            "id": n, "feed": f"feed {n % 200}", "guid": f"guid-{n}", "url": f"https://example.org/news/{n}", "title": f"Headline number {n}",
            "summary": "", "first_seen": seen, "outlet": f"feed {n % 200}", "baseline": False, "inside": False, "judged_at": seen, "note": "read",
        }  # fmt: skip


def _verdict(n: int) -> dict[str, object]:
    kind = "no-match" if n % 100 else "match"
    return {
        "item": n, "story": "story", "verdict": kind, "score": 0.1, "terms": [], "where": None, "sentence": "", "why": "no word of it",
        "rule": "r1", "hits": [], "development": None,
    }  # fmt: skip


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
