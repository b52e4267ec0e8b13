import { RoadSegError } from "./errors.js";

/** When a call that failed in passing is made again. Times are milliseconds. */
export interface RetryOptions {
  /** Attempts in all, the first included. Default 4. */
  readonly attempts?: number | undefined;

  /** Longest delay before the second attempt; it doubles with each further one, and a delay is half of that to all of it. Default 500. */
  readonly firstDelay?: number | undefined;

  /** Longest delay. A service that asks for a longer one by Retry-After is not asked again: the caller gets the error. Default 30 000. */
  readonly maxDelay?: number | undefined;
}

/** Makes attempts until one succeeds, or the options or the caller give up. */
export class Retries {
  readonly #attempts: number;
  readonly #firstDelay: number;
  readonly #maxDelay: number;

  constructor({ attempts = 4, firstDelay = 500, maxDelay = 30_000 }: RetryOptions = {}) {
    if (!(attempts >= 1 && firstDelay > 0 && maxDelay > 0)) throw new RangeError("Retries want an attempt and delays above zero.");
    [this.#attempts, this.#firstDelay, this.#maxDelay] = [attempts, firstDelay, maxDelay];
  }

  /**
   * @param attempt One attempt, given its number from 1 and what ends it.
   * @param timeout Milliseconds for one attempt.
   * @param signal Gives up; its reason is thrown.
   */
  async repeat<T>(attempt: (made: number, signal: AbortSignal) => Promise<T>, timeout: number, signal?: AbortSignal): Promise<T> {
    for (let made = 1; ; made++) {
      signal?.throwIfAborted();
      const limits = [signal, timeout < Infinity ? AbortSignal.timeout(timeout) : undefined].filter((limit) => limit !== undefined);
      let delay: number | undefined;
      try {
        return await attempt(made, AbortSignal.any(limits));
      } catch (failure) {
        signal?.throwIfAborted();
        delay = this.#delay(made, failure);
        if (delay === undefined) throw failure;
      }

      await sleep(delay, signal);
    }
  }

  #delay(made: number, failure: unknown): number | undefined {
    if (made >= this.#attempts) return undefined;
    if (failure instanceof RoadSegError) {
      if (!failure.retryable) return undefined;
      if (failure.retryAfter !== undefined) {
        // Many clients that failed at one moment must not come back at one moment.
        const asked = failure.retryAfter * 1000;
        return asked > this.#maxDelay ? undefined : asked * (1 + 0.2 * Math.random());
      }
    } else if (!(failure instanceof TypeError || (failure instanceof DOMException && failure.name === "TimeoutError"))) {
      // fetch says TypeError where a connection fails.
      return undefined;
    }

    return Math.min(this.#firstDelay * 2 ** (made - 1), this.#maxDelay) * (0.5 + 0.5 * Math.random());
  }
}

/** Resolves after so many milliseconds, or throws the signal's reason. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
