import { Failure, json, said } from '../api';
import { announce, fill, h, percent, refresh } from '../dom';
import { repeat } from '../live';
import { picture } from '../pictures';
import { action, bar, figures, table } from '../ui';
import type { Dataset } from './records';

const pageSize = 24;
const lookMilliseconds = 1500;

/** An audit of a version's labels, as the service shows it. */
interface Audit {
  model: string;
  modelVersion: string;
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled';
  progress?: { done: number; total: number };
  failure?: { message: string };
  setback?: { message: string };
}

interface Regions {
  photos: number;
  labelledPixels: number;
  disputedPixels: number;
  pairs: { from: string; to: string; pixels: number; photos: number }[];
  skipped: { id: string; reason: string }[];
  notes: string[];
  found: number;
  items: { rank: number; id: string; split: string; pixels: number; label: string; likely: string; score: number; crop?: string }[];
  next?: number;
}

const under = (state: Audit['state']) => state === 'queued' || state === 'running';

/** Regions in which a set's labels and the model disagree: an operator asks for them, then they are shown, the worst first. */
export function auditOf(set: Dataset, signal: AbortSignal): HTMLElement {
  const address = `/v1/datasets/${encodeURIComponent(set.name)}/versions/${encodeURIComponent(set.version!)}/audit`;
  const progress = h('div', {});
  const result = h('div', {});
  const begin = action('Look for wrong labels', ask, 'button quiet');
  let following = false;
  void follow();

  async function ask() {
    await json<Audit>(address, { method: 'POST', signal });
    fill(result);
    await follow();
  }

  // Whoever asks and whoever finds it under way follow it alike.
  async function follow() {
    if (following) return;
    following = true;
    await repeat(signal, look, text => fill(progress, h('p', { className: 'error', role: 'alert' }, text)));
    following = false;
  }

  async function look(): Promise<number | null> {
    let audit: Audit;
    try {
      audit = await json<Audit>(address, { signal });
    } catch (error) {
      if (error instanceof Failure && error.code === 'audit-not-found') return null;
      throw error;
    }

    begin.hidden = under(audit.state);
    refresh(progress,
      under(audit.state) && h('div', { className: 'live' },
        h('progress', { max: audit.progress?.total ?? 1, ...(audit.progress ? { value: audit.progress.done } : {}), 'aria-label': 'Photos looked at' }),
        h('span', { className: 'hint', role: 'status' }, audit.progress ? `${audit.progress.done} of ${audit.progress.total} photos` : 'waits for its turn'),
        action('Stop', async () => { await json(address, { method: 'DELETE', signal }); await follow(); }, 'button quiet')),
      audit.setback && under(audit.state) && h('p', { className: 'hint' }, `It is tried again: ${said(audit.setback.message)}`),
      audit.failure && h('p', { className: 'error' }, said(audit.failure.message)),
      audit.state === 'canceled' && h('p', { className: 'hint' }, 'It was stopped before its end.'));
    if (under(audit.state)) return lookMilliseconds;
    if (audit.state === 'succeeded') {
      await show(0, audit);
      announce('The labels have been looked at');
    }
    return null;
  }

  async function show(after: number, audit: Audit) {
    const found = await json<Regions>(`${address}/regions?after=${after}&limit=${pageSize}`, { signal });
    const list = after === 0 ? h('ul', { className: 'samples disputed' }) : result.querySelector('ul')!;
    if (after === 0) fill(result, ...headOf(found, audit), list);
    list.append(...found.items.map(region));
    result.querySelector('.more')?.remove();
    if (found.next !== undefined) {
      const more = action('Show more', () => show(found.next!, audit), 'button quiet');
      more.classList.add('more');
      result.append(more);
    }
  }

  function region(one: Regions['items'][number]): HTMLElement {
    const figure = h('figure', {}, h('figcaption', {},
      h('span', {}, `${one.rank}. ${one.label}, likely ${one.likely}`),
      h('span', { className: 'hint' }, `${one.id} · ${one.pixels.toLocaleString('en')} pixels`)),
      h('div', { className: 'row score' }, bar(one.score), h('span', { className: 'hint' }, `score ${one.score.toFixed(2)}`)));
    if (one.crop) void picture(one.crop, `Photo, labels and model: ${one.label}, likely ${one.likely}`, signal).then(image => image && figure.prepend(image), () => undefined);
    return h('li', {}, figure);
  }

  return h('section', { className: 'part' },
    h('h2', {}, 'Labels that the model disputes'),
    h('p', { className: 'hint' }, 'The live model looks at every photo. Where it is sure of another class than the label, one of the two is wrong: look there first.'),
    begin, progress, result);
}

function headOf(found: Regions, audit: Audit): HTMLElement[] {
  const part = found.disputedPixels / Math.max(1, found.labelledPixels);
  return [
    h('p', { className: 'muted facts' }, `${audit.model} ${audit.modelVersion}`),
    figures(['Photos', found.photos], ['Regions', found.found], ['Disputed', percent(part), 'of the labelled pixels']),
    ...found.notes.map(note => h('p', { className: 'note' }, note)),
    ...(found.skipped.length > 0 ? [h('details', {}, h('summary', {}, `${found.skipped.length} photos could not be looked at`), table('Why', ['Photo', 'Reason'], found.skipped.map(one => [one.id, one.reason]), 0, 1))] : []),
    ...(found.pairs.length > 0 ? [h('details', {}, h('summary', {}, 'By classes'),
      table('What is labelled as one class and seen as another', ['Label', 'Model', 'Pixels', 'Photos'], found.pairs.slice(0, 40).map(one => [one.from, one.to, one.pixels.toLocaleString('en'), one.photos.toLocaleString('en')]), 2))] : []),
    ...(found.items.length === 0 ? [h('p', {}, 'None: the model disputes no region.')] : []),
  ];
}
