import { Failure, json } from '../api';
import type { Dataset } from './records';

const before = new Map<string, string | null>();

/** When a set's latest drop was received; null where there is none of the name. */
export async function receivedOf(name: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await json<Dataset>(`/v1/datasets/${encodeURIComponent(name)}`, { signal })).receivedAt;
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  }
}

/** Notes that a set is about to be there, whose latest drop is still the one received then. */
export function expect(name: string, received: string | null) {
  before.set(name, received);
}

/** Whether a set that was uploaded by this page is not taken up yet: what is known of it is about the drop before. */
export function awaited(name: string, set?: Dataset): boolean {
  if (before.has(name) && before.get(name) === (set?.receivedAt ?? null)) return true;
  before.delete(name);
  return false;
}
