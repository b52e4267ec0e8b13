import base64
import hashlib
import hmac
import queue
import time
import unittest

from roadseg_client import WebhookVerificationError, verify_webhook
from service import SECRET, STREET, ServiceTest, client, server

OTHER = "whsec_" + base64.b64encode(b"1" * 32).decode()


class WebhookTests(ServiceTest):
    def test_the_services_own_webhook_is_verified(self):
        received = queue.Queue()

        def answer(request):
            received.put((request.headers, request.rfile.read(int(request.headers["Content-Length"]))))
            request.send_response(204)
            request.end_headers()

        with server(answer) as address:
            job = client().submit(STREET, webhook=address, wait=60)
            headers, body = received.get(timeout=30)
        event = verify_webhook([OTHER, SECRET], headers, body)

        self.assertEqual((event["type"], event["data"]["id"], event["data"]["state"]), ("job.succeeded", job["id"], "succeeded"))
        for secret, sent, content in (
            (OTHER, headers, body),
            (SECRET, headers, body + b" "),
            (SECRET, {**dict(headers.items()), "Webhook-Id": "msg_other"}, body),
        ):
            self.assert_denied("secret", secret, sent, content)

    # The vector of the specification, with its own secret.
    def test_what_the_specification_signs_is_verified_and_what_is_old_or_unsigned_is_not(self):
        self.assertEqual(
            signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        )
        now, body = int(time.time()), b'{"type": "job.failed"}'

        event = verify_webhook(SECRET, headers(now, "v1a,abc v1,!! " + signed(SECRET, "msg_1", now, body)), body)

        self.assertEqual(event["type"], "job.failed")
        for at in (now - 302, now + 302):
            self.assert_denied("timestamp", SECRET, headers(at, signed(SECRET, "msg_1", at, body)), body)
        self.assert_denied("timestamp", SECRET, {**headers(now, "v1,"), "webhook-timestamp": "²"}, body)
        self.assert_denied("clock", SECRET, {**headers(now, "v1,"), "webhook-timestamp": "9" * 5000}, body)
        self.assert_denied("missing", SECRET, {}, body)
        self.assert_denied("secret", SECRET, headers(now, "v1,ä"), body)
        with self.assertRaises(ValueError):
            verify_webhook("secret", headers(now, "v1,"), body)

    def assert_denied(self, why, *arguments):
        with self.assertRaisesRegex(WebhookVerificationError, why):
            verify_webhook(*arguments)


def headers(at, signature):
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}


# Written from the specification, not from the client.
def signed(secret, message, at, body):
    key = base64.b64decode(secret.split("_")[1])
    return "v1," + base64.b64encode(hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()).decode()


if __name__ == "__main__":
    unittest.main()
