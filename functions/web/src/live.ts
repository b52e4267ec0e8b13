import { Failure } from './api';
import { words } from './ui';

const afterFailure = 2000;
const slowest = 15_000;

/** Whether trying again would end the same. */
export const lasting = (error: unknown) => error instanceof Failure && error.status >= 400 && error.status < 500 && error.status !== 429;

/**
 * Does something again and again: it answers after how many milliseconds, or null when nothing more will change. Waits longer after failures, as the service asks, and
 * does nothing while nobody looks at the page. Failures that will stay end it; every failure is told.
 */
export async function repeat(signal: AbortSignal, work: () => Promise<number | null>, fail: (message: string, error: unknown) => void): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let wait: number | null;
    try {
      wait = await work();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      fail(words(error), error);
      wait = lasting(error) ? null : Math.max(error instanceof Failure ? 1000 * error.retrySeconds : 0, Math.min(slowest, afterFailure * 2 ** failures++));
    }
    if (wait === null) return;
    await pause(wait, signal);
    while (document.hidden && !signal.aborted) await pause(500, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
