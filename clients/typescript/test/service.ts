import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ClientOptions, RoadSegClient } from "roadseg-client";

/** The running service that the tests call; tests/RoadSeg.EndToEnd.Tests starts one. */
export const address = wanted("ROADSEG_URL").replace(/\/$/, "");

/** What it signs webhooks with; it may call this machine. */
export const webhookSecret = wanted("ROADSEG_WEBHOOK_SECRET");

/** The photo that comes with the repository: 751 x 563 pixels. */
export const street = readFileSync("../../samples/street.jpg");

/** A client of its own key: keys tell callers apart, and this service checks none. */
export function client(options: ClientOptions = {}): RoadSegClient {
  return new RoadSegClient(address, { key: randomUUID().replaceAll("-", ""), ...options });
}

export async function bytes(blob: Blob): Promise<Buffer> {
  return Buffer.from(await blob.arrayBuffer());
}

/** Width and height in the header of a PNG. */
export async function sizeOf(png: Blob): Promise<[number, number]> {
  const header = await bytes(png);
  return [header.readUInt32BE(16), header.readUInt32BE(20)];
}

function wanted(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}: ./roadseg test --only EndToEnd does.`);
  return value;
}
