import type { components } from "./schema.js";

type Problem = components["schemas"]["Problem"];

/** Statuses of what stands between a client and the service, which pass by themselves. */
const PASSING = new Set([408, 429, 502, 503, 504]);

/** Codes in which storage refuses a photo because it is there already: outright, or as a key that may create and not overwrite. */
const THERE = new Set(["BlobAlreadyExists", "UnauthorizedBlobOverwrite", "AuthorizationPermissionMismatch"]);

/** The service, or the storage behind an upload key, refused a call. What could not be reached is fetch's own `TypeError`. */
export class RoadSegError extends Error {
  override readonly name = "RoadSegError";

  /**
   * @param status HTTP status.
   * @param code Stable code to switch on (https://www.rfc-editor.org/rfc/rfc9457, `code` of the problem), or storage's own code;
   *   undefined when something else answered.
   * @param detail What is wrong and what to do, in a sentence.
   * @param retryable True when the same call may succeed later. The client has then tried as often as its options allow.
   * @param retryAfter Seconds after which the service asks to try again; undefined when it does not say.
   */
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    readonly detail: string,
    readonly retryable: boolean,
    readonly retryAfter?: number,
  ) {
    super(code === undefined ? detail : `${code}: ${detail}`);
  }

  /** True where storage refuses a photo because it has it already. */
  get isThereAlready(): boolean {
    return this.code !== undefined && THERE.has(this.code);
  }
}

/** A refusal by the service. Nothing of the request shows in it: it carries the key. */
export async function refusedByService(response: Response): Promise<RoadSegError> {
  const problem = await problemOf(response);
  return new RoadSegError(
    response.status,
    problem?.code,
    problem?.detail ?? problem?.title ?? unexplained(response.status),
    problem?.retryable ?? PASSING.has(response.status),
    retryAfter(response),
  );
}

/** A refusal by storage. Nothing of the request shows in it: its address is a secret. */
export async function refusedByStorage(response: Response): Promise<RoadSegError> {
  // A page of another origin may not read the header, but the body, which is XML, says the same.
  const code = response.headers.get("x-ms-error-code") ?? /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
  const advice = response.status === 403 ? " An upload key lasts only so long and is good for one photo: get a new one." : "";
  return new RoadSegError(
    response.status,
    code,
    `Storage answered ${response.status} to the photo.${advice}`,
    response.status === 500 || PASSING.has(response.status),
    retryAfter(response),
  );
}

/** Seconds of the header Retry-After (RFC 9110, 10.2.3), which holds a number or a date; never below zero. */
export function retryAfter(response: Response): number | undefined {
  const header = response.headers.get("Retry-After");
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

async function problemOf(response: Response): Promise<Partial<Problem> | undefined> {
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) return undefined;
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    return undefined;
  }
}

function unexplained(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return "The service wants a function key that it knows.";
    case 404:
      return "Something answers at this address, but not RoadSeg's API.";
    default:
      return `The service answered ${status} without saying why.`;
  }
}
