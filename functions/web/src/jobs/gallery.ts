import { keep, place } from '../address';
import { ended, Failure, json, said, type Job } from '../api';
import { batchOf } from '../batches/start';
import { dateTime, fill, h, refresh } from '../dom';
import { repeat } from '../live';
import { words } from '../ui';
import { search } from './search';
import { selection } from './selection';
import { stateWord } from './stages';
import { paint } from './thumbnails';

const pageSize = 24;
const liveMilliseconds = 3000;
const idleMilliseconds = 10_000;
const settledMilliseconds = 150;

/** Where a visitor was in the list: it is kept with the step of the browser's history, so that going back finds it. */
interface Left { pages: number; scroll: number; card?: string | undefined }

/** Recent jobs, newest first, with what came of them. */
export function gallery(main: HTMLElement): () => void {
  let stop = new AbortController();
  const list = h('ul', { className: 'gallery' });
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the jobs …');
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => void load(next).then(() => remember()).catch(fail) }, 'Show more');
  const find = search(() => { keep(find.settings()); left = undefined; begin(); remember(); });
  const notice = h('p', { className: 'hint', role: 'status', hidden: true });
  const cards = new Map<string, { job: Job; card: HTMLElement; look: HTMLElement }>();
  const selected = selection(() => [...cards.values()].map(({ job }) => job), () => stop.signal, erased);
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const job = cards.get((target as HTMLElement).dataset.job!)?.job;
      if (job) void paint(target as HTMLCanvasElement, job);
    }
  }, { rootMargin: '200px' });
  let next: string | undefined;
  let further = false;
  let pages = 0;
  let left = (history.state as { jobs?: Left } | null)?.jobs;
  let settled = 0;

  // Of a tag alone: what else is searched for no batch knows.
  const batch = batchOf(() => find.settings().tag);
  fill(main,
    h('div', { className: 'page-head' }, h('div', { className: 'row between' }, h('h1', {}, 'Jobs'), h('a', { href: '#/batches' }, 'Batches')), find.form),
    batch, notice, message, list, more, selected.bar);
  addEventListener('scroll', scrolled);
  begin();

  function scrolled() {
    clearTimeout(settled);
    settled = window.setTimeout(remember, settledMilliseconds);
  }

  function remember(card?: string) {
    // Until all is as it was, where it was still counts.
    if (left || place().parts.join('/') !== 'jobs') return;
    history.replaceState({ ...history.state as object | null, jobs: { pages, scroll: scrollY, card } satisfies Left }, '');
  }

  function begin() {
    stop.abort();
    stop = new AbortController();
    notice.hidden = true;
    selected.clear();
    list.replaceChildren();
    cards.clear();
    further = false;
    pages = 0;
    next = undefined;
    void repeat(stop.signal, async () => {
      const { signal } = stop;
      const listed = await load();
      if (left) await restore(left);
      // What went on since it was listed is in another state now, or on a later page.
      for (const { job } of [...cards.values()]) {
        if (!listed.has(job.id) && !ended(job.state) && !signal.aborted) await reread(job.id, signal);
      }
      return [...cards.values()].some(({ job }) => !ended(job.state)) ? liveMilliseconds : idleMilliseconds;
    }, fail);
  }

  async function restore({ pages: wanted, scroll, card }: Left) {
    while (pages < wanted && next) await load(next);
    scrollTo(0, scroll);
    left = undefined;
    if (card) cards.get(card)?.card.querySelector('a')?.focus({ preventScroll: true });
  }

  async function load(after?: string): Promise<Set<string>> {
    const { signal } = stop;
    const query = new URLSearchParams({ limit: String(pageSize), ...find.asked(), ...(after ? { after } : {}) });
    const page = await json<{ items: Job[]; next?: string }>(`/v1/jobs?${query}`, { signal });
    signal.throwIfAborted();
    further ||= after !== undefined;
    if (after || !further) next = page.next;
    pages = after ? pages + 1 : Math.max(1, pages);
    const fresh = page.items.filter(job => !cards.has(job.id));
    page.items.forEach(show);
    const made = fresh.map(job => cards.get(job.id)!.card);
    if (after) list.append(...made);
    else list.prepend(...made);
    tell();
    return new Set(page.items.map(job => job.id));
  }

  async function reread(id: string, signal: AbortSignal) {
    try {
      const job = await json<Job>(`/v1/jobs/${id}`, { signal });
      signal.throwIfAborted();
      if (!find.state() || job.state === find.state()) return show(job);
    } catch (error) {
      if (!(error instanceof Failure && error.status === 404)) throw error;
    }
    remove(id);
    tell();
  }

  function remove(id: string) {
    cards.get(id)?.card.remove();
    cards.delete(id);
    selected.forget(id);
  }

  function erased(ids: string[]) {
    ids.forEach(remove);
    tell();
    notice.textContent = `${ids.length} ${ids.length === 1 ? 'job' : 'jobs'} deleted for good.`;
    notice.hidden = ids.length === 0;
  }

  function show(job: Job) {
    const known = cards.get(job.id);
    if (known?.job.state === job.state && known.job.queue?.position === job.queue?.position && known.job.review?.version === job.review?.version) return;
    const look = known?.look ?? h('div', {});
    const card = known?.card ?? h('li', {}, look, selected.box(job));
    cards.set(job.id, { job, card, look });
    refresh(look, cardOf(job));
    selected.tell();
  }

  function tell() {
    more.hidden = !next;
    message.hidden = cards.size > 0;
    batch.hidden = cards.size === 0 || Object.entries(find.settings()).some(([name, value]) => (name === 'tag') !== Boolean(value));
    message.textContent = next ? 'None of the newest jobs is one of these. Show more to look further back.'
      : find.narrow() ? 'No job matches.' : 'No jobs yet. Segment a photo, and it appears here.';
  }

  function fail(error: unknown) {
    if (error instanceof DOMException) return;
    message.hidden = false;
    message.textContent = words(error);
  }

  function cardOf(job: Job): HTMLElement {
    const name = job.fileName ?? job.id;
    const picture = job.state === 'succeeded'
      ? h('canvas', { className: 'thumb', 'data-job': job.id, 'aria-hidden': 'true' })
      : h('div', { className: 'thumb empty' }, job.failure && said(job.failure.message));
    if (picture instanceof HTMLCanvasElement) seen.observe(picture);
    const ahead = job.queue ? `, number ${job.queue.position}` : '';
    return h('a', { href: `#/jobs/${job.id}`, onclick: () => remember(job.id) }, picture,
      h('span', { className: 'card-name' }, name),
      h('span', { className: 'card-foot' }, h('span', { className: `state ${job.state}` }, stateWord[job.state] + ahead + (job.review ? ', corrected' : '')), h('time', { dateTime: job.times.createdAt }, dateTime(job.times.createdAt))));
  }

  return () => {
    stop.abort();
    clearTimeout(settled);
    removeEventListener('scroll', scrolled);
    seen.disconnect();
  };
}
