import type { Client } from "openapi-fetch";
import { RoadSegError } from "./errors.js";
import type {
  Batch, BatchItem, BatchRequest, BatchState, CallOptions, StartBatchOptions, StartClipOptions, Timeline, WaitBatchOptions,
} from "./options.js";
import { sleep } from "./retries.js";
import type { paths } from "./schema.js";

/** Seconds of a long poll, as for jobs. */
const LONG_POLL = 30;

/** Makes a call as often as is worth it. */
export type Read = <T>(call: (signal: AbortSignal) => Promise<{ data?: T }>, options: CallOptions) => Promise<NonNullable<T>>;

/** Stores a file at an address, whole, as often as it takes. */
export type Put = (to: { url: string; headers: Record<string, string> }, file: Blob, options: CallOptions) => Promise<void>;

/** Many photos as one: `client.batches`. */
export class Batches {
  readonly #api: Client<paths>;
  readonly #read: Read;
  readonly #put: Put;

  constructor(api: Client<paths>, read: Read, put: Put) {
    [this.#api, this.#read, this.#put] = [api, read, put];
  }

  /** Makes a batch of photos in storage, or of your own jobs by their tags. */
  start(request: BatchRequest, { idempotencyKey, ...options }: StartBatchOptions = {}): Promise<Batch> {
    const header = { "Idempotency-Key": idempotencyKey ?? crypto.randomUUID() };
    return this.#read((signal) => this.#api.POST("/v1/batches", { params: { header }, body: request, signal }), options);
  }

  /** A batch as it stands. */
  get(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}", { params: { path: { id } }, signal }), options);
  }

  /** Your batches, newest first, page after page as they are asked for. */
  async *list(options: CallOptions = {}): AsyncGenerator<Batch, void, undefined> {
    let after: string | undefined;
    do {
      const query = { after, limit: 100 };
      const page = await this.#read((signal) => this.#api.GET("/v1/batches", { params: { query }, signal }), options);
      yield* page.items;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** The photos of a batch, in their order; those that stand somewhere alone where that is said. */
  async *items(id: string, { state, ...options }: CallOptions & { readonly state?: BatchState | undefined } = {}): AsyncGenerator<BatchItem, void, undefined> {
    let after: string | undefined;
    do {
      const params = { path: { id }, query: { state, after, limit: 100 } };
      const page = await this.#read((signal) => this.#api.GET("/v1/batches/{id}/items", { params, signal }), options);
      if (!("items" in page)) return;
      yield* page.items;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** Waits until a batch has ended, in whatever way, and with `archives` until those are whole too. */
  async wait(id: string, { timeout, onChange, archives = false, ...options }: WaitBatchOptions = {}): Promise<Batch> {
    const until = timeout === undefined ? Infinity : performance.now() + timeout;
    for (let seen = ""; ; ) {
      const asked = performance.now();
      const params = { path: { id }, query: { wait: Math.max(0, Math.min(LONG_POLL, Math.ceil((until - asked) / 1000))) } };
      const batch = await this.#read((signal) => this.#api.GET("/v1/batches/{id}", { params: seen === "" ? { path: { id } } : params, signal }), options);
      const now = JSON.stringify(batch);
      if (now !== seen) onChange?.(batch);
      if (batch.finishedAt != null && (!archives || batch.archives.every((archive) => archive.finishedAt != null))) return batch;
      if (performance.now() >= until) throw new DOMException(`Batch ${id} had not ended in time. It goes on; ask for it again.`, "TimeoutError");
      const pause = 2000 - (performance.now() - asked);
      if (pause > 0) await sleep(pause, options.signal);
      seen = now;
    }
  }

  /** Cancels a batch: what has ended keeps its results. */
  cancel(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.#read((signal) => this.#api.DELETE("/v1/batches/{id}", { params: { path: { id } }, signal }), options);
  }

  /** Tries the photos again that failed, were canceled or never began. */
  retry(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.#read((signal) => this.#api.POST("/v1/batches/{id}/retry", { params: { path: { id } }, signal }), options);
  }

  /** What became of every photo: JSON lines, or CSV with a column a class. */
  manifest(id: string, { format = "jsonl", ...options }: CallOptions & { readonly format?: "jsonl" | "csv" | undefined } = {}): Promise<Blob> {
    const params = { path: { id }, query: { format } };
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/manifest", { params, parseAs: "blob", signal }), options);
  }

  /** Has results packed into zips, in the background: wait with `archives`, then fetch the parts that the batch lists. */
  archive(id: string, results: string[] = ["mask", "summary"], options: CallOptions = {}): Promise<Batch> {
    return this.#read((signal) => this.#api.POST("/v1/batches/{id}/archives", { params: { path: { id } }, body: { results }, signal }), options);
  }

  /** A zip of an archive: `number` counts the parts that the batch lists from 1. */
  archivePart(id: string, archive: string, number: number, options: CallOptions = {}): Promise<Blob> {
    const params = { path: { id, archive, number: String(number) } };
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/archives/{archive}/{number}.zip", { params, parseAs: "blob", signal }), options);
  }

  /** Uploads a video, and a track (GPX) if there is one, and makes a batch of its frames. */
  async startClip(video: Blob, { clip, track, signal, ...request }: StartClipOptions = {}): Promise<Batch> {
    const options = { signal };
    const ticket = await this.#read((signal) => this.#api.POST("/v1/clips", { signal }), options);
    if (video.size > ticket.maxBytes) {
      throw new RoadSegError(413, "clip-too-large", `The video has ${video.size} bytes; at most ${ticket.maxBytes} are taken.`, false);
    }
    const { headers } = ticket;
    if (track !== undefined) await this.#put({ url: ticket.track, headers }, track, options);
    await this.#put({ url: ticket.video, headers }, video, options);
    return this.start({ ...request, clip: { ...clip, key: ticket.key } }, { idempotencyKey: ticket.key, signal });
  }

  /** What was seen along a video, as far as its frames have ended. */
  timeline(id: string, options: CallOptions = {}): Promise<Timeline> {
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/timeline", { params: { path: { id } }, signal }) as Promise<{ data?: Timeline }>, options);
  }

  /** The same as a table: CSV, a row a frame. */
  timelineTable(id: string, options: CallOptions = {}): Promise<Blob> {
    const params = { path: { id }, query: { format: "csv" as const } };
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/timeline", { params, parseAs: "blob", signal }) as Promise<{ data?: Blob }>, options);
  }

  /** The classes over the frames as a video (MP4), once the batch is completed. */
  overlay(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/overlay", { params: { path: { id } }, parseAs: "blob", signal }), options);
  }

  /** The first picture of that video (JPEG). */
  poster(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#read((signal) => this.#api.GET("/v1/batches/{id}/poster", { params: { path: { id } }, parseAs: "blob", signal }), options);
  }
}
