import { refusedByStorage, RoadSegError } from "./errors.js";
import type { components } from "./schema.js";

/** A job's id and the address to PUT its photo to: a secret until it expires. */
export type UploadTicket = components["schemas"]["UploadTicket"];

/** How far an upload in blocks is. JSON, to be kept where it outlives the page or the process; it holds the ticket, a secret. */
export interface UploadState {
  readonly ticket: UploadTicket;

  /** Bytes of the photo. */
  readonly size: number;

  /** Bytes of a block; the last one may be shorter. */
  readonly blockSize: number;

  /** Blocks that storage has. */
  readonly staged: number;
}

/** What an upload in blocks takes beside the photo's own options. */
export interface BlockUploadOptions {
  /** Bytes of a block, which is what a break costs. Default 1 MiB. */
  readonly blockSize?: number | undefined;

  /** Where an earlier upload of this very photo broke off, to go on from there. */
  readonly state?: UploadState | undefined;

  /** Called with each new state: keep the last. */
  readonly onProgress?: ((state: UploadState) => void) | undefined;
}

/** Refuses a photo that the service would delete. */
export function checkSize(ticket: UploadTicket, size: number): void {
  if (size <= ticket.maxBytes) return;
  throw new RoadSegError(413, "image-too-many-bytes", `The photo has ${size} bytes; at most ${ticket.maxBytes} are taken.`, false);
}

/** Stores a file whole (Put Blob). */
export async function putBlob(to: Pick<UploadTicket, "url" | "headers">, file: Blob, signal: AbortSignal): Promise<void> {
  await put(to.url, file, to.headers, signal);
}

/** Stores one block (Put Block), which replaces what storage has of it. */
export async function putBlock(state: UploadState, photo: Blob, signal: AbortSignal): Promise<void> {
  const block = photo.slice(state.staged * state.blockSize, (state.staged + 1) * state.blockSize);
  await put(`${state.ticket.url}&comp=block&blockid=${encodeURIComponent(blockId(state.staged))}`, block, {}, signal);
}

/** Makes the photo of its blocks (Put Block List). */
export async function commitBlocks(state: UploadState, signal: AbortSignal): Promise<void> {
  const blocks = Array.from({ length: state.staged }, (_, index) => `<Latest>${blockId(index)}</Latest>`);
  const type = state.ticket.headers["Content-Type"];
  await put(
    `${state.ticket.url}&comp=blocklist`,
    new Blob([`<?xml version="1.0" encoding="utf-8"?><BlockList>${blocks.join("")}</BlockList>`]),
    { "Content-Type": "application/xml", ...(type === undefined ? {} : { "x-ms-blob-content-type": type }) },
    signal,
  );
}

/** Blocks that a photo makes. */
export function blocksOf(state: UploadState): number {
  return Math.ceil(state.size / state.blockSize);
}

// All ids of a blob have one length.
function blockId(index: number): string {
  return btoa(String(index).padStart(6, "0"));
}

async function put(url: string, body: Blob, headers: Record<string, string>, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: "PUT", body, headers, signal });
  if (!response.ok) throw await refusedByStorage(response);
  await response.body?.cancel();
}
