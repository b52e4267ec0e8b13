import { askForKey, key } from './key';

export type State = 'awaiting-upload' | 'received' | 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired';

/** What a person made of a mask: who, when, and how many pixels. */
export interface Review {
  version: string;
  by: string;
  at: string;
  changed: number;
  unknown: number;
  classes: { id: number; name: string; color: string; pixels: number; changed: number }[];
}

/** What a photo's file says of when, where and with what it was taken. */
export interface Captured {
  /** Without an offset; that stands beside it where the file says one. */
  localTime?: string;
  utcOffset?: string;
  position?: { latitude: number; longitude: number; altitude?: number };
  direction?: { degrees: number; north?: 'true' | 'magnetic' };
  camera?: { make?: string; model?: string };
}

export interface Job {
  id: string;
  state: State;
  fileName?: string;
  times: { createdAt: string; receivedAt?: string; queuedAt?: string; startedAt?: string; finishedAt?: string };
  stages: Record<string, number | undefined>;
  queue?: { position: number; estimatedSeconds?: number };
  image?: { format: string; width: number; height: number; bytes: number };
  captured?: Captured;
  detail?: 'high' | 'normal';
  /** How often the model runs for the photo, in detail. */
  runs?: number;
  privacy?: 'no-location' | 'redact' | 'redact,no-location';
  redaction?: { classes: string[]; margin: number; share: number };
  /** As name or name@version; absent for the one that serves. */
  model?: string;
  result?: { model: string; modelVersion: string; provider: string };
  review?: Review;
  failure?: { code: string; message: string; retryable: boolean };
  webhook?: {
    url: string;
    deliveries?: { at: string; status?: number; error?: string; nextAt?: string; milliseconds?: number }[];
    deliveredAt?: string;
    givenUpAt?: string;
  };
  links: Record<string, string>;
}

export interface Ticket {
  id: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  maxBytes: number;
}

export interface ClassShare { id: number; name: string; color: string; pixels: number; share: number; meanConfidence?: number }

export interface Summary { width: number; height: number; classes: ClassShare[]; unknown?: { pixels: number; share: number } }

export interface Labels { model: string; classes: { id: number; name: string; color: string }[] }

/** What went wrong, in words for people. */
export class Failure extends Error {
  constructor(message: string, readonly code = '', readonly status = 0, readonly retrySeconds = 0) {
    super(message);
  }
}

let asking: Promise<string | null> | null = null;

/** Calls the API. Answers of 304 are answers; every other failure is thrown as words. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const used = key.get();
    const headers = new Headers(init.headers);
    if (used) headers.set('x-functions-key', used);
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Failure('The service cannot be reached. Check the connection, then try again.');
    }

    if (answer.ok || answer.status === 304) return answer;
    if (answer.status !== 401) throw await failureOf(answer);

    // Another call may have asked meanwhile.
    if (key.get() !== used) continue;
    asking ??= askForKey(used === null ? 'none' : 'refused').finally(() => (asking = null));
    const given = await asking;
    if (given === null) throw new Failure('This service needs a key. Reload the page to enter one.', 'unauthorized', 401);
    key.set(given);
  }
}

// A call of the API, or what to send in one.
const forPrograms = /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE) \/|\bSend \{/;

/** What the service says, without what it says to programs alone. */
export const said = (message: string) => message.split(/(?<=[.;!?])\s+/).filter(part => !forPrograms.test(part)).join(' ').replace(/;$/, '.') || message;

async function failureOf(answer: Response): Promise<Failure> {
  const retry = Number(answer.headers.get('Retry-After')) || 0;
  try {
    const problem = await answer.json() as { detail?: string; title?: string; code?: string };
    const text = problem.detail ?? problem.title;
    if (text) return new Failure(said(text), problem.code, answer.status, retry);
  } catch {
    // Not a problem document: the status is all there is.
  }
  return new Failure(`The service answered with status ${answer.status}. Try again in a few seconds.`, '', answer.status, retry);
}

export async function json<T>(path: string, init?: RequestInit): Promise<T> {
  return await (await call(path, init)).json() as T;
}

export const ended = (state: State) => state === 'succeeded' || state === 'failed' || state === 'canceled' || state === 'expired';
