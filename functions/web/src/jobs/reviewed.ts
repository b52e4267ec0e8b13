import { call, type Job } from '../api';
import { ask } from '../dialog';
import { announce, dateTime, h } from '../dom';
import { action, table } from '../ui';

/** What a person made of a job's mask, and the way to correct it. `own` says which of the two masks is shown. */
export function reviewedSection(job: Job, own: boolean, show: (own: boolean) => void, changed: () => void): HTMLElement {
  const { review } = job;
  const correct = h('a', { className: 'button quiet', href: `#/jobs/${encodeURIComponent(job.id)}/correct` }, review ? 'Correct again' : 'Correct');
  if (!review) return h('section', { className: 'reviewed', 'aria-labelledby': 'reviewed-title' }, h('h2', { id: 'reviewed-title' }, 'Not quite right?'), h('p', { className: 'hint' }, 'Paint over what the model got wrong. A corrected mask counts as a person’s when photos are downloaded to train on.'), correct);

  async function takeBack() {
    if (!await ask('Take the correction back?', [h('p', {}, `What ${review!.by} corrected is deleted for good, and the model’s own mask counts again.`)], 'Take back', 'Keep', 'button danger')) return;
    await call(`/v1/jobs/${encodeURIComponent(job.id)}/review`, { method: 'DELETE', headers: { 'If-Match': `"${review!.version}"` } });
    announce('The correction is taken back');
    changed();
  }

  const number = (count: number) => count.toLocaleString('en');
  const rows = review.classes.filter(one => one.pixels > 0 || one.changed > 0).map(one => [one.name, number(one.changed), number(one.pixels)]);
  return h('section', { className: 'reviewed', 'aria-labelledby': 'reviewed-title' },
    h('h2', { id: 'reviewed-title' }, 'Corrected'),
    h('p', { className: 'hint' }, `By ${review.by} on ${dateTime(review.at)}: ${number(review.changed)} ${review.changed === 1 ? 'pixel' : 'pixels'} changed.`),
    h('label', { className: 'row check' }, h('input', { type: 'checkbox', checked: own, onchange: (event: Event) => show((event.target as HTMLInputElement).checked) }), 'Show the model’s own mask'),
    h('details', {}, h('summary', {}, 'By class'), table('Pixels of the corrected mask', ['Class', 'Changed', 'In all'], [...rows, ...(review.unknown > 0 ? [['unknown', number(review.unknown), number(review.unknown)]] : [])], 2)),
    h('div', { className: 'row top' }, correct, action('Take back', takeBack, 'button quiet')));
}
