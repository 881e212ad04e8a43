"""Headers of Standard Webhooks 1.0.0, symmetric signatures (standard-webhooks/standard-webhooks, spec/standard-webhooks.md)."""

from __future__ import annotations

import base64
import hashlib
import hmac

from bot.model import Secret

_PREFIX = "whsec_"


def headers(alert_id: str, body: bytes, secret: Secret | None, at: float) -> dict[str, str]:
    """What tells the receiver which alert this is, when it was sent (``at``, Unix seconds) and, with a secret, by whom.

    Raises ValueError where the secret is not ``whsec_`` and base64.
    """
    timestamp = str(int(at))
    known = {"webhook-id": alert_id, "webhook-timestamp": timestamp}
    if secret is None:
        return known
    signed = b".".join((alert_id.encode(), timestamp.encode(), body))
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return known | {"webhook-signature": "v1," + base64.b64encode(digest).decode()}


def _key(secret: Secret) -> bytes:
    return base64.b64decode(secret.reveal().removeprefix(_PREFIX), validate=True)
