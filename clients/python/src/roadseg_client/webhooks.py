"""Webhooks by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping
from typing import Literal, TypedDict, cast

from .types import WebhookEvent


class WebhookVerificationError(Exception):
    """A message is not from the service, or too old: answer 401 and do nothing with it."""


class WebhookTestEvent(TypedDict):
    """What a webhook receives when it is tried: it is about no job."""

    type: Literal["webhook.test"]
    timestamp: str
    data: dict[str, str]


def verify_webhook(
    secrets: str | Iterable[str], headers: Mapping[str, str], body: bytes, *, tolerance: float = 300
) -> WebhookEvent | WebhookTestEvent:
    """Verifies a webhook: HMAC-SHA256 over id, timestamp and body.

    Args:
        secrets: ``whsec_`` and base64; several while one is being exchanged for another.
        headers: of the request, in any case: webhook-id, webhook-timestamp, webhook-signature.
        body: as it came, before any parsing.
        tolerance: seconds by which the timestamp may differ from this machine's clock.

    Returns:
        The event; its type says whether it is one of a job or webhook.test, which is about none. Drop what you have seen by its webhook-id: each event comes at least once.

    Raises:
        WebhookVerificationError: it is not the service's, or too old.
        ValueError: a secret is none.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    message, timestamp, signatures = (sent.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not (message and timestamp and signatures):
        raise WebhookVerificationError("The headers of a webhook are missing.")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12) or abs(time.time() - int(timestamp)) > tolerance:
        raise WebhookVerificationError(f"The timestamp lies more than {tolerance:g} s from this machine's clock.")
    signed = f"{message}.{timestamp}.".encode() + body
    given = [signature.encode() for version, _, signature in (one.partition(",") for one in signatures.split()) if version == "v1"]
    for secret in [secrets] if isinstance(secrets, str) else secrets:
        expected = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256))
        if any(hmac.compare_digest(expected, signature) for signature in given):
            return cast("WebhookEvent | WebhookTestEvent", json.loads(body))
    raise WebhookVerificationError("No signature is by a secret that is known here.")


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith("whsec_") or len(key) < 24:
        raise ValueError("A webhook secret is whsec_ and 24 to 64 bytes in base64.")
    return key
