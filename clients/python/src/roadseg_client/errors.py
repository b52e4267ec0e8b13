"""Refusals of the service, and of the storage behind an upload key."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any

# Statuses of what stands between a client and the service, which pass by themselves.
_PASSING = frozenset({408, 429, 502, 503, 504})

# Storage refuses a photo because it is there already: outright, or as a key that may create and not overwrite.
_THERE = frozenset({"BlobAlreadyExists", "UnauthorizedBlobOverwrite", "AuthorizationPermissionMismatch"})


class RoadSegError(Exception):
    """The service, or storage, refused a call. What could not be reached is an OSError (urllib.error.URLError, TimeoutError).

    Attributes:
        status: HTTP status.
        code: stable code to switch on, or storage's own; None when something else answered.
        detail: what is wrong and what to do, in a sentence.
        retryable: whether the same call may succeed later; the client has then tried as often as its policy allows.
        retry_after: seconds after which the service asks to try again; None when it does not say.
    """

    def __init__(
        self, status: int, code: str | None, detail: str, retryable: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(detail if code is None else f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.retryable = retryable
        self.retry_after = retry_after

    @property
    def is_there_already(self) -> bool:
        """Whether storage refuses a photo because it has it already."""
        return self.code in _THERE


def refused_by_service(status: int, headers: Message, body: bytes) -> RoadSegError:
    """Nothing of the request shows in it: it carries the key."""
    problem = _problem(headers, body)
    return RoadSegError(
        status,
        problem.get("code"),
        problem.get("detail") or problem.get("title") or _unexplained(status),
        bool(problem.get("retryable", status in _PASSING)),
        retry_after(headers),
    )


def refused_by_storage(status: int, headers: Message, body: bytes) -> RoadSegError:
    """Nothing of the request shows in it: its address is a secret."""
    told = re.search(rb"<Code>(\w+)</Code>", body)
    code = headers.get("x-ms-error-code") or (told.group(1).decode() if told else None)
    advice = " An upload key lasts only so long and is good for one photo: get a new one." if status == 403 else ""
    detail = f"Storage answered {status} to the photo.{advice}"
    return RoadSegError(status, code, detail, status == 500 or status in _PASSING, retry_after(headers))


def retry_after(headers: Message) -> float | None:
    """Seconds of the header Retry-After (RFC 9110, 10.2.3), which holds a number or a date; never below zero."""
    header = (headers.get("Retry-After") or "").strip()
    if header.isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(timezone.utc)).total_seconds())
    except (TypeError, ValueError):
        return None


def _problem(headers: Message, body: bytes) -> dict[str, Any]:
    if headers.get_content_type() != "application/problem+json":
        return {}
    try:
        problem = json.loads(body)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _unexplained(status: int) -> str:
    if status in (401, 403):
        return "The service wants a function key that it knows."
    if status == 404:
        return "Something answers at this address, but not RoadSeg's API."
    return f"The service answered {status} without saying why."
