"""Many photos as one."""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from .calls import Calls, Query
from .errors import RoadSegError
from .retries import RetryPolicy
from .types import BatchItemView, BatchRequest, BatchView, ClipRequest, ClipTicket, Timeline
from .uploads import Photo, opened, size_of

# Seconds of a long poll, as for jobs.
_LONG_POLL = 30


class Batches:
    """The calls about batches: ``client.batches``."""

    def __init__(self, calls: Calls, retries: RetryPolicy, longest_poll: int) -> None:
        self._calls = calls
        self._retries = retries
        self._longest_poll = longest_poll

    def start(self, request: BatchRequest, *, idempotency_key: str | None = None) -> BatchView:
        """Makes a batch of photos in storage, or of your own jobs by their tags.

        Args:
            request: one of prefix, names and of, and what is said of the jobs.
            idempotency_key: the same key with the same request gets the same batch, also after it has ended; a new one by default.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key or uuid.uuid4().hex}
        return self._json("POST", "/v1/batches", (), headers, json.dumps(request).encode())

    def get(self, id: str) -> BatchView:
        """A batch as it stands."""
        return self._json("GET", _path(id))

    def list(self) -> Iterator[BatchView]:
        """Your batches, newest first, page after page as they are asked for."""
        yield from self._pages("/v1/batches", [])

    def items(self, id: str, state: str | None = None) -> Iterator[BatchItemView]:
        """The photos of a batch, in their order; with state (waiting, under-way, succeeded, failed, canceled) those alone."""
        yield from self._pages(f"{_path(id)}/items", [("state", state)])

    def wait(
        self,
        id: str,
        *,
        timeout: float | None = None,
        on_change: Callable[[BatchView], object] | None = None,
        archives: bool = False,
    ) -> BatchView:
        """Waits until a batch has ended, in whatever way.

        Args:
            id: the batch.
            timeout: seconds after which to give up; as long as it takes by default.
            on_change: called with the batch as first seen and whenever it has changed.
            archives: also until its archives are whole.

        Raises:
            TimeoutError: the batch had not ended in time. It goes on.
        """
        until = math.inf if timeout is None else time.monotonic() + timeout
        seen: BatchView | None = None
        while True:
            asked = time.monotonic()
            seconds = 0 if seen is None else max(0, min(self._longest_poll, math.ceil(min(until - asked, _LONG_POLL))))
            batch: BatchView = self._json("GET", _path(id), [("wait", seconds)])
            if batch != seen and on_change is not None:
                on_change(batch)
            if batch.get("finishedAt") and (not archives or all(made.get("finishedAt") for made in batch["archives"])):
                return batch
            if time.monotonic() >= until:
                raise TimeoutError(f"Batch {id} had not ended after {timeout} s. It goes on; ask for it again.")
            time.sleep(max(0.0, 2.0 - (time.monotonic() - asked)))
            seen = batch

    def cancel(self, id: str) -> BatchView:
        """Cancels a batch: what has ended keeps its results."""
        return self._json("DELETE", _path(id))

    def retry(self, id: str) -> BatchView:
        """Tries the photos again that failed, were canceled or never began."""
        return self._json("POST", f"{_path(id)}/retry")

    def manifest(self, id: str, *, format: str = "jsonl") -> bytes:
        """What became of every photo: JSON lines, or csv with a column a class."""
        return self._retries.repeat(lambda _: self._calls.send("GET", f"{_path(id)}/manifest", [("format", format)])).body

    def archive(self, id: str, results: Sequence[str] = ("mask", "summary")) -> BatchView:
        """Has results packed into zips, in the background: wait with archives, then fetch the parts that the batch lists."""
        body = json.dumps({"results": [*results]}).encode()
        return self._json("POST", f"{_path(id)}/archives", (), {"Content-Type": "application/json"}, body)

    def archive_part(self, address: str) -> bytes:
        """A zip of an archive, by the address that the batch lists."""
        return self._retries.repeat(lambda _: self._calls.send("GET", address)).body

    def start_clip(
        self, video: Photo, *, clip: ClipRequest | None = None, track: Photo | None = None, about: BatchRequest | None = None
    ) -> BatchView:
        """Uploads a video, and a track if there is one, and makes a batch of its frames.

        Args:
            video: MP4, MOV, WebM or MKV: its bytes, or the path of its file.
            clip: which frames: fileName, every, frames, start; its key is set here.
            track: a track (GPX) of the same drive, given as the video is.
            about: what is said of the jobs: name, model, tags, privacy, redact, detail, webhook.

        Raises:
            RoadSegError: clip-too-large, before anything is sent; or what the service refuses.
        """
        ticket: ClipTicket = self._json("POST", "/v1/clips")
        if size_of(video) > ticket["maxBytes"]:
            raise RoadSegError(413, "clip-too-large", f"The video has {size_of(video)} bytes; at most {ticket['maxBytes']} are taken.")
        if track is not None:
            self._put(ticket["track"], track, ticket["headers"])
        self._put(ticket["video"], video, ticket["headers"])
        request: BatchRequest = {**(about or {}), "clip": {**(clip or {}), "key": ticket["key"]}}
        return self.start(request, idempotency_key=ticket["key"])

    def timeline(self, id: str) -> Timeline:
        """What was seen along a video, as far as its frames have ended."""
        return self._json("GET", f"{_path(id)}/timeline")

    def timeline_table(self, id: str) -> bytes:
        """The same as a table: CSV, a row a frame."""
        return self._retries.repeat(lambda _: self._calls.send("GET", f"{_path(id)}/timeline", [("format", "csv")])).body

    def overlay(self, id: str) -> bytes:
        """The classes over the frames as a video (MP4), once the batch is completed."""
        return self._retries.repeat(lambda _: self._calls.send("GET", f"{_path(id)}/overlay")).body

    def poster(self, id: str) -> bytes:
        """The first picture of that video (JPEG)."""
        return self._retries.repeat(lambda _: self._calls.send("GET", f"{_path(id)}/poster")).body

    def _put(self, address: str, file: Photo, headers: dict[str, str]) -> None:
        def put(_: int) -> None:
            with opened(file) as content:
                self._calls.put(address, content, size_of(file), headers)

        self._retries.repeat(put)

    def _pages(self, path: str, query: Query) -> Iterator[Any]:
        after: str | None = None
        while True:
            page = self._json("GET", path, [*query, ("limit", 100), ("after", after)])
            yield from page["items"]
            after = page.get("next")
            if after is None:
                return

    def _json(
        self, method: str, path: str, query: Query = (), headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Any:
        return self._retries.repeat(lambda _: self._calls.send(method, path, query, headers, body)).json()


def _path(id: str) -> str:
    return f"/v1/batches/{quote(id, safe='')}"
