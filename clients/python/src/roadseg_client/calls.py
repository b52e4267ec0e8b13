"""HTTP calls of the service and of the storage behind upload keys."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, BinaryIO

from .errors import RoadSegError, refused_by_service, refused_by_storage

Query = Iterable[tuple[str, "str | int | float | None"]]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    # urllib would send the key along, to whatever address an answer names.
    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Answer:
    """An answer that is no refusal, read whole."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError as failure:
            raise RoadSegError(self.status, None, "The answer is not what RoadSeg's API answers: is this its address?") from failure


class Calls:
    """One attempt each."""

    def __init__(self, address: str, key: str | None, timeout: float) -> None:
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            raise ValueError("The address of a service begins with https:// or http://.")
        self._address = address.rstrip("/")
        self._headers = {} if key is None else {"x-functions-key": key}
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirects)

    def send(
        self, method: str, path: str, query: Query = (), headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Calls the service."""
        given = urllib.parse.urlencode([(name, value) for name, value in query if value is not None])
        url = f"{self._address}{path}{'?' if given else ''}{given}"
        request = urllib.request.Request(url, body, {**self._headers, **(headers or {})}, method=method)
        return self._open(request, refused_by_service)

    def put(self, url: str, body: bytes | BinaryIO, length: int, headers: Mapping[str, str]) -> None:
        """Stores a body. The service's key is not sent there."""
        # urllib would call it a form where it has no type.
        sent = {"Content-Type": "application/octet-stream", **headers, "Content-Length": str(length)}
        self._open(urllib.request.Request(url, body, sent, method="PUT"), refused_by_storage)

    def _open(self, request: urllib.request.Request, refused: Callable[[int, Message, bytes], RoadSegError]) -> Answer:
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as answer:
            with answer:
                try:
                    body = answer.read()
                except (OSError, http.client.HTTPException):
                    body = b""
                if answer.code == http.HTTPStatus.NOT_MODIFIED:
                    return Answer(answer.code, answer.headers, b"")
                raise refused(answer.code, answer.headers, body) from None
