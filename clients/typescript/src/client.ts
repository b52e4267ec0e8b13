import createClient, { type Client } from "openapi-fetch";
import { Batches } from "./batches.js";
import { refusedByService, retryAfter, RoadSegError } from "./errors.js";
import type {
  CallOptions,
  ClientOptions,
  EstimateOptions,
  Job,
  JobEstimate,
  JobFeature,
  ListOptions,
  MaskOptions,
  MinConfidence,
  OverlayOptions,
  Photo,
  PhotoOptions,
  PolygonOptions,
  PutReviewOptions,
  Regions,
  SubmitOptions,
  Summary,
  UploadOptions,
  WaitOptions,
} from "./options.js";
import { Retries, sleep } from "./retries.js";
import type { components, paths } from "./schema.js";
import type { BlockUploadOptions, UploadState, UploadTicket } from "./uploads.js";
import { blocksOf, checkSize, commitBlocks, putBlob, putBlock } from "./uploads.js";

/** Seconds of a long poll: below the minute that the service waits at most and that proxies leave an idle connection. */
const LONG_POLL = 30;

/** Milliseconds for a mebibyte of a block: what comes more slowly has broken off. */
const MEBIBYTE = 120_000;

/**
 * A client of one service. Every method throws RoadSegError when the service refuses, and fetch's own errors when it cannot be reached;
 * what fails in passing it tries again, which is safe: submissions carry an Idempotency-Key.
 */
export class RoadSegClient {
  /** The whole API as its description types it, with the key: for what has no method here. Throws RoadSegError; nothing is repeated. */
  readonly api: Client<paths>;

  /** Many photos as one. */
  readonly batches: Batches;

  readonly #retries: Retries;
  readonly #timeout: number;

  /** @param address Of the service, such as `https://roadseg.example.com`. */
  constructor(address: string | URL, { key, retries, timeout = 100_000 }: ClientOptions = {}) {
    this.#retries = new Retries(retries);
    this.#timeout = timeout;
    this.api = createClient<paths>({
      baseUrl: String(address),
      headers: key === undefined ? {} : { "x-functions-key": key },
      fetch: async (request: Request) => {
        const response = await fetch(request);
        if (response.ok || response.status === 304) return response;
        throw await refusedByService(response);
      },
    });
    this.batches = new Batches(
      this.api,
      (call, options) => this.#read(call, options),
      (to, file, options) => this.#retries.repeat((_, signal) => putBlob(to, file, signal), Infinity, options.signal),
    );
  }

  /** Submits a photo of up to 16 MiB in one call. Look at the state of the job: with `wait` it may have ended. */
  submit(photo: Photo, options: SubmitOptions = {}): Promise<Job> {
    const about = described(photo, options);
    const Prefer = options.wait === undefined ? undefined : `wait=${Math.ceil(options.wait)}`;
    const header = { "Idempotency-Key": options.idempotencyKey ?? crypto.randomUUID(), Prefer };
    const { tags, contentType = "application/octet-stream", ...query } = about;
    return this.#read(
      (signal) =>
        this.api.POST("/v1/jobs", {
          params: { query: { ...query, tag: notes(tags) }, header },
          headers: { "Content-Type": contentType },
          body: blobOf(photo),
          bodySerializer: (body) => body,
          signal,
        }),
      options,
    );
  }

  /** Uploads a photo of any size that is taken straight into storage, in one piece. The job may not have noticed its photo yet. */
  async upload(photo: Photo, options: UploadOptions = {}): Promise<Job> {
    const ticket = await this.uploadKey(described(photo, options), options);
    const earlier = options.idempotencyKey === undefined ? undefined : await this.job(ticket.id, options);
    if (earlier !== undefined && earlier.state !== "awaiting-upload") return earlier;
    const blob = blobOf(photo);
    await this.#checkSize(ticket, blob.size, options);
    await this.#retries.repeat(
      async (made, signal) => {
        try {
          await putBlob(ticket, blob, signal);
        } catch (failure) {
          // An earlier attempt may have arrived and only its answer not.
          const again = made > 1 || earlier !== undefined;
          if (!(again && failure instanceof RoadSegError && failure.isThereAlready)) throw failure;
        }
      },
      Infinity,
      options.signal,
    );
    return await this.job(ticket.id, options);
  }

  /**
   * Uploads a photo in blocks, one after the other, for hours if need be. When it breaks off, the last state that `onProgress` was given
   * and the same photo go on where it was.
   */
  async uploadInBlocks(photo: Photo, options: UploadOptions & BlockUploadOptions = {}): Promise<Job> {
    const blob = blobOf(photo);
    let state = options.state ?? (await this.#blockUpload(photo, blob.size, options));
    if (state.size !== blob.size) throw new TypeError(`The photo has ${blob.size} bytes; the upload that goes on was of ${state.size}.`);
    if (options.state !== undefined) {
      const job = await this.job(state.ticket.id, options);
      if (job.state !== "awaiting-upload") return job;
    }

    const blockTimeout = MEBIBYTE * Math.max(1, state.blockSize / 2 ** 20);
    while (state.staged < blocksOf(state)) {
      await this.#retries.repeat((_, signal) => putBlock(state, blob, signal), blockTimeout, options.signal);
      state = { ...state, staged: state.staged + 1 };
      options.onProgress?.(state);
    }

    await this.#retries.repeat((_, signal) => commitBlocks(state, signal), blockTimeout, options.signal);
    return await this.job(state.ticket.id, options);
  }

  /** Gets an upload key, for a photo that something else puts into storage: a phone, or a storage SDK where `resumable`. */
  uploadKey(
    about: components["schemas"]["UploadRequest"] = {},
    { idempotencyKey = crypto.randomUUID(), ...options }: CallOptions & { readonly idempotencyKey?: string | undefined } = {},
  ): Promise<UploadTicket> {
    return this.#read(
      (signal) => this.api.POST("/v1/uploads", { params: { header: { "Idempotency-Key": idempotencyKey } }, body: about, signal }),
      options,
    );
  }

  /** What a photo of a size would cost, before it is submitted: pixels as people see it. */
  estimate(width: number, height: number, { detail, model, ...options }: EstimateOptions = {}): Promise<JobEstimate> {
    const query = { width, height, detail, model };
    return this.#read((signal) => this.api.GET("/v1/estimate", { params: { query }, signal }), options);
  }

  /** A job as it stands. */
  job(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}", { params: { path: { id } }, signal }), options);
  }

  /** Waits until a job has ended, in whatever way, by long polls. It goes on when this gives up. */
  async wait(id: string, { timeout = Infinity, onChange, signal }: WaitOptions = {}): Promise<Job> {
    const until = performance.now() + timeout;
    const longest = Math.min(LONG_POLL, Math.floor(this.#timeout / 2000));
    let [known, first]: [string | null, boolean] = [null, onChange !== undefined];
    for (;;) {
      const asked = performance.now();
      const wait = first ? 0 : Math.max(0, Math.min(longest, Math.ceil((until - asked) / 1000)));
      const header: { "If-None-Match": string | undefined } = { "If-None-Match": (onChange && known) ?? undefined };
      const { data: job, response } = await this.#retries.repeat(
        (_, stop) => this.api.GET("/v1/jobs/{id}", { params: { path: { id }, query: { wait }, header }, signal: stop }),
        this.#timeout,
        signal,
      );
      const etag = response.headers.get("ETag");
      const changed = job !== undefined && (etag === null || etag !== known);
      if (changed) onChange?.(job);
      if (job !== undefined && hasEnded(job)) return job;
      if (performance.now() >= until)
        throw new DOMException(`Job ${id} had not ended after ${timeout / 1000} s. It goes on; ask for it again.`, "TimeoutError");

      // Something in between answered without waiting: keep to the pace that the service asks for.
      const pause = (retryAfter(response) ?? 1) * 1000 - (performance.now() - asked);
      if ((!changed || etag === null) && pause > 0) await sleep(pause, signal);
      [known, first] = [etag, false];
    }
  }

  /** Cancels a job. One that has ended is left as it is; canceling twice is no error. Returns the job as it stands after that. */
  cancel(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#read((signal) => this.api.DELETE("/v1/jobs/{id}", { params: { path: { id } }, signal }), options);
  }

  /** Cancels a job that has not ended, and deletes all that is kept of it for good: photo, results, names and tags. */
  async erase(id: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { id }, query: { erase: true } };
    await this.#read((signal) => this.api.DELETE("/v1/jobs/{id}", { params, signal }), options);
  }

  /** Your jobs, newest first, page after page as they are asked for. */
  async *jobs(options: ListOptions = {}): AsyncGenerator<Job, void, undefined> {
    for await (const page of this.#pages("json", options)) yield* (page as components["schemas"]["JobPage"]).items;
  }

  /** Those of your jobs whose photos say where they were taken, newest first, as GeoJSON Features with their class shares. */
  async *features(options: ListOptions = {}): AsyncGenerator<JobFeature, void, undefined> {
    for await (const page of this.#pages("geojson", options)) yield* (page as components["schemas"]["JobFeatures"]).features;
  }

  async *#pages(format: "json" | "geojson", { state, tags, name, since, until, bbox, ...options }: ListOptions) {
    const search = { state, tag: notes(tags), name, since: since?.toISOString(), until: until?.toISOString(), bbox: bbox?.map((degrees) => degrees.toFixed(8)).join(), format };
    let after: string | undefined;
    do {
      const query = { ...search, after, limit: 100 };
      const page = await this.#read((signal) => this.api.GET("/v1/jobs", { params: { query }, signal }), options);
      yield page;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }

  /** The mask: an 8-bit palette PNG of the photo's oriented size whose pixel values are class ids. */
  mask(id: string, { minConfidence, ...options }: MaskOptions = {}): Promise<Blob> {
    const params = { path: { id }, query: { minConfidence: floors(minConfidence) } };
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/mask", { params, parseAs: "blob", signal }), options);
  }

  /** The mask in the classes' colours: a PNG. */
  color(id: string, { minConfidence, ...options }: MaskOptions = {}): Promise<Blob> {
    const params = { path: { id }, query: { minConfidence: floors(minConfidence) } };
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/color", { params, parseAs: "blob", signal }), options);
  }

  /** The photo with the classes' colours over it. */
  overlay(id: string, { opacity, format, width, minConfidence, ...options }: OverlayOptions = {}): Promise<Blob> {
    const params = { path: { id }, query: { opacity, format, width, minConfidence: floors(minConfidence) } };
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/overlay", { params, parseAs: "blob", signal }), options);
  }

  /** The confidence of each pixel: a grey PNG of the photo's oriented size, 255 for certain. */
  confidence(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/confidence", { params: { path: { id } }, parseAs: "blob", signal }), options);
  }

  /** What the mask holds, class by class. */
  summary(id: string, { minConfidence, ...options }: MaskOptions = {}): Promise<Summary> {
    const params = { path: { id }, query: { minConfidence: floors(minConfidence) } };
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/summary", { params, signal }), options);
  }

  /** The classes' outlines and COCO run lengths. */
  async polygons(id: string, { minArea, tolerance, minConfidence, ...options }: PolygonOptions = {}): Promise<Regions> {
    const params = { path: { id }, query: { minArea, tolerance, minConfidence: floors(minConfidence) } };
    return (await this.#read((signal) => this.api.GET("/v1/jobs/{id}/polygons", { params, signal }), options)) as Regions;
  }

  /** The mask as a person corrected it: an 8-bit palette PNG as the model's own, 255 where nobody can say the class. */
  review(id: string, options: CallOptions = {}): Promise<Blob> {
    return this.#read((signal) => this.api.GET("/v1/jobs/{id}/review", { params: { path: { id } }, parseAs: "blob", signal }), options);
  }

  /**
   * Saves a mask as a person corrected it: a PNG of the photo's own size, upright, whose grey values are class ids, or with the mask's palette; 255 is
   * unknown. Refused with `review-changed` where another one lies there than `replaces` says. Returns the job.
   */
  putReview(id: string, mask: Blob, { replaces, by, ...options }: PutReviewOptions = {}): Promise<Job> {
    const known = replaces === undefined || replaces === "*" ? replaces : `"${replaces}"`;
    const params = { path: { id }, query: { by }, header: { "If-Match": known } };
    return this.#read(
      (signal) =>
        this.api.PUT("/v1/jobs/{id}/review", {
          params,
          // A body of raw bytes has no type in the description.
          body: mask as never,
          bodySerializer: (body) => body,
          headers: { "Content-Type": "image/png" },
          signal,
        }),
      options,
    );
  }

  /** Takes a reviewed mask back, whichever it is: the model's own counts again. */
  async deleteReview(id: string, options: CallOptions = {}): Promise<void> {
    await this.#read((signal) => this.api.DELETE("/v1/jobs/{id}/review", { params: { path: { id } }, signal }), options);
  }

  // Reading the answer is part of an attempt. A refusal was thrown, so there is one.
  async #read<T>(call: (signal: AbortSignal) => Promise<{ data?: T }>, { signal }: CallOptions): Promise<NonNullable<T>> {
    return await this.#retries.repeat(async (_, stop) => (await call(stop)).data as NonNullable<T>, this.#timeout, signal);
  }

  async #blockUpload(photo: Photo, size: number, options: UploadOptions & BlockUploadOptions): Promise<UploadState> {
    const { blockSize = 1024 * 1024 } = options;
    const ticket = await this.uploadKey({ ...described(photo, options), resumable: true }, options);
    await this.#checkSize(ticket, size, options);
    return { ticket, size, blockSize, staged: 0 };
  }

  // A job whose photo will not come need not wait for it.
  async #checkSize(ticket: UploadTicket, size: number, options: CallOptions): Promise<void> {
    if (size > ticket.maxBytes) await this.cancel(ticket.id, options);
    checkSize(ticket, size);
  }
}

function hasEnded(job: Job): boolean {
  return job.state === "succeeded" || job.state === "failed" || job.state === "canceled" || job.state === "expired";
}

function blobOf(photo: Photo): Blob {
  return photo instanceof Blob ? photo : new Blob([photo as BlobPart]);
}

function notes(tags: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(tags).map(([name, value]) => `${name}:${value}`);
}

function floors(given: MinConfidence | undefined): string[] | undefined {
  return given === undefined ? undefined : (Array.isArray(given) ? given : [given]).map(String);
}

function described(photo: Photo, options: PhotoOptions) {
  const fileName = options.fileName ?? (typeof File !== "undefined" && photo instanceof File ? photo.name : undefined);
  const contentType = options.contentType ?? (photo instanceof Blob && photo.type !== "" ? photo.type : undefined);
  const { model, tags, privacy, detail, webhook } = options;
  return { fileName, contentType, model, tags, privacy, detail, redact: options.redact && [...options.redact], webhook };
}
