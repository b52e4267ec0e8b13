import { call, json, said } from '../api';
import { paint } from '../jobs/thumbnails';
import { clipSection } from '../clips/clip';
import { clock } from '../clips/records';
import { announce, bytes, dateTime, download, fill, h, percent, refresh } from '../dom';
import { repeat } from '../live';
import { action, figures, pill, words } from '../ui';
import { moves, nameOf, over, piecesOf, progressWords, standing, type Batch, type Item } from './records';

const pageSize = 24;
const workingMilliseconds = 1500;
const kinds: [result: string, label: string][] = [['mask', 'Masks'], ['overlay', 'Overlays'], ['color', 'Coloured masks'], ['summary', 'Summaries'], ['polygons', 'Outlines']];

/** The page of one batch: how far it is, its photos with those first that failed, and what can be taken home. */
export function batchPage(main: HTMLElement, id: string): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const address = `/v1/batches/${encodeURIComponent(id)}`;
  const title = h('h1', {}, 'Batch');
  const state = h('span', {});
  const facts = h('p', { className: 'muted facts' });
  const progress = h('div', {});
  const numbers = h('div', {});
  const codes = h('p', { className: 'hint' });
  const clip = clipSection(id, signal);
  const piecesTitle = h('h2', { id: 'photos-title' }, 'Photos');
  const cancel = action('Cancel the batch', async () => show(await json<Batch>(address, { method: 'DELETE' })), 'button quiet');
  const retry = action('Try the failed photos again', async () => { show(await json<Batch>(`${address}/retry`, { method: 'POST' })); watch(); }, 'button quiet');
  const manifest = (format: string) => action(`Manifest (${format === 'csv' ? 'CSV' : 'JSON lines'})`,
    async () => download(await (await call(`${address}/manifest?format=${format}`)).blob(), `batch-${id}.${format}`), 'button quiet');
  const what = h('select', { id: 'pack' }, ...kinds.map(([value, label]) => h('option', { value }, label)), h('option', { value: '' }, 'All of these'));
  const pack = action('Pack for download', async () => {
    show(await json<Batch>(`${address}/archives`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ results: what.value ? [what.value] : kinds.map(([value]) => value) }),
    }));
    watch();
  });
  const archives = h('ul', { className: 'rows' });
  const taking = h('section', { hidden: true, 'aria-labelledby': 'take-title' },
    h('h2', { id: 'take-title' }, 'Results'),
    h('div', { className: 'row' }, manifest('csv'), manifest('jsonl')),
    h('div', { className: 'row' }, h('label', { for: 'pack' }, 'What'), what, pack), archives);
  const filter = h('select', { id: 'standing', onchange: () => void list() },
    ...[['', 'failed ones first'], ['failed', 'failed'], ['succeeded', 'done'], ['under-way', 'under way'], ['waiting', 'waiting'], ['canceled', 'canceled']]
      .map(([value, label]) => h('option', { value }, label)));
  const photos = h('ul', { className: 'gallery' });
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => void page() }, 'Show more');
  const message = h('p', { className: 'hint', role: 'status' });
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const item = painted.get(target);
      if (item?.job && item.links) void paint(target as HTMLCanvasElement, { id: item.job, links: item.links });
    }
  }, { rootMargin: '200px' });
  const painted = new Map<Element, Item>();
  let rest: { state: string; after?: string }[] = [];
  let listing = 0;
  let watching = 0;
  let standingNow = '';
  let failedShown = 0;
  let told = '';

  cancel.hidden = retry.hidden = true;
  fill(main,
    h('div', { className: 'page-head' }, h('p', { className: 'hint' }, h('a', { href: '#/batches' }, 'Batches')), h('div', { className: 'row' }, title, state), facts),
    h('div', { className: 'report' }, progress, numbers, codes, h('div', { className: 'row' }, cancel, retry), clip.section, taking,
      h('section', { 'aria-labelledby': 'photos-title' },
        h('div', { className: 'row between' }, piecesTitle, h('div', { className: 'row' }, h('label', { for: 'standing' }, 'Show'), filter)),
        message, photos, more)));
  watch();

  // Anew when something was asked for: what has ended is looked at no more.
  function watch() {
    const mine = ++watching;
    void repeat(signal, async () => {
      if (mine !== watching) return null;
      const batch = await json<Batch>(address, { signal });
      show(batch);
      return moves(batch) ? workingMilliseconds : null;
    }, text => fill(progress, h('p', { className: 'error', role: 'alert' }, text)));
  }

  function show(batch: Batch) {
    const { counts } = batch;
    title.textContent = nameOf(batch);
    document.title = `${title.textContent} · RoadSeg`;
    facts.textContent = [dateTime(batch.createdAt), batch.source.prefix !== undefined && `photos below ${batch.source.prefix}`,
      batch.source.tags && 'jobs with these tags', ...clipFacts(batch)].filter(Boolean).join('  ·  ');
    fill(state, pill(...standing(batch)));
    const pieces = piecesOf(batch) === 'frames' ? 'Frames' : 'Photos';
    piecesTitle.textContent = pieces;
    clip.show(batch);
    fill(progress, batch.failure ? h('p', { className: 'error' }, said(batch.failure.message))
      : !over(batch) && h('div', { className: 'live' },
        h('progress', { max: 1, ...(batch.state === 'listing' ? {} : { value: batch.progress }), 'aria-label': 'Progress' }),
        h('span', { className: 'hint' }, progressWords(batch))));
    fill(numbers, counts && figures([pieces, batch.total], ['Done', counts.succeeded], ['Failed', counts.failed], ['Under way', counts.underWay || undefined],
      ['Waiting', counts.waiting || undefined], ['Canceled', counts.canceled || undefined]));
    codes.textContent = Object.entries(counts?.codes ?? {}).map(([code, count]) => `${code}: ${count.toLocaleString('en')}`).join(', ');
    cancel.hidden = over(batch) || batch.state === 'canceling';
    const ended = batch.state === 'completed' || batch.state === 'canceled';
    const unseen = !!batch.clip && !batch.links?.['overlay'] && !!counts?.succeeded;
    const again = (counts?.failed ?? 0) + (counts?.canceled ?? 0) > 0;
    retry.hidden = !ended || !(again || unseen);
    retry.querySelector('button')!.textContent = again ? 'Try the failed photos again' : 'Make the video again';
    taking.hidden = !over(batch) || batch.state === 'failed';
    archives.hidden = batch.archives.length === 0;
    refresh(archives, ...batch.archives.map(archiveRow));
    const now = JSON.stringify(counts && [counts.failed, counts.succeeded, counts.canceled]);
    // Those that fail meanwhile come to the top, as long as nobody reads on below; twice as many each time, so that it seldom moves.
    const failed = counts?.failed ?? 0;
    const onTop = failed > failedShown && failed >= 2 * failedShown && photos.children.length <= pageSize && ['', 'failed'].includes(filter.value);
    if (now !== standingNow && (painted.size === 0 || over(batch) || onTop)) {
      failedShown = failed;
      void list();
    }
    standingNow = now;
    if (told && told !== batch.state && over(batch)) announce(`${nameOf(batch)}: ${standing(batch)[1]}`);
    told = batch.state;
  }

  function archiveRow(archive: Batch['archives'][number]): HTMLElement {
    return h('li', {},
      h('div', { className: 'row-text' }, archive.results.join(', '),
        h('div', { className: 'row' }, ...archive.parts.map((part, at) => action(`Download ${archive.parts.length > 1 ? `part ${at + 1}` : 'the zip'} (${bytes(part.bytes)}, ${part.photos.toLocaleString('en')} photos)`,
          async () => download(await (await call(part.address)).blob(), `batch-${id}-${at + 1}.zip`), 'button quiet')))),
      pill(archive.finishedAt ? 'succeeded' : 'running', archive.finishedAt ? 'packed' : percent(archive.progress)));
  }

  async function list() {
    const states = filter.value ? [filter.value] : ['failed', 'succeeded', 'under-way', 'canceled'];
    rest = states.map(one => ({ state: one }));
    listing++;
    seen.disconnect();
    painted.clear();
    photos.replaceChildren();
    await page();
  }

  // A page may come from several kinds, one after the other.
  async function page() {
    const mine = listing;
    try {
      for (let left = pageSize; left > 0 && rest.length > 0;) {
        const [first] = rest;
        const query = new URLSearchParams({ state: first!.state, limit: String(left), ...(first!.after ? { after: first!.after } : {}) });
        const found = await json<{ items: Item[]; next?: string }>(`${address}/items?${query}`, { signal });
        if (mine !== listing) return;
        photos.append(...found.items.map(card));
        left -= found.items.length;
        rest = found.next ? [{ state: first!.state, after: found.next }, ...rest.slice(1)] : rest.slice(1);
      }
      message.textContent = photos.children.length > 0 ? '' : 'No photo stands there.';
      more.hidden = rest.length === 0;
    } catch (error) {
      if (!signal.aborted) message.textContent = words(error);
    }
  }

  function card(item: Item): HTMLElement {
    const done = item.state === 'succeeded';
    const picture = done ? h('canvas', { className: 'thumb', 'aria-hidden': 'true' }) : h('div', { className: 'thumb empty' }, item.message && said(item.message));
    painted.set(picture, item);
    if (done) seen.observe(picture);
    const content = [picture, h('span', { className: 'card-name' }, item.seconds === undefined ? item.name ?? '(deleted)' : `at ${clock(item.seconds)}`),
      h('span', { className: 'card-foot' }, h('span', { className: `state ${item.state}` }, done ? 'done' : item.state.replace('-', ' ')))];
    return h('li', {}, item.job ? h('a', { href: `#/jobs/${item.job}` }, ...content) : h('div', {}, ...content));
  }

  return () => {
    stop.abort();
    seen.disconnect();
  };
}

function clipFacts({ source, clip }: Batch): (string | undefined)[] {
  if (!source.clip) return [];
  const { everySeconds } = source.clip;
  return [`a frame each ${everySeconds === 1 ? 'second' : `${everySeconds} s`}`,
    clip && `${clip.facts.width} × ${clip.facts.height}`,
    clip?.facts.durationSeconds === undefined ? undefined : `${clock(clip.facts.durationSeconds)} long`];
}
