import json
import unittest
import uuid
from datetime import datetime, timezone

from roadseg_client import RoadSegClient
from service import STREET, ServiceTest, client, size_of


class ClientTests(ServiceTest):
    def test_a_photo_uploaded_by_key_becomes_a_mask_a_summary_pictures_and_polygons_and_its_changes_are_told(self):
        roadseg, states = client(), []

        sent = roadseg.upload(STREET, file_name="straße.jpg", content_type="image/jpeg", tags={"camera": "front: left"})
        job = roadseg.wait(sent["id"], on_change=lambda change: states.append(change["state"]))

        self.assertEqual((job["state"], job["fileName"], job["tags"]), ("succeeded", "straße.jpg", {"camera": "front: left"}))
        self.assertEqual(states[-1], "succeeded")
        self.assertEqual(sum(each["pixels"] for each in roadseg.summary(job["id"])["classes"]), 751 * 563)
        for png in (roadseg.mask(job["id"]), roadseg.color(job["id"]), roadseg.confidence(job["id"])):
            self.assertEqual(size_of(png), (751, 563))
        self.assertEqual(roadseg.overlay(job["id"])[:2], b"\xff\xd8")
        self.assertEqual(roadseg.overlay(job["id"], opacity=0.2, format="webp", width=64)[8:12], b"WEBP")
        regions = roadseg.polygons(job["id"], min_area=1000, tolerance=1)
        self.assertEqual((regions["width"], regions["minArea"], regions["tolerance"]), (751, 1000, 1))

    def test_what_the_model_is_not_sure_enough_of_is_unknown(self):
        roadseg = client()
        job = roadseg.submit(STREET, wait=60)

        summary = roadseg.summary(job["id"], min_confidence=[0.9, "road:0.2"])

        self.assertEqual(summary["unknown"]["minConfidence"]["road"], 0.2)
        self.assertEqual(sum(each["pixels"] for each in summary["classes"]) + summary["unknown"]["pixels"], 751 * 563)
        self.assertEqual(roadseg.polygons(job["id"], min_confidence=0.9)["classes"][-1]["name"], "unknown")
        self.assertEqual(size_of(roadseg.mask(job["id"], min_confidence="card")), (751, 563))
        self.assert_refused(400, "request-invalid", roadseg.color, job["id"], min_confidence="rode:0.5")

    def test_a_photo_in_the_body_can_be_waited_for_in_one_call_and_its_idempotency_key_gets_the_same_job(self):
        roadseg, key = client(), uuid.uuid4().hex
        about = {"file_name": "a&b.jpg", "tags": {"a": "1", "b": "x:y"}, "wait": 60, "idempotency_key": key}
        about |= {"privacy": "redact,no-location", "redact": ["car", "people"]}

        job = roadseg.submit(STREET.read_bytes(), **about)
        again = roadseg.submit(STREET, **about)

        self.assertEqual((job["state"], job["fileName"], job["tags"]), ("succeeded", "a&b.jpg", {"a": "1", "b": "x:y"}))
        self.assertEqual((job["privacy"], job["redact"]), ("redact,no-location", ["car", "people"]))
        self.assertEqual(job["redaction"]["classes"], ["car", "pedestrian"])
        self.assertEqual(again["id"], job["id"])
        self.assert_refused(409, "idempotency-conflict", roadseg.submit, STREET, idempotency_key=key)

    def test_an_upload_repeated_under_its_idempotency_key_is_not_sent_twice(self):
        roadseg, key = client(), uuid.uuid4().hex
        first = roadseg.upload(STREET, idempotency_key=key)
        roadseg.wait(first["id"])

        again = roadseg.upload(STREET, idempotency_key=key)

        self.assertEqual((again["id"], again["state"]), (first["id"], "succeeded"))

    def test_an_upload_in_blocks_that_broke_off_goes_on_from_its_last_state(self):
        roadseg, kept, counts = client(), [], []

        def lose(state):
            kept.append(json.dumps(state))
            if state["staged"] == 2:
                raise ConnectionError("no network")

        with self.assertRaisesRegex(ConnectionError, "no network"):
            roadseg.upload_in_blocks(STREET, content_type="image/jpeg", block_size=20_000, on_progress=lose)
        state = json.loads(kept[-1])
        self.assertEqual(roadseg.job(state["ticket"]["id"])["state"], "awaiting-upload")
        sent = roadseg.upload_in_blocks(STREET, state=state, on_progress=lambda now: counts.append(now["staged"]))
        job = roadseg.wait(sent["id"])

        self.assertEqual(counts[0], 3)
        self.assertEqual((job["id"], job["state"], job["fileName"]), (state["ticket"]["id"], "succeeded", "street.jpg"))
        self.assertEqual(job["image"]["bytes"], STREET.stat().st_size)

        # Whoever goes on once more learns that it is done, and sends nothing.
        self.assertEqual(roadseg.upload_in_blocks(STREET, state=state)["state"], "succeeded")
        with self.assertRaisesRegex(ValueError, r"of \d+\."):
            roadseg.upload_in_blocks(b"another", state=state)

    def test_jobs_are_listed_newest_first_and_searched_cancelled_ones_stay_so_and_erased_ones_are_gone(self):
        roadseg, long_ago = client(), datetime(2020, 1, 1, 12, 30)
        ids = [roadseg.upload_key({"fileName": f"Photo{i}.jpg", "tags": {"turn": str(i)}})["id"] for i in range(3)][::-1]

        first, second = roadseg.cancel(ids[0]), roadseg.cancel(ids[0])

        self.assertEqual((first["state"], second["state"]), ("canceled", "canceled"))
        self.assertEqual(roadseg.wait(ids[0])["state"], "canceled")
        self.assertEqual([job["id"] for job in roadseg.jobs()], ids)
        self.assertEqual([job["id"] for job in roadseg.jobs("awaiting-upload")], ids[1:])
        self.assertEqual([job["id"] for job in roadseg.jobs(tags={"turn": "1"}, name="photo", since=long_ago)], [ids[1]])
        self.assertEqual(list(roadseg.jobs(until=long_ago.replace(tzinfo=timezone.utc))), [])

        roadseg.erase(ids[2])
        roadseg.erase(ids[2])
        self.assert_refused(404, "job-not-found", roadseg.job, ids[2])

    def test_a_refusal_has_its_status_its_code_and_what_to_do(self):
        roadseg = client()
        ticket = roadseg.upload_key()

        self.assert_refused(409, "result-not-ready", roadseg.mask, ticket["id"])
        self.assert_refused(404, "job-not-found", client().job, ticket["id"])
        self.assert_refused(404, "job-not-found", client().job, "../models")
        self.assert_refused(404, "model-not-found", roadseg.submit, STREET, model="nonesuch")
        self.assert_refused(415, "image-format-unsupported", roadseg.submit, b"no photo")
        self.assert_refused(413, "image-too-many-bytes", roadseg.upload, bytes(ticket["maxBytes"] + 1))

    def test_a_wait_ends_with_its_time_and_the_job_goes_on(self):
        roadseg = client()
        id = roadseg.upload_key()["id"]

        with self.assertRaises(TimeoutError):
            roadseg.wait(id, timeout=1)

        self.assertEqual(roadseg.job(id)["state"], "awaiting-upload")

    def test_an_address_that_is_none_is_refused_at_once(self):
        for address in ("file:///etc/passwd", "roadseg.example.com"):
            with self.assertRaises(ValueError):
                RoadSegClient(address)


if __name__ == "__main__":
    unittest.main()
