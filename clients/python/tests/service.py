"""The running service that the tests call; tests/RoadSeg.EndToEnd.Tests starts one."""

import http.server
import os
import struct
import threading
import unittest
import uuid
from contextlib import contextmanager
from pathlib import Path

from roadseg_client import RoadSegClient, RoadSegError

ADDRESS = os.environ["ROADSEG_URL"].rstrip("/")

# What it signs webhooks with; it may call this machine.
SECRET = os.environ["ROADSEG_WEBHOOK_SECRET"]

# The photo that comes with the repository: 751 x 563 pixels.
STREET = Path(__file__).resolve().parents[3] / "samples" / "street.jpg"


def client(**options):
    """A client of its own key: keys tell callers apart, and this service checks none."""
    return RoadSegClient(ADDRESS, key=uuid.uuid4().hex, **options)


def size_of(png):
    return struct.unpack(">II", png[16:24])


@contextmanager
def server(answer):
    """A server on this machine whose every request is handled by a function."""

    class Handler(http.server.BaseHTTPRequestHandler):
        do_GET = do_POST = do_PUT = lambda self: answer(self)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_address[1]}"
        finally:
            listening.shutdown()
            thread.join()


class ServiceTest(unittest.TestCase):
    def assert_refused(self, status, code, call, *arguments, **options):
        with self.assertRaises(RoadSegError) as refused:
            call(*arguments, **options)
        found = refused.exception
        self.assertEqual((found.status, found.code, found.retryable), (status, code, False))
        self.assertRegex(found.detail, r"[.?]$")
