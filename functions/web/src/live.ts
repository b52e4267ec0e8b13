import { Failure } from './api';
import { words } from './ui';

const slowest = 15_000;

/**
 * Does something again and again until it answers that nothing more will change, or the signal ends it. Waits longer after failures, and does
 * nothing while the page is not looked at. Failures that will stay are told and end it.
 */
export async function repeat(milliseconds: number, signal: AbortSignal, work: () => Promise<boolean>, fail: (message: string) => void): Promise<void> {
  let wait = milliseconds;
  while (!signal.aborted) {
    try {
      if (!await work()) return;
      wait = milliseconds;
    } catch (error) {
      if (signal.aborted) return;
      fail(words(error));
      if (error instanceof Failure && error.status >= 400 && error.status < 500 && error.status !== 429) return;
      wait = Math.min(slowest, 2 * wait);
    }
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
