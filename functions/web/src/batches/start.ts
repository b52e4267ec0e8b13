import { json } from '../api';
import { action } from '../ui';
import type { Batch } from './records';

/** A button that makes one batch of all jobs with a tag, which is asked for when it is used. */
export function batchOf(tag: () => string | undefined): HTMLElement {
  return action('Make a batch of these', async () => {
    const [name, ...value] = (tag() ?? '').split(':');
    const made = await json<Batch>('/v1/batches', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ of: { [name!]: value.join(':') } }) });
    location.hash = `#/batches/${made.id}`;
  }, 'button quiet');
}
