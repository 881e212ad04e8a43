"""Headers of Standard Webhooks 1.0.0, symmetric signatures (standard-webhooks/standard-webhooks, spec/standard-webhooks.md)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

from bot.model import Secret

_PREFIX = "whsec_"


def headers(alert_id: str, body: bytes, secrets: Sequence[Secret], at: float) -> dict[str, str]:
    """What tells the receiver which alert this is, when it was sent (``at``, Unix seconds) and, with a secret, by whom.

    Every secret signs: while one replaces another, receivers may know either. Raises ValueError where one is not ``whsec_``
    and base64.
    """
    timestamp = str(int(at))
    known = {"webhook-id": alert_id, "webhook-timestamp": timestamp}
    if not secrets:
        return known
    signed = b".".join((alert_id.encode(), timestamp.encode(), body))
    digests = (hmac.new(_key(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return known | {"webhook-signature": " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)}


def _key(secret: Secret) -> bytes:
    return base64.b64decode(secret.reveal().removeprefix(_PREFIX), validate=True)
