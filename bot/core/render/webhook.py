"""An alert as the body of a generic webhook: ``{"type", "timestamp", "data"}`` as in Standard Webhooks 1.0.0.

Data for programs: texts stay as the log has them, and what reads them must escape them. Absent keys are left out,
never null. Standard Webhooks advises a body under 20 KB: sentences are cut first, then texts; no entry is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.core.moments import iso
from bot.core.text import shorten
from bot.model import Alert, AlertEntry

_SMALL = 20_000  # bytes of UTF-8 JSON
# Longest sentence and longest other text, in characters; each step is taken only if the one before was too large.
_STEPS = ((10_000, 10_000), (300, 10_000), (120, 500), (0, 300))


def render(alert: Alert) -> dict[str, Any]:
    """The body, under 20 KB where cutting its texts can bring it there.

    Its ``timestamp`` is when the alert arose, the same on every retry (Standard Webhooks 1.0.0); that of the attempt
    is in the header ``webhook-timestamp``.
    """
    for sentence, text in _STEPS:
        body = {"type": alert.type, "timestamp": iso(alert.created), "data": _data(alert, sentence, text)}
        if len(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")) < _SMALL:
            break
    return body


def _data(alert: Alert, sentence: int, text: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if alert.type == "feed.problem":
        told = {"feed": alert.feed or None, "problem": shorten(alert.problem.raw, text)}
    elif alert.type == "heartbeat":
        told = {"report": shorten(alert.problem.raw, text)}
    elif alert.type == "digest":
        told = {"story": alert.story or None, "items": [_entry(entry, sentence, text) for entry in alert.entries]}
    elif alert.type != "test":
        told = {"story": alert.story or None}
        for entry in alert.entries[:1]:
            told |= _entry(entry, sentence, text)
    return _present({"alert": alert.id} | told)


def _entry(entry: AlertEntry, sentence: int, text: int) -> dict[str, Any]:
    development, item, match = entry.development, entry.item, entry.match
    return {
        "development": {
            "id": development.id,
            "headline": shorten(development.headline.raw, text),
            "items": development.items,
            "outlets": [outlet.raw for outlet in development.outlets],
        },
        "item": _present(
            {
                "id": item.id,
                "feed": item.feed,
                "url": item.url.raw if item.url is not None else None,
                "title": shorten(item.title.raw, text),
                "published": iso(item.published) if item.published else None,
                "first_seen": iso(item.first_seen),
            }
        ),
        "match": _present(
            {
                "score": match.score,
                "terms": [term.raw for term in match.terms],
                "where": match.where,
                "sentence": shorten(match.sentence.raw, sentence) or None,
            }
        ),
    }


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
