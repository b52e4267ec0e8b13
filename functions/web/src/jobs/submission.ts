import { call, ended, Failure, json, type Job, type Ticket } from '../api';
import { lasting } from '../live';
import { words } from '../ui';
import { Places } from './places';
import { put } from './put';
import { watch } from './watch';

/** A photo on its way: from the file to the end of its job. Listeners hear of every change. */
export interface Submission {
  readonly file: File;
  /** The model asked for, as name or name@version; absent for the one that serves. */
  readonly model?: string | undefined;
  readonly preview: string;
  /** Breaks the upload off, or lets the job go unfollowed. */
  stop: AbortController;
  id?: string | undefined;
  /** Of the upload, 0 to 1. */
  sent: number;
  uploadMilliseconds?: number | undefined;
  job?: Job | undefined;
  error?: string | undefined;
  /** Why nothing is heard of the job for now. */
  trouble?: string | undefined;
  /** Whether sending it once more may help. */
  again?: boolean;
}

const parallel = 3;

export const submissions: Submission[] = [];
const listeners = new Set<(changed: Submission) => void>();

export function listen(listener: (changed: Submission) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(submission: Submission, what: Partial<Submission>) {
  Object.assign(submission, what);
  listeners.forEach(listener => listener(submission));
}

const uploads = new Places(parallel);

/** Submits photos, to a model where one is named. */
export function submit(files: Iterable<File>, model?: string): Submission[] {
  const added = [...files].map<Submission>(file => ({ file, model, preview: URL.createObjectURL(file), stop: new AbortController(), sent: 0 }));
  submissions.unshift(...added);
  for (const submission of added) void run(submission);
  return added;
}

/** Sends a photo that came to nothing once more, as a new job. */
export function sendAgain(submission: Submission) {
  submission.stop.abort();
  submission.stop = new AbortController();
  void run(submission);
}

async function run(submission: Submission) {
  const { id, stop: { signal } } = submission;
  change(submission, { sent: 0, uploadMilliseconds: undefined, job: undefined, error: undefined, trouble: undefined, again: false });
  try {
    await uploads.use(() => upload(submission, signal));
  } catch (error) {
    change(submission, signal.aborted ? { error: 'You canceled the upload.', again: true } : { error: words(error), again: !lasting(error) });
    if (submission.id === id) return;
  }
  // Followed even when the upload seems to have failed: only the answer may have been lost.
  await follow(submission, signal);
}

async function follow(submission: Submission, signal: AbortSignal) {
  try {
    await watch(submission.id!, job => change(submission, {
      job, trouble: undefined,
      ...(job.state === 'awaiting-upload' ? {} : { sent: 1, error: undefined, again: ended(job.state) && (job.failure?.retryable ?? job.state !== 'succeeded') }),
    }), signal, trouble => change(submission, { trouble }), true);
  } catch (error) {
    change(submission, { error: words(error), trouble: undefined });
  }
}

async function upload(submission: Submission, signal: AbortSignal) {
  const { file, id } = submission;
  if (file.size === 0) throw new Failure('The file is empty. Choose another photo.', '', 400);
  const ticket = await json<Ticket>('/v1/uploads', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fileName: file.name || 'photo', contentType: file.type || 'application/octet-stream', model: submission.model }),
    signal,
  });
  if (file.size > ticket.maxBytes) {
    forget(ticket.id);
    throw new Failure(`The photo has ${Math.ceil(file.size / 1e6)} MB; at most ${Math.floor(ticket.maxBytes / 1e6)} MB are taken. Send a smaller one.`, '', 413);
  }
  if (id) forget(id);
  change(submission, { id: ticket.id });
  const began = performance.now();
  await put(ticket, file, signal, sent => change(submission, { sent }));
  change(submission, { sent: 1, uploadMilliseconds: performance.now() - began });
}

const forget = (id: string) => void call(`/v1/jobs/${id}`, { method: 'DELETE' }).catch(() => undefined);
