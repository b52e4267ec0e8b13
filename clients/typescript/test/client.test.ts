import assert from "node:assert/strict";
import { createReadStream, openAsBlob } from "node:fs";
import { test } from "node:test";
import { BlockBlobClient } from "@azure/storage-blob";
import { type Job, type ListOptions, type RoadSegClient, RoadSegError, type UploadState } from "roadseg-client";
import { bytes, client, sizeOf, street } from "./service.js";

const sample = "../../samples/street.jpg";
const options = { concurrency: true, timeout: 60_000 };

test("a photo uploaded by key becomes a mask, a summary, pictures and polygons, and its changes are told", options, async () => {
  const roadseg = client();
  const states: string[] = [];

  const file = new File([await openAsBlob(sample)], "straße.jpg", { type: "image/jpeg" });
  const sent = await roadseg.upload(file, { tags: { camera: "front: left" }, privacy: "no-location" });
  const job = await roadseg.wait(sent.id, { onChange: (change) => states.push(change.state) });

  assert.deepEqual([job.state, job.fileName, job.tags], ["succeeded", "straße.jpg", { camera: "front: left" }]);
  assert.equal(job.privacy, "no-location");
  assert.equal(states.at(-1), "succeeded");
  assert.equal((await roadseg.summary(job.id)).classes.reduce((sum, each) => sum + each.pixels, 0), 751 * 563);
  for (const png of [await roadseg.mask(job.id), await roadseg.color(job.id), await roadseg.confidence(job.id)])
    assert.deepEqual(await sizeOf(png), [751, 563]);
  assert.equal((await bytes(await roadseg.overlay(job.id))).toString("hex", 0, 2), "ffd8");
  assert.equal((await bytes(await roadseg.overlay(job.id, { opacity: 0.2, format: "webp", width: 64 }))).toString("latin1", 8, 12), "WEBP");
  const regions = await roadseg.polygons(job.id, { minArea: 1000, tolerance: 1 });
  assert.deepEqual([regions.width, regions.minArea, regions.tolerance], [751, 1000, 1]);
});

test("what the model is not sure enough of is unknown", options, async () => {
  const roadseg = client();
  const { id } = await roadseg.submit(street, { wait: 60 });

  const summary = await roadseg.summary(id, { minConfidence: [0.9, "road:0.2"] });

  assert.equal(summary.unknown?.minConfidence.road, 0.2);
  assert.equal(summary.classes.reduce((sum, each) => sum + each.pixels, summary.unknown?.pixels ?? 0), 751 * 563);
  assert.equal((await roadseg.polygons(id, { minConfidence: 0.9 })).classes.at(-1)?.name, "unknown");
  assert.deepEqual(await sizeOf(await roadseg.mask(id, { minConfidence: "card" })), [751, 563]);
  await refused(roadseg.color(id, { minConfidence: "rode:0.5" }), 400, "request-invalid");
});

test("a photo in the body can be waited for in one call, and its idempotency key gets the same job", options, async () => {
  const roadseg = client();
  const about = { fileName: "a&b.jpg", tags: { a: "1", b: "x:y" }, privacy: "redact,no-location", redact: ["car", "people"], wait: 60, idempotencyKey: crypto.randomUUID() } as const;

  const job = await roadseg.submit(street, about);
  const again = await roadseg.submit(street, about);

  assert.deepEqual([job.state, job.fileName, job.tags], ["succeeded", "a&b.jpg", { a: "1", b: "x:y" }]);
  assert.deepEqual([job.privacy, job.redact, job.redaction?.classes], ["redact,no-location", ["car", "people"], ["car", "pedestrian"]]);
  assert.equal(again.id, job.id);
  await refused(roadseg.submit(street, { ...about, fileName: "other.jpg" }), 409, "idempotency-conflict");
});

test("an upload repeated under its idempotency key is not sent twice", options, async () => {
  const roadseg = client();
  const idempotencyKey = crypto.randomUUID();
  const first = await roadseg.upload(street, { idempotencyKey });
  await roadseg.wait(first.id);

  const again = await roadseg.upload(street, { idempotencyKey });

  assert.deepEqual([again.id, again.state], [first.id, "succeeded"]);
});

test("an upload in blocks that broke off goes on from its last state", options, async () => {
  const roadseg = client();
  const blocks = { blockSize: 20_000, fileName: "phone.jpg", contentType: "image/jpeg" };
  let kept = "";
  const lost = new AbortController();

  await assert.rejects(
    roadseg.uploadInBlocks(street, {
      ...blocks,
      signal: lost.signal,
      onProgress: (state) => {
        kept = JSON.stringify(state);
        if (state.staged === 2) lost.abort(new Error("no network"));
      },
    }),
    /no network/,
  );
  const state = JSON.parse(kept) as UploadState;
  assert.equal((await roadseg.job(state.ticket.id)).state, "awaiting-upload");
  const counts: number[] = [];
  const sent = await roadseg.uploadInBlocks(street, { ...blocks, state, onProgress: (now) => counts.push(now.staged) });
  const job = await roadseg.wait(sent.id);

  assert.equal(counts[0], 3);
  assert.deepEqual([job.id, job.state, job.image?.bytes], [state.ticket.id, "succeeded", street.length]);

  // Whoever goes on once more learns that it is done, and sends nothing.
  assert.equal((await roadseg.uploadInBlocks(street, { ...blocks, state })).state, "succeeded");
  await assert.rejects(roadseg.uploadInBlocks(street.subarray(1), { ...blocks, state }), /of \d+\./);
});

const blockwise = { maxSingleShotSize: 10_000, blockSize: 20_000, concurrency: 2 };
const ways: Record<string, (blob: BlockBlobClient) => Promise<unknown>> = {
  uploadData: (blob) => blob.uploadData(street, blockwise),
  uploadFile: (blob) => blob.uploadFile(sample, blockwise),
  uploadStream: (blob) => blob.uploadStream(createReadStream(sample), 20_000, 2),
};

for (const [way, upload] of Object.entries(ways)) {
  test(`the official storage SDK's ${way} takes a resumable key`, options, async () => {
    const roadseg = client();
    const ticket = await roadseg.uploadKey({ fileName: `${way}.jpg`, resumable: true });

    await upload(new BlockBlobClient(ticket.url));

    assert.equal((await roadseg.wait(ticket.id)).image?.bytes, street.length);
  });
}

test("jobs are listed newest first and searched, cancelled ones stay so, and erased ones are gone", options, async () => {
  const roadseg = client();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.unshift((await roadseg.uploadKey({ fileName: `Photo${i}.jpg`, tags: { turn: `${i}` } })).id);

  const first = await roadseg.cancel(ids[0]!);
  const second = await roadseg.cancel(ids[0]!);

  assert.deepEqual([first.state, second.state], ["canceled", "canceled"]);
  assert.equal((await roadseg.wait(ids[0]!)).state, "canceled");
  assert.deepEqual((await all(roadseg)).map((job) => job.id), ids);
  assert.deepEqual((await all(roadseg, { state: "awaiting-upload" })).map((job) => job.id), ids.slice(1));
  assert.deepEqual((await all(roadseg, { tags: { turn: "1" }, name: "photo", since: new Date(0) })).map((job) => job.id), [ids[1]]);
  assert.deepEqual(await all(roadseg, { until: new Date(0) }), []);

  await roadseg.erase(ids[2]!);
  await roadseg.erase(ids[2]!);
  await refused(roadseg.job(ids[2]!), 404, "job-not-found");
});

test("a refusal has its status, its code and what to do", options, async () => {
  const roadseg = client();
  const ticket = await roadseg.uploadKey();

  await refused(roadseg.mask(ticket.id), 409, "result-not-ready");
  await refused(client().job(ticket.id), 404, "job-not-found");
  await refused(roadseg.submit(street, { model: "nonesuch" }), 404, "model-not-found");
  await refused(roadseg.submit(Buffer.from("no photo")), 415, "image-format-unsupported");
  await refused(roadseg.upload(new Uint8Array(ticket.maxBytes + 1)), 413, "image-too-many-bytes");
  await refused(roadseg.api.GET("/v1/models/{name}/versions", { params: { path: { name: "nonesuch" } } }), 404, "model-not-found");
});

test("a wait ends with its time or its signal, and the job goes on", options, async () => {
  const roadseg = client();
  const { id } = await roadseg.uploadKey();
  const stop = new AbortController();

  await assert.rejects(roadseg.wait(id, { timeout: 1000 }), { name: "TimeoutError" });
  setTimeout(() => stop.abort(), 200);
  await assert.rejects(roadseg.wait(id, { signal: stop.signal }), { name: "AbortError" });

  assert.equal((await roadseg.job(id)).state, "awaiting-upload");
});

async function all(roadseg: RoadSegClient, search?: ListOptions): Promise<Job[]> {
  const found: Job[] = [];
  for await (const job of roadseg.jobs(search)) found.push(job);
  return found;
}

async function refused(call: Promise<unknown>, status: number, code: string): Promise<void> {
  await assert.rejects(call, (failure: unknown) => {
    assert(failure instanceof RoadSegError, String(failure));
    assert.deepEqual([failure.status, failure.code, failure.retryable], [status, code, false]);
    assert.match(failure.detail, /\.$/);
    return true;
  });
}
