"""The client."""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Union
from urllib.parse import quote

from .batches import Batches
from .calls import Calls, Query
from .errors import RoadSegError, retry_after
from .retries import RetryPolicy
from .types import JobDetail, JobEstimate, JobFeature, JobPrivacy, JobState, JobView, MaskRegions, ResultSummary, UploadRequest, UploadTicket
from .uploads import Photo, UploadState, blocks_of, check_size, commit_blocks, name_of, put_blob, put_block, size_of

# Seconds of a long poll: below the minute that the service waits at most and that proxies leave an idle connection.
_LONG_POLL = 30

# West, south, east, north in degrees.
Box = tuple[float, float, float, float]

# How sure the model must be of a pixel: 0-1 or "card" for all classes, "class:0.8" for one that differs, or several of these.
MinConfidence = Union[float, str, Sequence[Union[float, str]]]

_ENDED = frozenset({"succeeded", "failed", "canceled", "expired"})


class RoadSegClient:
    """A client of one service. Safe for use by many threads at once.

    Every method raises RoadSegError when the service refuses, and OSError or http.client.HTTPException when it cannot be reached
    after the attempts of the policy.
    """

    def __init__(
        self, address: str, *, key: str | None = None, retries: RetryPolicy | None = None, timeout: float = 100
    ) -> None:
        """
        Args:
            address: of the service, such as ``https://roadseg.example.com``.
            key: function key, sent as x-functions-key to the service and to nobody else; None where the service asks for none.
            retries: how often and how soon a call is repeated.
            timeout: seconds for which nothing may be heard of a call, long polls included.
        """
        self._calls = Calls(address, key, timeout)
        self._retries = retries or RetryPolicy()
        self._longest_poll = min(_LONG_POLL, int(timeout / 2))
        self.batches = Batches(self._calls, self._retries, self._longest_poll)

    def submit(
        self,
        photo: Photo,
        *,
        file_name: str | None = None,
        content_type: str | None = None,
        model: str | None = None,
        tags: Mapping[str, str] | None = None,
        privacy: JobPrivacy | None = None,
        detail: JobDetail | None = None,
        redact: Sequence[str] | None = None,
        webhook: str | None = None,
        wait: float | None = None,
        idempotency_key: str | None = None,
    ) -> JobView:
        """Submits a photo of up to 16 MiB in one call.

        Args:
            photo: bytes, or the path of a file.
            file_name: your name for it, shown with the job; the file's by default.
            content_type: media type. The content decides, not this.
            model: name or name@version; the model that serves by default.
            tags: notes of your own, at most 16.
            privacy: what is not to be kept of the photo: "no-location" for where it was taken, "redact" for people, riders and
                vehicles in it, "redact,no-location" for both.
            detail: how closely to look: "high" also at overlapping tiles, with as many runs of the model as estimate says.
            redact: classes to obscure in place of people, riders and vehicles, and with that "redact".
            webhook: https address to notify when the job has ended.
            wait: seconds for which the service may hold its answer until the job has ended, 0-60.
            idempotency_key: the same key with the same request gets the same job, also after it has ended; a new one by default.

        Returns:
            The job; look at its state.
        """
        content = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        query: list[tuple[str, str | int | float | None]] = [
            ("fileName", file_name or name_of(photo)),
            ("model", model),
            ("privacy", privacy),
            ("detail", detail),
            ("redact", None if redact is None else ",".join(redact)),
            ("webhook", webhook),
            *_notes(tags),
        ]
        headers = {"Content-Type": content_type or "application/octet-stream", "Idempotency-Key": idempotency_key or _new_key()}
        if wait is not None:
            headers["Prefer"] = f"wait={math.ceil(wait)}"
        return self._json("POST", "/v1/jobs", query, headers, content)

    def upload(
        self,
        photo: Photo,
        *,
        file_name: str | None = None,
        content_type: str | None = None,
        model: str | None = None,
        tags: Mapping[str, str] | None = None,
        privacy: JobPrivacy | None = None,
        detail: JobDetail | None = None,
        redact: Sequence[str] | None = None,
        webhook: str | None = None,
        idempotency_key: str | None = None,
    ) -> JobView:
        """Uploads a photo of any size that is taken straight into storage, in one piece; arguments as for submit.

        Returns:
            The job; it may not have noticed its photo yet.
        """
        about = _described(photo, file_name, content_type, model, tags, privacy, detail, redact, webhook)
        ticket = self.upload_key(about, idempotency_key=idempotency_key)
        if idempotency_key is not None:
            earlier = self.job(ticket["id"])
            if earlier["state"] != "awaiting-upload":
                return earlier
        self._check_size(ticket, photo)

        def attempt(made: int) -> None:
            try:
                put_blob(self._calls, ticket, photo)
            except RoadSegError as refusal:
                # An earlier attempt may have arrived and only its answer not.
                if not (refusal.is_there_already and (made > 1 or idempotency_key is not None)):
                    raise

        self._retries.repeat(attempt)
        return self.job(ticket["id"])

    def upload_in_blocks(
        self,
        photo: Photo,
        *,
        file_name: str | None = None,
        content_type: str | None = None,
        model: str | None = None,
        tags: Mapping[str, str] | None = None,
        privacy: JobPrivacy | None = None,
        detail: JobDetail | None = None,
        redact: Sequence[str] | None = None,
        webhook: str | None = None,
        block_size: int = 1024 * 1024,
        state: UploadState | None = None,
        on_progress: Callable[[UploadState], object] | None = None,
    ) -> JobView:
        """Uploads a photo in blocks, one after the other, for hours if need be; arguments as for submit, and these:

        Args:
            block_size: bytes of a block, which is what a break costs.
            state: where an earlier upload of this very photo broke off, to go on from there.
            on_progress: called with each new state; keep the last.
        """
        size = size_of(photo)
        if state is None:
            about = _described(photo, file_name, content_type, model, tags, privacy, detail, redact, webhook)
            about["resumable"] = True
            ticket = self.upload_key(about)
            self._check_size(ticket, photo)
            state = UploadState(ticket=ticket, size=size, blockSize=block_size, staged=0)
        elif state["size"] != size:
            raise ValueError(f"The photo has {size} bytes; the upload that goes on was of {state['size']}.")
        else:
            earlier = self.job(state["ticket"]["id"])
            if earlier["state"] != "awaiting-upload":
                return earlier
        while state["staged"] < blocks_of(state):
            now = state
            self._retries.repeat(lambda _: put_block(self._calls, now, photo))
            state = UploadState(ticket=now["ticket"], size=now["size"], blockSize=now["blockSize"], staged=now["staged"] + 1)
            if on_progress is not None:
                on_progress(state)
        whole = state
        self._retries.repeat(lambda _: commit_blocks(self._calls, whole))
        return self.job(whole["ticket"]["id"])

    def upload_key(self, about: UploadRequest | None = None, *, idempotency_key: str | None = None) -> UploadTicket:
        """Gets an upload key, for a photo that something else puts into storage: a phone, or a storage SDK where resumable."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": idempotency_key or _new_key()}
        return self._json("POST", "/v1/uploads", (), headers, json.dumps(about or {}).encode())

    def estimate(self, width: int, height: int, *, detail: JobDetail = "normal", model: str | None = None) -> JobEstimate:
        """What a photo of a size would cost, before it is submitted.

        Args:
            width: of the photo in pixels, as people see it.
            height: of the photo in pixels.
            detail: how closely it would be looked at.
            model: name or name@version; the model that serves by default.
        """
        return self._json("GET", "/v1/estimate", [("width", width), ("height", height), ("detail", detail), ("model", model)])

    def job(self, id: str) -> JobView:
        """A job as it stands."""
        return self._json("GET", _path(id))

    def wait(
        self, id: str, *, timeout: float | None = None, on_change: Callable[[JobView], object] | None = None
    ) -> JobView:
        """Waits until a job has ended, in whatever way, by long polls.

        Args:
            id: the job.
            timeout: seconds after which to give up; as long as it takes by default.
            on_change: called with the job as first seen and whenever it has changed, which takes a call for each change.

        Raises:
            TimeoutError: the job had not ended in time. It goes on.
        """
        until = math.inf if timeout is None else time.monotonic() + timeout
        known: str | None = None
        first = on_change is not None
        while True:
            asked = time.monotonic()
            seconds = 0 if first else max(0, min(self._longest_poll, math.ceil(min(until - asked, _LONG_POLL))))
            headers = {"If-None-Match": known} if on_change is not None and known is not None else {}
            answer = self._retries.repeat(lambda _: self._calls.send("GET", _path(id), [("wait", seconds)], headers))
            job: JobView | None = None if answer.status == 304 else answer.json()
            etag = answer.headers.get("ETag")
            changed = job is not None and etag != known
            if changed and job is not None and on_change is not None:
                on_change(job)
            if job is not None and job["state"] in _ENDED:
                return job
            if time.monotonic() >= until:
                raise TimeoutError(f"Job {id} had not ended after {timeout} s. It goes on; ask for it again.")

            # Something in between answered without waiting: keep to the pace that the service asks for.
            asked_for = retry_after(answer.headers)
            pause = (1.0 if asked_for is None else asked_for) - (time.monotonic() - asked)
            if not changed and pause > 0:
                time.sleep(pause)
            known, first = etag, False

    def cancel(self, id: str) -> JobView:
        """Cancels a job. One that has ended is left as it is; cancelling twice is no error."""
        return self._json("DELETE", _path(id))

    def erase(self, id: str) -> None:
        """Cancels a job that has not ended, and deletes all that is kept of it for good: photo, results, names and tags."""
        self._retries.repeat(lambda _: self._calls.send("DELETE", _path(id), [("erase", "true")]))

    def jobs(
        self,
        state: JobState | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        name: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: Box | None = None,
    ) -> Iterator[JobView]:
        """Your jobs, newest first, page after page as they are asked for.

        Args:
            state: only jobs in this state.
            tags: only jobs with all of these notes.
            name: only photos whose name holds this, in upper or lower case.
            since: only jobs that were made at this time or later; without a zone it is local time.
            until: only jobs that were made before this time.
            bbox: only photos that were taken within west, south, east, north (degrees); west above east reaches across the
                antimeridian.
        """
        for page in self._pages("json", state, tags, name, since, until, bbox):
            yield from page["items"]

    def features(
        self,
        state: JobState | None = None,
        *,
        tags: Mapping[str, str] | None = None,
        name: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        bbox: Box | None = None,
    ) -> Iterator[JobFeature]:
        """Those of your jobs whose photos say where they were taken, newest first, as GeoJSON Features with their class shares;
        arguments as for jobs."""
        for page in self._pages("geojson", state, tags, name, since, until, bbox):
            yield from page["features"]

    def _pages(
        self,
        form: str,
        state: JobState | None,
        tags: Mapping[str, str] | None,
        name: str | None,
        since: datetime | None,
        until: datetime | None,
        bbox: Box | None,
    ) -> Iterator[dict[str, Any]]:
        search: list[tuple[str, str | int | float | None]] = [
            ("state", state),
            ("name", name),
            ("since", _zoned(since)),
            ("until", _zoned(until)),
            ("bbox", None if bbox is None else ",".join(format(degrees, ".8f") for degrees in bbox)),
            ("format", form),
            ("limit", 100),
            *_notes(tags),
        ]
        after: str | None = None
        while True:
            page = self._json("GET", "/v1/jobs", [*search, ("after", after)])
            yield page
            after = page.get("next")
            if after is None:
                return

    def mask(self, id: str, *, min_confidence: MinConfidence | None = None) -> bytes:
        """The mask: an 8-bit palette PNG of the photo's oriented size whose pixel values are class ids.

        Args:
            id: the job.
            min_confidence: how sure the model must be of a pixel, 0-1, or "card" for what its card states by class; several with one
                such as "car:0.8" for each class that differs. Pixels below are 255, unknown. By default every pixel has its class.
        """
        return self._bytes(f"{_path(id)}/mask", _least(min_confidence))

    def color(self, id: str, *, min_confidence: MinConfidence | None = None) -> bytes:
        """The mask in the classes' colours: a PNG. What is below min_confidence, as for the mask, is black."""
        return self._bytes(f"{_path(id)}/color", _least(min_confidence))

    def overlay(
        self,
        id: str,
        *,
        opacity: float | None = None,
        format: str | None = None,
        width: int | None = None,
        min_confidence: MinConfidence | None = None,
    ) -> bytes:
        """The photo with the classes' colours over it: opacity 0 is the photo, 1 the classes; format jpeg or webp; reduced to a
        width. What is below min_confidence, as for the mask, keeps the photo."""
        query: list[tuple[str, str | int | float | None]] = [("opacity", opacity), ("format", format), ("width", width)]
        return self._bytes(f"{_path(id)}/overlay", [*query, *_least(min_confidence)])

    def confidence(self, id: str) -> bytes:
        """The confidence of each pixel: a grey PNG of the photo's oriented size, 255 for certain."""
        return self._bytes(f"{_path(id)}/confidence")

    def summary(self, id: str, *, min_confidence: MinConfidence | None = None) -> ResultSummary:
        """What the mask holds, class by class; with min_confidence, as for the mask, of what is left, and the unknown pixels beside."""
        return self._json("GET", f"{_path(id)}/summary", _least(min_confidence))

    def polygons(
        self,
        id: str,
        *,
        min_area: int | None = None,
        tolerance: float | None = None,
        min_confidence: MinConfidence | None = None,
    ) -> MaskRegions:
        """The classes' outlines and COCO run lengths: regions of fewer pixels than min_area get no outline, tolerance 0 is exact. What is
        below min_confidence, as for the mask, is a class 255, unknown."""
        query: list[tuple[str, str | int | float | None]] = [("minArea", min_area), ("tolerance", tolerance)]
        return self._json("GET", f"{_path(id)}/polygons", [*query, *_least(min_confidence)])

    def review(self, id: str) -> bytes:
        """The mask as a person corrected it: an 8-bit palette PNG as the model's own, 255 where nobody can say the class."""
        return self._bytes(f"{_path(id)}/review")

    def put_review(self, id: str, mask: bytes, *, replaces: str | None = None, by: str | None = None) -> JobView:
        """Saves a mask as a person corrected it; refused with review-changed where another one lies there than is expected.

        Args:
            mask: a PNG of the photo's own size, upright: class ids as 8-bit grey, or with the mask's palette; 255 is unknown.
            replaces: review.version of the job, which this mask replaces, or * for whatever lies there; by default there is none yet.
            by: who made it, at most 64 characters; the caller's name by default.

        Returns:
            The job with what it says of the review.
        """
        headers = {"Content-Type": "image/png"}
        if replaces is not None:
            headers["If-Match"] = replaces if replaces == "*" else f'"{replaces}"'
        return self._json("PUT", f"{_path(id)}/review", [("by", by)], headers, mask)

    def delete_review(self, id: str) -> None:
        """Takes a reviewed mask back, whichever it is: the model's own counts again."""
        self._retries.repeat(lambda _: self._calls.send("DELETE", f"{_path(id)}/review", ()))

    def _json(
        self, method: str, path: str, query: Query = (), headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Any:
        return self._retries.repeat(lambda _: self._calls.send(method, path, query, headers, body)).json()

    def _bytes(self, path: str, query: Query = ()) -> bytes:
        return self._retries.repeat(lambda _: self._calls.send("GET", path, query)).body

    # A job whose photo will not come need not wait for it.
    def _check_size(self, ticket: UploadTicket, photo: Photo) -> None:
        if size_of(photo) > ticket["maxBytes"]:
            self.cancel(ticket["id"])
        check_size(ticket, size_of(photo))


def _path(id: str) -> str:
    return f"/v1/jobs/{quote(id, safe='')}"


def _notes(tags: Mapping[str, str] | None) -> list[tuple[str, str]]:
    return [("tag", f"{name}:{value}") for name, value in (tags or {}).items()]


def _least(given: MinConfidence | None) -> list[tuple[str, str | float]]:
    several = [] if given is None else [given] if isinstance(given, (str, int, float)) else given
    return [("minConfidence", one) for one in several]


def _zoned(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone().isoformat()


def _new_key() -> str:
    return uuid.uuid4().hex


def _described(
    photo: Photo,
    file_name: str | None,
    content_type: str | None,
    model: str | None,
    tags: Mapping[str, str] | None,
    privacy: JobPrivacy | None,
    detail: JobDetail | None,
    redact: Sequence[str] | None,
    webhook: str | None,
) -> UploadRequest:
    return UploadRequest(
        fileName=file_name or name_of(photo),
        contentType=content_type,
        model=model,
        tags=None if tags is None else dict(tags),
        privacy=privacy,
        detail=detail,
        redact=None if redact is None else list(redact),
        webhook=webhook,
    )
