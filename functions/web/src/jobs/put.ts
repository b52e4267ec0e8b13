import { Failure, type Ticket } from '../api';

const stalledMilliseconds = 60_000;

/** Sends a file to storage. By XMLHttpRequest, because fetch tells nothing of an upload's progress; the function key does not go there. */
export function put(ticket: Ticket, file: File, signal: AbortSignal, progress: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const moving = () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => request.abort(), stalledMilliseconds);
    };
    const abort = () => request.abort();
    signal.addEventListener('abort', abort);
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = event => {
      moving();
      progress(event.loaded / event.total);
    };
    request.onload = () => request.status < 300
      ? resolve()
      : reject(new Failure(request.status === 403 ? 'The time for this upload has run out. Send the photo again.' : `Storage did not take the photo (status ${request.status}). Send it again.`));
    request.onerror = () => reject(new Failure('The upload broke off: storage cannot be reached from this page. Check the connection, then send the photo again.'));
    request.onabort = () => reject(new Failure('The upload came to a stop. Check the connection, then send the photo again.'));
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    moving();
    request.send(file);
    if (signal.aborted) request.abort();
  });
}
