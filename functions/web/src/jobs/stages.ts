import { duration, h } from '../dom';
import { said, type Job } from '../api';
import type { Submission } from './submission';

interface Stage { name: string; state: 'done' | 'now' | 'next' | 'failed'; text: string }

const between = (from?: string, to?: string) => (from && to ? duration(Date.parse(to) - Date.parse(from)) : '');

/** The stages of a job with their times, as a list. */
export function stageList(job: Job | undefined, submission?: Submission): HTMLElement {
  const stages = stagesOf(job, submission);
  return h('ol', { className: 'stages' }, ...stages.map(stage =>
    h('li', { className: stage.state, 'aria-current': stage.state === 'now' ? 'step' : undefined },
      h('span', { className: 'stage-name' }, stage.name, stage.state === 'done' && h('span', { className: 'hidden-text' }, ', done')),
      h('span', { className: 'stage-time' }, stage.text))));
}

function stagesOf(job: Job | undefined, submission?: Submission): Stage[] {
  const times = job?.times;
  const over = job && (job.state === 'failed' || job.state === 'canceled' || job.state === 'expired');
  const uploaded = submission?.uploadMilliseconds !== undefined || times?.receivedAt;
  const stages: Stage[] = [
    {
      name: 'Upload',
      state: uploaded ? 'done' : 'now',
      text: submission?.uploadMilliseconds !== undefined ? duration(submission.uploadMilliseconds)
        : uploaded ? between(times?.createdAt, times?.receivedAt)
        : submission ? `${Math.round(100 * submission.sent)} %` : 'waiting for the photo',
    },
    {
      name: 'Preprocessing',
      state: times?.queuedAt ? 'done' : uploaded ? 'now' : 'next',
      text: between(times?.receivedAt, times?.queuedAt),
    },
    {
      name: 'Queue',
      state: times?.startedAt ? 'done' : job?.state === 'queued' ? 'now' : 'next',
      text: job?.queue ? place(job.queue) : between(times?.queuedAt, times?.startedAt),
    },
    {
      name: 'Segmentation',
      state: job?.state === 'succeeded' ? 'done' : job?.state === 'running' ? 'now' : 'next',
      text: job?.state === 'succeeded' ? between(times?.startedAt, times?.finishedAt) : '',
    },
  ];
  if (submission?.error || over) {
    const at = stages.find(stage => stage.state !== 'done');
    if (at) {
      at.state = 'failed';
      at.text = job?.state ?? 'failed';
    }
  }
  return stages;
}

function place(queue: NonNullable<Job['queue']>): string {
  const ahead = queue.position <= 1 ? 'next in line' : `number ${queue.position} in line`;
  return queue.estimatedSeconds ? `${ahead}, about ${duration(1000 * queue.estimatedSeconds)}` : ahead;
}

/** Why a job that has ended has no result; absent where there is one, or may still be. */
export function problemOf(job: Job | undefined): string | undefined {
  switch (job?.state) {
    case 'failed': return said(job.failure!.message);
    case 'canceled': return 'This job was canceled before it had a result.';
    case 'expired': return 'No photo came in time, so the place that was kept for it is gone. Send the photo again.';
    default: return undefined;
  }
}

/** One word for where a job stands. */
export const stateWord: Record<Job['state'], string> = {
  'awaiting-upload': 'awaiting upload',
  received: 'preprocessing',
  queued: 'in the queue',
  running: 'running',
  succeeded: 'done',
  failed: 'failed',
  canceled: 'canceled',
  expired: 'expired',
};
