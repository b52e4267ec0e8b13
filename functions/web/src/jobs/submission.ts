import { call, ended, Failure, json, type Job, type Ticket } from '../api';

/** A photo on its way: from the file to the end of its job. Listeners hear of every change. */
export interface Submission {
  readonly file: File;
  /** The model asked for, as name or name@version; absent for the one that serves. */
  readonly model?: string | undefined;
  readonly preview: string;
  id?: string;
  /** Of the upload, 0 to 1. */
  sent: number;
  uploadMilliseconds?: number;
  job?: Job;
  error?: string;
}

const longPollSeconds = 25;
const parallel = 3;

export const submissions: Submission[] = [];
const listeners = new Set<(changed: Submission) => void>();

export function listen(listener: (changed: Submission) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const changed = (submission: Submission) => listeners.forEach(listener => listener(submission));

/** Hands out a few places at a time: browsers open six connections to a host, and polls must not take them all. */
class Places {
  private waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>(resolve => this.waiting.push(resolve));
    else this.free--;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

const uploads = new Places(parallel);
const polls = new Places(parallel);
let watched = 0;

/** Submits photos, to a model where one is named. */
export function submit(files: Iterable<File>, model?: string): Submission[] {
  const added = [...files].map<Submission>(file => ({ file, model, preview: URL.createObjectURL(file), sent: 0 }));
  submissions.unshift(...added);
  for (const submission of added) {
    changed(submission);
    void run(submission);
  }
  return added;
}

async function run(submission: Submission) {
  try {
    await uploads.use(() => upload(submission));
    await watch(submission.id!, job => {
      submission.job = job;
      changed(submission);
    });
  } catch (error) {
    submission.error = error instanceof Error ? error.message : String(error);
    changed(submission);
  }
}

async function upload(submission: Submission) {
  const { file } = submission;
  if (file.size === 0) throw new Failure('The file is empty. Choose another photo.');
  const ticket = await json<Ticket>('/v1/uploads', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fileName: file.name || 'photo', contentType: file.type || 'application/octet-stream', model: submission.model }),
  });
  if (file.size > ticket.maxBytes) {
    void call(`/v1/jobs/${ticket.id}`, { method: 'DELETE' }).catch(() => undefined);
    throw new Failure(`The photo has ${Math.ceil(file.size / 1e6)} MB; at most ${Math.floor(ticket.maxBytes / 1e6)} MB are taken. Send a smaller one.`);
  }
  submission.id = ticket.id;
  changed(submission);
  const began = performance.now();
  await put(ticket, file, sent => {
    submission.sent = sent;
    changed(submission);
  });
  submission.sent = 1;
  submission.uploadMilliseconds = performance.now() - began;
  changed(submission);
}

// XMLHttpRequest, because fetch tells nothing of an upload's progress. The function key does not go to storage.
function put(ticket: Ticket, file: File, progress: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(ticket.method, ticket.url);
    for (const [name, value] of Object.entries(ticket.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = event => progress(event.loaded / event.total);
    request.onload = () => request.status < 300
      ? resolve()
      : reject(new Failure(request.status === 403 ? 'The upload key has ended. Send the photo again.' : `Storage did not take the photo (status ${request.status}). Send it again.`));
    request.onerror = () => reject(new Failure('The upload broke off: storage cannot be reached from this page. Check the connection, then send the photo again.'));
    request.send(file);
  });
}

/** Follows a job to its end by long polls. */
export async function watch(id: string, tell: (job: Job) => void, signal?: AbortSignal): Promise<Job | null> {
  watched++;
  try {
    let tag = '';
    let failures = 0;
    while (!signal?.aborted) {
      const wait = watched > parallel ? 0 : longPollSeconds;
      try {
        const answer = await polls.use(() => call(`/v1/jobs/${encodeURIComponent(id)}?wait=${tag ? wait : 0}`, { headers: tag ? { 'If-None-Match': tag } : {}, ...(signal ? { signal } : {}) }));
        failures = 0;
        if (answer.status !== 304) {
          tag = answer.headers.get('ETag') ?? '';
          const job = await answer.json() as Job;
          tell(job);
          if (ended(job.state)) return job;
        }
      } catch (error) {
        if (signal?.aborted) return null;
        const lasting = error instanceof Failure && error.status >= 400 && error.status < 500 && error.status !== 429;
        if (lasting || ++failures > 5) throw error;
        await pause(1000 * failures);
      }
      if (wait === 0 || !tag) await pause(500);
    }
    return null;
  } finally {
    watched--;
  }
}

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
