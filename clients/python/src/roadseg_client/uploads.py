"""Photos on their way into storage."""

from __future__ import annotations

import base64
import io
import os
from contextlib import AbstractContextManager
from typing import BinaryIO, TypedDict, Union
from urllib.parse import quote

from .calls import Calls
from .errors import RoadSegError
from .types import UploadTicket

Photo = Union[bytes, str, "os.PathLike[str]"]
"""JPEG, PNG, WebP, AVIF, TIFF, or HEIC where the service reads it: its bytes, or the path of its file, which is read as it is sent."""


class UploadState(TypedDict):
    """How far an upload in blocks is. JSON, to be kept where it outlives the process; it holds the ticket, a secret."""

    ticket: UploadTicket

    # Bytes of the photo.
    size: int

    # Bytes of a block; the last one may be shorter.
    blockSize: int

    # Blocks that storage has.
    staged: int


def size_of(photo: Photo) -> int:
    return len(photo) if isinstance(photo, bytes) else os.stat(photo).st_size


def name_of(photo: Photo) -> str | None:
    return None if isinstance(photo, bytes) else os.path.basename(os.fspath(photo))


def opened(photo: Photo) -> AbstractContextManager[BinaryIO]:
    return io.BytesIO(photo) if isinstance(photo, bytes) else open(photo, "rb")


def check_size(ticket: UploadTicket, size: int) -> None:
    """Refuses a photo that the service would delete."""
    if size > ticket["maxBytes"]:
        raise RoadSegError(413, "image-too-many-bytes", f"The photo has {size} bytes; at most {ticket['maxBytes']} are taken.")


def put_blob(calls: Calls, ticket: UploadTicket, photo: Photo) -> None:
    """Stores a photo whole (Put Blob)."""
    with opened(photo) as content:
        calls.put(ticket["url"], content, size_of(photo), ticket["headers"])


def put_block(calls: Calls, state: UploadState, photo: Photo) -> None:
    """Stores the next block (Put Block), in place of what storage has of it."""
    with opened(photo) as content:
        content.seek(state["staged"] * state["blockSize"])
        block = content.read(state["blockSize"])
    calls.put(f"{state['ticket']['url']}&comp=block&blockid={quote(_block_id(state['staged']), safe='')}", block, len(block), {})


def commit_blocks(calls: Calls, state: UploadState) -> None:
    """Makes the photo of its blocks (Put Block List)."""
    blocks = "".join(f"<Latest>{_block_id(index)}</Latest>" for index in range(state["staged"]))
    content = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{blocks}</BlockList>'.encode()
    headers = {"Content-Type": "application/xml"}
    if "Content-Type" in state["ticket"]["headers"]:
        headers["x-ms-blob-content-type"] = state["ticket"]["headers"]["Content-Type"]
    calls.put(f"{state['ticket']['url']}&comp=blocklist", content, len(content), headers)


def blocks_of(state: UploadState) -> int:
    return -(-state["size"] // state["blockSize"])


def _block_id(index: int) -> str:
    # All ids of a blob have one length.
    return base64.b64encode(f"{index:06}".encode()).decode()
