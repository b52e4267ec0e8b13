import json
import uuid

from service import STREET, ServiceTest, client


class BatchTests(ServiceTest):
    def test_jobs_with_a_tag_become_a_batch_with_a_manifest_and_an_archive(self):
        roadseg, tags, seen = client(), {"drive": uuid.uuid4().hex}, []
        job = roadseg.submit(STREET, file_name="a.jpg", tags=tags, wait=60)

        started = roadseg.batches.start({"of": tags})
        batch = roadseg.batches.wait(started["id"], on_change=seen.append)

        self.assertEqual((batch["state"], batch["total"], batch["counts"]["succeeded"]), ("completed", 1, 1))
        self.assertEqual(seen[-1], batch)
        self.assertEqual([each["id"] for each in roadseg.batches.list()], [batch["id"]])
        self.assertEqual([each["job"] for each in roadseg.batches.items(batch["id"], "succeeded")], [job["id"]])
        self.assertEqual(json.loads(roadseg.batches.manifest(batch["id"]))["name"], "a.jpg")
        self.assertTrue(roadseg.batches.manifest(batch["id"], format="csv").startswith(b"index,name,state,"))
        roadseg.batches.archive(batch["id"], ["mask"])
        made = roadseg.batches.wait(batch["id"], archives=True)
        self.assertEqual(roadseg.batches.archive_part(made["archives"][0]["parts"][0]["address"])[:2], b"PK")
        self.assertEqual(roadseg.batches.cancel(batch["id"])["state"], "completed")
        self.assert_refused(404, "batch-not-found", roadseg.batches.get, "0" * 26)
        self.assert_refused(422, "batch-empty", roadseg.batches.start, {"prefix": f"{uuid.uuid4().hex}/"})
