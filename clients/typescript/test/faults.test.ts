import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { RoadSegClient } from "roadseg-client";
import { client } from "./service.js";

// What the service cannot be asked to do: a server in front of it that fails first.
async function behind(answer: (request: IncomingMessage, response: ServerResponse, call: number) => void) {
  const calls: number[] = [];
  const server = createServer((request, response) => {
    calls.push(performance.now());
    answer(request, response, calls.length);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, close };
}

const retries = { firstDelay: 20 };

test("what fails in passing is tried again, after the time that the service asks for", async () => {
  const service = client();
  const job = await service.job((await service.uploadKey()).id);
  const front = await behind((_, response, call) => {
    if (call === 1) response.destroy();
    else if (call === 2) response.writeHead(503, { "Retry-After": "1" }).end();
    else response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(job));
  });

  const found = await new RoadSegClient(front.url, { retries }).job(job.id);

  assert.deepEqual(found, job);
  assert.equal(front.calls.length, 3);
  assert(front.calls[2]! - front.calls[1]! >= 990, "It came back before its time.");
  front.close();
});

test("a service that stays away, or asks for more patience than there is, is given up", async () => {
  const patient = await behind((_, response) => response.writeHead(503, { "Retry-After": "3600" }).end());
  const broken = await behind((_, response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>Bad Gateway</h1>"));

  await assert.rejects(new RoadSegClient(patient.url, { retries }).job("x"), { status: 503, retryable: true, retryAfter: 3600 });
  await assert.rejects(new RoadSegClient(broken.url, { retries }).job("x"), { status: 502, code: undefined });

  assert.deepEqual([patient.calls.length, broken.calls.length], [1, 4]);
  for (const front of [patient, broken]) front.close();
});

test("a missing key is said in words, though its answer has none", async () => {
  const locked = await behind((_, response) => response.writeHead(401, { "Content-Length": "0" }).end());

  const refusal = { status: 401, message: "The service wants a function key that it knows." };
  await assert.rejects(new RoadSegClient(locked.url).summary("x"), refusal);

  assert.equal(locked.calls.length, 1);
  locked.close();
});

test("a call that hangs is ended, and a submission that is repeated carries the same idempotency key", async () => {
  const keys: unknown[] = [];
  const hanging = await behind((request) => keys.push(request.headers["idempotency-key"]));

  const submitted = new RoadSegClient(hanging.url, { retries: { ...retries, attempts: 2 }, timeout: 200 }).submit(new Uint8Array(10));

  await assert.rejects(submitted, { name: "TimeoutError" });
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  hanging.close();
});
