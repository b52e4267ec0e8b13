import { call, ended, Failure, type Job } from '../api';
import { ask } from '../dialog';
import { h } from '../dom';
import { forgetDraft } from '../edit/draft';
import { erased } from './submission';

/** Asks whether jobs are to be deleted with all that is kept of them. */
export function askToErase(jobs: readonly Job[]): Promise<boolean> {
  const [first] = jobs;
  const one = jobs.length === 1;
  const going = jobs.filter(job => !ended(job.state)).length;
  return ask(one ? `Delete ${first!.fileName ?? 'this job'} for good?` : `Delete ${jobs.length} jobs for good?`, [
    h('p', {}, one ? 'The photo, its results, name and tags are deleted at once and for good. Links to it lead nowhere from then on.'
      : 'Their photos, results, names and tags are deleted at once and for good. Links to them lead nowhere from then on.'),
    ...(going > 0 ? [h('p', {}, one ? 'It has not ended: it stops.' : `${going} of them ${going === 1 ? 'has' : 'have'} not ended: ${going === 1 ? 'it stops' : 'they stop'}.`),
      h('p', { className: 'hint' }, 'To stop a job and keep it in the list, cancel it instead.')] : []),
  ], 'Delete for good', 'Keep', 'button danger');
}

/** Deletes a job, its photo and its results; this browser forgets it too. One that is gone already is gone. */
export async function erase(id: string, signal?: AbortSignal): Promise<void> {
  try {
    await call(`/v1/jobs/${encodeURIComponent(id)}?erase=true`, { method: 'DELETE', ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!(error instanceof Failure && error.status === 404)) throw error;
  }
  erased(id);
  await forgetDraft(id);
}
