import { call, ended, type Job } from '../api';
import { lasting, repeat } from '../live';
import { Places } from './places';

const longPollSeconds = 25;
// Places in line change without the record: the service wakes nobody for them.
const queuedPollSeconds = 3;
// Browsers open six connections to a host: what is followed aside takes two at most.
const parallel = 2;

const polls = new Places(parallel);
let followed = 0;

/** Follows a job to its end by long polls; null when it is not followed to there. Failures that may pass are told as trouble, others thrown. `aside` is for jobs that are not a page's own. */
export async function watch(id: string, tell: (job: Job) => void, signal: AbortSignal, trouble: (text: string) => void, aside = false): Promise<Job | null> {
  let tag = '';
  let job: Job | null = null;
  let failure: unknown;
  if (aside) followed++;
  const crowded = () => aside && followed > parallel;
  const poll = () => {
    const wait = !tag || crowded() ? 0 : job?.state === 'queued' ? queuedPollSeconds : longPollSeconds;
    return call(`/v1/jobs/${encodeURIComponent(id)}?wait=${wait}`, { headers: tag ? { 'If-None-Match': tag } : {}, signal });
  };
  await repeat(signal, async () => {
    const answer = await (aside && tag ? polls.use(poll) : poll());
    if (answer.status !== 304) {
      job = await answer.json() as Job;
      tag = answer.headers.get('ETag') ?? '';
      tell(job);
      if (ended(job.state)) return null;
    }
    return crowded() ? Math.min(5000, 100 * followed) : tag ? 0 : 500;
  }, (text, error) => {
    tag = '';
    if (lasting(error)) failure = error;
    else trouble(text);
  });
  if (aside) followed--;
  if (failure) throw failure;
  return signal.aborted ? null : job;
}
