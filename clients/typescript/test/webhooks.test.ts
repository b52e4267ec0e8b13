import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { verifyWebhook, WebhookVerificationError } from "roadseg-client";
import { Webhook } from "standardwebhooks";
import { client, street, webhookSecret } from "./service.js";

const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;

test("the service's own webhook is verified, as the library of Standard Webhooks does", { timeout: 60_000 }, async () => {
  let take: (webhook: { headers: IncomingHttpHeaders; body: Buffer }) => void;
  const received = new Promise<Parameters<typeof take>[0]>((resolve) => (take = resolve));
  const server = createServer(async (request, response) => {
    take({ headers: request.headers, body: Buffer.concat(await request.toArray()) });
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));

  const job = await client().submit(street, { webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, wait: 60 });
  const { headers, body } = await received;
  const event = await verifyWebhook([other, webhookSecret], headers, body);

  assert.deepEqual([event.type, event.data.id, event.data.state], ["job.succeeded", job.id, "succeeded"]);
  assert.deepEqual(new Webhook(webhookSecret).verify(body, headers as Record<string, string>), event);
  await denied(verifyWebhook(other, headers, body), /secret/);
  await denied(verifyWebhook(webhookSecret, headers, Buffer.concat([body, Buffer.from(" ")])), /secret/);
  await denied(verifyWebhook(webhookSecret, { ...headers, "webhook-id": "msg_other" }, body), /secret/);
  server.close();
  server.closeAllConnections();
});

test("what the library of Standard Webhooks signs is verified, and what is old, unsigned or torn is not", async () => {
  const body = '{"type":"job.failed"}';
  const signed = (at: Date, secret = webhookSecret) =>
    new Headers({
      "webhook-id": "msg_1",
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": `v1a,abc v1,!! ${new Webhook(secret).sign("msg_1", at, body)}`,
    });
  const now = new Date();

  assert.equal((await verifyWebhook(webhookSecret, signed(now), body)).type, "job.failed");
  await denied(verifyWebhook(webhookSecret, signed(now, other), body), /secret/);
  for (const away of [-301_000, 302_000])
    await denied(verifyWebhook(webhookSecret, signed(new Date(now.getTime() + away)), body), /timestamp/);
  await denied(verifyWebhook(webhookSecret, new Headers(), body), /missing/);
  await assert.rejects(verifyWebhook("secret", signed(now), body), TypeError);
});

async function denied(verification: Promise<unknown>, why: RegExp): Promise<void> {
  await assert.rejects(verification, (failure: unknown) => failure instanceof WebhookVerificationError && why.test(failure.message));
}
