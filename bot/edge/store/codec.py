"""An alert's entries as the outbox keeps them: a copy made when the alert was queued.

A copy and not a look-up, because a retry may come after the item's text was pruned or its feed edited it.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.model import AlertDevelopment, AlertEntry, AlertItem, AlertMatch


def entry_to_json(entry: AlertEntry) -> dict[str, Any]:
    """As JSON keeps it: times in ISO 8601."""
    item = asdict(entry.item)
    item["published"] = None if entry.item.published is None else entry.item.published.isoformat()
    item["first_seen"] = entry.item.first_seen.isoformat()
    return {"development": asdict(entry.development), "item": item, "match": asdict(entry.match)}


def entry_from_json(kept: dict[str, Any]) -> AlertEntry:
    """The inverse of :func:`entry_to_json`."""
    item, match, development = kept["item"], kept["match"], kept["development"]
    published = None if item["published"] is None else datetime.fromisoformat(item["published"])
    return AlertEntry(
        development=AlertDevelopment(**{**development, "outlets": tuple(development["outlets"])}),
        item=AlertItem(**{**item, "published": published, "first_seen": datetime.fromisoformat(item["first_seen"])}),
        match=AlertMatch(**{**match, "terms": tuple(match["terms"])}),
    )
