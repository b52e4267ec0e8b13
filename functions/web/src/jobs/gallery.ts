import { call, ended, json, type Job, type State } from '../api';
import { dateTime, fill, h } from '../dom';
import { stateWord } from './stages';

const pageSize = 24;
const refreshMilliseconds = 3000;
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
    made.catch(() => thumbnails.delete(job.id));
  }
  return made;
}

/** Recent jobs, newest first, with what came of them. */
export function gallery(main: HTMLElement): () => void {
  const stop = new AbortController();
  const list = h('ul', { className: 'gallery' });
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the jobs …');
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => void load(next) }, 'Show more');
  const filter = h('select', { id: 'state', onchange: () => { list.replaceChildren(); cards.clear(); void load(); } },
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
  let timer = 0;

  fill(main,
    h('div', { className: 'page-head row between' }, h('h1', {}, 'Jobs'), h('div', { className: 'row' }, h('label', { for: 'state' }, 'Show'), filter)),
    message, list, more);
  void load();

  async function load(after?: string) {
    try {
      const state = filter.value as State | '';
      const query = new URLSearchParams({ limit: String(pageSize), ...(state ? { state } : {}), ...(after ? { after } : {}) });
      const page = await json<{ items: Job[]; next?: string }>(`/v1/jobs?${query}`, { signal: stop.signal });
      if (state !== filter.value) return;
      if (after || cards.size <= pageSize) next = page.next;
      const fresh: HTMLElement[] = [];
      for (const job of page.items) {
        const known = cards.get(job.id);
        if (known?.job.state === job.state && known.job.queue?.position === job.queue?.position) continue;
        const card = cardOf(job);
        if (known) known.card.replaceWith(card);
        else fresh.push(card);
        cards.set(job.id, { job, card });
      }
      if (after) list.append(...fresh);
      else list.prepend(...fresh);
      more.hidden = !next;
      message.hidden = cards.size > 0;
      message.textContent = state ? 'No job is in this state.' : 'No jobs yet. Segment a photo, and it appears here.';
    } catch (error) {
      if (stop.signal.aborted) return;
      message.hidden = false;
      message.textContent = error instanceof Error ? error.message : String(error);
    }
    clearTimeout(timer);
    if (!stop.signal.aborted && [...cards.values()].some(({ job }) => !ended(job.state))) timer = window.setTimeout(() => void load(), refreshMilliseconds);
  }

  function cardOf(job: Job): HTMLElement {
    const name = job.fileName ?? job.id;
    const picture = job.state === 'succeeded' ? h('canvas', { className: 'thumb', 'data-job': job.id, 'aria-hidden': 'true' }) : h('div', { className: 'thumb empty' }, job.failure?.message);
    if (picture instanceof HTMLCanvasElement) seen.observe(picture);
    const place = job.queue ? `, number ${job.queue.position}` : '';
    return h('li', {},
      h('a', { href: `#/jobs/${job.id}` }, picture,
        h('span', { className: 'card-name' }, name),
        h('span', { className: 'card-foot' }, h('span', { className: `state ${job.state}` }, stateWord[job.state] + place), h('time', { dateTime: job.times.createdAt }, dateTime(job.times.createdAt)))));
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
    clearTimeout(timer);
    seen.disconnect();
  };
}
