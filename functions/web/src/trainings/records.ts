import type { Gate } from '../models/records';

/** A training run, as `GET /v1/trainings/{id}` shows it. */
export interface Training {
  id: string;
  state: 'queued' | 'running' | 'evaluating' | 'publishing' | 'succeeded' | 'failed' | 'canceled';
  plan: { dataset: string; datasetVersion: string; recipe: string; settings: Record<string, string>; model: string; init: string; promote: boolean };
  times: { createdAt: string; startedAt?: string; finishedAt?: string };
  attempt: number;
  progress?: { epoch: number; epochs: number; step: number; steps: number; loss?: number; meanIoU?: number; pixelAccuracy?: number; remainingSeconds?: number; at: string };
  /** What it waits for while no trainer works on it. */
  waits?: { since: string; trainers: number; message: string };
  version?: string;
  gate?: Gate;
  failure?: { code: string; message: string };
  links: Record<string, string>;
}

export const over = (run: Training) => run.state === 'succeeded' || run.state === 'failed' || run.state === 'canceled';

const stateWords: Record<Training['state'], string> = {
  queued: 'in the queue', running: 'learning', evaluating: 'evaluating', publishing: 'publishing', succeeded: 'done', failed: 'failed', canceled: 'canceled',
};

/** Where a run stands, as a pill shows it: one that its checks refused did not come to what it was started for. */
export function standing(run: Training): [look: string, words: string] {
  if (run.waits && run.state !== 'queued') return ['queued', 'waiting for a trainer'];
  if (run.state === 'succeeded' && run.gate && !run.gate.passed) return ['failed', 'did not pass its checks'];
  return [run.state, stateWords[run.state]];
}
