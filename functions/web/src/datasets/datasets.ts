import { json, said } from '../api';
import { dateTime, fill, h, refresh } from '../dom';
import { repeat } from '../live';
import { pill } from '../ui';
import { underWay } from '../upload/upload';
import { stateWords, type Dataset } from './records';

export const checkingMilliseconds = 1500;
const idleMilliseconds = 10_000;

/** The data sets that were dropped, and how far each is. */
export function datasets(main: HTMLElement): () => void {
  const stop = new AbortController();
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the data sets …');
  const list = h('ul', { className: 'rows' });
  fill(main,
    h('div', { className: 'page-head' },
      h('h1', {}, 'Data sets'),
      h('p', { className: 'muted facts' }, 'Labelled images, checked, curated, and ready to train on. Upload them here, or copy them into the container ', h('code', {}, 'datasets'), ', ', h('code', {}, 'dataset.json'), ' last.'),
      h('div', { className: 'row top' }, h('a', { className: 'button', href: '#/upload' }, underWay() ? 'Look at the upload' : 'Upload a data set'), h('a', { className: 'button quiet', href: '#/review' }, 'Photos to review'))),
    message, list);

  let shown = '';
  void repeat(stop.signal, async () => {
    const { items } = await json<{ items: Dataset[] }>('/v1/datasets', { signal: stop.signal });
    message.hidden = items.length > 0;
    message.textContent = 'No data set yet.';
    const now = JSON.stringify(items);
    if (now !== shown) refresh(list, ...items.map(row));
    shown = now;
    // New drops come without anybody on this page doing anything.
    return items.some(one => one.state === 'checking') ? checkingMilliseconds : idleMilliseconds;
  }, text => {
    message.hidden = false;
    message.textContent = text;
  });
  return () => stop.abort();
}

function row(set: Dataset): HTMLElement {
  return h('li', {},
    h('div', { className: 'row-text' },
      h('a', { href: `#/datasets/${encodeURIComponent(set.name)}` }, set.name),
      h('span', { className: 'hint' }, [set.versions.length > 1 && `${set.versions.length} versions`, dateTime(set.finishedAt ?? set.receivedAt)].filter(Boolean).join('  ·  '))),
    pill(set.state, stateWords[set.state]),
    set.state === 'checking' && checking(set),
    set.failure && h('p', { className: 'error' }, said(set.failure.message)),
    set.late && h('p', { className: 'error' }, said(set.late.message)));
}

/** How far the check of a set is, as a bar and in words. */
export function checking(set: Dataset): HTMLElement {
  const { stage = 'waiting', done = 0, total = 0 } = set.progress ?? {};
  const text = total > 0 ? `${stage}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : `${stage} …`;
  return h('div', { className: 'live' },
    h('progress', { max: 1, ...(total > 0 ? { value: done / total } : {}), 'aria-label': `Check of ${set.name}` }),
    h('span', { className: 'hint' }, text),
    set.setback && h('p', { className: 'hint' }, `Stopped at ${dateTime(set.setback.at)}, and tried again by itself: ${said(set.setback.message)}`));
}
