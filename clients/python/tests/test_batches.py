import json
import os
import shutil
import subprocess
import tempfile
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

    def test_a_video_becomes_a_batch_with_a_timeline_and_an_overlay(self):
        if shutil.which("ffmpeg") is None and os.environ.get("CI") != "true":
            self.skipTest("ffmpeg is not installed (apt-get install ffmpeg).")
        roadseg = client()
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "drive.mp4")
            source = ["-f", "lavfi", "-i", "testsrc=s=64x48:r=5", "-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
            subprocess.run(["ffmpeg", "-v", "error", *source, file], check=True)
            started = roadseg.batches.start_clip(file, clip={"fileName": "drive.mp4", "every": 1}, about={"name": "drive"})
        batch = roadseg.batches.wait(started["id"])

        self.assertEqual((batch["state"], batch["name"], batch["total"], batch["clip"]["overlay"]["frames"]), ("completed", "drive", 2, 2))
        timeline = roadseg.batches.timeline(batch["id"])
        self.assertEqual((timeline["fileName"], [frame["seconds"] for frame in timeline["frames"]]), ("drive.mp4", [0, 1]))
        self.assertTrue(roadseg.batches.timeline_table(batch["id"]).startswith(b"frame,seconds,time,"))
        self.assertEqual(roadseg.batches.overlay(batch["id"])[4:8], b"ftyp")
        self.assertEqual(roadseg.batches.poster(batch["id"])[:2], b"\xff\xd8")
