"""What a payload must look like: section 5 of the blueprint, the receivers' schemas, and the rules no schema says.

The schemas come from ``../shared/contracts`` and are checked where that folder is; the limits
written here hold anyway (their sources are named in ``discord-rules.json`` and
``slack-message.schema.json``). Every check yields sentences; none means the payload is right.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from . import shapes
from .server import Request

SHARED = Path(__file__).resolve().parents[3] / "shared"
SCHEMAS = {"slack": "slack-message.schema.json", "discord": "discord-execute-webhook.schema.json"}
SLACK_TOTAL = 9_000  # characters in all blocks: 11,341 are refused, 9,597 pass (slack-webhook-errors.json)
DISCORD_TOTAL = 6_000  # UTF-16 units in all embeds (discord-rules.json)
TOLERANCE = 300  # seconds (standard-webhooks.vectors.json)

Problems = Iterator[str]


def problems(kind: str, request: Request, payload: Any, secret: str | None) -> Problems:
    """Everything wrong with this request as a message of that kind."""
    if request.method != "POST":
        yield f"{request.method} instead of POST"
    if not request.headers.get("content-type", "").startswith("application/json"):
        yield f"content-type {request.headers.get('content-type')}"
    if not request.headers.get("user-agent"):
        yield "no User-Agent"
    if not isinstance(payload, dict):
        yield "no JSON object"
        return
    yield from _schema(kind, payload)
    yield from {"slack": _slack, "discord": _discord, "webhook": shapes.webhook}[kind](payload)
    if kind == "discord" and "wait=true" not in request.target:
        yield "sent without wait=true: a message that was not saved would report no error"
    if kind == "webhook":
        yield from signature(request.headers, request.body, secret, now=time.time())


@cache
def _validator(kind: str) -> Draft202012Validator | None:
    path = SHARED / "contracts" / SCHEMAS.get(kind, "none")
    return Draft202012Validator(json.loads(path.read_text()), format_checker=FormatChecker()) if path.is_file() else None


def _schema(kind: str, payload: dict[str, Any]) -> Problems:
    validator = _validator(kind)
    if validator:
        yield from (f"schema: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(payload))


# ---------------------------------------------------------------- Slack

_SLACK_MENTION = re.compile(r"<(?:!(?:channel|here|everyone|subteam)|@|#C)[^>]*>")


def _slack(payload: dict[str, Any]) -> Problems:
    blocks = payload.get("blocks", [])
    if not isinstance(payload.get("text"), str) or not payload["text"].strip():
        yield "no text: it is what a notification shows"
    if len(blocks) > 50:
        yield f"{len(blocks)} blocks"
    pieces = [piece for block in blocks for piece in _slack_texts(block)]
    if sum(map(len, pieces)) > SLACK_TOTAL:
        yield f"{sum(map(len, pieces))} characters in blocks"
    for piece in (*pieces, str(payload.get("text", ""))):
        if _SLACK_MENTION.search(piece):
            yield f"mentions somebody: {piece[:80]!r}"
    try:
        for block in Block.parse_all(blocks):
            block.validate_json()
    except SlackObjectFormationError as error:
        yield f"slack_sdk: {error}"


def _slack_texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text", "markdown"} and isinstance(value.get("text"), str):
            yield value["text"]
        for part in value.values():
            yield from _slack_texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _slack_texts(part)


# ---------------------------------------------------------------- Discord

_EMBED_LIMITS = {"title": 256, "description": 4096}


def units(text: object) -> int:
    """Length in UTF-16 units: Discord does not say what it counts, and this is the larger count."""
    return len(str(text or "").strip().encode("utf-16-le")) // 2


def _discord(payload: dict[str, Any]) -> Problems:
    embeds = payload.get("embeds") or []
    if not payload.get("content") and not embeds:
        yield "neither content nor embeds"
    if units(payload.get("content")) > 2000:
        yield "content over 2000"
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds"
    if payload.get("allowed_mentions") != {"parse": []}:
        yield f"allowed_mentions {payload.get('allowed_mentions')}"
    if unknown := payload.keys() - {"content", "embeds", "allowed_mentions", "username", "avatar_url", "flags", "thread_name"}:
        yield f"unknown keys {sorted(unknown)}"
    if re.search("clyde|discord", str(payload.get("username", "")), re.IGNORECASE):
        yield "forbidden username"
    links = [embed["url"] for embed in embeds if embed.get("url")]
    if len(links) != len(set(links)):
        yield "two embeds with the same url: only the first is shown"
    if sum(sum(map(units, _counted(embed))) for embed in embeds) > DISCORD_TOTAL:
        yield "embeds over 6000 in all"
    for embed in embeds:
        yield from _embed(embed)


def _counted(embed: dict[str, Any]) -> Iterator[object]:
    yield from (embed.get("title"), embed.get("description"))
    yield from (embed.get("footer", {}).get("text"), embed.get("author", {}).get("name"))
    for part in embed.get("fields", []):
        yield from (part.get("name"), part.get("value"))


def _embed(embed: dict[str, Any]) -> Problems:
    for name, most in _EMBED_LIMITS.items():
        if units(embed.get(name)) > most:
            yield f"embed {name} over {most}"
    if len(embed.get("fields", [])) > 25:
        yield "over 25 fields"
    for part in embed.get("fields", []):
        if not 0 < units(part.get("name")) <= 256 or not 0 < units(part.get("value")) <= 1024:
            yield f"field {part.get('name')!r} empty or too long"
    if not str(embed.get("url", "http://")).startswith(("http://", "https://")):
        yield f"embed url {embed['url'][:40]!r}"


# ---------------------------------------------------------------- generic webhook


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(secret: str, identity: str, timestamp: str, body: bytes) -> str:
    """The signature of Standard Webhooks 1.0.0."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.digest(key, f"{identity}.{timestamp}.".encode() + body, "sha256")).decode()


def signature(headers: Mapping[str, str], body: bytes, secret: str | None, *, now: float) -> Problems:
    """Whether the request is signed with this secret, now."""
    identity, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not identity or "." in identity or not stamp.isdecimal():
        yield f"webhook-id {identity!r}, webhook-timestamp {stamp!r}"
        return
    if abs(now - int(stamp)) > TOLERANCE:
        yield f"webhook-timestamp is {int(stamp) - now:+.0f} s off"
    given = headers.get("webhook-signature", "").split(" ")
    if secret and not any(hmac.compare_digest(sign(secret, identity, stamp, body), one) for one in given):
        yield "wrong signature"
    if not re.search(rb'"alert"\s*:\s*"' + re.escape(identity.encode()) + rb'"', body):
        yield "webhook-id is not the alert's id"
