"""What the service cannot be asked to do: a server in front of it that fails first."""

import json
import time
import unittest

from roadseg_client import RetryPolicy, RoadSegClient, RoadSegError
from service import ServiceTest, client, server

SOON = RetryPolicy(first_delay=0.02)


def send(request, status, headers=None, body=b""):
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


class FaultTests(ServiceTest):
    def test_what_fails_in_passing_is_tried_again_after_the_time_that_the_service_asks_for(self):
        service, calls = client(), []
        job = service.job(service.upload_key()["id"])

        def answer(request):
            calls.append(time.monotonic())
            if len(calls) == 2:
                send(request, 503, {"Retry-After": "1"})
            elif len(calls) == 3:
                send(request, 200, {"Content-Type": "application/json"}, json.dumps(job).encode())

        with server(answer) as address:
            found = RoadSegClient(address, retries=SOON).job(job["id"])

        self.assertEqual((found, len(calls)), (job, 3))
        self.assertGreaterEqual(calls[2] - calls[1], 0.99, "It came back before its time.")

    def test_a_service_that_stays_away_or_asks_for_more_patience_than_there_is_is_given_up(self):
        for status, headers, attempts in ((503, {"Retry-After": "3600"}, 1), (502, {"Content-Type": "text/html"}, 4)):
            calls = []

            def answer(request):
                calls.append(request.path)
                send(request, status, headers, b"<h1>Bad Gateway</h1>")

            with server(answer) as address, self.assertRaises(RoadSegError) as refused:
                RoadSegClient(address, retries=SOON).job("x")
            self.assertEqual((refused.exception.status, refused.exception.code, len(calls)), (status, None, attempts))

        with self.assertRaises(OSError):
            RoadSegClient(address, retries=SOON).job("x")

    def test_a_missing_key_is_said_in_words_though_its_answer_has_none(self):
        with server(lambda request: send(request, 401)) as address:
            self.assert_refused(401, None, RoadSegClient(address).summary, "x")

    def test_the_key_follows_no_redirect(self):
        keys = []

        def answer(request):
            keys.append(request.headers["x-functions-key"])
            send(request, 200, {}, b"{}")

        with server(answer) as elsewhere, server(lambda request: send(request, 302, {"Location": elsewhere})) as address:
            self.assert_refused(302, None, RoadSegClient(address, key="secret").job, "x")
        self.assertEqual(keys, [])

    def test_what_is_no_roadseg_is_said_to_be_none(self):
        with server(lambda request: send(request, 200, {}, b"<html>Welcome</html>")) as address:
            self.assert_refused(200, None, RoadSegClient(address).job, "x")

    def test_a_call_that_hangs_is_ended_and_a_submission_that_is_repeated_carries_the_same_idempotency_key(self):
        keys = []

        def answer(request):
            keys.append(request.headers["Idempotency-Key"])
            time.sleep(0.5)

        with server(answer) as address, self.assertRaises(OSError):
            RoadSegClient(address, retries=RetryPolicy(attempts=2, first_delay=0.02), timeout=0.2).submit(b"photo")
        self.assertEqual(len(keys), 2)
        self.assertEqual(keys[0], keys[1])


if __name__ == "__main__":
    unittest.main()
