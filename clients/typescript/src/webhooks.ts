import type { webhooks } from "./schema.js";

/** What a webhook receives when a job has ended. */
export type JobEndedEvent = webhooks["jobEnded"]["post"]["requestBody"]["content"]["application/json"];

/** What a webhook receives when it is tried (`POST /v1/webhooks/test`): it is about no job. */
export interface WebhookTestEvent {
  readonly type: "webhook.test";
  readonly timestamp: string;
  readonly data: Record<string, never>;
}

/** What a webhook receives; `type` says which. */
export type WebhookEvent = JobEndedEvent | WebhookTestEvent;

/** A message is not from the service, or too old: answer 401 and do nothing with it. */
export class WebhookVerificationError extends Error {
  override readonly name = "WebhookVerificationError";
}

/** Headers of a request: those of fetch, or Node's. */
export type WebhookHeaders = Headers | Record<string, string | readonly string[] | undefined>;

/**
 * Verifies a webhook by Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and body.
 *
 * @param secrets The secret, `whsec_` and base64; several while one is being exchanged for another.
 * @param headers Of the request: webhook-id, webhook-timestamp, webhook-signature.
 * @param body As it came, before any parsing.
 * @param tolerance Seconds by which the timestamp may differ from this machine's clock.
 * @returns The event. Drop what you have seen by its webhook-id: each event comes at least once.
 * @throws WebhookVerificationError It is not the service's, or too old.
 */
export async function verifyWebhook(
  secrets: string | readonly string[],
  headers: WebhookHeaders,
  body: string | Uint8Array,
  tolerance = 300,
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => header(headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookVerificationError("The headers of a webhook are missing.");
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > tolerance)
    throw new WebhookVerificationError(`The timestamp lies more than ${tolerance} s from this machine's clock.`);

  const content = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const prefix = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(prefix.length + content.length);
  signed.set(prefix);
  signed.set(content, prefix.length);
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const key = await crypto.subtle.importKey("raw", keyOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const [version, signature] of signatures.split(" ").map((one) => one.split(",", 2))) {
      const bytes = version === "v1" && signature ? bytesOf(signature) : undefined;
      if (bytes && (await crypto.subtle.verify("HMAC", key, bytes, signed)))
        return JSON.parse(new TextDecoder().decode(content)) as WebhookEvent;
    }
  }

  throw new WebhookVerificationError("No signature is by a secret that is known here.");
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const value = headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === "string" ? value : value?.[0];
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith("whsec_") ? bytesOf(secret.slice("whsec_".length)) : undefined;
  if (!key || key.length < 24) throw new TypeError("A webhook secret is whsec_ and 24 to 64 bytes in base64.");
  return key;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
