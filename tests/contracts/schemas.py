"""The published schemas of ../shared/contracts, and ours of what Teams publishes as prose only."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

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


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = TEAMS if name == "teams" else json.loads((CONTRACTS / name).read_text())
    return Draft202012Validator(schema, format_checker=FormatChecker())


def schema_problems(name: str, body: object) -> list[str]:
    """What a schema says against a body: "teams", or a file of ../shared/contracts; nothing where that folder is absent."""
    if name != "teams" and not CONTRACTS.is_dir():
        return []
    return [f"{error.json_path}: {error.message[:200]}" for error in _validator(name).iter_errors(body)]
