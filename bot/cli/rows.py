"""A row of the log as JSON, by the contract."""

from __future__ import annotations

from typing import Any

from bot.cli.times import iso
from bot.model import LogRow, Verdict


def as_json(row: LogRow) -> dict[str, Any]:
    """The contract's ``log --json`` object."""
    item = row.item
    return {
        "id": str(item.id),
        "feed": item.feed,
        "guid": item.guid,
        "url": item.url,
        "title": item.title,
        "published": iso(item.published),
        "first_seen": iso(item.first_seen),
        "article": article(row),
        "verdicts": [verdict_json(verdict) for verdict in row.verdicts],
    }


def article(row: LogRow) -> str:
    """What became of the item's page, in the contract's words from the first moment on."""
    return row.note or "not read: not judged yet"


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """One verdict of it."""
    receipt = verdict.receipt
    return {
        "story": verdict.story,
        "verdict": verdict.verdict,
        "score": receipt.score,
        "terms": list(receipt.terms),
        "where": receipt.where,
        "sentence": receipt.sentence,
        "development": None if verdict.development is None else str(verdict.development),
        "alerted": verdict.alerted,
        "why": verdict.why,
    }
