"""The published schemas of ../shared/contracts, and ours of what Teams and the blueprint give as prose only.

Compiled by ``jsonschema_rs``, which takes a hundredth of the time of ``jsonschema`` and checks the formats too (``uri``, which
the other cannot without more packages); what it refuses is put into words by ``jsonschema``. A test holds that both agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker

CONTRACTS = Path(__file__).resolve().parents[3] / "shared" / "contracts"

# adaptivecards.io/explorer (1.4), as much of it as an alert uses; the envelope: learn.microsoft.com, "Create incoming webhooks
# with Workflows for Microsoft Teams".
_TEXT_BLOCK = {
    "type": "object",
    "required": ["type", "text"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "TextBlock"},
        "text": {"type": "string", "minLength": 1},
        "wrap": {"type": "boolean"},
        "weight": {"enum": ["Default", "Lighter", "Bolder"]},
        "spacing": {"enum": ["Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"]},
    },
}
_CARD = {
    "type": "object",
    "required": ["$schema", "type", "version", "body"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"const": "http://adaptivecards.io/schemas/adaptive-card.json"},
        "type": {"const": "AdaptiveCard"},
        "version": {"const": "1.4"},
        "body": {"type": "array", "minItems": 1, "items": _TEXT_BLOCK},
        "msteams": {"type": "object", "additionalProperties": False, "properties": {"width": {"const": "Full"}}},
    },
}
TEAMS: dict[str, Any] = {
    "type": "object",
    "required": ["type", "attachments"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "message"},
        "attachments": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "required": ["contentType", "content"],
                "additionalProperties": False,
                "properties": {"contentType": {"const": "application/vnd.microsoft.card.adaptive"}, "content": _CARD},
            },
        },
    },
}


def _object(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    properties = {**required, **(optional or {})}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


# The blueprint's section 5: absent keys are left out, never null.
_TEXT, _NAME = {"type": "string"}, {"type": "string", "minLength": 1}
_TIME = {"type": "string", "format": "date-time", "pattern": "Z$"}
_ENTRY = {
    "development": _object(
        {"id": _NAME, "headline": _TEXT, "items": {"type": "integer", "minimum": 1}, "outlets": {"type": "array", "items": _TEXT}}
    ),
    "item": _object({"id": _NAME, "feed": _TEXT, "title": _TEXT, "first_seen": _TIME}, {"url": _TEXT, "published": _TIME}),
    "match": _object(
        {"score": {"type": "number", "minimum": 0, "maximum": 1}, "terms": {"type": "array", "items": _TEXT}},
        {"where": {"enum": ["title", "summary", "article"]}, "sentence": _NAME},
    ),
}
_ALERT, _STORY = {"alert": _NAME}, {"story": _NAME}
_DATA = {
    "development.new": _object(_ALERT | _ENTRY, _STORY),
    "development.update": _object(_ALERT | _ENTRY, _STORY),
    "digest": _object(_ALERT | {"items": {"type": "array", "items": _object(_ENTRY)}}, _STORY),
    "feed.problem": _object(_ALERT | {"problem": _TEXT}, {"feed": _NAME}),
    "heartbeat": _object(_ALERT | {"report": _TEXT}),
    "test": _object(_ALERT),
}
WEBHOOK: dict[str, Any] = {
    "oneOf": [_object({"type": {"const": kind}, "timestamp": _TIME, "data": data}) for kind, data in _DATA.items()]
}

_OURS = {"teams": TEAMS, "webhook": WEBHOOK}


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _OURS[name] if name in _OURS else json.loads((CONTRACTS / name).read_text())
    return found


@cache
def compiled(name: str) -> jsonschema_rs.Draft202012Validator:
    """The quick validator."""
    return jsonschema_rs.Draft202012Validator(_schema(name), validate_formats=True)


@cache
def reference(name: str) -> Draft202012Validator:
    """The one that every other is compared with, and that says what is wrong."""
    return Draft202012Validator(_schema(name), format_checker=FormatChecker())


def schema_problems(name: str, body: object) -> list[str]:
    """What a schema says against a body: one of ours, or a file of ../shared/contracts; nothing where that folder is absent."""
    if (name not in _OURS and not CONTRACTS.is_dir()) or compiled(name).is_valid(body):
        return []
    said = [f"{error.json_path}: {error.message[:200]}" for error in reference(name).iter_errors(body)]
    return said or [f"{error.instance_path}: {error.message[:200]}" for error in compiled(name).iter_errors(body)]
