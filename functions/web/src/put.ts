import { Failure } from './api';

const stalledMilliseconds = 60_000;

/** Where something is put: an address in storage that holds its own key. */
export interface Target { method: string; url: string; headers: Record<string, string> }

/** Why storage has not what was put: its key has ended, storage takes none of it, or the line broke. */
export type PutFault = 'expired' | 'refused' | 'unreachable';

/**
 * Sends something to storage. By XMLHttpRequest, because fetch tells nothing of an upload's progress; the function key does not go there. The code of a failure is a
 * PutFault. `what` is what the failure's words call it.
 */
export function put(target: Target, content: Blob, signal: AbortSignal, progress: (sent: number) => void, what = 'photo'): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const fail = (fault: PutFault, message: string) => reject(new Failure(message, fault));
    const moving = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => request.abort(), stalledMilliseconds);
    };
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.open(target.method, target.url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = event => {
      moving();
      progress(event.total > 0 ? event.loaded / event.total : 1);
    };
    request.onload = () => {
      if (request.status < 300) resolve();
      else if (request.status === 403) fail('expired', `The time for this upload has run out. Send the ${what} again.`);
      else if (request.status >= 500) fail('unreachable', `Storage is busy. Send the ${what} again.`);
      else fail('refused', `Storage did not take the ${what} (status ${request.status}). Send it again.`);
    };
    request.onerror = () => fail('unreachable', `The upload broke off: storage cannot be reached from this page. Check the connection, then send the ${what} again.`);
    request.onabort = () => fail('unreachable', `The upload came to a stop. Check the connection, then send the ${what} again.`);
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    moving();
    request.send(content);
    if (signal.aborted) request.abort();
  });
}
