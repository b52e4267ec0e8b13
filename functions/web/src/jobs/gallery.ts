import { call, ended, Failure, json, type Job } from '../api';
import { dateTime, fill, h, refresh } from '../dom';
import { repeat } from '../live';
import { words } from '../ui';
import { stateWord } from './stages';

const pageSize = 24;
const liveMilliseconds = 3000;
const idleMilliseconds = 10_000;
// Of two thirds of a megabyte each.
const mostThumbnails = 96;
const thumbnailWidth = 480;

const thumbnails = new Map<string, Promise<ImageBitmap>>();
let making: Promise<unknown> = Promise.resolve();

// One after another: the service makes each from the photo, and people look at the first ones first.
function thumbnail(job: Job): Promise<ImageBitmap> {
  let made = thumbnails.get(job.id);
  if (!made) {
    made = making.then(async () => createImageBitmap(await (await call(`${job.links.overlay}?format=webp&width=${thumbnailWidth}`)).blob()));
    making = made.catch(() => undefined);
    thumbnails.set(job.id, made);
    if (thumbnails.size > mostThumbnails) thumbnails.delete(thumbnails.keys().next().value!);
    made.catch(() => thumbnails.delete(job.id));
  }
  return made;
}

/** Recent jobs, newest first, with what came of them. */
export function gallery(main: HTMLElement): () => void {
  let stop = new AbortController();
  const list = h('ul', { className: 'gallery' });
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the jobs …');
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => void load(next).catch(fail) }, 'Show more');
  const filter = h('select', { id: 'state', onchange: begin },
    h('option', { value: '' }, 'all'), ...Object.entries(stateWord).map(([state, word]) => h('option', { value: state }, word)));
  const cards = new Map<string, { job: Job; card: HTMLElement }>();
  const seen = new IntersectionObserver(entries => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      void paint(entry.target as HTMLCanvasElement);
    }
  }, { rootMargin: '200px' });
  let next: string | undefined;
  let further = false;

  fill(main,
    h('div', { className: 'page-head row between' }, h('h1', {}, 'Jobs'), h('div', { className: 'row' }, h('label', { for: 'state' }, 'Show'), filter)),
    message, list, more);
  begin();

  function begin() {
    stop.abort();
    stop = new AbortController();
    list.replaceChildren();
    cards.clear();
    further = false;
    void repeat(stop.signal, async () => {
      const { signal } = stop;
      const listed = await load();
      // What went on since it was listed is in another state now, or on a later page.
      for (const { job } of [...cards.values()]) {
        if (!listed.has(job.id) && !ended(job.state) && !signal.aborted) await reread(job.id, signal);
      }
      return [...cards.values()].some(({ job }) => !ended(job.state)) ? liveMilliseconds : idleMilliseconds;
    }, fail);
  }

  async function load(after?: string): Promise<Set<string>> {
    const { signal } = stop;
    const state = filter.value;
    const query = new URLSearchParams({ limit: String(pageSize), ...(state ? { state } : {}), ...(after ? { after } : {}) });
    const page = await json<{ items: Job[]; next?: string }>(`/v1/jobs?${query}`, { signal });
    signal.throwIfAborted();
    further ||= after !== undefined;
    if (after || !further) next = page.next;
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
      if (!filter.value || job.state === filter.value) return show(job);
    } catch (error) {
      if (!(error instanceof Failure && error.status === 404)) throw error;
    }
    cards.get(id)?.card.remove();
    cards.delete(id);
    tell();
  }

  function show(job: Job) {
    const known = cards.get(job.id);
    if (known?.job.state === job.state && known.job.queue?.position === job.queue?.position) return;
    const card = known?.card ?? h('li');
    cards.set(job.id, { job, card });
    refresh(card, cardOf(job));
  }

  function tell() {
    more.hidden = !next;
    message.hidden = cards.size > 0;
    message.textContent = next ? 'None of the newest jobs is in this state. Show more to look further back.'
      : filter.value ? 'No job is in this state.' : 'No jobs yet. Segment a photo, and it appears here.';
  }

  function fail(error: unknown) {
    if (error instanceof DOMException) return;
    message.hidden = false;
    message.textContent = words(error);
  }

  function cardOf(job: Job): HTMLElement {
    const name = job.fileName ?? job.id;
    const picture = job.state === 'succeeded' ? h('canvas', { className: 'thumb', 'data-job': job.id, 'aria-hidden': 'true' }) : h('div', { className: 'thumb empty' }, job.failure?.message);
    if (picture instanceof HTMLCanvasElement) seen.observe(picture);
    const place = job.queue ? `, number ${job.queue.position}` : '';
    return h('a', { href: `#/jobs/${job.id}` }, picture,
      h('span', { className: 'card-name' }, name),
      h('span', { className: 'card-foot' }, h('span', { className: `state ${job.state}` }, stateWord[job.state] + place), h('time', { dateTime: job.times.createdAt }, dateTime(job.times.createdAt))));
  }

  async function paint(canvas: HTMLCanvasElement) {
    const job = cards.get(canvas.dataset.job!)?.job;
    if (!job) return;
    try {
      const image = await thumbnail(job);
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d')!.drawImage(image, 0, 0);
      canvas.classList.add('painted');
    } catch {
      canvas.classList.add('empty');
    }
  }

  return () => {
    stop.abort();
    seen.disconnect();
  };
}
