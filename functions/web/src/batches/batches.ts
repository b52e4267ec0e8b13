import { json } from '../api';
import { videoSection } from '../clips/start';
import { dateTime, fill, h, refresh } from '../dom';
import { repeat } from '../live';
import { pill, words } from '../ui';
import { moves, nameOf, over, progressWords, standing, type Batch } from './records';

const pageSize = 20;
const workingMilliseconds = 2000;
const idleMilliseconds = 10_000;

/** The visitor's batches, newest first. */
export function batches(main: HTMLElement): () => void {
  document.title = 'Batches · RoadSeg';
  const stop = new AbortController();
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the batches …');
  const list = h('ul', { className: 'rows' });
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => { pages++; load().catch((error: unknown) => tell(words(error))); } }, 'Show more');
  const video = videoSection();
  let pages = 1;
  let shown = '';
  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/jobs' }, 'Jobs')),
      h('h1', {}, 'Batches'),
      h('p', { className: 'muted facts' }, 'Many photos as one. Search ', h('a', { href: '#/jobs' }, 'Jobs'), ' by a tag to make a batch of what you find, or let ',
        h('code', {}, './roadseg batch FOLDER'), ' send a folder.')),
    video.section, message, list, more);

  async function load(): Promise<number> {
    const found: Batch[] = [];
    let next: string | undefined;
    for (let page = 0; page < pages && (page === 0 || next); page++) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { after: next } : {}) });
      const read = await json<{ items: Batch[]; next?: string }>(`/v1/batches?${query}`, { signal: stop.signal });
      found.push(...read.items);
      next = read.next;
    }
    const now = JSON.stringify(found);
    if (now !== shown) refresh(list, ...found.map(row));
    shown = now;
    more.hidden = !next;
    message.hidden = found.length > 0;
    message.textContent = 'No batch yet.';
    return found.some(moves) ? workingMilliseconds : idleMilliseconds;
  }

  function tell(text: string) {
    message.hidden = false;
    message.textContent = text;
  }

  void repeat(stop.signal, load, tell);
  return () => {
    stop.abort();
    video.leave();
  };
}

function row(batch: Batch): HTMLElement {
  return h('li', {},
    h('div', { className: 'row-text' },
      h('a', { href: `#/batches/${batch.id}` }, nameOf(batch)),
      h('span', { className: 'hint' }, [progressWords(batch), dateTime(batch.createdAt)].filter(Boolean).join('  ·  '))),
    pill(...standing(batch)),
    !over(batch) && h('div', { className: 'live' }, h('progress', { max: 1, value: batch.progress, 'aria-label': `Progress of ${nameOf(batch)}` })),
    batch.failure && h('p', { className: 'error' }, batch.failure.message));
}
