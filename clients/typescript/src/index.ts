export { Batches } from "./batches.js";
export { RoadSegClient } from "./client.js";
export type {
  Batch,
  BatchItem,
  BatchRequest,
  BatchState,
  CallOptions,
  ClientOptions,
  EstimateOptions,
  Job,
  JobDetail,
  JobEstimate,
  JobFeature,
  JobPrivacy,
  JobState,
  ListOptions,
  MaskOptions,
  MinConfidence,
  OverlayOptions,
  Photo,
  PhotoOptions,
  PolygonOptions,
  PutReviewOptions,
  Regions,
  StartBatchOptions,
  StartClipOptions,
  SubmitOptions,
  Summary,
  UploadOptions,
  WaitBatchOptions,
  WaitOptions,
} from "./options.js";
export type { BlockUploadOptions, UploadState, UploadTicket } from "./uploads.js";
export { RoadSegError } from "./errors.js";
export type { RetryOptions } from "./retries.js";
export { verifyWebhook, WebhookVerificationError } from "./webhooks.js";
export type { JobEndedEvent, WebhookEvent, WebhookHeaders, WebhookTestEvent } from "./webhooks.js";
export type { components, operations, paths, webhooks } from "./schema.js";
