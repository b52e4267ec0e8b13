import type { RetryOptions } from "./retries.js";
import type { components } from "./schema.js";

/** A job as it stands. */
export type Job = components["schemas"]["JobView"];
export type JobState = components["schemas"]["JobState"];

/** What a mask holds, class by class. */
export type Summary = components["schemas"]["ResultSummary"];

/** What is not to be kept of a photo. */
export type JobPrivacy = components["schemas"]["JobPrivacy"];

/** How closely a photo is looked at. */
export type JobDetail = components["schemas"]["JobDetail"];

/** What a photo of a size costs, before it is submitted. */
export type JobEstimate = components["schemas"]["JobEstimate"];

/** A job whose photo says where it was taken, as a GeoJSON Feature. */
export type JobFeature = components["schemas"]["JobFeature"];

/** Polygons and run lengths of each class. */
export type Regions = components["schemas"]["MaskRegions"];

/** A photo: JPEG, PNG, WebP, AVIF, TIFF, or HEIC where the service reads it. A File brings its name; in Node `openAsBlob(path)` reads from disk as it is sent. */
export type Photo = Blob | Uint8Array | ArrayBuffer;

/** A batch as it stands, what it is asked for with, and a photo of it. */
export type Batch = components["schemas"]["BatchView"];
export type BatchRequest = components["schemas"]["BatchRequest"];
export type BatchItem = components["schemas"]["BatchItemView"];

/** What was seen along a video. */
export type Timeline = components["schemas"]["Timeline"];

/** Where a photo of a batch may stand. */
export type BatchState = "waiting" | "under-way" | "succeeded" | "failed" | "canceled";

export interface ClientOptions {
  /** Function key, sent as x-functions-key to the service and to nobody else. None where the service asks for none. */
  readonly key?: string | undefined;
  readonly retries?: RetryOptions | undefined;

  /** Milliseconds for one attempt of a call to the service, long polls included. Default 100 000. Uploads take as long as they take. */
  readonly timeout?: number | undefined;
}

export interface CallOptions {
  /** Gives up; the call throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface PhotoOptions extends CallOptions {
  /** Your name for the photo, shown with the job. Default: the File's. */
  readonly fileName?: string | undefined;

  /** Media type. Default: the Blob's. The content decides, not this. */
  readonly contentType?: string | undefined;

  /** name or name@version. Default: the model that serves. */
  readonly model?: string | undefined;

  /** Notes of your own: at most 16. */
  readonly tags?: Readonly<Record<string, string>> | undefined;

  /** What is not to be kept of the photo: `no-location` for where it was taken, `redact` for people, riders and vehicles in it. */
  readonly privacy?: JobPrivacy | undefined;

  /** How closely to look: `high` also at overlapping tiles, with as many runs of the model as `estimate` says. Default: normal. */
  readonly detail?: JobDetail | undefined;
  /** Classes to obscure in place of people, riders and vehicles, and with that `redact`. */
  readonly redact?: readonly string[] | undefined;

  /** https address to notify when the job has ended. */
  readonly webhook?: string | undefined;

  /** The same key with the same request gets the same job, also after it has ended. Default: a new one for each call. */
  readonly idempotencyKey?: string | undefined;
}

export interface EstimateOptions extends CallOptions {
  /** Default: normal. */
  readonly detail?: JobDetail | undefined;

  /** name or name@version. Default: the model that serves. */
  readonly model?: string | undefined;
}

export interface SubmitOptions extends PhotoOptions {
  /** Seconds for which the service may hold its answer until the job has ended, 0-60. Default 0. */
  readonly wait?: number | undefined;
}

export type UploadOptions = PhotoOptions;

export interface WaitOptions extends CallOptions {
  /** Milliseconds after which to give up with a TimeoutError. Default: none. */
  readonly timeout?: number | undefined;

  /** Called with the job as first seen and whenever it has changed, which takes a call for each change. */
  readonly onChange?: ((job: Job) => void) | undefined;
}

export interface PutReviewOptions extends CallOptions {
  /** `review.version` of the job, which this mask replaces, or `*` for whatever lies there. Default: nobody has saved one yet. */
  readonly replaces?: string | undefined;

  /** Who made it, at most 64 characters. Default: the caller's name. */
  readonly by?: string | undefined;
}

/**
 * How sure the model must be of a pixel for its class to stand, 0-1, or `card` for what its card states by class; several with one such as
 * `car:0.8` for each class that differs.
 */
export type MinConfidence = number | string | readonly (number | string)[];

export interface MaskOptions extends CallOptions {
  /** What is below is 255, unknown. Default: every pixel has its class. */
  readonly minConfidence?: MinConfidence | undefined;
}

export interface OverlayOptions extends MaskOptions {
  /** Weight of the colours: 0 is the photo, 1 the classes. Default 0.5. */
  readonly opacity?: number | undefined;

  /** Default jpeg. */
  readonly format?: "jpeg" | "webp" | undefined;

  /** Pixels to reduce it to; the height follows. Default: the photo's own. */
  readonly width?: number | undefined;
}

export interface PolygonOptions extends MaskOptions {
  /** Regions of fewer pixels get no polygon. Default 64. */
  readonly minArea?: number | undefined;

  /** How far in pixels a simplified outline may lie from the exact one. Default 0. */
  readonly tolerance?: number | undefined;
}

export interface ListOptions extends CallOptions {
  /** Only jobs in this state. */
  readonly state?: JobState | undefined;

  /** Only jobs with all of these notes. */
  readonly tags?: Readonly<Record<string, string>> | undefined;

  /** Only photos whose name holds this, in upper or lower case. */
  readonly name?: string | undefined;

  /** Only jobs that were made at this time or later. */
  readonly since?: Date | undefined;

  /** Only jobs that were made before this time. */
  readonly until?: Date | undefined;

  /** Only photos that were taken within west, south, east, north (degrees); west above east reaches across the antimeridian. */
  readonly bbox?: readonly [number, number, number, number] | undefined;
}

export interface StartBatchOptions extends CallOptions {
  /** The same key with the same request gets the same batch, also after it has ended. Default: a new one. */
  readonly idempotencyKey?: string | undefined;
}

/** What is said of a video beside its bytes: of the batch all but its photos. */
export interface StartClipOptions extends Omit<BatchRequest, "clip" | "prefix" | "names" | "of">, CallOptions {
  /** Which frames are taken. */
  readonly clip?: Omit<NonNullable<BatchRequest["clip"]>, "key" | "file" | "gpx"> | undefined;

  /** A track (GPX) of the same drive, from which each frame gets its position. */
  readonly track?: Blob | undefined;
}

export interface WaitBatchOptions extends CallOptions {
  /** Milliseconds after which to give up with a TimeoutError. Default: none. */
  readonly timeout?: number | undefined;

  /** Called with the batch as first seen and whenever it has changed. */
  readonly onChange?: ((batch: Batch) => void) | undefined;

  /** Also until its archives are whole. Default: no. */
  readonly archives?: boolean | undefined;
}
