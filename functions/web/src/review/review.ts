import { keep, place } from '../address';
import { call, json } from '../api';
import { announce, download, fill, h, percent } from '../dom';
import { paint } from '../jobs/thumbnails';
import { repeat } from '../live';
import { versionName } from '../models/named';
import { isName, nameRule } from '../upload/choice';
import { action, fieldOf } from '../ui';
import { entriesOf } from '../unzip';

const pageSize = 24;
const perArchive = 100;
const kinds = [['', 'In doubt'], ['false', 'In doubt, not corrected yet'], ['true', 'Corrected']] as const;
const usual = { below: 80, above: 10 };

/** A photo that is worth a look, as `GET /v1/review` shows it. */
interface Item {
  id: string;
  createdAt: string;
  fileName?: string;
  reasons: ('confidence' | 'disagreement')[];
  confidence?: number;
  weakest?: string;
  disagreement?: number;
  other?: { name: string; version: string };
  reviewed: boolean;
  links: Record<string, string>;
}

// What is chosen outlives a look at one of the photos.
const chosen = new Set<string>();

/** Where a visitor was in the list, kept with the step of the browser's history. */
interface Left { pages: number; scroll: number }

/** Photos that the model does badly on: they are looked at, chosen, and downloaded as the beginning of the next data set. */
export function reviewPage(main: HTMLElement): () => void {
  document.title = 'Photos to review · RoadSeg';
  let stop = new AbortController();
  const list = h('ul', { className: 'gallery' });
  const message = h('p', { className: 'hint', role: 'status' });
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => void load() }, 'Show more');
  const limit = (name: keyof typeof usual) => h('input', { id: name, type: 'number', min: '0', max: '100', step: 'any', required: true, value: given(name), onchange: anew });
  const [below, above] = [limit('below'), limit('above')];
  const which = h('select', { id: 'reviewed', onchange: anew }, ...kinds.map(([value, text]) => h('option', { value, selected: value === (place().set.get('reviewed') ?? '') }, text)));
  const filter = h('form', { className: 'review-filter', onsubmit: (event: Event) => { event.preventDefault(); anew(); } },
    fieldOf('Confidence below, %', below), fieldOf('Seen differently on more than, %', above), fieldOf('Show', which));
  const shown = new Map<string, HTMLInputElement>();
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      void paint(target as HTMLCanvasElement, { id: (target as HTMLElement).dataset.job!, links: { overlay: (target as HTMLElement).dataset.overlay! } });
    }
  }, { rootMargin: '200px' });
  let next: string | undefined;
  let pages = 0;
  let left = (history.state as { review?: Left } | null)?.review;

  const count = h('strong', { role: 'status' });
  const name = h('input', { id: 'archive', value: 'review', required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false, maxLength: 63 });
  const outcome = h('p', { className: 'hint', role: 'status' });
  const bar = h('section', { className: 'selection', 'aria-label': 'Selected photos', hidden: true },
    h('div', { className: 'row' }, count,
      h('button', { type: 'button', className: 'text-button', onclick: () => choose([...shown.keys()], true) }, 'Select all shown'),
      h('button', { type: 'button', className: 'text-button', onclick: () => { choose([...chosen], false); main.focus({ preventScroll: true }); } }, 'Clear selection')),
    h('div', { className: 'row' }, h('label', { for: 'archive' }, 'Data set'), name, action('Download to label', save)),
    outcome);

  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/datasets' }, 'Data sets')),
      h('h1', {}, 'Photos to review'),
      h('p', { className: 'muted facts' }, 'Your photos that the model was unsure of, or that a new version saw differently: where the next data set should come from. Open one and correct its mask here; or select some and download them with their masks, correct those in a labelling tool, then ', upload('upload the corrected archive'), '.'),
      filter),
    list, message, more, bar);
  begin();

  function given(field: keyof typeof usual): string {
    const asked = Number(place().set.get(field) ?? NaN);
    return String(asked >= 0 && asked <= 100 ? asked : usual[field]);
  }

  function upload(text: string, set?: string) {
    return h('a', { href: set ? `#/upload?name=${set}` : '#/upload' }, text);
  }

  function anew() {
    if (!filter.isConnected || !filter.reportValidity()) return;
    left = undefined;
    chosen.clear();
    begin();
  }

  function begin() {
    const kept = (field: HTMLInputElement, standard: number) => (Number(field.value) === standard ? undefined : field.value);
    keep({ below: kept(below, usual.below), above: kept(above, usual.above), reviewed: which.value || undefined });
    stop.abort();
    stop = new AbortController();
    list.replaceChildren();
    shown.clear();
    next = undefined;
    pages = 0;
    tell();
    void load();
  }

  async function load() {
    const { signal } = stop;
    message.textContent = 'Looking through the photos …';
    message.hidden = false;
    more.hidden = true;
    await repeat(signal, async () => {
      const query = new URLSearchParams({ limit: String(pageSize), below: String(Number(below.value) / 100), above: String(Number(above.value) / 100), ...(which.value ? { reviewed: which.value } : {}), ...(next ? { after: next } : {}) });
      const page = await json<{ items: Item[]; next?: string }>(`/v1/review?${query}`, { signal });
      signal.throwIfAborted();
      next = page.next;
      pages++;
      list.append(...page.items.filter(item => !shown.has(item.id)).map(card));
      more.hidden = !next;
      message.hidden = shown.size > 0;
      message.textContent = next ? 'None of the newest photos is one of these. Show more to look further back.' : which.value === 'true' ? 'Nobody has corrected a photo yet. Open one and choose Correct.' : 'No photo is in doubt by these measures. Raise the first or lower the second to see more.';
      if (left && next && pages < left.pages) return 0;
      if (left) scrollTo(0, left.scroll);
      left = undefined;
      return null;
    }, text => { message.textContent = text; });
  }

  function card(item: Item): HTMLElement {
    const title = item.fileName ?? 'Photo';
    const box = h('input', { type: 'checkbox', 'aria-label': `Select ${title}`, checked: chosen.has(item.id), onchange: () => choose([item.id], box.checked) });
    shown.set(item.id, box);
    const picture = h('canvas', { className: 'thumb', 'data-job': item.id, 'data-overlay': item.links.overlay, 'aria-hidden': 'true' });
    seen.observe(picture);
    return h('li', {},
      h('a', { href: `#/jobs/${item.id}`, onclick: remember }, picture, h('span', { className: 'card-name' }, title),
        ...reasons(item).map(reason => h('span', { className: 'card-reason' }, reason))),
      h('label', { className: 'pick' }, box));
  }

  function remember() {
    history.replaceState({ ...history.state as object | null, review: { pages, scroll: scrollY } satisfies Left }, '');
  }

  function choose(ids: string[], on: boolean) {
    for (const id of ids) {
      if (on) chosen.add(id);
      else chosen.delete(id);
      const box = shown.get(id);
      if (box) box.checked = on;
    }
    outcome.replaceChildren();
    tell();
  }

  function tell() {
    bar.hidden = chosen.size === 0;
    count.textContent = `${chosen.size} selected`;
  }

  async function save() {
    const set = name.value.trim();
    if (!isName(set)) throw new Error(nameRule);
    const { signal } = stop;
    const ids = [...chosen];
    const archives = Math.ceil(ids.length / perArchive);
    let inside = 0;
    fill(outcome);
    for (let at = 0; at < archives; at++) {
      outcome.textContent = archives > 1 ? `Archive ${at + 1} of ${archives} …` : 'Making the archive …';
      const query = new URLSearchParams([['name', set], ...ids.slice(at * perArchive, (at + 1) * perArchive).map(id => ['job', id])]);
      try {
        const archive = await (await call(`/v1/review/export?${query}`, { signal })).blob();
        inside += (await entriesOf(archive)).filter(entry => entry.name.startsWith('images/')).length;
        download(archive, archives > 1 ? `${set}-${at + 1}.zip` : `${set}.zip`);
      } catch (error) {
        outcome.textContent = '';
        if (signal.aborted) return;
        throw error;
      }
    }
    fill(outcome, inside === ids.length ? `${inside} ${inside === 1 ? 'photo' : 'photos'} downloaded with their masks. `
      : `${inside} of ${ids.length} photos downloaded with their masks: of the others the photo is no longer kept, or their classes are of another model. `,
      'Correct the files in masks, pack all of it again, then ', upload('upload the corrected archive', set), '.');
    announce(`${inside} of ${ids.length} photos downloaded`);
  }

  return () => {
    stop.abort();
    seen.disconnect();
  };
}

function reasons({ reasons: why, reviewed, confidence, weakest, disagreement, other }: Item): string[] {
  return [
    ...(why.includes('confidence') && confidence !== undefined ? [`Unsure: confidence ${percent(confidence)} on average${weakest ? `, least on ${weakest}` : ''}`] : []),
    ...(reviewed ? ['Corrected by a person'] : []),
    ...(why.includes('disagreement') && disagreement !== undefined ? [`A new version${other ? `, of ${versionName(other.version)},` : ''} sees ${percent(disagreement)} of it differently`] : []),
  ];
}
