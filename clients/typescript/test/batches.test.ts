import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type Batch, RoadSegError } from "roadseg-client";
import { bytes, client, street } from "./service.js";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("jobs with a tag become a batch with a manifest and an archive", { concurrency: true, timeout: 60_000 }, async () => {
  const roadseg = client();
  const tags = { drive: randomUUID() };
  const job = await roadseg.submit(street, { fileName: "a.jpg", tags, wait: 60 });
  const seen: Batch[] = [];

  const started = await roadseg.batches.start({ of: tags });
  const batch = await roadseg.batches.wait(started.id, { onChange: (change) => seen.push(change) });

  assert.deepEqual([batch.state, batch.total, batch.counts?.succeeded], ["completed", 1, 1]);
  assert.deepEqual(seen.at(-1), batch);
  assert.deepEqual((await all(roadseg.batches.list())).map(({ id }) => id), [batch.id]);
  assert.deepEqual((await all(roadseg.batches.items(batch.id, { state: "succeeded" }))).map((item) => item.job), [job.id]);
  assert.equal(JSON.parse(await (await roadseg.batches.manifest(batch.id)).text()).name, "a.jpg");
  assert.match(await (await roadseg.batches.manifest(batch.id, { format: "csv" })).text(), /^index,name,state,/);
  await roadseg.batches.archive(batch.id, ["mask"]);
  const made = await roadseg.batches.wait(batch.id, { archives: true });
  const zip = await roadseg.batches.archivePart(batch.id, made.archives[0]!.id, 1);
  assert.equal((await bytes(zip)).toString("latin1", 0, 2), "PK");
  assert.equal((await roadseg.batches.cancel(batch.id)).state, "completed");
  await assert.rejects(roadseg.batches.get("0".repeat(26)), (failure) => failure instanceof RoadSegError && failure.code === "batch-not-found");
});

test("a video becomes a batch with a timeline and an overlay", { concurrency: true, timeout: 120_000 }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "roadseg-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "drive.mp4");
  const made = spawnSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48:r=5", "-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p", file]);
  if (made.error && process.env["CI"] !== "true") return context.skip("ffmpeg is not installed (apt-get install ffmpeg).");
  assert.equal(made.status, 0, String(made.stderr));
  const roadseg = client();

  const started = await roadseg.batches.startClip(new Blob([readFileSync(file)]), { name: "drive", clip: { fileName: "drive.mp4", every: 1 } });
  const batch = await roadseg.batches.wait(started.id);

  assert.deepEqual([batch.state, batch.name, batch.total, batch.clip?.overlay?.frames], ["completed", "drive", 2, 2]);
  const timeline = await roadseg.batches.timeline(batch.id);
  assert.deepEqual([timeline.fileName, timeline.frames.map(({ seconds }) => seconds)], ["drive.mp4", [0, 1]]);
  assert.match(await (await roadseg.batches.timelineTable(batch.id)).text(), /^frame,seconds,time,/);
  assert.equal((await bytes(await roadseg.batches.overlay(batch.id))).toString("latin1", 4, 8), "ftyp");
  assert.equal((await bytes(await roadseg.batches.poster(batch.id))).readUInt16BE(0), 0xffd8);
});
