import type { Review } from '../api';
import { dateTime, fill, h } from '../dom';
import { action } from '../ui';

/** Says that somebody else has saved, or taken back, meanwhile, and asks what to do. */
export function conflictOf(place: HTMLElement, review: Review | undefined, ways: { mine(): Promise<void>; theirs(): Promise<void> }) {
  const head = h('p', { tabIndex: -1 }, review
    ? `${review.by} saved another version on ${dateTime(review.at)}: ${review.changed.toLocaleString('en')} pixels changed. Yours is not saved yet.`
    : 'The version that you began from was taken back meanwhile. Yours is not saved yet.');
  fill(place, h('div', { className: 'note error', role: 'alert' }, head,
    h('div', { className: 'row' }, action(review ? 'Look at theirs' : 'Look at the model’s mask', ways.theirs, 'button quiet'), action(review ? 'Replace it with mine' : 'Save mine', ways.mine, 'button'))));
  head.focus();
}
