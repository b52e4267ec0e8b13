import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { promisify } from "node:util";
import createClient from "openapi-fetch";
import type { components, paths } from "roadseg-client";
import { address, bytes, sizeOf, street } from "./service.js";

// What one writes who has the types of openapi-typescript, and openapi-fetch, but not this package's client.
test("a client of openapi-typescript and openapi-fetch alone does the whole walk", async () => {
  const api = createClient<paths>({ baseUrl: address, headers: { "x-functions-key": randomUUID() } });
  const { data: ticket } = await api.POST("/v1/uploads", { body: { fileName: "phone.jpg", contentType: "image/jpeg" } });
  assert(ticket);
  assert((await fetch(ticket.url, { method: ticket.method, headers: ticket.headers, body: new Blob([street]) })).ok);

  let job: components["schemas"]["JobView"] | undefined;
  do {
    job = (await api.GET("/v1/jobs/{id}", { params: { path: { id: ticket.id }, query: { wait: 30 } } })).data;
  } while (job && !["succeeded", "failed", "canceled", "expired"].includes(job.state));
  assert.equal(job?.state, "succeeded");

  const path = { id: ticket.id };
  const { data: mask } = await api.GET("/v1/jobs/{id}/mask", { params: { path }, parseAs: "blob" });
  assert.deepEqual(await sizeOf(mask!), [751, 563]);
  const { data: overlay } = await api.GET("/v1/jobs/{id}/overlay", { params: { path, query: { format: "webp" } }, parseAs: "blob" });
  assert.equal((await bytes(overlay!)).toString("latin1", 8, 12), "WEBP");
  const { data: summary } = await api.GET("/v1/jobs/{id}/summary", { params: { path } });
  assert.equal(summary?.classes.reduce((sum, each) => sum + each.pixels, 0), 751 * 563);
  const { data: regions } = await api.GET("/v1/jobs/{id}/polygons", { params: { path, query: { minArea: 500 } } });
  assert(regions && "classes" in regions);
  assert.equal(regions.classes.length, summary?.present?.length);

  const { data: submitted } = await api.POST("/v1/jobs", {
    params: { query: { fileName: "body.jpg", tag: ["a:1", "b:2"] }, header: { Prefer: "wait=30" } },
    headers: { "Content-Type": "image/jpeg" },
    body: new Blob([street]),
    bodySerializer: (body) => body,
  });
  assert.deepEqual([submitted?.state, submitted?.fileName, submitted?.tags], ["succeeded", "body.jpg", { a: "1", b: "2" }]);
  const { data: form } = await api.POST("/v1/jobs/form", {
    params: { query: { tag: ["a:1", "b:2"] }, header: { Prefer: "wait=30" } },
    body: { file: "" },
    bodySerializer: () => {
      const form = new FormData();
      form.append("file", new Blob([street], { type: "image/jpeg" }), "form.jpg");
      return form;
    },
  });
  assert.deepEqual([form?.state, form?.fileName, form?.tags], ["succeeded", "form.jpg", { a: "1", b: "2" }]);

  const { data: page } = await api.GET("/v1/jobs", { params: { query: { state: "succeeded", limit: 2 } } });
  assert.ok(page && "items" in page, "a page of jobs, not of features");
  assert.deepEqual([page.items.map((each) => each.id), typeof page.next], [[form?.id, submitted?.id], "string"]);
  const { data: awaiting } = await api.POST("/v1/uploads", {});
  const { data: canceled } = await api.DELETE("/v1/jobs/{id}", { params: { path: { id: awaiting!.id } } });
  assert.equal(canceled?.state, "canceled");
  const { error, response } = await api.GET("/v1/jobs/{id}/mask", { params: { path: { id: awaiting!.id } }, parseAs: "blob" });
  assert.deepEqual([response.status, error?.code, error?.retryable], [409, "result-not-ready", false]);
});

test("the generated types are those of the running service", async () => {
  const generator = "node_modules/openapi-typescript/bin/cli.js";
  const checked = promisify(execFile)(process.execPath, [generator, `${address}/openapi/v1.json`, "-o", "src/schema.ts", "--check"]);

  await checked.catch((failure: { stderr: string }) =>
    assert.fail(`src/schema.ts is not what the service describes; npm run generate writes it anew. ${failure.stderr}`),
  );
});
