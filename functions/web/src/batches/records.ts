import type { Clip } from '../clips/records';
import { duration } from '../dom';

/** A batch, as `GET /v1/batches/{id}` shows it. */
export interface Batch {
  id: string;
  state: 'listing' | 'running' | 'canceling' | 'completed' | 'canceled' | 'failed';
  name?: string;
  source: {
    prefix?: string; names?: number; tags?: Record<string, string>;
    clip?: { fileName?: string; file?: string; everySeconds: number; frames: number };
  };
  createdAt: string;
  finishedAt?: string;
  total: number;
  counts?: { waiting: number; underWay: number; succeeded: number; failed: number; canceled: number; codes?: Record<string, number> };
  progress: number;
  estimatedSeconds?: number;
  archives: { id: string; results: string[]; progress: number; finishedAt?: string; parts: { bytes: number; photos: number; missing: number; address: string }[] }[];
  clip?: Clip;
  failure?: { code: string; message: string };
  links: Record<string, string>;
}

/** A photo of a batch. */
export interface Item {
  index: number;
  name?: string;
  /** Of a frame of a video. */
  seconds?: number;
  state: string;
  job?: string;
  code?: string;
  message?: string;
  links?: Record<string, string>;
}

export const over = (batch: Batch) => batch.state === 'completed' || batch.state === 'canceled' || batch.state === 'failed';

/** True while something of it is still to come: photos, or archives. */
export const moves = (batch: Batch) => !over(batch) || batch.archives.some(archive => !archive.finishedAt);

const stateWord: Record<Batch['state'], string> = {
  listing: 'listing photos', running: 'working', canceling: 'stopping', completed: 'done', canceled: 'canceled', failed: 'failed',
};

/** Where a batch stands, as a pill shows it. */
export const standing = (batch: Batch): [look: string, words: string] => [
  batch.state === 'completed' ? 'succeeded' : batch.state,
  batch.state === 'listing' && batch.source.clip ? 'taking frames' : stateWord[batch.state],
];

/** What it is made of. */
export const piecesOf = (batch: Batch) => (batch.source.clip ? 'frames' : 'photos');

/** What its visitors call a batch. */
export function nameOf(batch: Batch): string {
  const { prefix, tags, clip } = batch.source;
  return batch.name ?? (clip && (clip.fileName ?? clip.file ?? 'Video')) ?? prefix ?? (tags && Object.entries(tags).map(([name, value]) => `${name}:${value}`).join(', ')) ?? `${batch.total} photos`;
}

/** How far it is, in words. */
export function progressWords(batch: Batch): string {
  const { counts, total, estimatedSeconds } = batch;
  const pieces = piecesOf(batch);
  if (!counts && total === 0) return batch.source.clip && !over(batch) ? 'Frames are being taken of the video.' : '';
  if (!counts) return `${total.toLocaleString('en')} ${pieces}`;
  return [
    `${(total - counts.waiting - counts.underWay).toLocaleString('en')} of ${total.toLocaleString('en')} ${pieces}`,
    counts.failed > 0 && `${counts.failed.toLocaleString('en')} failed`, counts.canceled > 0 && `${counts.canceled.toLocaleString('en')} canceled`,
    estimatedSeconds !== undefined && estimatedSeconds >= 1 && `about ${duration(1000 * estimatedSeconds)} left`,
  ].filter(Boolean).join(', ');
}
