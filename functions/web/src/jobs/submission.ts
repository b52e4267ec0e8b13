import { call, ended, Failure, json, type Job, type Ticket } from '../api';
import { lasting } from '../live';
import { put } from '../put';
import { words } from '../ui';
import { memory } from './memory';
import { Places } from './places';
import { watch } from './watch';

/** A photo on its way: from the file to the end of its job. Listeners hear of every change. */
export interface Submission {
  /** Absent of a photo that was sent before the page was loaded. */
  file?: File | undefined;
  name: string;
  size?: number | undefined;
  /** The model asked for, as name or name@version; absent for the one that serves. */
  readonly model?: string | undefined;
  /** Whether it is looked at in tiles too. */
  readonly detail?: boolean | undefined;
  /** How often the model runs for it then, once that is known. */
  runs?: number | undefined;
  preview?: string | undefined;
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
const unfinished = 'Its upload was not finished when the page was left. Choose the photo again, unless another tab is still sending it.';

export const submissions: Submission[] = [];
const listeners = new Set<(changed: Submission) => void>();

export function listen(listener: (changed: Submission) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function change(submission: Submission, what: Partial<Submission>) {
  Object.assign(submission, what);
  warn();
  listeners.forEach(listener => listener(submission));
}

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

// Who leaves in the middle of an upload is asked whether to. Held only so long: browsers keep pages without it ready for the way back.
function warn() {
  if (submissions.some(one => one.file && !one.error && one.uploadMilliseconds === undefined && one.sent < 1)) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}

const uploads = new Places(parallel);

/** Submits photos, to a model where one is named, and in detail where that is asked for. */
export function submit(files: Iterable<File>, model?: string, detail?: boolean): Submission[] {
  const added = [...files].map<Submission>(file => ({ ...ofFile(file), model, detail, stop: new AbortController(), sent: 0 }));
  submissions.unshift(...added);
  for (const submission of added) void run(submission);
  return added;
}

const ofFile = (file: File) => ({ file, name: file.name || 'photo', size: file.size, preview: URL.createObjectURL(file) });

/** Sends a photo that came to nothing once more, as a new job; its file where the page does not hold it any more. */
export function sendAgain(submission: Submission, file?: File) {
  submission.stop.abort();
  submission.stop = new AbortController();
  if (file) Object.assign(submission, ofFile(file));
  void run(submission);
}

/** Takes up a job of which the page holds no photo, so that it can be sent again. */
export function adopt(job: Job): Submission {
  const submission = ofJob(job);
  submissions.push(submission);
  if (!ended(job.state)) void follow(submission, submission.stop.signal);
  return submission;
}

/** Whether a photo's upload is under way here, or was when this browser left the page. */
export const wasSending = (job: Job) => job.state === 'awaiting-upload' && memory.ids().includes(job.id);

const ofJob = (job: Job): Submission => ({ id: job.id, name: job.fileName ?? 'Photo', size: job.image?.bytes, model: job.model, stop: new AbortController(), ...standing(job) });

const standing = (job: Job): { sent: number } & Partial<Submission> => job.state === 'awaiting-upload'
  ? { job, sent: 0, error: unfinished, again: true }
  : { job, sent: 1, error: undefined, again: ended(job.state) && (job.failure?.retryable ?? job.state !== 'succeeded') };

let recalled: Promise<void> | undefined;

/** Brings back the photos that this browser sent before the page was loaded. Those that are gone, or another's, stay away. */
export const recall = () => recalled ??= (async () => {
  const ids = memory.ids().filter(id => submissions.every(one => one.id !== id));
  const jobs = await Promise.all(ids.map(id => json<Job>(`/v1/jobs/${id}`).catch((error: unknown) => {
    if (error instanceof Failure && error.status === 404) memory.remove(id);
    return null;
  })));
  const found = jobs.flatMap(job => (job && submissions.every(one => one.id !== job.id) ? [ofJob(job)] : []));
  submissions.push(...found);
  for (const submission of found) {
    change(submission, {});
    if (!ended(submission.job!.state)) void follow(submission, submission.stop.signal);
  }
})();

/** Takes what has ended from the list; the jobs stay. */
export function clear() {
  const over = submissions.filter(one => one.error ?? (one.job && ended(one.job.state)));
  for (const one of over) submissions.splice(submissions.indexOf(one), 1);
  memory.remove(...over.flatMap(one => one.id ?? []));
}

/** A job was erased: its photo goes from the list, and this browser keeps nothing of it. */
export function erased(id: string) {
  memory.remove(id);
  for (const one of submissions.filter(known => known.id === id)) {
    submissions.splice(submissions.indexOf(one), 1);
    one.stop.abort();
  }
}

async function run(submission: Submission) {
  const { id, stop: { signal } } = submission;
  change(submission, { sent: 0, uploadMilliseconds: undefined, job: undefined, error: undefined, trouble: undefined, again: false });
  try {
    await uploads.use(() => upload(submission, submission.file!, signal));
  } catch (error) {
    change(submission, signal.aborted ? { error: 'You canceled the upload.', again: true } : { error: words(error), again: !lasting(error) });
    if (submission.id === id) return;
  }
  // Followed even when the upload seems to have failed: only the answer may have been lost.
  await follow(submission, signal);
}

async function follow(submission: Submission, signal: AbortSignal) {
  try {
    await watch(submission.id!, job => change(submission, job.state === 'awaiting-upload' ? { job, trouble: undefined } : { trouble: undefined, ...standing(job) }),
      signal, trouble => change(submission, { trouble }), true);
  } catch (error) {
    change(submission, { error: words(error), trouble: undefined });
  }
}

async function upload(submission: Submission, file: File, signal: AbortSignal) {
  const { id } = submission;
  if (file.size === 0) throw new Failure('The file is empty. Choose another photo.', '', 400);
  if (submission.detail) change(submission, { runs: await runsOf(file, submission.model, signal) });
  const ticket = await json<Ticket>('/v1/uploads', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ fileName: file.name || 'photo', contentType: file.type || 'application/octet-stream', model: submission.model, ...submission.detail && { detail: 'high' } }),
    signal,
  });
  if (file.size > ticket.maxBytes) {
    forget(ticket.id);
    throw new Failure(`The photo has ${Math.ceil(file.size / 1e6)} MB; at most ${Math.floor(ticket.maxBytes / 1e6)} MB are taken. Send a smaller one.`, '', 413);
  }
  if (id) forget(id);
  memory.add(ticket.id, id);
  change(submission, { id: ticket.id });
  const began = performance.now();
  await put(ticket, file, signal, sent => change(submission, { sent }));
  change(submission, { sent: 1, uploadMilliseconds: performance.now() - began });
}

/** How often the model runs for a photo in detail; of one that the browser cannot read, the service's answer comes with the job. */
async function runsOf(file: File, model: string | undefined, signal: AbortSignal): Promise<number | undefined> {
  try {
    const { width, height } = await sizeOf(file);
    const query = new URLSearchParams({ width: `${width}`, height: `${height}`, detail: 'high', ...model && { model } });
    return (await json<{ runs: number }>(`/v1/estimate?${query}`, { signal })).runs;
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}

async function sizeOf(file: File): Promise<{ width: number; height: number }> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}

const forget = (id: string) => void call(`/v1/jobs/${id}`, { method: 'DELETE' }).catch(() => undefined);
