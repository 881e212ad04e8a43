"""An alert's entries as the outbox keeps them: a copy made when the alert was queued.

A copy and not a look-up, because a retry may come after the item's text was pruned or its feed edited it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.model import AlertDevelopment, AlertEntry, AlertItem, AlertMatch, Foreign


def entry_to_json(entry: AlertEntry) -> dict[str, Any]:
    """As JSON keeps it: times in ISO 8601."""
    development, item, match = entry.development, entry.item, entry.match
    return {
        "development": {
            "id": development.id, "headline": development.headline.raw, "items": development.items,
            "outlets": [outlet.raw for outlet in development.outlets],
        },
        "item": {
            "id": item.id, "feed": item.feed, "outlet": item.outlet.raw, "title": item.title.raw,
            "url": None if item.url is None else item.url.raw,
            "published": None if item.published is None else item.published.isoformat(),
            "first_seen": item.first_seen.isoformat(),
        },
        "match": {
            "score": match.score, "terms": [term.raw for term in match.terms], "where": match.where,
            "sentence": match.sentence.raw,
        },
    }  # fmt: skip


def entry_from_json(kept: dict[str, Any]) -> AlertEntry:
    """The inverse of :func:`entry_to_json`."""
    item, match, development = kept["item"], kept["match"], kept["development"]
    return AlertEntry(
        development=AlertDevelopment(
            id=development["id"], headline=Foreign(development["headline"]), items=development["items"],
            outlets=tuple(map(Foreign, development["outlets"])),
        ),
        item=AlertItem(
            id=item["id"], feed=item["feed"], outlet=Foreign(item["outlet"]), title=Foreign(item["title"]),
            url=None if item["url"] is None else Foreign(item["url"]),
            published=None if item["published"] is None else datetime.fromisoformat(item["published"]),
            first_seen=datetime.fromisoformat(item["first_seen"]),
        ),
        match=AlertMatch(
            score=match["score"], terms=tuple(map(Foreign, match["terms"])), where=match["where"],
            sentence=Foreign(match["sentence"]),
        ),
    )  # fmt: skip
